"""The account's limit of calls a second, shared by all processes."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from bot.store import Store, StoreError

AT_ONCE: Final = 3  # calls that may come together after a pause

log = structlog.get_logger(__name__)


class Pace:
    """
    Spreads calls evenly: https://docs.agora.io/en/help/integration-issues/restful_api_call_frequency

    A script of a few lines and not a library: those that are kept up either count in windows, so that two bursts
    meet at their border, or poll for a free place; this books one and says how long to wait.
    """

    def __init__(self, store: Store, *, calls_per_s: float) -> None:
        self._store = store
        self._every_ms = 1000 / calls_per_s
        self._alone = asyncio.Lock()

    async def __call__(self) -> None:
        """Wait for this call's turn."""
        try:
            reply = await self._store.call("pace", [self._store.key("pace")], [self._every_ms, AT_ONCE])
            wait_ms = reply if isinstance(reply, int) else 0
            await asyncio.sleep(wait_ms / 1000)
        except StoreError:  # a call that was begun is not given up for this; this process keeps the pace alone
            log.warning("pace.alone")
            async with self._alone:
                await asyncio.sleep(self._every_ms / 1000)
