"""Text from outside, made fit to be shown: nothing invisible, nothing secret, not too long."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

LONGEST_NAME: Final = 150
HIDDEN: Final = "•••"
# Zero width joiner and non-joiner are part of the spelling in several scripts.
JOINERS: Final = "\u200c\u200d"

_ADDRESS: Final = re.compile(
    r"""(?P<host>[a-z][a-z0-9+.-]{0,20}:(?:\\?/){2})(?:[^\s/@"'<>]*@)?(?P<name>[^\s/?#"'<>\\]+)[^\s"'<>]*""",
    re.IGNORECASE,
)
# Names under which Agora's APIs hand out secrets.
_FIELD: Final = re.compile(
    r"""((?:access_?key|secret_?key|auth_?key|stream_?key|secret|password|signature|token)["']?\s*[:=]\s*["']?)([^\s"',;&}]+)""",
    re.IGNORECASE,
)


def quoted(value: str) -> str:
    """Put *value* in backticks, whatever it holds; cut at 150 characters."""
    return f"`{shortened(cleaned(value).replace('`', ''), LONGEST_NAME) or ' '}`"


def cleaned(text: str) -> str:
    """Drop what can't be seen (controls, marks that turn the writing direction) and join lines with a blank."""
    return " ".join("".join(map(_visible, text)).split())


def shortened(text: str, longest: int) -> str:
    """Cut *text* so that it has at most *longest* characters."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def redacted(text: str, *, hide: Iterable[str] = ()) -> str:
    """Hide the secrets *hide*, values that stand behind a secret's name, and all of an address behind its host."""
    for secret in sorted(filter(None, hide), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return _FIELD.sub(rf"\g<1>{HIDDEN}", _ADDRESS.sub(rf"\g<host>\g<name>/{HIDDEN}", text))


def _visible(letter: str) -> str:
    if letter in JOINERS:
        return letter
    category = unicodedata.category(letter)
    if letter.isspace() or category in {"Zl", "Zp"}:
        return " "
    return "" if category in {"Cc", "Cf", "Cs"} else letter
