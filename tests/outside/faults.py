"""A Redis of one's own, and what can go wrong with it while the bot uses it."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from redis import Redis
from redis.exceptions import ResponseError

from tests.redis_server import RedisServer

PASSWORD = "planted-password-for-tests"
PATIENCE_S = 40  # real seconds, for what the bot notices and mends by itself
KEEPS = ("--appendonly", "yes", "--appendfsync", "always")  # what was written survives a kill
AWAY = "the bot can't reach its memory (Redis)"
NO_CHANGES = "the bot's memory (Redis) takes no changes"


@dataclass(frozen=True)
class Outage:
    """
    One thing that goes wrong.

    Attributes:
        says: What the caller reads of it.
        reason: What `/readyz` and the log say.
        also: What the log says besides when all have met it.
    """

    name: str
    begin: Callable[[RedisServer], None]
    end: Callable[[RedisServer], None]
    says: str = AWAY
    reason: str = "Redis can't be reached"
    also: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name


async def logged(events: Sequence[Mapping[str, Any]], *wanted: str, reason: str = "") -> None:
    """Wait for events in the log that have *reason*; nobody announces them."""
    end = time.monotonic() + PATIENCE_S
    while not {*wanted} <= {event["event"] for event in events if reason in event.get("reason", "")}:
        assert time.monotonic() < end, events
        await asyncio.sleep(0.02)


def _tell(server: RedisServer, *command: str, password: str | None = None) -> None:
    """Tell the server something, as whoever runs it does."""
    with Redis.from_url(server.url, password=password) as client:
        client.execute_command(*command)


def _again(server: RedisServer) -> None:
    server.process = subprocess.Popen(server.process.args, cwd=server.folder)
    server.wait()


def _kill(server: RedisServer) -> None:
    server.process.kill()
    server.process.wait()


def _terminate(server: RedisServer) -> None:
    server.process.terminate()
    server.process.wait()


def _freeze(server: RedisServer) -> None:
    server.process.send_signal(signal.SIGSTOP)


def _wake(server: RedisServer) -> None:
    server.process.send_signal(signal.SIGCONT)
    server.wait()


def _set(name: str, value: str) -> Callable[[RedisServer], None]:
    return lambda server: _tell(server, "CONFIG", "SET", name, value)


def _lock(server: RedisServer) -> None:
    """Change the password: connections are asked for it when they are made, and those that are there are ended."""
    _tell(server, "CONFIG", "SET", "requirepass", PASSWORD)
    _tell(server, "CLIENT", "KILL", "TYPE", "normal", password=PASSWORD)


def _unlock(server: RedisServer) -> None:
    _tell(server, "CONFIG", "SET", "requirepass", "", password=PASSWORD)


def _break_disk(server: RedisServer) -> None:
    """Have a snapshot fail: Redis can't put it where a folder is."""
    (server.folder / "dump.rdb").mkdir()
    _tell(server, "CONFIG", "SET", "save", "3600 1000000")
    _tell(server, "BGSAVE")
    end = time.monotonic() + 10
    while not _refuses_writes(server):
        assert time.monotonic() < end, "it still takes changes"
        time.sleep(0.02)


def _refuses_writes(server: RedisServer) -> bool:
    try:
        _tell(server, "PING")
    except ResponseError as error:
        return str(error).startswith("MISCONF")
    return False


OUTAGES = [
    Outage("killed", _kill, _again),
    Outage("stopped", _terminate, _again),
    Outage("frozen", _freeze, _wake, reason="Redis did not answer in time", also=("worker.waits",)),
    Outage(
        "full",
        _set("maxmemory", "1"),
        _set("maxmemory", "0"),
        says="the bot's memory (Redis) is full",
        reason="Redis has no memory left",
    ),
    Outage(
        "read-only",
        lambda server: _tell(server, "REPLICAOF", "127.0.0.1", "1"),
        lambda server: _tell(server, "REPLICAOF", "NO", "ONE"),
        says=NO_CHANGES,
        reason="This Redis takes no changes, it is a replica",
    ),
    Outage(
        "without replicas",
        _set("min-replicas-to-write", "1"),
        _set("min-replicas-to-write", "0"),
        says=NO_CHANGES,
        reason="Redis has too few replicas",
    ),
    Outage(
        "without disk",
        _break_disk,
        _set("stop-writes-on-bgsave-error", "no"),
        says=NO_CHANGES,
        reason="Redis can't write to its disk",
    ),
    Outage(
        "locked",
        _lock,
        _unlock,
        says="the bot's memory (Redis) does not let it in",
        reason="Redis asks for a password",
    ),
]
