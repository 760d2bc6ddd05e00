"""A connection that breaks after each script has run."""

from __future__ import annotations

from collections.abc import Sequence

from bot.store import Reply, Store


class Stammering(Store):
    """A store that sends each script twice, as redis-py does when the answer to the first was lost."""

    def __init__(self, store: Store) -> None:
        self.__dict__ = store.__dict__

    async def call(self, script: str, keys: Sequence[str], args: Sequence[str | int | float] = ()) -> Reply:
        """Send it, lose the answer, send it again."""
        _ = await super().call(script, keys, args)
        return await super().call(script, keys, args)
