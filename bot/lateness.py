"""How late the loop is: whatever blocks it holds up every answer to Slack, and the renewal of every lease."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import structlog

EVERY: Final = timedelta(seconds=0.25)
LATE: Final = timedelta(seconds=0.5)  # Slack waits 3 s; after 10 s another worker takes on what this one has in hand

log = structlog.get_logger(__name__)


async def watch(
    late: Callable[[timedelta], None],
    *,
    every: timedelta = EVERY,
    limit: timedelta = LATE,
    seconds: Callable[[], float] = time.monotonic,
) -> None:
    """
    Measure for ever how late the loop comes to what is due.

    Args:
        late: Told by how much, each time that it is more than *limit*.
        every: How long to wait between two measurements.
        limit: What nobody notices.
        seconds: A clock that only goes forward.
    """
    while True:
        due = seconds() + every.total_seconds()
        await asyncio.sleep(every.total_seconds())
        lag = timedelta(seconds=seconds() - due)
        if lag > limit:
            log.warning("loop.late", lag_s=round(lag.total_seconds(), 3))
            late(lag)
