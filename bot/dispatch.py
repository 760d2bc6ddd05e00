"""From what a person did in Slack to an operation: find, parse, decide, write down. Never calls Agora."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import structlog

from bot import arguments, drafts, help, moments, words  # noqa: A004 our own module
from bot.access.decide import Decision
from bot.access.gate import Gate
from bot.access.helpers import Lack
from bot.access.requests import Requests
from bot.arguments import Args
from bot.audit import Audit
from bot.catalog import Catalog
from bot.clock import Clock
from bot.command import AnyCommand, Effect
from bot.drafts import Asking, Draft, Drafts
from bot.errors import BadArguments
from bot.form import Form
from bot.metrics import Metrics
from bot.notice import Button, Notice
from bot.operations import cards, outcomes, pleas
from bot.operations.journal import Accepted, Journal, Repeated, TooLate
from bot.operations.operation import Operation, State, new_id
from bot.outage import nothing_done, why
from bot.store import StoreError
from bot.wording import code, listing

ANSWER_WITHIN: Final = timedelta(seconds=2)  # of Slack's 3: the rest is the network's
QUEUE_WITHIN: Final = timedelta(seconds=0.5)  # what is left for queueing if all before took its time
WRITE_WITHIN: Final = timedelta(seconds=1.5)  # after this Redis itself refuses to write it down

log = structlog.get_logger(__name__)


class Away(Exception):
    """Redis fails, as *trouble* says; nothing was done, and nothing will be."""

    def __init__(self, trouble: Exception) -> None:
        super().__init__(trouble)
        self.trouble = trouble


class Halfway(Exception):
    """Redis went away while the operation was written down; whether it was is not known."""

    def __init__(self, operation: Operation) -> None:
        super().__init__(operation.id)
        self.operation = operation


@dataclass(frozen=True)
class Invocation:
    """
    One use of a slash command.

    Attributes:
        command: `/record`.
        text: What stood behind it, as Slack sent it.
        once: What is the same when the same request comes again.
    """

    command: str
    text: str
    person: str
    team: str
    channel: str
    response_url: str | None
    once: str


class Dispatcher:
    """
    Decides, and writes down what is allowed.

    Args:
        requeue: Queues an operation for the workers; raises `StoreError`.
        asks: Whether a command of this effect asks before it acts.
    """

    def __init__(
        self,
        *,
        catalog: Catalog,
        gate: Gate,
        journal: Journal,
        drafts: Drafts,
        requests: Requests,
        audit: Audit,
        requeue: Callable[[Operation], Awaitable[None]],
        clock_ms: Callable[[], Awaitable[int]],
        clock: Clock,
        asks: Callable[[Effect], bool],
        metrics: Metrics,
    ) -> None:
        self._catalog, self._gate, self._journal, self._audit = catalog, gate, journal, audit
        self._drafts, self._requests = drafts, requests
        self._requeue, self._redis_ms, self._clock = requeue, clock_ms, clock
        self._asks, self._metrics = asks, metrics

    async def invoke(self, invocation: Invocation) -> Notice | Asking | None:
        """Take a command; the notice is for its caller alone, None says that there is nothing to say yet."""
        try:
            parsed = self._parse(invocation)
        except BadArguments as error:
            return Notice(headline=error.message, after=(error.hint,) if error.hint else ())
        if isinstance(parsed, Notice):
            return parsed
        until = asyncio.get_running_loop().time() + ANSWER_WITHIN.total_seconds()
        try:
            return await self.take(invocation, *parsed, until=until)
        except Away as away:
            return nothing_done(away.trouble, again="type it again")
        except Halfway as lost:
            return _halfway(lost.operation)

    async def take(
        self, invocation: Invocation, command: AnyCommand, args: Args, *, until: float
    ) -> Notice | Asking | None:
        """
        Decide on what was typed, or filled in, and write it down; or have the rest of it asked for.

        Args:
            invocation: Who, and where.
            command: What.
            args: On what; without what the command's form asks for, that is opened.
            until: In the time of the event loop.

        Raises:
            Away: Redis did not answer in time.
            Halfway: It went away too late to know.
        """
        try:
            async with asyncio.timeout_at(until):
                decided = await self._decide(invocation, command, args)
                if isinstance(decided, Notice):
                    return decided
                if command.form and not getattr(args, command.form.asks):
                    return await self._ask(invocation, command, command.form, args)
        except (StoreError, TimeoutError) as error:
            raise _away(error, command.name) from error
        return await self._accept(self._operation(invocation, command, args), invocation.once, decided, until)

    def _parse(self, invocation: Invocation) -> tuple[AnyCommand, Args] | Notice:
        try:
            typed = words.split(invocation.text)
        except words.OpenQuote as error:
            raise BadArguments(error.message, hint=self._closed(invocation.command, error.closed)) from None
        if invocation.command not in self._catalog.groups:
            known = listing([code(group) for group in self._catalog.groups])
            raise BadArguments(f"{code(invocation.command)} is not a command of this bot.", hint=f"It has {known}.")
        asked = [word.text.casefold() for word in typed]
        if asked in ([], ["help"], ["?"]):
            return help.of_group(self._catalog, invocation.command)
        if asked[0] == "help":
            return help.of_command(self._catalog.find(invocation.command, typed[1:]))
        command = self._catalog.find(invocation.command, typed)
        if asked[1:] == ["help"] and not typed[1].quoted:
            return help.of_command(command)
        start = f"/{command.name}"
        try:
            return command, arguments.read(command.args, typed[1:], start=start)
        except arguments.Missing as missing:
            if command.form is None or missing.fields != (command.form.asks,):
                raise
            return command, arguments.part(command.args, missing.found, start=start)

    def _closed(self, group: str, typed: list[words.Word]) -> str | None:
        """What to type where a quote was left open."""
        try:
            command = self._catalog.find(group, typed)
        except BadArguments as error:
            return error.hint
        return arguments.hint(command.args, typed[1:], start=f"/{command.name}")

    async def _decide(self, invocation: Invocation, command: AnyCommand, args: Args) -> Notice | int:
        """The refusal, or Redis' time at which it was allowed."""
        began = self._clock()
        standing, now_ms = await asyncio.gather(self._gate.standing(invocation.person), self._redis_ms())
        self._metrics.decided(self._clock() - began)
        decision = standing.may(
            command.role,
            command.resource(args),
            changes=command.effect.changes,
            despite_freeze=command.despite_freeze,
        )
        return now_ms if decision.allowed else await self._refuse(invocation, command, args, decision)

    async def _refuse(self, invocation: Invocation, command: AnyCommand, args: Args, decision: Decision) -> Notice:
        operation = self._operation(invocation, command, args)
        place = command.resource(args)
        record = outcomes.audit_record(operation, outcomes.refused(decision.reason), operation.created)
        record = replace(record, entry=place.entry, region=place.region)
        lack = Lack(invocation.person, decision.role, place, command.effect.changes)
        _, helpers = await asyncio.gather(self._audit.append(record), self._gate.helpers(lack))
        buttons: tuple[Button, ...] = ()
        if not decision.way_out and helpers.givers and (request := pleas.request(operation, lack, decision.reason)):
            await self._requests.keep(request)
            buttons = (Button("access_ask", "Ask for access", request.id),)
        return Notice(
            headline=f"{decision.reason} ⛔",
            lines=("Nothing was done.",),
            after=(decision.way_out or helpers.sentence,),
            small=(code(operation.line, limit=300),),
            buttons=buttons,
        )

    async def _ask(self, invocation: Invocation, command: AnyCommand, form: Form, args: Args) -> Asking:
        """Keep what was typed until the form is sent in that asks for the rest."""
        draft = Draft(
            id=drafts.new_id(),
            command=command.name,
            args=args.model_dump(mode="json", exclude={form.asks}),
            person=invocation.person,
            team=invocation.team,
            channel=invocation.channel,
            response_url=invocation.response_url,
        )
        await self._drafts.keep(draft)
        return Asking(draft, form, command.line(args), command.usage)

    async def _accept(self, operation: Operation, once: str, now_ms: int, until: float) -> Notice | None:
        deadline_ms = now_ms + int(WRITE_WITHIN.total_seconds() * 1000)
        try:
            async with asyncio.timeout_at(until):
                accepted = await self._journal.accept(operation, once=once, deadline_ms=deadline_ms)
        except (TooLate, StoreError, TimeoutError) as error:
            raise _not_accepted(error, operation) from error
        match accepted:
            case Repeated(known):
                return Notice(headline=f"This was accepted before, as operation {code(known)}. It is not done twice.")
            case Accepted(workers):
                return await self._queue(operation, workers, until + QUEUE_WITHIN.total_seconds())

    async def _queue(self, operation: Operation, workers: int, until: float) -> Notice | None:
        """Queue what is written down; whatever comes of that, it will be done: the sweep finds it."""
        small = cards.named(operation)
        try:
            async with asyncio.timeout_at(until):
                await self._requeue(operation)
        except (StoreError, TimeoutError):
            return Notice("Accepted; it takes longer than usual. The result will be told.", small=small)
        if workers == 0:
            waits = "Accepted, but nothing happens yet: no worker of the bot is running. It is done when one starts."
            return Notice(waits, after=("Tell whoever runs the bot.",), small=small)
        return None

    def _operation(self, invocation: Invocation, command: AnyCommand, args: Args) -> Operation:
        operation_id = new_id()
        said = moments.said(args)
        # What turns off again by itself is disruptive then, and asks once, now.
        asks = self._asks(command.effect) or (said.turns_off and self._asks(Effect.DISRUPTIVE))
        # A freeze does not wait for what is running on its entry point.
        entry = None if command.despite_freeze else command.resource(args).entry
        return Operation(
            id=operation_id,
            command=command.name,
            args=args.model_dump(mode="json"),
            line=command.line(args),
            effect=command.effect,
            person=invocation.person,
            team=invocation.team,
            channel=invocation.channel,
            response_url=invocation.response_url,
            target=(entry or "the role map") if command.effect.changes else operation_id,
            asks=asks,
            created=self._clock(),
            state=State.PLANNING if said else State.ASKING if asks else State.QUEUED,
        )


def _away(error: Exception, command: str) -> Away:
    log.warning("store.away", command=command, reason=why(error))
    return Away(error)


def _not_accepted(error: Exception, operation: Operation) -> Away | Halfway:
    if isinstance(error, TooLate) or (isinstance(error, StoreError) and error.undone):
        return _away(error, operation.command)
    log.warning("store.lost", operation=operation.id, reason=why(error))
    return Halfway(operation)


def _halfway(operation: Operation) -> Notice:
    return Notice(
        headline="It is not known whether this was accepted: the bot lost touch with its memory (Redis).",
        after=("If it was, the result will be told. Look for that before you type it again.",),
        small=cards.named(operation),
    )
