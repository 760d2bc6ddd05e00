"""Asking for access after a refusal: by a button, answered by a button, once, for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

import structlog
from pydantic import ValidationError

from bot.access.changes import AccessError, grant_problem
from bot.access.decide import Person
from bot.access.gate import Gate
from bot.access.requests import Answer, Known, Request, Requests, Yes
from bot.access.rolemap import RoleMap
from bot.access.roles import Role
from bot.barrier import NEWER
from bot.catalog import Catalog
from bot.clicks import ACT_WITHIN, LOOK_WITHIN, UNCLEAR
from bot.clock import Clock
from bot.dispatch import Away, Dispatcher, Halfway, Invocation
from bot.notice import Notice
from bot.operations import outcomes, pleas
from bot.operations.letters import Letters
from bot.operations.operation import is_id
from bot.outage import nothing_done, why
from bot.pressing import Click, Pressed
from bot.store import StoreError
from bot.wording import person

TRIED: Final = 6  # of those who can give it, where Slack does not let the bot write to some
ANSWERS: Final = {"access_grant_hour": Yes.HOUR, "access_grant_day": Yes.DAY, "access_deny": Yes.NO}

UNKNOWN: Final = Notice(
    headline="This button is too old, or belongs to no request that the bot knows.",
    after=("Nothing was done. Type the command again.",),
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class AccessClicks:
    """Takes the buttons of refusals, and those of the requests that come of them."""

    catalog: Catalog
    gate: Gate
    roles: RoleMap
    requests: Requests
    letters: Letters
    dispatcher: Dispatcher
    clock: Clock
    background: Callable[[Awaitable[None]], None]

    async def press(self, click: Click) -> Pressed:
        """Do what the button says, or say why not."""
        if click.outsider:
            return Pressed(Notice("This button is for members of the workspace that runs the bot. Nothing was done."))
        try:
            async with asyncio.timeout(LOOK_WITHIN.total_seconds()):
                known = await self.requests.load(click.operation) if is_id(click.operation) else None
                if known is None:
                    return Pressed(UNKNOWN)
                objection = await self._objection(click, known)
        except (StoreError, TimeoutError) as error:
            return Pressed(nothing_done(error, again="press again"))
        if objection:
            return objection
        try:
            async with asyncio.timeout(ACT_WITHIN.total_seconds()):
                return await self._act(click, known)
        except (StoreError, TimeoutError) as error:  # pressed again, it goes on where it was
            log.warning("store.lost", action=click.action, request=known.request.id, reason=why(error))
            return Pressed(UNCLEAR)

    async def sweep(self) -> None:
        """Go on with answers that were broken off, and close what nobody has answered."""
        for request_id in await self.requests.open():
            known = await self.requests.load(request_id)
            if known is None:
                await self.requests.forget(request_id)
            elif known.answer:
                with suppress(AccessError):
                    await self._finish(known.request, known.answer)
            elif known.lapsed(self.clock()) and await self.requests.begin_telling(known.request):
                self.background(self.letters.lapse(known))

    async def _objection(self, click: Click, known: Known) -> Pressed | None:
        request, own = known.request, click.person == known.request.person
        if click.action in {"access_ask", "access_use"}:
            foreign = Notice(f"Only {person(request.person)}, who was refused, can press that. Nothing was done.")
            return None if own else Pressed(foreign)
        if click.action not in ANSWERS:
            return Pressed(NEWER)
        if own:
            return Pressed(Notice("Nobody answers their own request. Nothing was done. ⛔"))
        if known.answer or known.lapsed(self.clock()):
            return None
        reason = await self._not_entitled(click, request)
        return Pressed(Notice(f"{reason} ⛔", lines=("Nothing was changed.",))) if reason else None

    async def _not_entitled(self, click: Click, request: Request) -> str | None:
        """Why they may not answer, as the role map is now; None: they may. Whoever can't give it can't refuse it."""
        standing = await self.gate.standing(click.person)
        decision = standing.may(Role.ADMIN, request.lack.resource, changes=True)
        if not decision.allowed:
            return decision.reason
        now = self.clock()
        says = ANSWERS[click.action]
        wanted = request.grant(Answer(by=click.person, says=says if says is not Yes.NO else Yes.HOUR, at=now))
        return grant_problem(standing.person, wanted, standing.grants, now=now, admins=self.gate.admins)

    async def _act(self, click: Click, known: Known) -> Pressed:
        if click.action == "access_ask":
            return await self._ask(known.request)
        if click.action == "access_use":
            return await self._use(click, known)
        return await self._answer(click, known)

    async def _ask(self, request: Request) -> Pressed:
        if not await self.requests.begin(request):
            return Pressed(Notice("They are being asked at this very moment."))
        people = await self._to_be_asked(request)
        if isinstance(people, Pressed):
            await self.requests.asked(request, (), self.clock())
            return people
        return Pressed(Notice("They are asked."), then=partial(self._send, request, people))

    async def _to_be_asked(self, request: Request) -> Pressed | tuple[str, ...]:
        """Who is to be asked, or what to say instead; while nobody else can be asking for the same."""
        now, known = self.clock(), await self.requests.load(request.id)
        if known and known.answer:
            return Pressed(pleas.told(request, known.answer, usable=self._usable(known)), replace=True)
        if known and known.asked and known.lapsed(now):
            return Pressed(pleas.lapsed(request, now, known.asked))
        if await self._may_by_now(request):
            return Pressed(pleas.settled(request), replace=True)
        open_one = known if known and known.asked else await self.requests.open_like(request, now)
        if open_one:
            return Pressed(pleas.waiting(open_one, now))
        helpers = await self.gate.helpers(request.lack)
        return helpers.givers[:TRIED] or Pressed(Notice(helpers.sentence, lines=("Nobody was asked.",)))

    async def _send(self, request: Request, people: tuple[str, ...]) -> Pressed:
        at = self.clock()
        letters = await self.letters.send(request, people, at)
        if not letters:
            return Pressed(pleas.unsent(request, people))
        return Pressed(pleas.sent(request, letters, at), replace=True)

    async def _answer(self, click: Click, known: Known) -> Pressed:
        request, now = known.request, self.clock()
        if known.asked and known.lapsed(now):
            return Pressed(pleas.lapsed(request, now, known.asked), replace=True)
        if known.answer is None and await self._may_by_now(request):
            return Pressed(pleas.needless(request), replace=True)
        mine = Answer(by=click.person, says=ANSWERS[click.action], at=now)
        counts = known.answer or await self.requests.answer(request, mine)
        if not known.done:  # whoever presses: what was answered first is gone on with
            try:
                await self._finish(request, counts, but=click.person)
            except AccessError as error:
                return Pressed(Notice(f"{error.message} ⛔", lines=("Nothing was changed.",)))
        return Pressed(pleas.answered(request, counts), replace=True)

    async def _may_by_now(self, request: Request) -> bool:
        """Whether they may do it by now, without this."""
        standing = await self.gate.standing(request.person)
        place, changes = request.lack.resource, request.changes  # a freeze is no lack of a role
        return standing.may(request.role, place, changes=changes, despite_freeze=True).allowed

    async def _finish(self, request: Request, answer: Answer, *, but: str = "") -> None:
        """
        Give the role if that is the answer, and tell everybody *but* whoever reads it; done again, it does nothing.

        Raises:
            AccessError: The role map has changed since; it can be answered again.
        """
        if answer.says is not Yes.NO:
            note = f"Asked for by {person(request.person)}, to type {request.line}"
            grant, actor = request.grant(answer), Person(answer.by)
            try:
                await self.roles.grant(request.person, grant, actor=actor, channel=request.channel, note=note)
            except AccessError:
                await self.requests.reopen(request)
                raise
        if await self.requests.begin_telling(request):
            self.background(self.letters.tell(request, answer, usable=self._fits(request), but=but))

    async def _use(self, click: Click, known: Known) -> Pressed:
        """Do what was refused, as if it were typed again where it was typed; decided on anew like everything."""
        request = known.request
        command = self.catalog.get(request.command)
        if command is None:
            return Pressed(NEWER)
        if not self._usable(known):
            return Pressed(Notice(f"This button is of no use any more. {outcomes.type_it(request.line)}."))
        args = command.args.model_validate(request.args)
        invocation = Invocation(
            command=command.group,
            text="",
            person=request.person,
            team=request.team,
            channel=request.channel,
            response_url=click.response_url,
            once=f"access:{request.id}",
        )
        until = asyncio.get_running_loop().time() + ACT_WITHIN.total_seconds()
        try:
            answer = await self.dispatcher.take(invocation, command, args, until=until)
        except Away as away:
            return Pressed(nothing_done(away.trouble, again="press again"))
        except Halfway:
            return Pressed(UNCLEAR)
        if isinstance(answer, Notice):
            return Pressed(answer)
        return Pressed(
            Notice("It is under way, as if you had typed it again.", small=pleas.small(request)), replace=True
        )

    def _usable(self, known: Known) -> bool:
        given = known.answer is not None and known.answer.says is not Yes.NO
        return given and self._fits(known.request)

    def _fits(self, request: Request) -> bool:
        """Whether it can be done as it was typed; a command whose form is still to be filled in is typed again."""
        command = self.catalog.get(request.command)
        try:
            return command is not None and command.args.model_validate(request.args) is not None
        except ValidationError:
            return False
