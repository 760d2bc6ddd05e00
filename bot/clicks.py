"""Presses of our buttons: each is answered, each counts once, and each is decided on anew."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from bot.access.gate import Gate
from bot.catalog import Catalog
from bot.clock import Clock
from bot.notice import Notice
from bot.operations import cards, outcomes
from bot.operations.journal import Accepted, Journal, Lost, Repeated, TooLate
from bot.operations.operation import Operation, State, is_id, new_id
from bot.outage import nothing_done, why
from bot.store import StoreError
from bot.wording import ago, code, moment, person

LOOK_WITHIN: Final = timedelta(seconds=1.5)  # both together, of Slack's 3
ACT_WITHIN: Final = timedelta(seconds=1)

log = structlog.get_logger(__name__)

UNCLEAR = Notice(
    headline="It is not known whether this click counted: the bot lost touch with its memory (Redis).",
    after=("Press again in a moment, or watch the channel: it counts once, however often you press.",),
)
UNKNOWN = Notice(
    headline="This button belongs to no operation that the bot knows.",
    after=("Nothing was done. Records go after 7 days; type the command again.",),
)


@dataclass(frozen=True)
class Click:
    """
    A press of one of our buttons.

    Attributes:
        operation: What the button carries: an id, and nothing else.
        outsider: The person belongs to another workspace that shares the channel.
    """

    action: str
    operation: str
    person: str
    team: str
    channel: str
    response_url: str | None
    outsider: bool = False


@dataclass(frozen=True)
class Pressed:
    """What to say to whoever pressed; `replace`: in place of the message with the button."""

    notice: Notice
    replace: bool = False


class Clicks:
    """
    Takes clicks.

    Args:
        requeue: Queues an operation for the workers; raises `StoreError`.
        clock_ms: Redis' own clock.
        background: Runs what may outlive the answer.
    """

    def __init__(
        self,
        *,
        catalog: Catalog,
        gate: Gate,
        journal: Journal,
        requeue: Callable[[Operation], Awaitable[None]],
        clock_ms: Callable[[], Awaitable[int]],
        clock: Clock,
        background: Callable[[Awaitable[None]], None],
    ) -> None:
        self._catalog, self._gate, self._journal, self._background = catalog, gate, journal, background
        self._requeue, self._redis_ms, self._clock = requeue, clock_ms, clock

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
        operation = await self._journal.load(click.operation) if is_id(click.operation) else None
        if operation is None:
            return Pressed(UNKNOWN)
        if click.action != "operation_retry" and click.person != operation.person:
            return _foreign(operation)
        if click.action != "operation_cancel" and (reason := await self._objection(click.person, operation)):
            return Pressed(Notice(f"{reason} ⛔", lines=("Nothing was done.",), after=(await self._gate.helpers(),)))
        return operation, await self._redis_ms() + int(ACT_WITHIN.total_seconds() * 1000)

    async def _act(self, click: Click, operation: Operation, deadline_ms: int) -> Pressed:
        match click.action:
            case "operation_confirm":
                return await self._confirm(operation, deadline_ms)
            case "operation_cancel":
                return await self._cancel(click, operation)
            case "operation_retry":
                return await self._retry(click, operation, deadline_ms)
            case _:
                return Pressed(Notice("This release of the bot does not know that button. Nothing was done."))

    async def _confirm(self, operation: Operation, deadline_ms: int) -> Pressed:
        now = self._clock()
        found = await self._journal.confirm(operation, now, deadline_ms=deadline_ms)
        if found in {State.WAITING, State.QUEUED}:
            self._background(self._queued(operation.model_copy(update={"state": State.QUEUED, "decided": now})))
        if found == State.WAITING:
            return Pressed(cards.confirmed(operation, now), replace=True)
        if found == "lapsed":
            return Pressed(_lapsed(operation), replace=True)
        return await self._too_late(operation.id)

    async def _cancel(self, click: Click, operation: Operation) -> Pressed:
        now = self._clock()
        result = outcomes.cancelled(person(click.person))
        record = outcomes.audit_record(operation, result, now)
        if await self._journal.finish(operation, result, now, record=record, whoever=True) != "ok":
            return await self._too_late(operation.id)
        # A worker that has taken it on tells it too; so does the sweep where Redis fails after it was cancelled.
        with contextlib.suppress(Lost, StoreError):
            await self._journal.told(operation, "click")
        return Pressed(cards.cancelled(operation), replace=True)

    async def _retry(self, click: Click, operation: Operation, deadline_ms: int) -> Pressed:
        """Do again what failed, as an operation of its own, in the name of whoever pressed."""
        result = operation.result
        if result is None or not result.retry:
            return await self._too_late(operation.id)
        again = self._repeat(click, operation)
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

    def _repeat(self, click: Click, operation: Operation) -> Operation:
        again = operation.result.again if operation.result else ()
        args = {**operation.args, "streams": list(again)} if again else operation.args
        command = self._catalog.get(operation.command)
        line = command.line(command.args.model_validate(args)) if command else operation.line
        return Operation(
            id=new_id(),
            command=operation.command,
            args=args,
            line=line,
            effect=operation.effect,
            person=click.person,
            team=click.team,
            channel=click.channel or operation.channel,
            response_url=click.response_url,
            target=operation.target,
            asks=False,  # it was confirmed once, and the button asks before it is pressed
            created=self._clock(),
            retry_of=operation.id,
        )

    async def _objection(self, person_id: str, operation: Operation) -> str | None:
        """Why the person may not do this, as the role map is now."""
        command = self._catalog.get(operation.command)
        if command is None:
            return "This release of the bot does not know that command."
        standing = await self._gate.standing(person_id)
        args = command.args.model_validate(operation.args)
        decision = standing.may(command.role, command.resource(args), changes=command.effect.changes)
        return None if decision.allowed else decision.reason

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
        if operation.result is None:
            headline = (
                f"{why or 'It is confirmed already.'} It is being carried out; the result appears in the channel."
            )
            return Pressed(Notice(headline, small=small))
        told = f"{why} It ended {ago(since, self._clock())}: {operation.result.headline}"
        return Pressed(Notice(told.strip(), after=("Nothing was done a second time.",), small=small))


def _nothing_done(error: Exception, click: Click) -> Pressed:
    log.warning("store.away", action=click.action, reason=why(error))
    return Pressed(nothing_done(error, again="press again"))


def _not_taken(error: Exception, click: Click) -> Pressed:
    if isinstance(error, TooLate) or (isinstance(error, StoreError) and error.undone):
        return _nothing_done(error, click)
    log.warning("store.lost", action=click.action, operation=click.operation, reason=why(error))
    return Pressed(UNCLEAR)


def _foreign(operation: Operation) -> Pressed:
    return Pressed(
        Notice(
            f"Only {person(operation.person)}, who asked for this, can press that button. Nothing was done.",
            after=(f"If you want it yourself, {outcomes.type_it(operation.line)}.",),
        )
    )


def _lapsed(operation: Operation) -> Notice:
    when = f" {moment(operation.expires)}" if operation.expires else ""
    return Notice(
        f"This question lapsed{when}. Nothing was done.",
        after=(f"If you still want it, {outcomes.type_it(operation.line)}.",),
    )
