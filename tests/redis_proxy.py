"""A way to Redis that cuts, holds or loses what a test tells it to."""

from __future__ import annotations

import asyncio
import hashlib
import re
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from importlib import resources
from typing import Final, Literal

from redis import Redis

Kind = Literal["cut", "hold", "lose"]
QUEUEING: Final = rb"op:[0-9a-z-]+:(?:ask|do)"  # found in what puts an operation into the engine's queue


@dataclass
class Trouble:
    """
    What happens to commands: cut before Redis has them, held on their way, or their answer lost.

    Attributes:
        met: The first one has arrived.
        over: Set it to let go what is held, and to have no more of it.
        answered: Redis has answered one that was held, or whose answer is lost.
    """

    kind: Kind
    pattern: re.Pattern[bytes]
    times: int
    met: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    def takes(self, chunk: bytes) -> bool:
        """Whether *chunk* meets it; counts down."""
        if self.times <= 0 or self.over.is_set() or not self.pattern.search(chunk):
            return False
        self.times -= 1
        self.met.set()
        return True


@dataclass
class _Line:
    """One connection: its two ends, and the trouble that it is in."""

    here: tuple[StreamReader, StreamWriter]
    there: tuple[StreamReader, StreamWriter]
    trouble: Trouble | None = None

    async def forth(self, troubles: list[Trouble]) -> None:
        while chunk := await self.here[0].read(1 << 20):
            self.trouble = next((trouble for trouble in troubles if trouble.takes(chunk)), None)
            if self.trouble is not None and self.trouble.kind == "cut":
                return
            if self.trouble is not None and self.trouble.kind == "hold":
                await self.trouble.over.wait()
            self.there[1].write(chunk)
            if self.trouble is not None:
                await self.trouble.answered.wait()

    async def back(self) -> None:
        while chunk := await self.there[0].read(1 << 20):
            if self.trouble is not None:
                self.trouble.answered.set()
                if self.trouble.kind == "lose":
                    return
            self.here[1].write(chunk)


class RedisProxy:
    """
    Passes on to the Redis on a unix socket, but for what is in trouble.

    Attributes:
        url: Where it listens.
    """

    def __init__(self, target: str) -> None:
        self._target, self.url = target, ""
        self._troubles: list[Trouble] = []

    def trouble(self, kind: Kind, what: bytes, *, times: int = 1000) -> Trouble:
        """Have trouble with the next commands in which the pattern *what* is found."""
        self._troubles.append(Trouble(kind, re.compile(what), times))
        return self._troubles[-1]

    def script(self, name: str) -> bytes:
        """A pattern that finds the calls of one of our scripts; Redis knows the script from now on."""
        text = (resources.files("bot.store") / "scripts" / f"{name}.lua").read_text(encoding="utf-8")
        with Redis.from_url(self._target) as client:
            client.script_load(text)
        return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest().encode()

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Pass one connection on until one of its ends is gone."""
        there = await asyncio.open_unix_connection(self._target.removeprefix("unix://"))
        line = _Line((reader, writer), there)
        ways = [asyncio.create_task(line.forth(self._troubles)), asyncio.create_task(line.back())]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in (writer, there[1]):  # both before anything is waited for: the wait may be cancelled
                end.transport.abort()
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)


@asynccontextmanager
async def proxy_to(target: str) -> AsyncIterator[RedisProxy]:
    """A proxy on a free port, to the Redis on a unix socket."""
    proxy, lines = RedisProxy(target), dict[StreamWriter, asyncio.Task[None]]()

    def connected(reader: StreamReader, writer: StreamWriter) -> None:
        lines[writer] = asyncio.create_task(proxy.serve(reader, writer))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    proxy.url = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield proxy
    server.close()
    for line in lines.values():
        line.cancel()
    await asyncio.gather(*lines.values(), return_exceptions=True)
    for writer in lines:  # a line that had no time to begin has closed nothing
        await _close(writer)


async def _close(end: StreamWriter) -> None:
    end.transport.abort()
    with suppress(OSError):
        await end.wait_closed()
