"""Writes to people and channels what belongs to no operation."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from bot.notice import Notice
from bot.operations.operation import Card
from bot.operations.ports import NotTold
from bot.slack.api import SlackApi, SlackAway, SlackRefused
from bot.slack.blocks import render

TRIES: Final = 3  # while Slack is busy
LONGEST_WAIT: Final = timedelta(seconds=5)  # somebody waits for it


@dataclass(frozen=True)
class SlackVoice:
    """See `bot.operations.letters.Voice`."""

    api: SlackApi

    async def write(self, to: str, notice: Notice) -> Card:
        """Write to a person, or into a channel: https://docs.slack.dev/reference/methods/chat.postMessage."""
        quiet = {"unfurl_links": False, "unfurl_media": False}
        body = {"channel": to, **render(notice).fields(), **quiet}
        answer = await _patiently(lambda: self.api.call("chat.postMessage", **body))
        return Card(channel=str(answer["channel"]), ts=str(answer["ts"]))

    async def tell(self, person: str, notice: Notice, *, channel: str) -> None:
        """Write to a person, or show it to them alone: https://docs.slack.dev/reference/methods/chat.postEphemeral."""
        try:
            await self.write(person, notice)
        except NotTold as error:
            if error.after is not None:
                raise
            whom = {"channel": channel, "user": person}
            await _patiently(lambda: self.api.call("chat.postEphemeral", **whom, **render(notice).fields()))

    async def renew(self, card: Card, notice: Notice) -> None:
        """Change what was written."""
        body = {"channel": card.channel, "ts": card.ts, **render(notice).fields()}
        await _patiently(lambda: self.api.call("chat.update", **body))


async def _patiently(call: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
    trouble = ""
    for _ in range(TRIES):
        try:
            return await call()
        except SlackRefused as error:
            raise NotTold(str(error), after=None) from error
        except SlackAway as error:
            trouble = str(error)
            await asyncio.sleep(min(error.after, LONGEST_WAIT).total_seconds())
    raise NotTold(trouble, after=LONGEST_WAIT)
