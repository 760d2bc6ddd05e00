"""What a command gets to work with while one operation runs."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar

from bot.access.decide import Resource
from bot.access.gate import Standing
from bot.access.holding import Holding
from bot.access.rolemap import RoleMap
from bot.access.roles import Role
from bot.agora import AgoraClient, AgoraError, Explanation, explain, narrow
from bot.audit import Record, Traces
from bot.command import Reply, Words
from bot.operations.desk import Desk
from bot.operations.items import NAMES_ROOM, counted, named
from bot.operations.journal import Journal
from bot.operations.operation import ItemResult, Operation, Outcome
from bot.operations.ruling import rule
from bot.operations.tally import AT_ONCE, Tally
from bot.planned import Planned
from bot.wording import code, person

LOOKED_INTO: Final = 5  # kinds of failure whose cause is looked for; each look is a call or two more

T = TypeVar("T")


@dataclass
class Work:
    """One run of one operation."""

    agora: AgoraClient
    roles: RoleMap
    journal: Journal
    record: Operation
    standing: Standing
    at: datetime
    desk: Desk
    tally: Tally
    items: list[ItemResult] = field(default_factory=list)
    unread: AgoraError | None = None
    _known: dict[tuple[object, ...], Explanation] = field(default_factory=dict)
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def person(self) -> str:
        """Who asked."""
        return self.record.person

    @property
    def operation(self) -> str:
        """The operation's id."""
        return self.record.id

    @property
    def channel(self) -> str:
        """Where it was asked."""
        return self.record.channel

    @property
    def holding(self) -> Holding:
        """What the person was given, themselves and by the groups they are in."""
        return self.standing.holding

    @property
    def is_bootstrap_admin(self) -> bool:
        """Whether the settings make the person admin."""
        return self.person in self.standing.gate.admins

    def sees(self, entry: str) -> bool:
        """Whether the person may see this entry point."""
        return self.standing.may(Role.VIEWER, Resource(entry=entry), changes=False).allowed

    async def plans(self) -> Sequence[Planned]:
        """What is planned, as far as the person may see it."""
        return await self.desk.plans_for(self.standing)

    async def last_done(self, entry: str, most: int) -> Sequence[Record]:
        """The last things that were done on an entry point."""
        return await self.desk.last_done(entry, most)

    async def trail(self, wanted: Callable[[Record], bool], most: int) -> Traces:
        """The last records that are wanted, as far as the person may see them."""
        return await self.desk.trail_for(self.standing, wanted, most, self.at)

    async def cancel(self, operation: str) -> Planned:
        """Cancel an operation that has not begun; see `bot.command.Context`."""
        return await self.desk.cancel(operation, self.standing, self.at)

    async def why(self, person: str, line: Sequence[str]) -> Reply:
        """Whether *person* may type *line*, and why."""
        return await rule(self.standing.gate, self.desk.catalog, self.standing, person, line)

    async def glimpse(self, call: Awaitable[T]) -> T | None:
        """What a read gives, or None if Agora does not answer in time; what can't go well later is raised."""
        try:
            return await call
        except AgoraError as error:
            if not error.retry_helps:
                raise
            self.unread = error
            return None

    async def each(self, items: Sequence[str], do: Callable[[str], Awaitable[None]], words: Words) -> Reply:
        """Do one thing to several items; see `bot.command.Context`."""
        unique = list(dict.fromkeys(items))
        if len(unique) == 1:
            await do(unique[0])
            return Reply(words.done(unique[0]), after=words.after)
        places = asyncio.Semaphore(AT_ONCE)
        try:
            async with asyncio.TaskGroup() as group:  # where one has to stop, none goes on unowned
                tasks = [group.create_task(self._one(item, do, words, places)) for item in unique]
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
        self.items = [task.result() for task in tasks]
        good = any(item.outcome is Outcome.SUCCEEDED for item in self.items)
        stopped = any(item.outcome is Outcome.CANCELLED for item in self.items)
        by = f"; stopped by {person(self.tally.stopped)}" if stopped and self.tally.stopped else ""
        return Reply(f"{words.title}: {counted(self.items)}{by}.", _repeated(items), words.after if good else ())

    async def _one(
        self, item: str, do: Callable[[str], Awaitable[None]], words: Words, places: asyncio.Semaphore
    ) -> ItemResult:
        if item in self.record.done:  # by the worker that had this operation before
            return self.record.done[item]
        async with places:
            if self.tally.stopped:
                return ItemResult(
                    item=item, outcome=Outcome.CANCELLED, sentence=f"{code(item)}: not begun.", retry=True
                )
            result = await self._tried(item, do, words)
            stopped = await self.journal.keep_item(self.record, result)
            self.tally.stopped = self.tally.stopped or stopped
        self.record.done[item] = result
        return result

    async def _tried(self, item: str, do: Callable[[str], Awaitable[None]], words: Words) -> ItemResult:
        try:
            await do(item)
        except AgoraError as error:
            explanation = await self._explained(error)
            return ItemResult(
                item=item,
                outcome=Outcome.UNKNOWN if error.changed == "unknown" else Outcome.FAILED,
                sentence=f"{code(item)}: {_cause(explanation)}",
                cause=_cause(explanation),
                advice=explanation.advice,
                retry=explanation.retry_helps,
            )
        return ItemResult(item=item, outcome=Outcome.SUCCEEDED, sentence=words.done(item))

    async def _explained(self, error: AgoraError) -> Explanation:
        """Why it failed; what failed in the same way failed for the same reason, so that is looked into once."""
        kind = (type(error), error.status, error.changed)
        async with self._looking:
            if kind not in self._known:
                look = len(self._known) < LOOKED_INTO
                self._known[kind] = await narrow(self.agora, error) if look else explain(error)
        return self._known[kind]


def _repeated(items: Sequence[str]) -> tuple[str, ...]:
    twice = [item for item, count in Counter(items).items() if count > 1]
    return (f"Named more than once: {named(twice, NAMES_ROOM)}; each counts once.",) if twice else ()


def _cause(explanation: Explanation) -> str:
    """What happened to one of several; why, too, where looking left one cause: that one names no item."""
    cause = explanation.causes[0] if len(explanation.causes) == 1 else ""
    return " ".join(part for part in (explanation.happened, cause, explanation.state) if part)
