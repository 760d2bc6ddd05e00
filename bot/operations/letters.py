"""Writes to people about a request for access: to those who are asked, and of the answer to all whom it concerns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

import structlog

from bot.access.requests import Answer, Known, Letter, Request, Requests, Yes
from bot.audit import Audit, Record
from bot.clock import Clock
from bot.notice import Notice
from bot.operations import pleas
from bot.operations.operation import Card
from bot.operations.ports import NotTold
from bot.wording import person

ASKED: Final = 2  # people at a time
DIRECT: Final = "D"  # what the id of a conversation with one person begins with

log = structlog.get_logger(__name__)


class Voice(Protocol):
    """Writes to people and channels."""

    async def write(self, to: str, notice: Notice) -> Card:
        """
        Write to a person, or into a channel.

        Raises:
            NotTold: Slack says no, or is away.
        """
        ...

    async def tell(self, person: str, notice: Notice, *, channel: str) -> None:
        """
        Write to a person; where that can't be, show it to them alone in *channel*.

        Raises:
            NotTold: Slack says no to both, or is away.
        """
        ...

    async def renew(self, card: Card, notice: Notice) -> None:
        """
        Change what was written.

        Raises:
            NotTold: Slack says no, or is away.
        """
        ...


@dataclass(frozen=True)
class Letters:
    """All that is written about requests; what can't be written is in the log, and whoever presses is told."""

    requests: Requests
    audit: Audit
    voice: Voice
    clock: Clock

    async def send(self, request: Request, people: tuple[str, ...], at: datetime) -> tuple[Letter, ...]:
        """Ask as many as are asked at a time; whom Slack does not let be written to is passed over."""
        letters: list[Letter] = []
        for one in people:
            try:
                card = await self.voice.write(one, pleas.letter(request, at))
                letters.append(Letter(person=one, channel=card.channel, ts=card.ts))
            except NotTold as error:
                log.warning("request.not_told", request=request.id, to=one, reason=str(error))
            if len(letters) == ASKED:
                break
        await self.requests.asked(request, tuple(letters), at)
        if letters:
            whom = ", ".join(person(one.person) for one in letters)
            await self.audit.append(self._record(request, request.person, "access ask", "succeeded", f"Asked {whom}."))
        return tuple(letters)

    async def tell(self, request: Request, answer: Answer, *, usable: bool, but: str) -> None:
        """
        Tell whoever asked, everybody else who was asked, and the channel; of a no the audit trail.

        Args:
            request: What was asked for.
            answer: What was answered, and done.
            usable: Whether a button can do what was refused.
            but: Who has read it already.
        """
        if not await self._told(request, pleas.told(request, answer, usable=usable)):
            return
        if answer.says is Yes.NO:  # of a yes it knows by the change of the role map
            detail = f"{person(request.person)} asked for {request.lack.words}"
            await self.audit.append(self._record(request, answer.by, "access answer", "refused", detail))
        known = await self.requests.load(request.id)
        for letter in known.letters if known else ():
            if letter.person != but:
                await self._renewed(letter, pleas.answered(request, answer))
        if answer.says is not Yes.NO and not request.channel.startswith(DIRECT):
            await self._announced(request, pleas.announced(request, answer))
        await self.requests.done(request)

    async def lapse(self, known: Known) -> None:
        """Tell whoever asked that nobody has answered, and take the buttons away."""
        request, now = known.request, self.clock()
        if not await self._told(request, pleas.unanswered(request)):
            return
        for letter in known.letters:
            await self._renewed(letter, pleas.lapsed(request, now, known.asked or now))
        await self.requests.done(request)

    async def _told(self, request: Request, notice: Notice) -> bool:
        """Tell whoever asked; False: Slack is away, and the sweep comes back to it."""
        try:
            await self.voice.tell(request.person, notice, channel=request.channel)
        except NotTold as error:
            log.warning("answer.not_told", request=request.id, to=request.person, reason=str(error))
            return error.after is None
        return True

    async def _renewed(self, letter: Letter, notice: Notice) -> None:
        try:
            await self.voice.renew(Card(channel=letter.channel, ts=letter.ts), notice)
        except NotTold as error:
            log.warning("letter.not_renewed", to=letter.person, reason=str(error))

    async def _announced(self, request: Request, notice: Notice) -> None:
        try:
            await self.voice.write(request.channel, notice)
        except NotTold as error:  # such as: the bot is not in that channel
            log.info("answer.not_announced", request=request.id, channel=request.channel, reason=str(error))

    def _record(self, request: Request, actor: str, action: str, outcome: str, detail: str) -> Record:
        return Record(
            at=self.clock(),
            actor=actor,
            action=action,
            outcome=outcome,
            command_line=request.line,
            operation=request.id,
            entry=request.entry,
            region=request.region,
            channel=request.channel,
            detail=detail,
        )
