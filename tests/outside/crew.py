"""A user group that holds a role, and what the bot knows of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.access.groups import Group, GroupBook
from bot.store import Store

CREW = "S0CREW"


async def known(store: Store, wanted: Callable[[Group], bool], group: str = CREW) -> Group:
    """Wait until what the bot knows of the group is as wanted."""
    async with asyncio.timeout(10):
        while True:
            found = (await GroupBook(store).groups()).get(group)
            if found and wanted(found):
                return found
            await asyncio.sleep(0.02)
