"""Whether the server is set up to keep what it holds."""

from __future__ import annotations

import asyncio

import pytest
from redis import Redis

from bot.store import StoreError, connect
from bot.store.keeping import Setup, doubts
from tests.store.test_connection import Run, free_port, run

__all__ = ["run"]
KEEPS = ("--appendonly", "yes")


async def found(url: str) -> list[str]:
    """The settings that are doubted."""
    store = await connect(url)
    try:
        return [name for words in await doubts(store) for name in ("maxmemory-policy", "appendonly") if name in words]
    finally:
        await store.close()


async def test_server_that_keeps_everything(run: Run) -> None:
    """
    With an append-only file and without eviction there is nothing to say.
    """
    assert [] == await found(run(*KEEPS).url)


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl"])
async def test_server_that_throws_away(run: Run, policy: str) -> None:
    """
    A server that evicts is named, whichever keys it begins with.
    """
    assert ["maxmemory-policy"] == await found(run(*KEEPS, "--maxmemory-policy", policy).url)


async def test_server_that_forgets(run: Run) -> None:
    """
    A server that writes nothing down as it goes is named.
    """
    assert ["appendonly"] == await found(run().url)


async def test_cluster_is_asked_too(run: Run) -> None:
    """
    In a cluster one of its servers is asked; they are set up alike.
    """
    port = free_port()
    node = run("--cluster-enabled", "yes", "--cluster-port", str(free_port()), port=port)
    with Redis.from_url(node.url) as client:
        client.execute_command("CLUSTER", "ADDSLOTSRANGE", "0", "16383")
        while b"cluster_state:ok" not in client.execute_command("CLUSTER", "INFO"):  # noqa: ASYNC110 - in the server
            await asyncio.sleep(0.02)

    assert ["appendonly"] == await found(f"redis+cluster://127.0.0.1:{port}")


async def test_server_that_does_not_tell(run: Run) -> None:
    """
    A user that may not ask is refused, which says nothing about the setup.
    """
    server = run()
    with Redis.from_url(server.url) as client:
        client.acl_setuser("bot", enabled=True, passwords=["+planted"], keys=["*"], commands=["+@all", "-info"])
    place = server.url.removeprefix("unix://")

    with pytest.raises(StoreError):
        await found(f"unix://bot:planted@{place}")


@pytest.mark.parametrize(
    ("product", "version", "old"),
    [
        ("Redis", "6.2.14", True),
        ("Redis", "7.0.0", False),
        ("Redis", "8.4.0", False),
        ("Valkey", "7.2.5", True),
        ("Valkey", "8.0.1", False),
        ("Valkey", "10.0.0", False),
        ("Redis", "", False),
        ("Redis", "unknown", False),
    ],
)
def test_old_server_is_named(product: str, version: str, old: bool) -> None:
    """
    A server that is too old is named, with the versions to take; one that does not tell its own is not.
    """
    setup = Setup(product=product, version=version, policy="noeviction", writes=True)

    assert old == (setup.age is not None)
    assert not old or (setup.age is not None and version in setup.age and "Redis 7 or Valkey 8" in setup.age)
