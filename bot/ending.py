"""Ending tasks that may not want to."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any, Final

AGAIN: Final = timedelta(seconds=0.2)


async def end(task: asyncio.Task[Any], *, within: timedelta) -> bool:
    """
    Cancel *task*, and wait for its end.

    More than once: redis-py 8.1 loses a cancellation that comes in the moment of connecting.

    Returns:
        Whether it has ended; one that has not is left alone.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + within.total_seconds()
    while not task.done() and loop.time() < until:
        task.cancel()
        await asyncio.wait([task], timeout=min(AGAIN.total_seconds(), max(0, until - loop.time())))
    return task.done()
