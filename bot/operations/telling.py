"""Says what came of an operation: once, and in each channel in the order in which it came about."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from bot.audit import Record
from bot.catalog import Catalog
from bot.clock import Clock
from bot.command import AnyCommand
from bot.metrics import Metrics
from bot.operations import cards, outcomes, plan_cards
from bot.operations.engine import Later
from bot.operations.journal import Behind, Floor, Held, Journal
from bot.operations.kept import Newer
from bot.operations.knowing import command_of
from bot.operations.operation import Operation, State
from bot.operations.ports import NotTold, Requeue, Teller, Told

LONGEST_PAUSE: Final = timedelta(minutes=1)
AT_HOME: Final = {"card", "channel"}  # where the outcome of a change belongs

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Telling:
    """
    The last step of an operation, and one of its own: it survives its worker, and waits for Slack alone.

    Whoever ends an operation tells it at once if it is the first of its channel that is untold. If not, whoever tells
    the one before it queues it, and tells all that stand behind it as well; if that one is gone too, the sweep does.
    """

    catalog: Catalog
    journal: Journal
    teller: Teller
    requeue: Requeue
    clock: Clock
    metrics: Metrics

    async def at_once(self, operation: Operation, command: AnyCommand) -> None:
        """Tell what this worker has just ended; what can't be told now is queued."""
        try:
            with contextlib.suppress(Behind):
                await self._wake(await self._tell(operation, command, claim=False), operation)
        except Later as later:
            await self.requeue(operation, self.clock() + later.delay)

    async def from_queue(self, operation: Operation, command: AnyCommand) -> None:
        """
        Tell what was queued to be told, and what stands untold behind it: with a trip through the engine for each of
        them a busy channel falls behind.

        Raises:
            Later: Slack is busy.
        """
        queued = operation
        with contextlib.suppress(Behind, Newer):
            try:
                while following := await self._tell(operation, command, claim=True):
                    after = await self.journal.load(following)
                    if after is None or after.state is not State.FINISHED:
                        return await self._wake(following, operation)
                    operation, command = after, command_of(self.catalog, after)
            except Later as later:
                if operation.id == queued.id:
                    raise
                await self.requeue(operation, self.clock() + later.delay)

    async def _tell(self, operation: Operation, command: AnyCommand, *, claim: bool) -> str | None:
        """Give the operation whose outcome is to be told next."""
        match await self.journal.speak(operation, claim=claim):
            case Held(wait):
                raise Later(wait)
            case Floor(operation, again):
                told = await self._said(operation, command, again=again)
        following = await self.journal.told(operation, told.way, record=self._detour(operation, told))
        return following if operation.told_in_turn else None

    async def go_on(self, told: Operation) -> None:
        """Queue the outcome that is to be told next in the channel of one that is told."""
        if told.told_in_turn:
            await self._wake(await self.journal.next_to_tell(told.channel), told)

    async def waits(self, operation: Operation) -> bool:
        """Whether whoever tells the outcome before it will queue this one."""
        if operation.state is not State.FINISHED or not operation.told_in_turn:
            return False
        return await self.journal.next_to_tell(operation.channel) not in {None, operation.id}

    async def _wake(self, operation_id: str | None, told: Operation) -> None:
        if operation_id is None:
            return
        try:
            following = await self.journal.load(operation_id)
        except Newer:  # a worker of that release sweeps it up
            return
        if following is None:
            await self.journal.forget(operation_id, channel=told.channel)
        elif following.state is State.FINISHED:
            # An entry that came too early may just be running: under its key this one would be refused, and lost.
            await self.requeue(following, None, turn=told.id)

    async def _said(self, operation: Operation, command: AnyCommand, *, again: bool) -> Told:
        began = self.clock()
        try:
            await self._close_plan(operation, again=again)
            notice = cards.ended(operation, command)
            told = await self.teller.tell(operation, notice, private=cards.is_private(operation), again=again)
        except NotTold as error:
            log.warning("outcome.not_told", operation=operation.id, reason=str(error))
            if error.after is None:
                return Told("nowhere", (str(error),))
            await self.journal.unsaid(operation, maybe=error.maybe)
            raise Later(max(error.after, self._patience(operation))) from error
        except Exception:  # a mistake of ours must not keep all other outcomes of its channel waiting
            log.exception("outcome.broke", operation=operation.id)
            return Told("nowhere", ("a mistake of the bot",))
        self.metrics.told(self.clock() - began)
        return told

    async def _close_plan(self, operation: Operation, *, again: bool) -> None:
        """Say on the card of a plan, which may be days old, what came of it; the outcome is a message of its own."""
        if operation.plan_card is None or operation.result is None:
            return
        notice = plan_cards.closed(operation, cards.MARKS[operation.result.outcome])
        try:
            await self.teller.show(operation.model_copy(update={"card": operation.plan_card}), notice)
        except NotTold as error:
            if error.after is not None:  # nothing of the outcome is said yet
                raise NotTold(str(error), after=error.after, maybe=again) from error

    def _patience(self, operation: Operation) -> timedelta:
        """A tenth of the time that it has waited already: an outage of an hour is not met with a try each second."""
        waited = self.clock() - (operation.finished or operation.created)
        return min(waited / 10, LONGEST_PAUSE)

    def _detour(self, operation: Operation, told: Told) -> Record | None:
        """What the audit trail says of an outcome that could not be told where it belongs."""
        if cards.is_private(operation) or told.way in AT_HOME or operation.result is None:
            return None
        return outcomes.told_elsewhere(operation, told, self.clock())
