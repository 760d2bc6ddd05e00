"""Whether Slack takes our token."""

from __future__ import annotations

import asyncio

import structlog

from bot.slack.api import SlackApi, SlackAway, SlackRefused

log = structlog.get_logger(__name__)


class Greeting:
    """Whether Slack took our token: asked once at the start, as often as it takes to get an answer."""

    def __init__(self, api: SlackApi) -> None:
        self._api = api
        self._trouble: str | None = "Slack has not answered auth.test yet."
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Ask in the background."""
        self._task = asyncio.create_task(self._ask(), name="auth.test")

    async def stop(self) -> None:
        """Ask no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def trouble(self) -> str | None:
        """What is wrong; None if Slack took the token."""
        return self._trouble

    async def _ask(self) -> None:
        while True:
            try:
                await self._api.call("auth.test")
            except SlackRefused as error:
                self._trouble = f"Slack refuses SLACK_BOT_TOKEN: {error.code}. Copy it again from the Slack app's page."
                log.warning("slack.refused", code=error.code)
                return
            except SlackAway as error:
                self._trouble = f"Slack does not answer auth.test: {error}."
                await asyncio.sleep(error.after.total_seconds())
            else:
                self._trouble = None
                return
