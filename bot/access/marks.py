"""Marks on entry points, at most one of a kind on each: set once, lifted once, whoever does it again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final, Generic, Protocol, TypeVar, cast

from pydantic import AwareDatetime, TypeAdapter

from bot.store import Store

REPEATS: Final = timedelta(days=7)  # how long a mark that was lifted is known to whoever lifts it again


class Mark(Protocol):
    """What a mark says at least."""

    @property
    def entry(self) -> str:
        """The entry point."""
        ...

    @property
    def at(self) -> AwareDatetime:
        """Since when."""
        ...


M = TypeVar("M", bound=Mark)


class Marks(Generic[M]):
    """
    What is kept of one kind of marks. They are read with the role map, in the same trip.

    Args:
        kind: A word for them; part of the key.
        form: How one is written.
    """

    def __init__(self, store: Store, kind: str, form: TypeAdapter[M]) -> None:
        self._store, self._form = store, form
        self.key = store.key("roles", kind)

    async def set(self, new: M) -> M:
        """Set *new* where there is none yet; gives the one that stands there now."""
        if await self._store.do("HSETNX", self.key, new.entry, self._form.dump_json(new).decode()):
            return new
        kept = await self._store.do("HGET", self.key, new.entry)
        return self._form.validate_json(kept) if isinstance(kept, str) else await self.set(new)

    async def lift(self, entry: str, *, operation: str) -> M | None:
        """Lift the one on *entry* and give it; lifted again by the same operation, it gives the same."""
        keys = [self.key, self._store.key("roles", "lifted", operation)]
        kept = await self._store.call("mark_lift", keys, [entry, int(REPEATS.total_seconds())])
        return self._form.validate_json(str(kept)) if kept else None

    async def all(self) -> tuple[M, ...]:
        """All that there are now."""
        kept = await self._store.do("HVALS", self.key)
        return read(kept if isinstance(kept, list) else (), self._form)


def read(kept: Iterable[object], form: TypeAdapter[M]) -> tuple[M, ...]:
    """Read marks as they are kept, those that were set first first."""
    found = [form.validate_json(cast("str", text)) for text in kept]
    return tuple(sorted(found, key=lambda mark: mark.at))
