"""The watch on the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from itertools import chain, repeat

from structlog.testing import capture_logs

from bot.ending import end
from bot.lateness import watch


def clock(*readings: float) -> Iterator[float]:
    """A clock that shows these times, one after the other, and then stands still."""
    return chain(readings, repeat(readings[-1]))


async def lags(*readings: float) -> tuple[list[float], list[object]]:
    """What is told, and what is logged, by a watch that reads these times before and after each wait."""
    told: list[float] = []
    reading = clock(*readings)
    with capture_logs() as logs:
        watching = asyncio.create_task(
            watch(lambda lag: told.append(lag.total_seconds()), every=timedelta(0), seconds=reading.__next__)
        )
        for _ in readings:
            await asyncio.sleep(0)
        await end(watching, within=timedelta(minutes=1))
    return told, [(entry["event"], entry["log_level"], entry["lag_s"]) for entry in logs]


async def test_loop_that_was_blocked_is_told_and_logged() -> None:
    """
    Each time that the loop comes much later than it should, that is counted and logged, with how late it was.
    """
    told, logs = await lags(0, 3, 3, 3.1, 4, 16)

    assert [3, 12] == told
    assert [("loop.late", "warning", 3), ("loop.late", "warning", 12)] == logs


async def test_loop_that_is_in_time_is_not_mentioned() -> None:
    """
    What nobody notices is nobody's business.
    """
    assert ([], []) == await lags(0, 0.4, 1, 1.5)
