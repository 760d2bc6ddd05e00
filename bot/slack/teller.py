"""Says things where people read them: the channel, the caller alone, or whatever way is left."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog

from bot.notice import Notice
from bot.operations.operation import Card, Operation
from bot.operations.ports import NotTold
from bot.slack.api import SlackApi, SlackAway, SlackRefused
from bot.slack.blocks import Message, render

log = structlog.get_logger(__name__)

Way = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class SlackTeller:
    """The runner's voice."""

    api: SlackApi

    async def ask(self, operation: Operation, notice: Notice) -> None:
        """Show the prompt to the requester alone; see `bot.operations.ports.Teller`."""
        await self._first(operation, self._private_ways(operation, render(notice)))

    async def show(self, operation: Operation, notice: Notice) -> Card | None:
        """Show or renew the card of a change that takes long."""
        message = render(notice)
        try:
            if operation.card is not None:
                await self._update(operation.card, message)
                return operation.card
            return await self._post(operation, message)
        except SlackRefused:  # the bot is not in the channel: the outcome finds another way
            return None
        except SlackAway as error:
            raise NotTold(str(error), after=error.after) from error

    async def tell(self, operation: Operation, notice: Notice, *, private: bool) -> str:
        """Say what came of it, by the first way that is open."""
        message = render(notice)
        ways = self._private_ways(operation, message) if private else self._public_ways(operation, message)
        return await self._first(operation, ways)

    def _public_ways(self, operation: Operation, message: Message) -> list[tuple[str, Way]]:
        ways: list[tuple[str, Way]] = []
        if operation.card is not None:
            card = operation.card
            ways.append(("card", lambda: self._update(card, message)))
        ways.append(("channel", lambda: self._posted(operation, message)))
        if operation.response_url:
            url = operation.response_url
            ways.append(("response_url", lambda: self.api.respond(url, message, to_all=True)))
        return [*ways, ("direct message", lambda: self._direct(operation, message))]

    def _private_ways(self, operation: Operation, message: Message) -> list[tuple[str, Way]]:
        ways: list[tuple[str, Way]] = []
        if operation.response_url:
            url = operation.response_url
            ways.append(("response_url", lambda: self.api.respond(url, message)))
        ways.append(("ephemeral", lambda: self._ephemeral(operation, message)))
        return [*ways, ("direct message", lambda: self._direct(operation, message))]

    async def _first(self, operation: Operation, ways: list[tuple[str, Way]]) -> str:
        """Try one way after the other; one that is only busy is waited for, so that the order holds."""
        reasons = []
        for name, way in ways:
            try:
                await way()
            except SlackRefused as error:
                reasons.append(f"{name}: {error}")
            except SlackAway as error:
                raise NotTold(f"{name}: {error}", after=error.after) from error
            else:
                if reasons:
                    log.info("outcome.detoured", operation=operation.id, way=name, refused=reasons)
                return name
        raise NotTold("; ".join(reasons), after=None)

    async def _posted(self, operation: Operation, message: Message) -> None:
        await self._post(operation, message)

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
        # Readable by every app of the workspace, so the id and nothing else.
        metadata = {"event_type": "agora_operation", "event_payload": {"operation": operation.id}}
        quiet = {"unfurl_links": False, "unfurl_media": False}
        return {"channel": channel, **message.fields(), "metadata": metadata, **quiet}
