"""Freezes: what nobody but an admin changes for a while, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from pydantic import AwareDatetime, TypeAdapter
from pydantic.dataclasses import dataclass

from bot.access.patterns import EVERYTHING
from bot.wording import code, listing, moment, person
from bot.words import quote

ALL: Final = "all"  # how everything is typed
KIND: Final = "frozen"


@dataclass(frozen=True)
class Freeze:
    """
    One freeze.

    Attributes:
        entry: The entry point that is frozen, or `EVERYTHING`.
        by: Who froze it: a Slack user id.
        operation: The operation that froze it.
    """

    entry: str
    by: str
    at: AwareDatetime
    operation: str
    reason: str | None = None


FORM: Final = TypeAdapter(Freeze)


def over(freezes: Iterable[Freeze], entry: str | None) -> tuple[Freeze, ...]:
    """Those that hold for *entry*; None: a change that names no entry point."""
    return tuple(freeze for freeze in freezes if freeze.entry in (EVERYTHING, entry))


def described(freeze: Freeze) -> str:
    """A sentence: what is frozen, by whom, since when and why."""
    why = f": {code(freeze.reason, limit=300)}" if freeze.reason else ""
    return f"{frozen(freeze.entry)} is frozen by {person(freeze.by)} since {moment(freeze.at)}{why}."


def frozen(entry: str) -> str:
    """What is frozen, as a sentence begins with it."""
    return "Everything" if entry == EVERYTHING else code(entry)


def way_out(freezes: Sequence[Freeze]) -> str:
    """What to do about them."""
    lines = listing([code(unfreeze(freeze.entry)) for freeze in freezes])
    return f"Until a manager lifts that with {lines}, only an admin can change anything there."


def unfreeze(entry: str) -> str:
    """What lifts it, as it is typed."""
    # An entry point may be called as the word for everything.
    return (
        "/agora unfreeze" if entry == EVERYTHING else f"/agora unfreeze {quote(entry, always=entry.casefold() == ALL)}"
    )
