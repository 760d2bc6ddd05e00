"""Cancelling what has not begun: who may, and what is said where it is too late."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from bot.access.decide import Decision, Resource
from bot.access.gate import Standing
from bot.access.roles import Role
from bot.catalog import Catalog
from bot.clock import Clock
from bot.errors import UserError
from bot.operations import outcomes
from bot.operations.journal import Journal, Lost
from bot.operations.kept import Newer
from bot.operations.operation import Operation, Result, State
from bot.store import StoreError
from bot.wording import ago, code, person


@dataclass(frozen=True)
class Cancelling:
    """Ends operations that have not begun, by a button or by a command."""

    journal: Journal
    catalog: Catalog
    requeue: Callable[[Operation], Awaitable[None]]
    clock: Clock

    def may(self, standing: Standing, operation: Operation) -> Decision:
        """Whether the person may: who asked for it, and managers of what it acts on."""
        if standing.person.id == operation.person:
            return Decision(allowed=True, reason="You asked for it.", role=Role.MANAGER)
        return standing.may(Role.MANAGER, self._resource(operation), changes=True, despite_freeze=True)

    async def cancel(self, operation_id: str, standing: Standing, at: datetime) -> Operation:
        """
        Cancel it.

        Args:
            operation_id: Which one.
            standing: Of whoever cancels it.
            at: When; the same again if it is done again.

        Returns:
            The operation, ended.

        Raises:
            UserError: There is none, the person may not, or it has begun.
        """
        try:
            operation = await self.journal.load(operation_id)
        except Newer as error:
            why = f"The operation {code(operation_id)} is of a newer release of the bot than the one that looks at it."
            raise UserError(why, hint="The bot is being renewed. Try again in a moment.") from error
        if operation is None or not self.sees(standing, operation):
            raise UserError(
                f"There is no operation {code(operation_id)}.", hint="`/agora planned` lists what is planned."
            )
        decision = self.may(standing, operation)
        if not decision.allowed:
            raise UserError(decision.reason, hint=f"{person(operation.person)}, who asked for it, can cancel it too.")
        ended = await self.end(operation, standing.person.id, at)
        if ended is None:
            raise UserError(self._too_late(await self.journal.load(operation_id) or operation))
        await self.tell(ended)
        return ended

    async def end(self, operation: Operation, by: str, at: datetime) -> Operation | None:
        """Write down that it is cancelled; None if it is too late for that."""
        result = outcomes.cancelled(person(by))
        record = outcomes.audit_record(operation, result, at)
        if await self.journal.finish(operation, result, at, record=record, whoever=True) != "ok":
            return None
        return cancelled(operation, result, at)

    async def tell(self, operation: Operation) -> None:
        """Have it told that it is cancelled, if anybody has heard of it."""
        if operation.follows and operation.card is None:  # nobody has seen a message of it
            with contextlib.suppress(Lost):
                await self.journal.told(operation, "with what cancelled it")
            return
        with contextlib.suppress(StoreError):  # the sweep finds it
            await self.requeue(operation)

    def sees(self, standing: Standing, operation: Operation) -> bool:
        """Whether the person may know of it: who asked for it, and who may look at what it acts on."""
        viewer = standing.may(Role.VIEWER, self._resource(operation), changes=False)
        return viewer.allowed or standing.person.id == operation.person

    def _resource(self, operation: Operation) -> Resource:
        return Resource(entry=operation.args.get("entry"), region=operation.args.get("region"))

    def _too_late(self, operation: Operation) -> str:
        if operation.result is None:
            return "It has begun, so it can't be cancelled any more. What comes of it will be told."
        return f"It ended {ago(operation.finished or operation.created, self.clock())}: {operation.result.headline}"


def cancelled(operation: Operation, result: Result, at: datetime) -> Operation:
    """The operation once it is cancelled."""
    return operation.model_copy(update={"state": State.FINISHED, "result": result, "finished": at})
