"""Presses of our buttons: each is answered, each counts once, and each is decided on anew."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from bot.access.gate import Gate
from bot.catalog import Catalog
from bot.clock import Clock
from bot.dispatch import ANSWER_WITHIN, WRITE_WITHIN
from bot.notice import Notice
from bot.operations import cards, outcomes
from bot.operations.journal import Accepted, Journal, Lost, Repeated, TooLate
from bot.operations.operation import Operation, State, is_id, new_id
from bot.store import StoreError
from bot.wording import ago, code, moment, person

log = structlog.get_logger(__name__)

UNCERTAIN = Notice(
    headline="Nothing was done: the bot can't reach its memory (Redis) right now.",
    after=("Press again in a moment. It counts once, however often you press and should this press get through late.",),
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
    ) -> None:
        self._catalog, self._gate, self._journal = catalog, gate, journal
        self._requeue, self._redis_ms, self._clock = requeue, clock_ms, clock

    async def press(self, click: Click) -> Pressed:
        """Do what the button says, or say why not."""
        if click.outsider:
            return Pressed(Notice("This button is for members of the workspace that runs the bot. Nothing was done."))
        try:
            async with asyncio.timeout(ANSWER_WITHIN.total_seconds()):
                return await self._press(click)
        except (StoreError, TimeoutError, TooLate):
            log.warning("store.away", action=click.action)
            return Pressed(UNCERTAIN)

    async def _press(self, click: Click) -> Pressed:
        operation = await self._journal.load(click.operation) if is_id(click.operation) else None
        if operation is None:
            return Pressed(UNKNOWN)
        match click.action:
            case "operation_confirm":
                return await self._confirm(click, operation)
            case "operation_cancel":
                return await self._cancel(click, operation)
            case "operation_retry":
                return await self._retry(click, operation)
            case _:
                return Pressed(Notice("This release of the bot does not know that button. Nothing was done."))

    async def _confirm(self, click: Click, operation: Operation) -> Pressed:
        if click.person != operation.person:
            return _foreign(operation)
        reason = await self._objection(click.person, operation)
        if reason:
            return Pressed(Notice(f"{reason} ⛔", after=("Nothing was done.",)))
        now = self._clock()
        deadline_ms = await self._redis_ms() + int(WRITE_WITHIN.total_seconds() * 1000)
        found = await self._journal.confirm(operation, now, deadline_ms=deadline_ms)
        if found in {State.WAITING, State.QUEUED}:
            await self._queued(operation.model_copy(update={"state": State.QUEUED, "decided": now}))
        if found == State.WAITING:
            return Pressed(cards.confirmed(operation, now), replace=True)
        if found == "lapsed":
            return Pressed(_lapsed(operation), replace=True)
        return await self._too_late(operation.id)

    async def _cancel(self, click: Click, operation: Operation) -> Pressed:
        if click.person != operation.person:
            return _foreign(operation)
        now = self._clock()
        result = outcomes.cancelled(person(click.person))
        record = outcomes.audit_record(operation, result, now)
        if await self._journal.finish(operation, result, now, record=record, whoever=True) != "ok":
            return await self._too_late(operation.id)
        with contextlib.suppress(Lost):  # a worker has taken it on: that one tells it too
            await self._journal.told(operation, "click")
        return Pressed(cards.cancelled(operation), replace=True)

    async def _retry(self, click: Click, operation: Operation) -> Pressed:
        """Do again what failed, as an operation of its own, in the name of whoever pressed."""
        result = operation.result
        if result is None or not result.retry:
            return await self._too_late(operation.id)
        again = self._repeat(click, operation)
        reason = await self._objection(click.person, again)
        if reason:
            return Pressed(Notice(f"{reason} ⛔", after=("Nothing was done.",)))
        deadline_ms = await self._redis_ms() + int(WRITE_WITHIN.total_seconds() * 1000)
        match await self._journal.accept(again, once=f"retry:{operation.id}", deadline_ms=deadline_ms):
            case Repeated(known):
                return await self._too_late(known, "It was tried again already.")
            case Accepted():
                await self._queued(again)
        command = self._catalog.get(operation.command)
        if command is None:
            return Pressed(Notice(f"It is tried again as operation {code(again.id)}."))
        return Pressed(cards.outcome(operation.model_copy(update={"retried": again.id}), command), replace=True)

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
        small = (code(operation.line, limit=300), f"operation {code(operation.id)}")
        if operation.result is None:
            headline = (
                f"{why or 'It is confirmed already.'} It is being carried out; the result appears in the channel."
            )
            return Pressed(Notice(headline, small=small))
        told = f"{why} It ended {ago(since, self._clock())}: {operation.result.headline}"
        return Pressed(Notice(told.strip(), after=("Nothing was done a second time.",), small=small))


def _foreign(operation: Operation) -> Pressed:
    return Pressed(
        Notice(
            f"Only {person(operation.person)}, who asked for this, can press that button. Nothing was done.",
            after=(f"If you want it yourself, type {code(operation.line, limit=300)}.",),
        )
    )


def _lapsed(operation: Operation) -> Notice:
    when = f" {moment(operation.expires)}" if operation.expires else ""
    return Notice(
        f"This question lapsed{when}. Nothing was done.",
        after=(f"If you still want it, type {code(operation.line, limit=300)} again.",),
    )
