"""What a worker has in hand: put down when it ends, stopped when it takes too long, else left in peace."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.operations.in_hand import InHand, PutDown

LONG = timedelta(minutes=1)


async def never() -> None:
    await asyncio.Event().wait()


async def test_all_that_runs_is_put_down() -> None:
    """
    Each is stopped, and its worker is told why.
    """
    hand = InHand()
    running = [asyncio.create_task(hand.finish(never, within=LONG)) for _ in range(3)]
    await asyncio.sleep(0)
    assert hand.busy

    hand.put_down()
    ends = await asyncio.gather(*running, return_exceptions=True)

    assert [PutDown] * 3 == [type(end) for end in ends]
    assert not hand.busy


async def test_nothing_more_is_begun() -> None:
    """
    What comes after is put down at once.
    """
    hand = InHand()
    hand.put_down()

    with pytest.raises(PutDown):
        await hand.finish(never, within=LONG)


async def test_what_takes_too_long_is_stopped() -> None:
    """
    Its limit is no reason to hand it back: it failed.
    """
    with pytest.raises(TimeoutError):
        await InHand().finish(never, within=timedelta(0))


async def test_what_fails_while_it_is_put_down_has_failed() -> None:
    """
    An error is passed on as it is.
    """
    hand = InHand()

    async def breaks() -> None:
        hand.put_down()
        raise ValueError

    with pytest.raises(ValueError):
        await hand.finish(breaks, within=LONG)


async def test_cancellation_of_its_task_stays_one() -> None:
    """
    A worker that is ended by force takes its work along.
    """
    hand = InHand()
    running = asyncio.create_task(hand.finish(never, within=LONG))
    await asyncio.sleep(0)

    running.cancel()
    await asyncio.wait([running])

    assert running.cancelled()
