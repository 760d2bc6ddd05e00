"""What follows an operation by itself: turning off again, at its end, what it turned on."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.catalog import Catalog
from bot.clock import Clock
from bot.moments import Plan
from bot.operations import outcomes
from bot.operations.journal import Journal
from bot.operations.operation import Operation, Outcome, Result, State, new_id
from bot.operations.plans import Plans
from bot.operations.ports import Requeue
from bot.operations.undoing import back
from bot.store import StoreError

PERHAPS_ON: Final = {Outcome.SUCCEEDED, Outcome.UNKNOWN}


@dataclass(frozen=True)
class Following:
    """Plans what follows."""

    journal: Journal
    plans: Plans
    catalog: Catalog
    requeue: Requeue
    clock: Clock

    def missed(self, operation: Operation) -> Result | None:
        """What came of an operation that could not begin before it should have ended."""
        if operation.ends is None or self.clock() < operation.ends:
            return None
        return outcomes.missed(operation)

    async def follow(self, operation: Operation, result: Result) -> Operation:
        """
        Plan what turns it off again; before its end is kept, so that a kill in between neither loses nor doubles it.

        Raises:
            Lost: Another worker has the operation.
        """
        items, ends = _perhaps_on(operation, result), operation.ends
        if not items or ends is None or operation.state is not State.RUNNING:
            return operation
        if operation.retry_of and (before := await self._before(operation.retry_of)):
            items = [item for item in items if item not in before.args.get("streams", ())]
            if not items:
                return operation.model_copy(update={"followed": before.id})
        after = self._turning_off(operation, items, ends)
        if after is None:
            return operation
        known = await self.plans.follow(operation, after)
        if known == after.id:
            with contextlib.suppress(StoreError):  # the sweep finds it
                await self.requeue(after, ends)
        return operation.model_copy(update={"followed": known})

    async def _before(self, operation_id: str) -> Operation | None:
        """What follows the operation that was tried before this one, if that is planned still."""
        tried = await self.journal.load(operation_id)
        after = await self.journal.load(tried.followed) if tried and tried.followed else None
        return after if after and after.state is State.PLANNED else None

    def _turning_off(self, operation: Operation, items: list[str], ends: datetime) -> Operation | None:
        """In the name of whoever asked, who confirmed both at once; None where this release does not know how."""
        command = self.catalog.get(operation.command)
        step = back(command, operation.args, items) if command else None
        undo = self.catalog.get(step.command) if step else None
        if step is None or undo is None or operation.plan is None:
            return None
        args = undo.args.model_validate(step.args)
        now = self.clock()
        return Operation(
            id=new_id(),
            command=undo.name,
            args=args.model_dump(mode="json"),
            line=undo.line(args),
            effect=undo.effect,
            person=operation.person,
            team=operation.team,
            channel=operation.channel,
            response_url=None,  # too old by then
            target=operation.target,
            asks=False,
            created=now,
            follows=operation.id,
            plan=Plan(due=ends, zone=operation.plan.zone),
            state=State.PLANNED,
            planned=now,
            announced=now,  # by the card of the operation that it follows
        )


def _perhaps_on(operation: Operation, result: Result) -> list[str]:
    """The items that are turned on now, or may be."""
    if result.items:
        return [item.item for item in result.items if item.outcome in PERHAPS_ON]
    return list(operation.args.get("streams", ())) if result.outcome in PERHAPS_ON else []
