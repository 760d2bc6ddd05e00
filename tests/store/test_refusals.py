"""What Redis refuses is known not to be done, unless an earlier try was lost on the way."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from redis import Redis

from bot.store import StoreError, connect
from tests.redis_proxy import proxy_to
from tests.redis_server import RedisServer

WRITE = ("SET", "planted", "1")


@pytest.fixture
def server() -> Iterator[RedisServer]:
    server = RedisServer.start()
    yield server
    server.stop()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


async def failed(url: str) -> StoreError:
    """What a write ends with."""
    store = await connect(url)
    try:
        with pytest.raises(StoreError) as caught:
            await store.do(*WRITE)
    finally:
        await store.close()
    return caught.value


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (("CONFIG", "SET", "maxmemory", "1"), "memory"),
        (("CONFIG", "SET", "min-replicas-to-write", "1"), "refused"),
        (("CONFIG", "SET", "requirepass", "planted-password-for-tests"), "auth"),
        (("REPLICAOF", "127.0.0.1", "1"), "readonly"),
    ],
    ids=lambda value: value[-2] if isinstance(value, tuple) else value,
)
async def test_refusal_is_certain(server: RedisServer, trouble: tuple[str, ...], reason: str) -> None:
    """
    A Redis that is full, takes no changes or does not let the bot in has done nothing.
    """
    with Redis.from_url(server.url) as client:
        client.execute_command(*trouble)

        error = await failed(server.url)

    assert (reason, True) == (error.reason, error.undone)


async def test_lost_answer_is_not_certain(server: RedisServer) -> None:
    """
    Where the answer is lost it is not known.
    """
    async with proxy_to(server.url) as way:
        trouble = way.trouble("lose", b"planted")
        error = await failed(way.url)

    assert trouble.answered.is_set()
    assert ("unreachable", False) == (error.reason, error.undone)


async def test_refusal_after_a_lost_try_is_not_certain(server: RedisServer) -> None:
    """
    A second try that is refused says nothing of a first one that was lost: that one may have been done.
    """
    with Redis.from_url(server.url) as client:
        client.config_set("maxmemory", "1")
    async with proxy_to(server.url) as way:
        way.trouble("cut", b"planted", times=1)
        error = await failed(way.url)

    assert ("memory", False) == (error.reason, error.undone)


async def test_script_that_may_not_go_on_is_not_certain(server: RedisServer) -> None:
    """
    What a Redis user may not do is found in the middle of a script: what comes before is done.
    """
    with Redis.from_url(server.url) as client:
        client.execute_command("ACL", "SETUSER", "default", "-set")

        error = await failed(server.url)

    assert ("auth", False) == (error.reason, error.undone)


async def test_primary_that_was_replaced_refuses(server: RedisServer) -> None:
    """
    Where a Sentinel still names a primary that has become a replica, that one refuses too.
    """
    primary = RedisServer.start(port=free_port())
    sentinel = RedisServer.start("--sentinel", port=free_port())
    try:
        port = primary.url.rpartition(":")[2]
        with Redis.from_url(sentinel.url) as client, Redis.from_url(primary.url) as replaced:
            client.execute_command("SENTINEL", "MONITOR", "mymaster", "127.0.0.1", port, "1")
            replaced.execute_command("REPLICAOF", "127.0.0.1", "1")

            error = await failed(f"redis+sentinel://{sentinel.url.removeprefix('redis://')}/mymaster")
    finally:
        primary.stop()
        sentinel.stop()

    assert ("readonly", True) == (error.reason, error.undone)


@pytest.mark.parametrize("setting", ["maxmemory", "min-replicas-to-write"])
async def test_ping_asks_for_room_too(server: RedisServer, setting: str) -> None:
    """
    A Redis that answers and takes no changes is not well.
    """
    store = await connect(server.url)
    await store.ping()
    with Redis.from_url(server.url) as client:
        client.config_set(setting, "1")

        with pytest.raises(StoreError):
            await store.ping()
        client.config_set(setting, "0")
    await store.ping()
    await store.close()
