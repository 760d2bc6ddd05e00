"""Keeping the embedded store alive."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

import structlog

from bot.store.embedded import Embedded
from bot.store.errors import StoreError

LOOK_EVERY: Final = timedelta(seconds=1)

log = structlog.get_logger(__name__)


async def keep(embedded: Embedded) -> None:
    """Start the server again whenever it has ended, until cancelled: nobody else looks after it."""
    told = ""
    while True:
        await asyncio.sleep(LOOK_EVERY.total_seconds())
        try:
            if await embedded.mend():
                log.warning("store.restarted")
            told = ""
        except StoreError as error:
            if str(error) != told:
                log.error("store.not_restarted", reason=str(error))  # noqa: TRY400 what is wrong is said in words
            told = str(error)
