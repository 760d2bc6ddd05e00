"""Presses of our buttons: each is answered, each counts once, and each is decided on anew."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

import structlog

from bot import moments
from bot.access.gate import Gate
from bot.access.helpers import Lack
from bot.access.roles import Role
from bot.catalog import Catalog
from bot.clock import Clock
from bot.moments import Plan
from bot.notice import Notice
from bot.operations import cards, outcomes, plan_cards
from bot.operations.cancelling import Cancelling
from bot.operations.journal import Accepted, Behind, Held, Journal, Lost, Repeated, TooLate
from bot.operations.kept import Newer
from bot.operations.knowing import command_of
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
NEWER = Notice(
    headline="Nothing was done: this button is of a newer release of the bot than the one that answers you.",
    after=("The bot is being renewed. Press again in a moment.",),
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
    """
    What to say to whoever pressed.

    Attributes:
        replace: In place of the message with the button.
        said: To be done when it stands there; until then it is not told.
        then: To be done once Slack has its acknowledgement; what comes of it is said instead.
    """

    notice: Notice
    replace: bool = False
    said: Callable[[], Awaitable[None]] | None = None
    then: Callable[[], Awaitable[Pressed]] | None = None


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
        self._cancelling = Cancelling(journal, catalog, requeue, clock)

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
            return Pressed(UNKNOWN)
        stop = click.action == "operation_stop"
        if click.action != "operation_retry" and not stop and not await self._own(click, operation):
            return _foreign(operation)
        free = click.action == "operation_cancel" or (stop and click.person == operation.person)
        needed = Role.MANAGER if stop else None
        if not free and (objection := await self._objection(click.person, operation, needed)):
            return Pressed(objection)
        return operation, await self._redis_ms() + int(ACT_WITHIN.total_seconds() * 1000)

    async def _own(self, click: Click, operation: Operation) -> bool:
        """Whether it is theirs to press: who asked for it, and for a plan that everybody sees managers too."""
        if click.person == operation.person or click.action != "operation_cancel" or operation.state != State.PLANNED:
            return click.person == operation.person
        return self._cancelling.may(await self._gate.standing(click.person), operation).allowed

    async def _act(self, click: Click, operation: Operation, deadline_ms: int) -> Pressed:
        match click.action:
            case "operation_confirm":
                return await self._confirm(operation, deadline_ms)
            case "operation_cancel":
                return await self._cancel(click, operation)
            case "operation_retry":
                return await self._retry(click, operation, deadline_ms)
            case "operation_stop":
                return await self._stop(click, operation, deadline_ms)
            case _:
                return Pressed(Notice("This release of the bot does not know that button. Nothing was done."))

    async def _confirm(self, operation: Operation, deadline_ms: int) -> Pressed:
        now = self._clock()
        found = await self._journal.confirm(operation, now, deadline_ms=deadline_ms)
        later = operation.due is not None and operation.due > now
        if found in {State.WAITING, State.QUEUED, State.PLANNED}:
            to = {"state": State.PLANNED if later else State.QUEUED, "decided": now}
            self._background(self._queued(operation.model_copy(update=to)))
        if found == State.WAITING:
            said = plan_cards.confirmed(operation, now) if later else cards.confirmed(operation, now)
            return Pressed(said, replace=True)
        if found == "lapsed":
            return Pressed(_lapsed(operation), replace=True)
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
        if ended.planned is not None and command is not None:  # everybody sees its message, and what came of it there
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
        args = moments.at_once(operation.args_again)
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
            plan=Plan(ends=operation.ends, zone=operation.plan.zone) if operation.plan else None,
        )

    async def _objection(self, person_id: str, operation: Operation, needed: Role | None = None) -> Notice | None:
        """Why the person may not do this, as the role map is now; *needed*: not what the command takes, but this."""
        try:
            command = command_of(self._catalog, operation)
        except Newer:
            return Notice("This release of the bot does not know that command. ⛔", lines=("Nothing was done.",))
        standing = await self._gate.standing(person_id)
        resource = command.resource(command.args.model_validate(operation.args))
        decision = standing.may(needed or command.role, resource, changes=command.effect.changes)
        if decision.allowed:
            return None
        helpers = await self._gate.helpers(Lack(person_id, decision.role, resource, command.effect.changes))
        return Notice(f"{decision.reason} ⛔", lines=("Nothing was done.",), after=(helpers.sentence,))

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
