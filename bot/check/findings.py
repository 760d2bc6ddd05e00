"""What a check finds: how it looks, in words, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Final


class Mark(StrEnum):
    """How it looks."""

    FINE = "ok"
    LESS = "hint"  # works, and does without something
    DOUBTFUL = "warn"  # works, and may fail or lose something one day
    WRONG = "FAIL"
    NOT_ASKED = "skip"


@dataclass(frozen=True)
class Finding:
    """
    One line.

    Attributes:
        what: What was looked at, in a word or two.
        found: How it is, in plain text.
        do: What to do about it.
    """

    mark: Mark
    what: str
    found: str
    do: str = ""


ok: Final = partial(Finding, Mark.FINE)
hint: Final = partial(Finding, Mark.LESS)
warn: Final = partial(Finding, Mark.DOUBTFUL)
wrong: Final = partial(Finding, Mark.WRONG)
skipped: Final = partial(Finding, Mark.NOT_ASKED)
