"""The stage before an operation takes its turn: when it is to be done, and the wait until then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from bot import moments
from bot.clock import Clock
from bot.command import AnyCommand, Preview
from bot.errors import UserError
from bot.moments import NotThen, NoZone, Plan
from bot.operations import outcomes, plan_cards
from bot.operations.engine import Later
from bot.operations.journal import Held, Journal
from bot.operations.operation import Card, Operation, State
from bot.operations.plans import Plans
from bot.operations.ports import NotTold, Requeue, Teller, Zones
from bot.wording import listing

AT_ONCE: Final = 1000  # of what is due, that one sweep puts in its turn
SOON: Final = timedelta(seconds=5)  # that much too early is a matter of clocks

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Planning:
    """Works out when, shows the plan, and puts what is due in its turn."""

    journal: Journal
    plans: Plans
    teller: Teller
    zones: Zones
    requeue: Requeue
    clock: Clock

    async def work_out(self, operation: Operation, command: AnyCommand) -> Plan:
        """
        The moments that were meant.

        Raises:
            UserError: There are no such moments, or nobody knows in which zone they were meant.
        """
        args = command.args.model_validate(operation.args)
        said = moments.said(args)
        zone = await self.zones.zone_of(operation.person) if said.local else None
        try:
            return moments.plan(said, now=operation.created, zone=zone)
        except NoZone:
            raise UserError(
                "Slack did not say your time zone.",
                hint="Type the time with its offset, such as `2026-12-24T20:45+01:00`.",
            ) from None
        except NotThen as problem:
            lines = [command.line(args.model_copy(update={problem.which: instead})) for instead in problem.instead]
            meant = f"If that is what you meant, {listing(map(outcomes.type_it, lines), word='or')}."
            raise UserError(str(problem), hint=meant if lines else problem.advice) from None

    def question(self, operation: Operation, command: AnyCommand) -> Preview:
        """The one question before a plan."""
        return plan_cards.question(operation, command, self.clock())

    async def settle(self, operation: Operation, command: AnyCommand) -> Operation:
        """Let it wait for its time, or put it in its turn where that is now."""
        now = self.clock()
        state = await self.plans.settle(operation, now)
        if state is State.PLANNED:
            return await self.go_on(operation.model_copy(update={"state": state, "planned": now}), command)
        queued = operation.model_copy(update={"state": state, "decided": now})
        await self.requeue(queued)
        return queued

    async def go_on(self, operation: Operation, command: AnyCommand) -> Operation:
        """
        Bring a planned operation on: to its card, or into its turn.

        Raises:
            Later: It is not due yet, or its card can't be shown now.
        """
        now = self.clock()
        due = operation.due or now
        if due <= now:
            await self.fall_due(operation)
        elif operation.announced is None:
            # First to the queue: Slack may have no time until then.
            await self.requeue(operation.model_copy(update={"announced": now}), due)
            await self.plans.announced(operation, await self._shown(operation, command), now)
        elif due - now < SOON:
            raise Later(due - now)
        return operation

    async def fall_due(self, operation: Operation) -> None:
        """Put it in its turn if it is due."""
        now = self.clock()
        if await self.plans.fall_due(operation, now):
            await self.requeue(operation.model_copy(update={"state": State.QUEUED, "decided": now}))

    async def sweep(self) -> None:
        """Put those that are due in their turn, whatever became of their place in the queue."""
        for operation in await self.plans.due_before(self.clock(), AT_ONCE):
            await self.fall_due(operation)

    async def _shown(self, operation: Operation, command: AnyCommand) -> Card | None:
        """Show the plan's card; where none can stand, tell of the plan by the first way that is open."""
        floor = await self.journal.speak(operation)
        if isinstance(floor, Held):
            raise Later(floor.wait)
        notice = plan_cards.announcement(operation, command)
        try:
            card = await self.teller.show(operation, notice, again=floor.again)
            if card is None:
                await self.teller.tell(operation, notice, private=False, again=floor.again)
        except NotTold as error:
            log.warning("plan.not_told", operation=operation.id, reason=str(error))
            if error.after is None:
                return None
            await self.journal.unsaid(operation, maybe=error.maybe)
            raise Later(error.after) from error
        return card
