"""Freezes: what nobody but an admin changes for a while, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final, cast

from pydantic import AwareDatetime, TypeAdapter
from pydantic.dataclasses import dataclass

from bot.access.patterns import EVERYTHING
from bot.store import Store
from bot.wording import code, listing, moment, person
from bot.words import quote

ALL: Final = "all"  # how everything is typed
REPEATS: Final = timedelta(days=7)  # how long a freeze that was lifted is known to whoever lifts it again


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


class Freezes:
    """What is kept of them. They are read with the role map, in the same trip."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def freeze(self, new: Freeze) -> Freeze:
        """Freeze what *new* says, if it is not frozen yet; gives the freeze that holds now."""
        key, text = self._store.key("roles", "frozen"), _FREEZE.dump_json(new).decode()
        if await self._store.do("HSETNX", key, new.entry, text):
            return new
        kept = await self._store.do("HGET", key, new.entry)
        return _FREEZE.validate_json(kept) if isinstance(kept, str) else await self.freeze(new)

    async def all(self) -> tuple[Freeze, ...]:
        """All that hold now."""
        kept = await self._store.do("HVALS", self._store.key("roles", "frozen"))
        return read(kept if isinstance(kept, list) else ())

    async def lift(self, entry: str, *, operation: str) -> Freeze | None:
        """Lift the freeze of *entry* and give it; lifted again by the same operation, it gives the same."""
        keys = [self._store.key("roles", "frozen"), self._store.key("roles", "thawed", operation)]
        kept = await self._store.call("freeze_lift", keys, [entry, int(REPEATS.total_seconds())])
        return _FREEZE.validate_json(str(kept)) if kept else None


def read(kept: Iterable[object]) -> tuple[Freeze, ...]:
    """Read freezes as they are kept, those that were set first first."""
    found = [_FREEZE.validate_json(cast("str", text)) for text in kept]
    return tuple(sorted(found, key=lambda freeze: freeze.at))


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


_FREEZE: Final = TypeAdapter(Freeze)
