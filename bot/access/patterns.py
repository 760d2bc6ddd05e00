"""Patterns of entry points and regions: globs that know one wildcard, `*`.

- `*` stands for any run of characters, none too, and does not cross a `/`.
- A pattern that is `*` and nothing else is everything, names with a `/` in them as well: it narrows nothing.
- Entry points are compared letter by letter, regions without regard to case.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from bot.agora import REGIONS

EVERYTHING: Final = "*"
MOST_CHARACTERS: Final = 128
CODES: Final = frozenset(code for code, _ in REGIONS)
# Controls, surrogates, line and paragraph separators: none can be seen, and none is in a name.
UNSEEN: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
# Stands for "whatever a star may stand for"; a pattern can't hold it.
ANYTHING: Final = "\0"


def validate_pattern(text: str) -> str:
    """
    Check a pattern of entry points; several `*` in a row come back as one.

    Raises:
        ValueError: A sentence that says what is wrong with it.
    """
    if not text.strip():
        raise ValueError("A pattern can't be empty; `*` stands for everything.")
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"The pattern has {len(text)} characters; {MOST_CHARACTERS} are the most.")
    if any(unicodedata.category(letter) in UNSEEN for letter in text):
        raise ValueError("The pattern holds a line break or another character that can't be seen; type it anew.")
    return re.sub(r"\*+", "*", text)


def validate_region_pattern(text: str) -> str:
    """
    Check a pattern of regions; comes back in lower case.

    Raises:
        ValueError: A sentence that says what is wrong with it.
    """
    pattern = validate_pattern(text).lower()
    if not regions_of(pattern):
        known = ", ".join(f"`{region}`" for region in sorted(CODES))
        raise ValueError(f"The pattern matches no region; there are {known}.")
    return pattern


def matches(pattern: str, name: str) -> bool:
    """Whether *name* is an entry point that *pattern* is about."""
    return pattern == EVERYTHING or _expression(pattern).fullmatch(name) is not None


def regions_of(pattern: str) -> frozenset[str]:
    """The regions that *pattern* is about."""
    expression = _expression(pattern.lower())
    return frozenset(region for region in CODES if expression.fullmatch(region))


def covers(outer: str, inner: str) -> bool:
    """
    Whether every entry point that *inner* is about is one that *outer* is about; exact.

    A letter that *outer* doesn't hold can only be taken in by one of its stars, and a star takes in anything else just
    as well. So it is enough to look at one name: *inner* with such a letter for each star.
    """
    if EVERYTHING in (outer, inner):
        return outer == EVERYTHING
    return matches(outer, inner.replace("*", ANYTHING))


def covers_regions(outer: str, inner: str) -> bool:
    """Whether every region that *inner* is about is one that *outer* is about; exact."""
    return regions_of(outer) >= regions_of(inner)


def _expression(pattern: str) -> re.Pattern[str]:
    """Each literal is taken where it first fits and never tried again, so that many stars cost no more than few."""
    first, *others = map(re.escape, pattern.split("*"))
    if not others:
        return re.compile(first)
    between = "".join(f"(?>[^/]*?{literal})" for literal in others[:-1])
    return re.compile(f"{first}{between}[^/]*{others[-1]}")
