"""Opening docket, whether Redis is there or not."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Final

from docket import Docket

from bot.operations.docket_log import quieten
from bot.operations.sentinels import hurry
from bot.store import StoreError, translated

PATIENCE: Final = timedelta(seconds=1)  # of a start; it goes on beside it
TRY: Final = timedelta(seconds=10)
PAUSE: Final = timedelta(seconds=0.5)


class Opening:
    """Opens docket: at once, but where Redis is a cluster, which has to be there."""

    def __init__(self, docket: Docket) -> None:
        self._docket, self._opened = docket, asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Open it, or go on trying."""
        quieten()
        self._task = asyncio.create_task(self._open(), name="queue opening")
        await asyncio.wait([self._task], timeout=PATIENCE.total_seconds())

    async def wait(self) -> None:
        """Wait until it is open."""
        await self._opened.wait()

    async def close(self, *, within: timedelta) -> None:
        """Close it, if it was opened."""
        if self._task is not None:
            self._task.cancel()
        if self._opened.is_set():
            with suppress(StoreError), translated():
                async with asyncio.timeout(within.total_seconds()):
                    await self._docket.__aexit__(None, None, None)

    async def _open(self) -> None:
        while not self._opened.is_set():
            try:
                with translated():
                    async with asyncio.timeout(TRY.total_seconds()):
                        await self._docket.__aenter__()
                hurry(self._docket)
                self._opened.set()
            except StoreError:
                await asyncio.sleep(PAUSE.total_seconds())
