"""Ending tasks that may not want to."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

from bot.ending import end


async def losing(cancellations: int) -> None:
    """Go on as if nothing had been, as redis-py does when it is cancelled in the moment of connecting."""
    for _ in range(cancellations):
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
    await asyncio.Event().wait()


async def test_task_that_loses_a_cancellation_is_cancelled_again() -> None:
    """
    A task is cancelled until it ends.
    """
    task = asyncio.create_task(losing(2))
    await asyncio.sleep(0)

    assert await end(task, within=timedelta(minutes=1))
    assert task.cancelled()


async def test_task_that_does_not_end_is_left_alone() -> None:
    """
    Nobody waits longer than the limit.
    """
    task = asyncio.create_task(losing(1))
    await asyncio.sleep(0)

    assert not await end(task, within=timedelta(milliseconds=1))
    assert await end(task, within=timedelta(minutes=1))


async def test_task_that_has_ended_is_not_touched() -> None:
    """
    What a task gave before stays.
    """
    task = asyncio.create_task(asyncio.sleep(0, "done"))
    await task

    assert await end(task, within=timedelta(0))
    assert "done" == task.result()
