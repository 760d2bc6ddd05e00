"""Waiting for what has no event that one could wait for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

LOOKS_EVERY_S: Final = 0.1


async def within(limit_s: float, came: Callable[[], bool]) -> bool:
    """Wait until *came* says yes, at most so many seconds; say whether it did."""

    async def yes() -> bool:
        return came()

    return await within_asking(limit_s, yes)


async def within_asking(limit_s: float, came: Callable[[], Awaitable[bool]]) -> bool:
    """The same, where *came* has to ask somebody."""
    end = time.monotonic() + limit_s
    while not await came():
        if time.monotonic() > end:
            return False
        await asyncio.sleep(LOOKS_EVERY_S)
    return True
