"""Sentinel replaces the primary: said in time, nothing lost that was accepted, and all well again by itself."""

from __future__ import annotations

import asyncio
import signal
import socket
import time as real
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from redis import Redis

from bot.sandbox.agora import AgoraStandIn
from bot.sandbox.slack import Message, SlackStandIn
from tests.harness import ADMIN, Stage, Time
from tests.outside.acts import ended, public, shown_after
from tests.outside.faults import AWAY, KEEPS, PATIENCE_S
from tests.redis_server import RedisServer

SLACK_WAITS = timedelta(seconds=3)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@dataclass
class House:
    """A primary, a replica, and a Sentinel that watches over them."""

    primary: RedisServer
    replica: RedisServer
    sentinel: RedisServer

    @property
    def url(self) -> str:
        # The first Sentinel is gone for good, as where it ran beside a primary that is gone.
        return f"redis+sentinel://127.0.0.1:{free_port()},{self.sentinel.url.removeprefix('redis://')}/mymaster"

    def settle(self) -> None:
        """Wait until the replica has all that the primary has."""
        with Redis.from_url(self.primary.url) as client:
            client.set("settled", "1")  # WAIT looks at what its own connection wrote
            assert 1 == client.execute_command("WAIT", "1", "10000")

    async def replaced(self) -> None:
        """Wait until the Sentinel names the replica."""
        end = real.monotonic() + PATIENCE_S
        with Redis.from_url(self.sentinel.url) as client:
            while f"redis://127.0.0.1:{client.sentinel_get_master_addr_by_name('mymaster')[1]}" != self.replica.url:
                assert real.monotonic() < end, "no failover"
                await asyncio.sleep(0.05)


@pytest.fixture
def house() -> Iterator[House]:
    primary_port, running = free_port(), list[RedisServer]()
    primary = RedisServer.start(*KEEPS, "--repl-diskless-sync-delay", "0", port=primary_port)
    running.append(primary)
    try:
        replica = RedisServer.start(*KEEPS, "--replicaof", f"127.0.0.1 {primary_port}", port=free_port())
        running.append(replica)
        house = House(primary, replica, RedisServer.start("--sentinel", port=free_port()))
        running.append(house.sentinel)
        house.settle()
        with Redis.from_url(house.sentinel.url) as client:
            client.execute_command("SENTINEL", "MONITOR", "mymaster", "127.0.0.1", str(primary_port), "1")
            client.execute_command("SENTINEL", "SET", "mymaster", "down-after-milliseconds", "1000")
            while not client.execute_command("SENTINEL", "REPLICAS", "mymaster"):
                real.sleep(0.02)
        yield house
    finally:
        for server in running:
            server.process.send_signal(signal.SIGCONT)
            server.stop()


@pytest.fixture
async def own(house: House, time: Time) -> AsyncIterator[Stage]:
    """A bot that finds its Redis by Sentinel."""
    async with SlackStandIn(clock=time.seconds) as slack, AgoraStandIn(clock=time.now) as agora:
        stage = Stage(slack, agora, time, house.url, patience=timedelta(minutes=1))
        async with stage.stack:
            await stage.start()
            yield stage
    assert [] == slack.violations


async def outcome_of(stage: Stage, stream: str) -> Message:
    """What came of the operation on a stream."""
    return await stage.slack.wait_for(lambda shown: ended(shown) and f"`{stream}`" in shown.text, timeout=PATIENCE_S)


async def accepted(stage: Stage, stream: str) -> None:
    """Type a command until it is accepted."""
    while (await stage.slash(f"/record on live eu {stream}", ADMIN)).text:
        pass


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["dead", "frozen"])
async def test_primary_is_replaced(own: Stage, house: House, number: signal.Signals) -> None:
    """
    The primary dies or freezes: a command is called off, what was accepted before is carried out, and the next one too.
    """
    own.agora.fault("slow:1")
    for stream in ("first", "second"):
        assert "" == (await own.slash(f"/record on live eu {stream}", ADMIN)).text
    await own.agora.wait_for(lambda call: call.stream == "first")
    house.settle()

    house.primary.process.send_signal(number)
    answer = await own.slash("/record on live eu called-off", ADMIN)
    await house.replaced()
    outcomes = [await outcome_of(own, "first"), await outcome_of(own, "second")]
    await accepted(own, "third")
    outcomes.append(await outcome_of(own, "third"))

    assert answer.message is not None
    assert (None, 200, True) == (answer.error, answer.status, answer.took < SLACK_WAITS)
    assert answer.message.text.startswith(f"Nothing was done: {AWAY}")
    assert outcomes == [shown for shown in public(await shown_after(own)) if ended(shown)]
    assert {"first", "second", "third"} == {call.split("id=")[1] for call in own.wire}


async def test_primary_is_moved(own: Stage, house: House) -> None:
    """
    The primary is moved while it works, and goes on as a replica that takes no changes: nobody notices for long.
    """
    await own.outcome("/record on live eu first", ADMIN)
    house.settle()

    with Redis.from_url(house.sentinel.url) as client:
        client.execute_command("SENTINEL", "FAILOVER", "mymaster")
    await house.replaced()
    await accepted(own, "second")

    assert ended(await outcome_of(own, "second"))
    assert ["first", "second"] == [call.split("id=")[1] for call in own.wire]
