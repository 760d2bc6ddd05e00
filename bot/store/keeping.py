"""Whether the server is set up to keep what it holds: roles, operations and the audit trail."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

import structlog

from bot.store.connection import Store
from bot.store.errors import StoreError

POLICY: Final = "noeviction"
PASSING: Final = {"timeout", "unreachable", "loading", "cluster"}
AGAIN: Final = timedelta(seconds=5)

log = structlog.get_logger(__name__)


async def doubts(store: Store) -> tuple[str, ...]:
    """
    What in the server's setup may lose what it holds, a sentence or two each; nothing is said of what it does not tell.

    Raises:
        StoreError: It does not answer, or this user may not ask.
    """
    policy = (await _info(store, "memory")).get("maxmemory_policy", POLICY)
    file = (await _info(store, "persistence")).get("aof_enabled", "1")
    found = []
    if policy != POLICY:
        found.append(
            f"Redis may throw away what the bot keeps when its memory is full (maxmemory-policy {policy}). "
            f"Set maxmemory-policy to {POLICY}."
        )
    if file != "1":
        found.append("Redis forgets what was accepted when it restarts (appendonly no). Set appendonly to yes.")
    return tuple(found)


async def warn(store: Store) -> None:
    """Say in the log what is doubtful, as soon as the server answers."""
    while True:
        try:
            for words in await doubts(store):
                log.warning("store.doubtful", reason=words)
        except StoreError as error:
            if error.reason in PASSING:
                await asyncio.sleep(AGAIN.total_seconds())
                continue
            log.info("store.not_asked", reason=str(error))
        return


async def _info(store: Store, section: str) -> dict[str, str]:
    found = await store.do("INFO", section)
    return {name: str(value) for name, value in found.items()} if isinstance(found, dict) else {}
