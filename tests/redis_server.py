"""
A real Valkey or Redis for the tests: one server per test run (and per xdist worker), emptied for each test.

TEST_REDIS_SERVER=/usr/bin/redis-server picks another program than the one that comes with the bot.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from bot.store import Store, connect
from bot.store.binary import server_program


def program() -> Path:
    """Give the server program that the tests use."""
    chosen = os.environ.get("TEST_REDIS_SERVER")
    return Path(chosen) if chosen else server_program()


@dataclass
class RedisServer:
    """A running server, on a unix socket or on a port of 127.0.0.1, with its files in a folder of its own."""

    process: subprocess.Popen[bytes]
    folder: Path
    url: str

    @classmethod
    def start(cls, *options: str, port: int | None = None, ready: bool = True) -> RedisServer:
        """Start a server without persistence; *options* are added to its command line."""
        folder = Path(tempfile.mkdtemp(prefix="agora-bot-test-"))
        configuration = folder / "server.conf"
        configuration.touch()  # a Sentinel insists on a file that it can write to
        listen = ["--port", "0", "--unixsocket", str(folder / "store.sock"), "--unixsocketperm", "700"]
        if port is not None:
            listen = ["--port", str(port), "--bind", "127.0.0.1"]
        common = ["--dir", str(folder), "--logfile", str(folder / "server.log"), "--save", "", "--appendonly", "no"]
        process = subprocess.Popen([str(program()), str(configuration), *listen, *common, *options], cwd=folder)
        url = f"unix://{folder}/store.sock" if port is None else f"redis://127.0.0.1:{port}"
        server = cls(process, folder, url)
        if ready:
            server.wait()
        return server

    def wait(self, *, password: str | None = None, limit_s: float = 10) -> None:
        """Wait until the server answers."""
        end = time.monotonic() + limit_s
        with Redis.from_url(self.url, password=password) as client:
            while True:
                try:
                    client.ping()
                except RedisError:
                    assert self.process.poll() is None, (self.folder / "server.log").read_text()
                    assert time.monotonic() < end, "the test server does not answer"
                    time.sleep(0.01)
                else:
                    return

    def stop(self) -> None:
        """End the server, frozen or not, and remove its files."""
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """Run one server for the whole test run."""
    server = RedisServer.start()
    yield server
    server.stop()


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """Give the address of the test run's server, emptied."""
    with Redis.from_url(redis_server.url) as client:
        client.flushall()
    return redis_server.url


@pytest.fixture
async def store(redis_url: str) -> AsyncIterator[Store]:
    """Give a store that is empty."""
    connected = await connect(redis_url)
    yield connected
    await connected.close()
