"""Work that outlives the answer to a request, kept hold of and waited for at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import timedelta

import structlog

log = structlog.get_logger(__name__)


class Background:
    """Tasks that nobody awaits; Python may drop those that nobody holds."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def __call__(self, work: Awaitable[None]) -> None:
        """Run *work*; its errors are logged."""
        task = asyncio.ensure_future(_logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def busy(self) -> bool:
        """Whether something is running."""
        return bool(self._tasks)

    async def finish(self, grace: timedelta) -> None:
        """Wait for what is running, but not longer than *grace*."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=grace.total_seconds())
            for task in late:
                task.cancel()


async def _logged(work: Awaitable[None]) -> None:
    try:
        await work
    except Exception:  # nobody awaits it, so this is where it is seen
        log.exception("background.broke")
