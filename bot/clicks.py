"""Presses of our buttons: each is answered, each counts once, and each is decided on anew."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Final

import structlog
from pydantic import ValidationError

from bot.access.gate import Gate
from bot.again import Again
from bot.audit import Audit
from bot.barrier import NEWER, Barrier
from bot.catalog import Catalog
from bot.clock import Clock
from bot.notice import Notice
from bot.operations import cards, outcomes, plan_cards
from bot.operations.cancelling import Cancelling
from bot.operations.journal import Accepted, Behind, Held, Journal, Lost, Repeated, TooLate
from bot.operations.kept import Newer
from bot.operations.operation import Operation, Outcome, State, is_id
from bot.operations.paging import GONE
from bot.outage import nothing_done, why
from bot.pressing import Click, Pressed
from bot.store import StoreError
from bot.wording import ago, code, moment, person

LOOK_WITHIN: Final = timedelta(seconds=1.5)  # both together, of Slack's 3
ACT_WITHIN: Final = timedelta(seconds=1)

TURNED: Final = "It was turned back already, or is being turned back."

log = structlog.get_logger(__name__)

UNCLEAR = Notice(
    headline="It is not known whether this click counted: the bot lost touch with its memory (Redis).",
    after=("Press again in a moment, or watch the channel: it counts once, however often you press.",),
)
UNKNOWN = Notice(
    headline="This button belongs to no operation that the bot knows.",
    after=("Nothing was done. Records go after 7 days; type the command again.",),
)


class Clicks:
    """
    Takes clicks.

    Args:
        again: Makes what a button begins.
        requeue: Queues an operation for the workers; raises `StoreError`.
        clock_ms: Redis' own clock.
        background: Runs what may outlive the answer.
    """

    def __init__(
        self,
        *,
        catalog: Catalog,
        again: Again,
        gate: Gate,
        journal: Journal,
        audit: Audit,
        requeue: Callable[[Operation], Awaitable[None]],
        clock_ms: Callable[[], Awaitable[int]],
        clock: Clock,
        background: Callable[[Awaitable[None]], None],
    ) -> None:
        self._catalog, self._gate, self._journal, self._background = catalog, gate, journal, background
        self._again = again
        self._requeue, self._redis_ms, self._clock = requeue, clock_ms, clock
        self._cancelling = Cancelling(journal, catalog, requeue, clock)
        self._barrier = Barrier(catalog, gate, self._cancelling, audit)

    async def press(self, click: Click) -> Pressed:
        """Do what the button says, or say why not."""
        if click.outsider:
            return Pressed(Notice("This button is for members of the workspace that runs the bot. Nothing was done."))
        try:
            async with asyncio.timeout(LOOK_WITHIN.total_seconds()):
                seen = await self._look(click)
        except (StoreError, TimeoutError) as error:
            return _nothing_done(error, click)
        if isinstance(seen, Pressed):
            return seen
        try:
            async with asyncio.timeout(ACT_WITHIN.total_seconds()):
                return await self._act(click, *seen)
        except (TooLate, StoreError, TimeoutError) as error:
            return _not_taken(error, click)

    async def _look(self, click: Click) -> Pressed | tuple[Operation, int]:
        """Why it can't be pressed; else the operation, and until when in Redis' time the press may be written down."""
        try:
            operation = await self._journal.load(click.operation) if is_id(click.operation) else None
        except Newer:
            return Pressed(NEWER)
        if operation is None:
            return Pressed(GONE if click.action == "operation_page" else UNKNOWN)
        try:
            does = self._again.reversal(click, operation) if click.action == "operation_undo" else operation
        except ValidationError:  # a newer release has written it
            return Pressed(NEWER)
        if does is None:
            return await self._too_late(operation.id, "Nothing turns it back.")
        if barred := await self._barrier.barred(click, operation, does):
            return Pressed(barred)
        return operation, await self._redis_ms() + int(ACT_WITHIN.total_seconds() * 1000)

    async def _act(self, click: Click, operation: Operation, deadline_ms: int) -> Pressed:
        acts: dict[str, Callable[[], Awaitable[Pressed]]] = {
            "operation_confirm": lambda: self._confirm(click, operation, deadline_ms),
            "operation_cancel": lambda: self._cancel(click, operation),
            "operation_retry": lambda: self._retry(click, operation, deadline_ms),
            "operation_stop": lambda: self._stop(click, operation, deadline_ms),
            "operation_undo": lambda: self._undo(click, operation, deadline_ms),
            "operation_page": lambda: self._turn(click, operation),
        }
        if click.action not in acts:
            return Pressed(Notice("This release of the bot does not know that button. Nothing was done."))
        return await acts[click.action]()

    async def _confirm(self, click: Click, operation: Operation, deadline_ms: int) -> Pressed:
        now, second = self._clock(), click.person if operation.open else ""
        found = await self._journal.confirm(operation, now, deadline_ms=deadline_ms, second=second)
        later = operation.due is not None and operation.due > now
        to = {"state": State.PLANNED if later else State.QUEUED, "decided": now}
        queued = partial(self._queued, operation.model_copy(update=to))
        by = person(click.person) if operation.open else "you"
        said = plan_cards.confirmed(operation, now, by) if later else cards.confirmed(operation, now, by)
        if found == State.WAITING and operation.open:  # first what all see: the outcome takes its place
            return Pressed(said, replace=True, said=queued)
        if found in {State.WAITING, State.QUEUED, State.PLANNED}:
            self._background(queued())
        if found == State.WAITING:
            return Pressed(said, replace=True)
        if found == "lapsed":
            return Pressed(_lapsed(operation), replace=not operation.open)
        return await self._too_late(operation.id)

    async def _cancel(self, click: Click, operation: Operation) -> Pressed:
        ended = await self._cancelling.end(operation, click.person, self._clock())
        if ended is None:
            return await self._too_late(operation.id)
        command, said = self._catalog.get(operation.command), await self._saying(ended)
        if said is None:  # a worker came upon it in between, and tells what became of it
            return Pressed(
                Notice("You called it off; a message of its own says so.", small=cards.named(operation)), True
            )
        seen_by_all = ended.planned is not None or ended.card is not None
        if seen_by_all and command is not None:  # and what came of it there
            return Pressed(cards.ended(ended, command), replace=True, said=said)
        return Pressed(cards.cancelled(operation), replace=True, said=said)

    async def _saying(self, ended: Operation) -> Callable[[], Awaitable[None]] | None:
        """Take on telling it, with the answer to the click; a worker tells it if that answer does not arrive."""
        try:
            floor = await self._journal.speak(ended, claim=True)
        except Lost:
            return None
        except Behind:  # others of its channel are told first, but this one takes the place of a message that stands
            return partial(self._said, ended)
        return None if isinstance(floor, Held) else partial(self._said, floor.operation)

    async def _said(self, ended: Operation) -> None:
        with contextlib.suppress(Lost, StoreError):
            following = await self._journal.told(ended, "click")
            if following and (waiting := await self._journal.load(following)):
                await self._requeue(waiting)

    async def _stop(self, click: Click, operation: Operation, deadline_ms: int) -> Pressed:
        small = cards.named(operation)
        match await self._journal.stop(operation, click.person, deadline_ms=deadline_ms):
            case State.RUNNING:
                return Pressed(Notice("Stopping after the ones that are with Agora now.", small=small))
            case "stopping":
                return Pressed(Notice("It is stopping already, after the ones that are with Agora now.", small=small))
            case _:
                return await self._too_late(operation.id, "There is nothing left to stop.")

    async def _turn(self, click: Click, operation: Operation) -> Pressed:
        """Show another page of what a read has found, as it was found."""
        command = self._catalog.get(operation.command)
        if command is None or operation.result is None or not operation.result.rows:
            return await self._too_late(operation.id)
        return Pressed(cards.answer(operation, command, click.page), replace=True)

    async def _retry(self, click: Click, operation: Operation, deadline_ms: int) -> Pressed:
        """Do again what failed, as an operation of its own, in the name of whoever pressed."""
        result = operation.result
        if result is None or not result.retry:
            return await self._too_late(operation.id)
        again = self._again.repeat(click, operation, asks=await self._barrier.takes_two(click, operation))
        match await self._journal.accept(again, once=f"retry:{operation.id}", deadline_ms=deadline_ms):
            case Repeated(known):
                return await self._too_late(known, "It was tried again already.")
            case Accepted():
                self._background(self._queued(again))
        command = self._catalog.get(operation.command)
        if command is None:
            return Pressed(Notice(f"It is tried again as operation {code(again.id)}."))
        retried = operation.model_copy(update={"retried": again.id})
        return Pressed(cards.ended(retried, command), replace=True)

    async def _undo(self, click: Click, operation: Operation, deadline_ms: int) -> Pressed:
        """Turn back what was done, as an operation of its own, in the name of whoever pressed."""
        try:
            earlier = await self._journal.load(operation.undone) if operation.undone else None
        except Newer:
            return Pressed(NEWER)
        if earlier is not None and not _came_to_nothing(earlier):
            return await self._turned(earlier)
        back, instead = self._again.reversal(click, operation), operation.undone or ""
        if back is None:
            return await self._too_late(operation.id)
        once = f"undo:{operation.id}:{instead}"
        match await self._journal.accept(back, once=once, deadline_ms=deadline_ms, instead_of=instead):
            case Repeated(known):
                return await self._too_late(known, TURNED)
            case Accepted():
                self._background(self._queued(back))
        if back.asks:
            return Pressed(None)
        doing = f"It is turned back with {code(back.line, limit=300)}. The result appears in the channel."
        return Pressed(Notice(doing, small=(f"operation {code(back.id)}",)))

    async def _turned(self, earlier: Operation) -> Pressed:
        """Say who has pressed before, and what came of that."""
        if earlier.undecided and earlier.result is None:
            return Pressed(Notice(f"{person(earlier.person)} is being asked at this moment whether to turn it back."))
        return await self._too_late(earlier.id, TURNED)

    async def _queued(self, operation: Operation) -> None:
        """Queue it; if the queue does not answer the sweep will, for it is written down."""
        try:
            await self._requeue(operation)
        except StoreError:
            log.warning("queue.away", operation=operation.id)

    async def _too_late(self, operation_id: str, why: str = "") -> Pressed:
        """Say how things stand with an operation that can't be pressed any more."""
        operation = await self._journal.load(operation_id)
        if operation is None:
            return Pressed(UNKNOWN)
        since = operation.finished or operation.decided or operation.created
        small = cards.named(operation)
        if operation.state is State.PLANNED:
            return Pressed(plan_cards.confirmed(operation, since))
        if operation.result is None:
            headline = (
                f"{why or 'It is confirmed already.'} It is being carried out; the result appears in the channel."
            )
            return Pressed(Notice(headline, small=small))
        told = f"{why} It ended {ago(since, self._clock())}: {operation.result.headline}"
        return Pressed(Notice(told.strip(), after=("Nothing was done a second time.",), small=small))


def _came_to_nothing(operation: Operation) -> bool:
    """Whether it is over and changed nothing, so that its button is worth another press."""
    result = operation.result
    return result is not None and (result.outcome.private or result.outcome is Outcome.FAILED) and not result.items


def _nothing_done(error: Exception, click: Click) -> Pressed:
    log.warning("store.away", action=click.action, reason=why(error))
    return Pressed(nothing_done(error, again="press again"))


def _not_taken(error: Exception, click: Click) -> Pressed:
    if isinstance(error, TooLate) or (isinstance(error, StoreError) and error.undone):
        return _nothing_done(error, click)
    log.warning("store.lost", action=click.action, operation=click.operation, reason=why(error))
    return Pressed(UNCLEAR)


def _lapsed(operation: Operation) -> Notice:
    when = f" {moment(operation.expires)}" if operation.expires else ""
    return Notice(
        f"This question lapsed{when}. Nothing was done.",
        after=(f"If you still want it, {outcomes.type_it(operation.line)}.",),
    )
