"""Says things where people read them: the channel, the caller alone, or whatever way is left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

import structlog

from bot.notice import Notice
from bot.operations.operation import Card, Operation
from bot.operations.ports import NotTold, Told
from bot.slack.api import BUSY_FOR, CALL_LIMIT, SlackApi, SlackAway, SlackRefused
from bot.slack.blocks import Message, render
from bot.slack.lookup import Unseen, find, metadata

REPEAT: Final = "This may be a repeat: Slack did not say whether it took this message before."

log = structlog.get_logger(__name__)

Way = tuple[str, Callable[[], Awaitable[object]]]


@asynccontextmanager
async def _in_time() -> AsyncIterator[None]:
    """All ways together take no longer than one call may: after that another worker says it."""
    try:
        async with asyncio.timeout(CALL_LIMIT.total_seconds()):
            yield
    except TimeoutError as error:
        raise NotTold("Slack takes too long", after=BUSY_FOR, maybe=True) from error


@dataclass(frozen=True)
class SlackTeller:
    """The runner's voice."""

    api: SlackApi

    async def ask(self, operation: Operation, notice: Notice) -> None:
        """Show the prompt to the requester alone; see `bot.operations.ports.Teller`."""
        await self._first(operation, self._private_ways(operation, render(notice)))

    async def show(self, operation: Operation, notice: Notice, *, again: bool = False) -> Card | None:
        """Show or renew the card of a change that takes long."""
        message = render(notice)
        try:
            async with _in_time():
                stands = operation.card or (await self._standing(operation) if again else None)
                if stands is None:
                    return await self._post(operation, message)
                await self._update(stands, message)
        except Unseen:
            raise NotTold("a card may stand there, which can't be looked up", after=None, maybe=True) from None
        except SlackRefused:  # the bot is not in the channel: the outcome finds another way
            return None
        except SlackAway as error:
            raise NotTold(str(error), after=error.after, maybe=again or error.maybe) from error
        return stands

    async def tell(self, operation: Operation, notice: Notice, *, private: bool, again: bool = False) -> Told:
        """Say what came of it, by the first way that is open."""
        marked = replace(notice, after=(*notice.after, REPEAT)) if again else notice
        ways = self._private_ways(operation, render(marked))
        if not private:
            ways = self._public_ways(operation, render(notice), render(marked), again=again)
        return await self._first(operation, ways, again=again)

    def _public_ways(self, operation: Operation, message: Message, marked: Message, *, again: bool) -> list[Way]:
        ways: list[Way] = []
        if operation.card is not None:
            card = operation.card
            ways.append(("card", lambda: self._update(card, message)))
        if again:
            ways.append(("channel", lambda: self._post_once(operation, message, marked)))
        else:
            ways.append(("channel", lambda: self._post(operation, message)))
        if operation.response_url:
            url = operation.response_url
            ways.append(("response_url", lambda: self.api.respond(url, marked, to_all=True)))
        return [*ways, ("direct message", lambda: self._direct(operation, marked))]

    def _private_ways(self, operation: Operation, message: Message) -> list[Way]:
        ways: list[Way] = []
        if operation.response_url:
            url = operation.response_url
            ways.append(("response_url", lambda: self.api.respond(url, message)))
        ways.append(("ephemeral", lambda: self._ephemeral(operation, message)))
        return [*ways, ("direct message", lambda: self._direct(operation, message))]

    async def _first(self, operation: Operation, ways: list[Way], *, again: bool = False) -> Told:
        """Try one way after the other; one that is only busy is waited for, so that the order holds."""
        async with _in_time():
            return await self._by(operation, ways, again=again)

    async def _by(self, operation: Operation, ways: list[Way], *, again: bool) -> Told:
        refused: list[str] = []
        for name, way in ways:
            try:
                await way()
            except SlackRefused as error:
                refused.append(f"{name}: {error}")
            except SlackAway as error:
                raise NotTold(f"{name}: {error}", after=error.after, maybe=again or error.maybe) from error
            else:
                if refused:
                    log.info("outcome.detoured", operation=operation.id, way=name, refused=refused)
                return Told(name, tuple(refused))
        raise NotTold("; ".join(refused), after=None)

    async def _post_once(self, operation: Operation, message: Message, marked: Message) -> None:
        """Bring the message up to date that may have been posted; post it where there is none."""
        try:
            stands = await self._standing(operation)
        except (Unseen, SlackRefused) as error:
            log.info("channel.not_read", operation=operation.id, reason=str(error))
            await self._post(operation, marked)
            return
        if stands is not None:
            await self._update(stands, message)
        else:
            await self._post(operation, message)

    async def _standing(self, operation: Operation) -> Card | None:
        since = operation.decided or operation.created
        return await find(self.api, operation.channel, operation.id, since=since, but=operation.plan_card)

    async def _post(self, operation: Operation, message: Message) -> Card:
        answer = await self.api.call("chat.postMessage", **self._body(operation, operation.channel, message))
        return Card(channel=str(answer["channel"]), ts=str(answer["ts"]))

    async def _direct(self, operation: Operation, message: Message) -> None:
        await self.api.call("chat.postMessage", **self._body(operation, operation.person, message))

    async def _update(self, card: Card, message: Message) -> None:
        await self.api.call("chat.update", channel=card.channel, ts=card.ts, **message.fields())

    async def _ephemeral(self, operation: Operation, message: Message) -> None:
        whom = {"channel": operation.channel, "user": operation.person}
        await self.api.call("chat.postEphemeral", **whom, **message.fields())

    def _body(self, operation: Operation, channel: str, message: Message) -> dict[str, Any]:
        quiet = {"unfurl_links": False, "unfurl_media": False}
        return {"channel": channel, **message.fields(), "metadata": metadata(operation.id), **quiet}
