"""Whether the server is set up to keep what it holds: roles, operations and the audit trail."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from bot.store.connection import Store
from bot.store.errors import StoreError

POLICY: Final = "noeviction"
OLDEST: Final = {"Redis": 7, "Valkey": 8}  # major versions
_NEEDED: Final = " or ".join(f"{product} {major}" for product, major in OLDEST.items()) + ", or newer"
PASSING: Final = {"timeout", "unreachable", "loading", "cluster"}
AGAIN: Final = timedelta(seconds=5)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Setup:
    """
    How the server is set up; what it does not tell counts as well set.

    Attributes:
        product: Its name, `Valkey` or `Redis`.
        version: Its own, such as 8.1.4; empty: not told.
        policy: What it throws away when its memory is full.
        writes: Whether it writes down each change.
    """

    product: str
    version: str
    policy: str
    writes: bool

    @property
    def age(self) -> str | None:
        """What is wrong with its version."""
        oldest = OLDEST[self.product]
        if not self.version[:1].isdigit() or int(self.version.partition(".")[0]) >= oldest:
            return None
        return f"{self.product} {self.version} is too old. Take {_NEEDED}."

    @property
    def memory(self) -> str | None:
        """What of it may be lost when its memory is full."""
        if self.policy == POLICY:
            return None
        return (
            f"Redis may throw away what the bot keeps when its memory is full (maxmemory-policy {self.policy}). "
            f"Set maxmemory-policy to {POLICY}."
        )

    @property
    def disk(self) -> str | None:
        """What of it may be lost when it restarts."""
        if self.writes:
            return None
        return "Redis forgets what was accepted when it restarts (appendonly no). Set appendonly to yes."


async def setup(store: Store) -> Setup:
    """
    Ask the server how it is set up.

    Raises:
        StoreError: It does not answer, or this user may not ask.
    """
    server, memory, persistence = [await _info(store, section) for section in ("server", "memory", "persistence")]
    valkey = server.get("valkey_version")
    return Setup(
        product="Valkey" if valkey else "Redis",
        version=valkey or server.get("redis_version", ""),
        policy=memory.get("maxmemory_policy", POLICY),
        writes=persistence.get("aof_enabled", "1") == "1",
    )


async def doubts(store: Store) -> tuple[str, ...]:
    """
    What in the server's setup may lose what it holds, a sentence or two each; nothing is said of what it does not tell.

    Raises:
        StoreError: It does not answer, or this user may not ask.
    """
    found = await setup(store)
    return tuple(doubt for doubt in (found.age, found.memory, found.disk) if doubt)


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
