"""Planned operations in Redis: which there are, and when each is due."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.moments import Plan
from bot.operations import kept
from bot.operations.journal import Journal, Lost
from bot.operations.kept import Newer
from bot.operations.operation import Card, Operation, State
from bot.store import Store

MOST_READ: Final = 1000  # of the planned ones, soonest first, that are looked through for one reader
TOGETHER: Final = 50  # records read at the same time


@dataclass(frozen=True)
class Plans:
    """All that is kept of plans. They are not among the open operations: what is far ahead costs nobody anything."""

    store: Store
    journal: Journal

    async def keep(self, operation: Operation, plan: Plan) -> None:
        """
        Keep when it is to be done.

        Raises:
            Lost: Another worker has it, or somebody cancelled it.
        """
        keys, state = [self._key(operation.id)], State.PLANNING
        args: list[str | int] = [operation.starts, state, state, "plan", plan.model_dump_json()]
        if not await self.store.call("operation_move", keys, args):
            raise Lost

    async def settle(self, operation: Operation, now: datetime) -> State:
        """
        Let an operation whose plan is kept wait until it is due, or take its turn at once.

        Raises:
            Lost: Another worker has it, or somebody cancelled it.
        """
        keys = [self._key(operation.id), self._planned, self._turns(operation), self.store.key("sequence")]
        due = kept.ms(operation.due) if operation.due else ""
        found = await self.store.call("operation_plan", keys, [operation.id, operation.starts, kept.ms(now), due])
        if found == "lost":
            raise Lost
        return State(str(found))

    async def announced(self, operation: Operation, card: Card | None, now: datetime) -> None:
        """The channel was told of it, by *card* if that is where it stands."""
        keys = [self._key(operation.id), self.store.key("open")]
        args: list[str | int] = [operation.id, kept.ms(now), card.model_dump_json() if card else ""]
        await self.store.call("operation_announced", keys, args)

    async def fall_due(self, operation: Operation, now: datetime) -> bool:
        """Put a planned operation in its turn if it is due; whether it is in its turn now."""
        keys = [self._key(operation.id), self._planned, self._turns(operation), self.store.key("sequence")]
        found = await self.store.call("operation_due", [*keys, self.store.key("open")], [operation.id, kept.ms(now)])
        return found in {State.PLANNED, State.QUEUED}

    async def follow(self, operation: Operation, after: Operation) -> str:
        """
        Plan *after*, which turns off again what *operation* does; once, whoever does it again.

        Returns:
            The id of what was planned, now or before.

        Raises:
            Lost: Another worker has *operation*.
        """
        if after.due is None:
            raise ValueError(f"operation {after.id} has no time")
        keys = [self._key(after.id), self._planned, self._key(operation.id)]
        record = kept.record(after)
        args: list[str | int] = [after.id, record, kept.ms(after.created), kept.ms(after.due), operation.starts]
        known = await self.store.call("operation_follow", keys, args)
        if known is None:
            raise Lost
        return str(known)

    async def due_before(self, moment: datetime, most: int) -> list[Operation]:
        """Operations that were due before *moment* and are not queued, the longest due first."""
        return await self._read("-inf", kept.ms(moment), most)

    async def soonest(self) -> list[Operation]:
        """What is planned, soonest first."""
        found = await self._read("-inf", "+inf", MOST_READ)
        return [operation for operation in found if operation.state is State.PLANNED]

    async def _read(self, start: str, end: str | int, most: int) -> list[Operation]:
        reply = await self.store.do("ZRANGEBYSCORE", self._planned, start, end, "LIMIT", 0, most)
        ids = [str(one) for one in reply] if isinstance(reply, list) else []
        found: list[Operation | None] = []
        for first in range(0, len(ids), TOGETHER):  # all at once would wait for each other longer than one call may
            found += await asyncio.gather(*map(self._load, ids[first : first + TOGETHER]))
        return [operation for operation in found if operation is not None]

    async def _load(self, operation_id: str) -> Operation | None:
        try:
            operation = await self.journal.load(operation_id)
        except Newer:  # its release sees to it
            return None
        if operation is None:  # a pointer to nothing
            await self.store.do("ZREM", self._planned, operation_id)
        return operation

    def _key(self, operation_id: str) -> str:
        return self.store.key("operation", operation_id)

    def _turns(self, operation: Operation) -> str:
        return self.store.key("turns", operation.target)

    @property
    def _planned(self) -> str:
        return self.store.key("planned")
