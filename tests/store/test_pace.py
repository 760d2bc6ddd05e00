"""The account's limit of calls a second."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.pace import AT_ONCE, Pace
from bot.store import Store, connect

SLOT_MS = 100_000  # so long that what the test itself takes does not matter


async def waits(store: Store, calls: int) -> list[int]:
    """In slots: what so many calls at once have to wait."""
    replies = await asyncio.gather(
        *(store.call("pace", ["{agora-bot}:pace"], [SLOT_MS, AT_ONCE]) for _ in range(calls))
    )
    return [round(int(str(reply)) / SLOT_MS) for reply in replies]


async def test_calls_of_all_processes_share_one_pace(store: Store, redis_url: str) -> None:
    """
    After a pause a few may go at once; from then on each call gets a slot of its own, whichever process makes it.
    """
    other = await connect(redis_url)
    booked = await asyncio.gather(waits(store, 5), waits(other, 5))
    await other.close()

    assert [0] * AT_ONCE + [1, 2, 3, 4, 5, 6, 7] == sorted(booked[0] + booked[1])


async def test_a_call_is_made_although_redis_is_away(tmp_path: Path) -> None:
    """
    An operation that was begun is not given up because the pace can't be asked for.
    """
    away = await connect(f"unix://{tmp_path}/nobody.sock")
    pace = Pace(away, calls_per_s=1000)

    assert [None, None] == [await pace(), await pace()]  # type: ignore[func-returns-value]
    await away.close()
