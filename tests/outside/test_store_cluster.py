"""A Redis cluster that is not there at the start, or goes away: said in time, and all well again by itself."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from redis import Redis

from bot.sandbox.slack import Answer
from bot.store import connect
from tests.harness import ADMIN, Stage
from tests.outside.acts import ended
from tests.outside.faults import AWAY, KEEPS, PATIENCE_S
from tests.outside.test_store_failover import free_port
from tests.redis_server import RedisServer
from tests.trails import checked, delete


@dataclass
class Cluster:
    """A cluster of one node, which is all of it."""

    port: int
    server: RedisServer | None = None

    @property
    def url(self) -> str:
        return f"redis+cluster://127.0.0.1:{self.port}"

    async def form(self) -> None:
        """Start it for the first time."""
        bus = str(free_port())
        self.server = RedisServer.start(
            *KEEPS, "--cluster-enabled", "yes", "--cluster-port", bus, port=self.port, ready=False
        )
        await asyncio.to_thread(self.server.wait)
        with Redis.from_url(self.server.url) as client:
            client.execute_command("CLUSTER", "ADDSLOTSRANGE", "0", "16383")

    async def kill(self) -> None:
        assert self.server is not None
        self.server.process.kill()
        await asyncio.to_thread(self.server.process.wait)

    async def again(self) -> None:
        """Start it again, with what it held."""
        assert self.server is not None
        self.server.process = subprocess.Popen(self.server.process.args, cwd=self.server.folder)  # noqa: ASYNC220
        await asyncio.to_thread(self.server.wait)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    cluster = Cluster(free_port())
    yield cluster
    if cluster.server is not None:
        cluster.server.stop()


async def done(stage: Stage, stream: str) -> None:
    """See that a command, typed until it is accepted, is carried out and told."""
    while (await stage.slash(f"/record on live eu {stream}", ADMIN)).text:  # noqa: ASYNC110 - in the cluster
        await asyncio.sleep(0.1)
    await stage.slack.wait_for(lambda shown: ended(shown) and f"`{stream}`" in shown.text, timeout=PATIENCE_S)


def called_off(answer: Answer) -> bool:
    """Whether the caller was told that nothing was done."""
    return answer.message is not None and answer.message.text.startswith(f"Nothing was done: {AWAY}")


async def test_cluster_comes_and_goes(world: Stage, cluster: Cluster) -> None:
    """
    A bot that starts before its cluster works once it is there; and again after the cluster was away.
    """
    await world.start(REDIS_URL=cluster.url)
    before = await world.slash("/record on live eu called-off", ADMIN)
    await cluster.form()
    await done(world, "first")

    await cluster.kill()
    between = await world.slash("/record on live eu called-off", ADMIN)
    await cluster.again()
    await done(world, "second")

    assert [True, True] == [called_off(before), called_off(between)]
    assert {"first", "second"} == {call.split("id=")[1] for call in world.wire}


async def test_audit_trail_is_a_chain_on_a_cluster(world: Stage, cluster: Cluster) -> None:
    """
    On a cluster the trail is written in one step with what it is about, too, and whether it is whole is found.
    """
    await cluster.form()
    await world.start(REDIS_URL=cluster.url)
    for stream in ("first", "second"):
        await done(world, stream)
    store = await connect(cluster.url)
    whole = await checked(store)

    await delete(store, whole.count)

    cut = await checked(store)
    await store.close()
    assert [] == whole.problems
    assert whole.count >= 2  # more where a command was typed before a worker was heard of
    assert [f"Record {whole.count} is missing at the newest end"] == [said.partition(":")[0] for said in cut.problems]
