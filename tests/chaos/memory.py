"""A Redis that keeps what it was told, restarted on the same address."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from tests.chaos.waiting import within_asking
from tests.redis_server import program


@dataclass
class Memory:
    """A server on a unix socket, with its files in *folder*; every write is on the disk before it is answered."""

    folder: Path
    _process: asyncio.subprocess.Process | None = None
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def url(self) -> str:
        """Its address, for REDIS_URL."""
        return f"unix://{self._socket}"

    @property
    def _socket(self) -> Path:
        return self.folder / "redis.sock"

    async def start(self) -> None:
        """Start it, and wait until it answers."""
        listen = ["--port", "0", "--unixsocket", str(self._socket), "--unixsocketperm", "700"]
        keep = ["--dir", str(self.folder), "--save", "", "--appendonly", "yes", "--appendfsync", "always"]
        log = ["--logfile", str(self.folder / "redis.log")]
        # In a group of its own: Ctrl-C is for us to pass on
        self._process = await asyncio.create_subprocess_exec(program(), *listen, *keep, *log, start_new_session=True)
        async with Redis.from_url(self.url) as client:

            async def answers() -> bool:
                try:
                    return bool(await client.dbsize() >= 0)
                except RedisError:
                    return False

            assert await within_asking(10, answers), (self.folder / "redis.log").read_text()

    async def stop(self) -> None:
        """SIGTERM, and wait for its end."""
        if self._process is not None:
            self._process.terminate()
            await self._process.wait()

    async def restart(self, away: timedelta) -> None:
        """Stop it, and start it again after *away*."""
        async with self._one:
            await self.stop()
            await asyncio.sleep(away.total_seconds())
            await self.start()
