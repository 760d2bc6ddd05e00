"""The audit trail from a shell: to be looked through, exported, and verified."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.app import open_store
from bot.audit import Audit, Record
from bot.chain import Check, Entry, Noted, Unproven
from bot.kinds import NotThis, span
from bot.settings import Settings
from bot.wording import plural
from bot.words import Word

# Redis notes when it took a record, which is a little after it came about, by another clock.
CLOCKS_APART: Final = timedelta(days=1)
EPOCH: Final = 1970  # Redis counts from there


@dataclass(frozen=True)
class Wanted:
    """Which records are shown; None: any."""

    since: datetime | None = None
    entry: str | None = None
    person: str | None = None

    def fits(self, record: Record) -> bool:
        """Whether it is one of them."""
        return (
            (self.since is None or record.at >= self.since)
            and self.entry in (None, record.entry)
            and self.person in (None, record.actor)
        )


def since(text: str, now: datetime) -> datetime:
    """
    Read from when on: `2h` ago, a date, or a time of RFC 3339.

    Raises:
        ValueError: It is none of these.
    """
    try:
        return now - span(Word(text))
    except (NotThis, OverflowError):
        pass
    try:
        found = datetime.fromisoformat(text)
        utc = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is neither a length of time such as 2h nor a time such as {now:%Y-%m-%d}") from None
    if found.tzinfo is None and len(text) > len("2026-12-24"):
        raise ValueError(f"{text!r} lacks a time zone. Did you mean {text}Z?")
    return utc


async def export(settings: Settings, wanted: Wanted, *, as_json: bool) -> int:
    """Print the records that are wanted, the oldest first: one line each."""
    count, head, empty = 0, None, wanted.since is None
    start = wanted.since - CLOCKS_APART if wanted.since and wanted.since.year > EPOCH else None
    try:
        async with _trail(settings) as audit:
            async for page in audit.pages(start):
                empty, head = empty and not page.entries, page.head
                for entry in page.entries:
                    record = Record.of(entry)
                    if wanted.fits(record):
                        count += 1
                        print(_json(entry, record) if as_json else _line(record))
        sys.stdout.flush()
    except BrokenPipeError:  # `| head` has read enough
        # https://docs.python.org/3/library/signal.html#note-on-sigpipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    if empty and not head:
        print("The audit trail is empty: nothing was changed or refused yet.", file=sys.stderr)
    else:
        found = plural(count, "record") if count else "No record of the audit trail fits"
        print(f"{found}. Head of the trail: {head or 'none yet'}", file=sys.stderr)
    return 0


async def verify(settings: Settings, noted: Noted | None) -> int:
    """Say whether the trail is whole: 0 if it is, 1 if not."""
    check, head = Check(noted), None
    async with _trail(settings) as audit:
        async for page in audit.pages():
            for entry in page.entries:
                check.add(entry)
            head = page.head
    check.end(head)
    if not (check.problems or check.newest or check.earlier.count):
        print("The audit trail is empty: there is nothing to verify.", file=sys.stderr)
        return 0
    print("\n".join([*_verdict(check), *_without_digest(check)]))
    if head:
        print(f"Head of the trail: {head}")
    if head and not check.problems:
        print("Note it where nobody who may write to Redis can change it; `audit --verify --head` proves it later.")
    return 1 if check.problems else 0


@asynccontextmanager
async def _trail(settings: Settings) -> AsyncIterator[Audit]:
    async with AsyncExitStack() as stack:
        store, _ = await open_store(stack, settings)
        yield Audit(store, most=settings.audit_records)


def _verdict(check: Check) -> list[str]:
    if check.problems:
        more = [f"  … and {check.more:,} more"] if check.more else []
        wrong = plural(len(check.problems) + check.more, "thing is", "things are")
        return [f"The audit trail is NOT whole: {wrong} wrong.", *(f"  {one}" for one in check.problems), *more]
    if check.first is None:
        return ["No record is chained yet, so nothing can be verified."]
    extent = f"{plural(check.count, 'record')}, from {check.first} to {check.newest}"
    told = f" The head {check.noted} is in it." if check.noted else ""
    trimmed = check.first.link is not None and check.first.link.number > 1
    bound = ["Older records were trimmed, as AUDIT_RECORDS says."] if trimmed else []
    return [f"The audit trail is whole: {extent}.{told}", *bound]


def _without_digest(check: Check) -> list[str]:
    lines = []
    if check.earlier.count:
        lines.append(
            f"In front of the chain: {_extent(check.earlier)}, as older releases wrote them. "
            "Nothing proves that they are all, and unchanged."
        )
    if check.outside.count:
        lines.append(
            f"Outside of the chain, though later: {_extent(check.outside)}. An older release of the bot writes such "
            "ones while it runs beside this one; if none did, somebody else has put them there. Nothing proves that "
            "they are all, and unchanged. What is said of the chain holds without them."
        )
    return lines


def _extent(unproven: Unproven) -> str:
    ends = f"{unproven.first}" if unproven.count == 1 else f"{unproven.first} to {unproven.last}"
    return f"{plural(unproven.count, 'record')} without a digest, {ends}"


def _json(entry: Entry, record: Record) -> str:
    link = asdict(entry.link) if entry.link else {"number": None, "before": None, "digest": None}
    raw = {"raw": entry.fields} if record.outcome == "unreadable" else {}
    return json.dumps({**asdict(record), "at": _time(record.at), **link, **raw}, ensure_ascii=False)


def _line(record: Record) -> str:
    typed = record.command_line or " ".join(filter(None, [record.action, record.entry, record.region, *record.streams]))
    places = ", ".join(filter(None, [record.channel, record.operation]))
    parts = [_time(record.at), record.actor, record.outcome, typed, f"({places})" if places else "", record.detail]
    return "  ".join(_plain(part) for part in parts if part)


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _plain(text: str) -> str:
    """Without what is for Slack, and on one line, whatever it holds."""
    text = re.sub(
        r"<!date\^[^>|]*\|([^>]*)>|<(?:[@#]|!subteam\^)(\w+)>", lambda found: found[1] or found[2], text
    ).replace("`", "")
    return "".join(letter if letter.isprintable() else "␣" for letter in text)
