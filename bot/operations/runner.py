"""Carries operations out: asks where it must, does, keeps the outcome, tells."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import structlog

from bot.access.gate import Gate
from bot.access.helpers import Lack
from bot.access.rolemap import RoleMap
from bot.agora import AgoraClient, AgoraError, narrow
from bot.arguments import Args
from bot.catalog import Catalog
from bot.clock import Clock
from bot.command import AnyCommand
from bot.errors import UserError
from bot.metrics import Metrics
from bot.notice import Notice
from bot.operations import cards, outcomes
from bot.operations.desk import Desk
from bot.operations.engine import LEFT_FOR, Later
from bot.operations.following import Following
from bot.operations.journal import Behind, Held, Journal, Lost
from bot.operations.kept import Newer
from bot.operations.knowing import command_of
from bot.operations.letters import DIRECT
from bot.operations.operation import Card, Operation, Result, State
from bot.operations.planning import Planning
from bot.operations.ports import NotTold, Requeue, Teller
from bot.operations.progress import Progress
from bot.operations.standing import put
from bot.operations.tally import Tally
from bot.operations.telling import Telling
from bot.operations.undoing import Undoing, offered
from bot.operations.work import Work
from bot.store import StoreError

MOST_RUNS: Final = 6  # begun so often without an end: it ends its worker each time
ASKED_FOR: Final = timedelta(minutes=30)  # as long as the command's response URL is good for
GLIMPSE: Final = timedelta(seconds=2)  # how long a prompt waits for what Agora holds now

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Runner:
    """Carries operations out."""

    journal: Journal
    gate: Gate
    roles: RoleMap
    catalog: Catalog
    agora: AgoraClient
    teller: Teller
    progress: Progress
    telling: Telling
    requeue: Requeue
    clock: Clock
    metrics: Metrics
    planning: Planning
    following: Following
    desk: Desk
    undoing: Undoing
    confirm_ttl: timedelta

    async def work(self, operation_id: str, target: str) -> None:
        """
        Bring an operation on, as far as it can go now. Called at least once for each of its stages.

        Raises:
            Later: It goes on at another time.
            StoreError: Redis is away; to be called again.
        """
        try:
            await self._bring_on(operation_id, target)
        except Lost:
            log.info("operation.lost", operation=operation_id)
        except Newer as error:  # not begun, and not passed: a worker of the release that wrote it does it
            log.info("operation.left", operation=operation_id, newer=str(error))
            raise Later(LEFT_FOR) from error

    async def _bring_on(self, operation_id: str, target: str) -> None:
        own = await self.journal.load(operation_id)
        if own is None:
            return
        if own.state is State.TOLD:  # by a worker that may have ended before it could think of the next one
            await self.telling.go_on(own)
            return
        if target != own.queue_target:  # a stage that is past: it is in the hands of the next one
            if own.state is State.FINISHED and not await self.telling.waits(own):
                await self.requeue(own, None)
            return
        if own.effect.changes and own.state in {State.QUEUED, State.RUNNING}:
            await self._take_turns(own)
        else:
            with contextlib.suppress(Behind):  # confirmed or due since it was read: its turn is queued by itself
                await self._step(own.id, own.target, in_turn=False)

    async def sweep(self) -> None:
        """Queue again what was written down and got lost on the way; harmless for what did not."""
        await self.planning.sweep()
        for operation_id in await self.journal.open_before(self.clock() - timedelta(seconds=10), 1000):
            try:
                operation = await self.journal.load(operation_id)
            except Newer:
                continue
            if operation is None:
                await self.journal.forget(operation_id)
            elif not operation.waits(self.clock()) and not await self.telling.waits(operation):
                await self.requeue(operation, None)

    async def _take_turns(self, own: Operation) -> None:
        """
        Run what stands first on the target until it was *own*.

        The engine lets one at a time in, but in no promised order; who is let in works for the first in line.
        """
        before = None
        while (first := await self.journal.next_of(own.target)) is not None:
            if before not in {None, first}:
                await self._still_our_turn(first)
            before = first
            try:
                await self._step(first, own.target)
            except (Later, Lost):
                # Another's telling is its own task's business; but what still stands first is not passed.
                if first == own.id or await self.journal.next_of(own.target) == first:
                    raise
            if first == own.id:
                return

    async def _still_our_turn(self, first: str) -> None:
        """The next one is at work already only if we stood still and were taken for dead: the turn is another's."""
        following = await self.journal.load(first)
        if following is not None and following.state is State.RUNNING:
            raise Later(timedelta(seconds=1))

    async def _step(self, operation_id: str, target: str, *, in_turn: bool = True) -> None:
        written = await self.journal.load(operation_id)
        command = command_of(self.catalog, written) if written else None
        if written and command and written.state is State.FINISHED:
            await self.telling.from_queue(written, command)
            return
        operation = await self.journal.begin(operation_id, target, in_turn=in_turn)
        if operation is None or command is None:
            await self.journal.forget(operation_id, target=target)
            return
        if operation.runs > MOST_RUNS and operation.state is not State.FINISHED:
            operation = await self._finish(operation, outcomes.given_up(operation))
        match operation.state:
            case State.PLANNING | State.PLANNED:
                operation = await self._plan(operation, command)
            case State.ASKING:
                operation = await self._ask(operation, command)
            case State.WAITING:
                operation = await self._wait(operation, command)
            case State.RUNNING:
                operation = await self._carry_out(operation, command)
        if operation.state is State.FINISHED:
            await self.telling.at_once(operation, command)

    async def _plan(self, operation: Operation, command: AnyCommand) -> Operation:
        if operation.state is State.PLANNED:
            return await self.planning.go_on(operation, command)
        if operation.plan is None:
            try:
                plan = await self.planning.work_out(operation, command)
            except UserError as error:
                return await self._finish(operation, outcomes.refused(error.message, error.hint))
            await self.planning.plans.keep(operation, plan)
            operation = operation.model_copy(update={"plan": plan})
        if operation.asks:
            return await self._ask(operation, command)
        return await self.planning.settle(operation, command)

    async def _ask(self, operation: Operation, command: AnyCommand) -> Operation:
        args = command.args.model_validate(operation.args)
        work = await self._work(operation, agora=self.agora.hurried(GLIMPSE))
        try:
            await self.undoing.look(operation, command, args, work)
            preview = self.planning.question(operation, command) if operation.plan else await command.look(args, work)
        except AgoraError as error:
            return await self._finish(operation, outcomes.not_asked(await narrow(self.agora, error), error))
        except UserError as error:
            return await self._finish(operation, outcomes.refused(error.message, error.hint))
        if work.unread:
            what = "More of what" if preview.now else "What"
            unread = f"{what} is there now could not be read: {work.unread.label}."
            preview = replace(preview, warnings=(unread, *preview.warnings))
        expires = self.clock() + self.confirm_ttl
        await self.journal.wait_for_confirmation(operation, expires=expires)
        waiting = operation.model_copy(update={"state": State.WAITING, "expires": expires})
        try:
            if operation.disruptive and work.standing.holding.protects(command.resource(args).entry):
                second = cards.takes_a_second(operation, command.role)
                card = await self._show_to_all(waiting, cards.prompt(operation, preview, expires, second))
                if card is None:
                    return await self._finish(waiting, outcomes.not_shown_to_all())
                waiting = waiting.model_copy(update={"card": card})
            else:
                await self.teller.ask(operation, cards.prompt(operation, preview, expires))
        except NotTold as error:
            return await self._not_shown(waiting, error)
        await self.journal.keep_asked(operation, self.clock())
        await self.requeue(waiting, expires)
        return waiting

    async def _show_to_all(self, operation: Operation, notice: Notice) -> Card | None:
        """Put a question that takes a second person where everybody sees it, once; None where that can't be."""
        if operation.channel.startswith(DIRECT):
            return None
        card = await put(self.journal, self.teller, operation, notice)
        if isinstance(card, Held):
            raise Later(card.wait)
        return card

    async def _not_shown(self, operation: Operation, error: NotTold) -> Operation:
        """Ask again when Slack has time for it, with the whole time to answer; but not for ever."""
        log.warning("prompt.not_shown", operation=operation.id, reason=str(error))
        if error.after is None or self.clock() - operation.created > ASKED_FOR:
            return await self._finish(operation, outcomes.not_shown(str(error)))
        raise Later(error.after) from error

    async def _wait(self, operation: Operation, command: AnyCommand) -> Operation:
        """Ask what was not asked in the end; what nobody has answered in time lapses."""
        if operation.asked is None:
            return await self._ask(operation, command)
        if operation.waits(self.clock()):
            return operation
        return await self._finish(operation, outcomes.lapsed(operation))

    async def _carry_out(self, operation: Operation, command: AnyCommand) -> Operation:
        self.metrics.taken(self.clock() - (operation.decided or operation.created))
        over, tally = asyncio.Event(), Tally.of(operation, self.clock)
        showing = asyncio.create_task(self.progress.show(operation, tally, over))
        try:  # the outcome is kept before anything waits for Slack
            finished = await self._finish(operation, await self._result(operation, command, tally))
        finally:
            over.set()
            card = await showing
        return finished.model_copy(update={"card": card or finished.card})

    async def _result(self, operation: Operation, command: AnyCommand, tally: Tally) -> Result:
        try:
            args = command.args.model_validate(operation.args)
            work = await self._work(operation, agora=self.agora, tally=tally)
            decision = work.standing.may(
                command.role,
                command.resource(args),
                changes=command.effect.changes,
                despite_freeze=command.despite_freeze,
            )
            if not decision.allowed:
                lack = Lack(operation.person, decision.role, command.resource(args), command.effect.changes)
                way_out = await self.gate.way_out(decision, lack)
                return outcomes.refused(decision.reason, way_out, begun_before=operation.runs > 1)
            if missed := self.following.missed(operation):
                return missed
            return await self._done(operation, command, args, work)
        except AgoraError as error:
            return outcomes.failed(await narrow(self.agora, error), error)
        except UserError as error:
            return outcomes.refused(error.message, error.hint)
        except (StoreError, Lost):
            raise
        except Exception:  # a mistake of ours must end in words, not in silence
            log.exception("operation.broke", operation=operation.id, command=operation.command)
            return outcomes.broken(operation)

    async def _done(self, operation: Operation, command: AnyCommand, args: Args, work: Work) -> Result:
        before = await self.undoing.before(operation, command, args, work)
        try:
            reply = await command.run(args, work)
        except AgoraError as error:
            result = outcomes.failed(await narrow(self.agora, error), error)
            return await self.undoing.after_all(result, operation, command, args, work, before=before)
        await self.undoing.settle(operation)
        return offered(outcomes.done(reply, work.items), operation, command, before)

    async def _work(self, operation: Operation, *, agora: AgoraClient, tally: Tally | None = None) -> Work:
        standing = await self.gate.standing(operation.person)
        at = operation.decided or operation.created  # the same if another worker does it again
        # Before each call, and after the wait for its turn: what another worker has taken on is not called for again.
        ours = agora.guarded(lambda: self.journal.holds(operation))
        if operation.runs > 1:
            ours = ours.resumed()
        counted = tally or Tally.of(operation, self.clock)
        return Work(ours, self.roles, self.journal, operation, standing, at, self.desk, counted)

    async def _finish(self, operation: Operation, result: Result) -> Operation:
        operation = await self.following.follow(operation, result)
        now = self.clock()
        unrecorded = operation.effect.changes and not result.audited
        record = outcomes.audit_record(operation, result, now) if unrecorded else None
        if await self.journal.finish(operation, result, now, record=record) != "ok":
            raise Lost  # to a click that came in between: cancelled, or confirmed just before it lapsed
        self.metrics.finished(operation.command, result.outcome.value)
        log.info("operation.finished", operation=operation.id, command=operation.command, outcome=result.outcome.value)
        return operation.model_copy(update={"state": State.FINISHED, "result": result, "finished": now})
