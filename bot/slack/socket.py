"""Slack over Socket Mode: no public address needed, the same listeners."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import Any, Final

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.request import SocketModeRequest

STALE_AFTER: Final = timedelta(seconds=60)  # without a pong; Slack is pinged every 10 s
GOODBYE: Final = timedelta(seconds=1)  # aiohttp would wait 10 s for Slack to close its end
AGAIN_AFTER: Final = timedelta(seconds=5)  # where the first connection fails; later ones are the SDK's business

log = structlog.get_logger(__name__)


class Socket(AsyncSocketModeHandler):
    """
    A connection to Slack that is opened again when it ends.

    Bolt answers each envelope in a task that nobody waits for, and closing cuts off its answer; so they are counted.
    """

    def __init__(self, app: AsyncApp, *, app_token: str) -> None:
        super().__init__(app, app_token)
        self._in_hand: set[asyncio.Task[Any]] = set()
        self._opening: asyncio.Task[None] | None = None

    async def handle(self, client: Any, req: SocketModeRequest) -> None:
        """Answer one envelope."""
        task = asyncio.current_task()
        if task is not None:
            self._in_hand.add(task)
            task.add_done_callback(self._in_hand.discard)
        await super().handle(client, req)

    def open(self) -> None:
        """Connect in the background, as often as it takes."""
        self._opening = asyncio.create_task(self._open(), name="socket mode")

    async def close(self) -> None:
        """Answer what is in hand, then disconnect."""
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.wait([self._opening])
        if self._in_hand:
            await asyncio.wait(self._in_hand, timeout=3)
        try:
            async with asyncio.timeout(GOODBYE.total_seconds()):
                await self.close_async()  # type: ignore[no-untyped-call]
        except TimeoutError:  # Slack does not say goodbye; the rest is closed all the same
            self.client.current_session = None
            await self.close_async()  # type: ignore[no-untyped-call]

    async def trouble(self) -> str | None:
        """Why Slack can't reach us; None if it can."""
        if not await self.client.is_connected():
            return "Socket Mode is not connected."
        last = self.client.last_ping_pong_time
        if last is not None and time.time() - last > STALE_AFTER.total_seconds():
            return "Socket Mode is connected, but Slack does not answer its pings."
        return None

    async def _open(self) -> None:
        while True:
            try:
                await self.connect_async()  # type: ignore[no-untyped-call]
            except Exception as error:  # noqa: BLE001 the SDK raises all kinds; each means: not connected
                log.warning("socket.not_connected", reason=type(error).__name__)
            else:
                return
            await asyncio.sleep(AGAIN_AFTER.total_seconds())
