"""What was found, printed: aligned for people, one object for programs."""

from __future__ import annotations

import json
import os
import shutil
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, TextIO

from bot.check.findings import Finding, Mark
from bot.redaction import MASK, SHORTEST
from bot.wording import plural

MARK_ROOM: Final = 6
WIDEST: Final = 100  # columns; longer lines are hard to read
NARROWEST: Final = 50
ARROW: Final = "→ "
# https://en.wikipedia.org/wiki/ANSI_escape_code#SGR
COLORS: Final = {Mark.FINE: "32", Mark.LESS: "36", Mark.DOUBTFUL: "33", Mark.WRONG: "1;31", Mark.NOT_ASKED: "2"}


def without(secrets: Iterable[str], findings: Iterable[Finding]) -> list[Finding]:
    """What was found without what must not be shown, whoever said it; too short, it would be found everywhere."""
    known = [secret for secret in secrets if len(secret) >= SHORTEST]
    return [replace(one, found=_masked(one.found, known), do=_masked(one.do, known)) for one in findings]


def for_people(findings: Sequence[Finding], *, stream: TextIO) -> str:
    """
    Print one line each, and the upshot below; on a terminal in color, and lines that are too long for it go on below.

    Args:
        findings: What was found.
        stream: Where it goes.
    """
    terminal = stream.isatty()
    width = min(max(shutil.get_terminal_size().columns, NARROWEST), WIDEST) if terminal else None
    color = terminal and not os.environ.get("NO_COLOR")  # https://no-color.org
    room = max(len(finding.what) for finding in findings) + 2
    rows = [_row(finding, room, width, color=color) for finding in findings]
    return "\n".join([*rows, "", _upshot(findings)])


def as_json(findings: Sequence[Finding]) -> str:
    """Print one object: whether it would work, and what was found."""
    rows = [{"what": one.what, "state": one.mark.value.lower(), "found": one.found, "do": one.do} for one in findings]
    works = all(finding.mark is not Mark.WRONG for finding in findings)
    return json.dumps({"ok": works, "findings": rows}, ensure_ascii=False, indent=2)


def _row(finding: Finding, room: int, width: int | None, *, color: bool) -> str:
    mark = finding.mark.ljust(MARK_ROOM)
    if color:
        mark = f"\x1b[{COLORS[finding.mark]}m{mark}\x1b[0m"
    start, found, do = f"{mark}{finding.what.ljust(room)}", _line(finding.found).rstrip("."), _line(finding.do)
    if width is None:
        return f"{start}{found} {ARROW}{do}" if do else f"{start}{found}"
    indent, left = " " * (MARK_ROOM + room), width - MARK_ROOM - room
    lines = textwrap.wrap(found, left, break_on_hyphens=False)
    lines += textwrap.wrap(do, left, initial_indent=ARROW, subsequent_indent="  ", break_on_hyphens=False)
    return start + f"\n{indent}".join(lines)


def _upshot(findings: Sequence[Finding]) -> str:
    counts = Counter(finding.mark for finding in findings)
    wrong, doubtful = counts[Mark.WRONG], counts[Mark.DOUBTFUL]
    if wrong:
        return f"The bot would not work like this: {plural(wrong, 'thing is', 'things are')} wrong."
    if doubtful:
        return f"The bot would work; {plural(doubtful, 'thing is', 'things are')} doubtful."
    return "The bot would work."


def _line(text: str) -> str:
    """In one line, without what could play tricks on a terminal, or is meant for Slack."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable() and letter != "`")


def _masked(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, MASK)
    return text
