"""The worker begins anew after any trouble: nothing waits for a lease, nor for what takes long."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from redis import Redis
from structlog.testing import capture_logs

from tests.harness import ADMIN, Stage
from tests.outside.acts import ended, public, shown_after
from tests.outside.faults import logged
from tests.redis_proxy import RedisProxy, proxy_to

ON = "/record on live eu main-stage"
ON_CALL = "PUT entry_points/live/admin/record/custom/regions/eu/tasks?id=main-stage"
TAKING = rb"state.{1,4}running"  # found in what tells the engine's queue that a worker begins
SOONER_S = 9.0  # than the lease of 10 s lapses; it takes less than one


@pytest.fixture
async def way(world: Stage) -> AsyncIterator[RedisProxy]:
    """The way to Redis, which can be cut."""
    async with proxy_to(world.redis_url) as proxy, world.stack:
        yield proxy


async def test_worker_that_breaks_is_replaced(world: Stage) -> None:
    """
    A worker that breaks, here on what no engine has written, says so in the log, and another one goes on.
    """
    await world.start()
    with Redis.from_url(world.redis_url) as client, capture_logs() as events:
        client.xadd("agora-bot:stream", {"planted": "for tests"})
        await logged(events, "worker.broke")

    outcome = await world.outcome(ON, ADMIN)

    assert ended(outcome)
    assert [ON_CALL] == world.wire


async def test_work_that_takes_long_keeps_nobody_waiting(world: Stage) -> None:
    """
    While an operation from before the trouble is still with Agora, others are carried out; it is told once, too.
    """
    await world.start()
    world.agora.fault("slow:4")
    await world.slash("/record on sports eu long", ADMIN)
    await world.agora.wait_for(lambda call: call.stream == "long")

    with Redis.from_url(world.redis_url) as client:
        client.execute_command("CLIENT", "KILL", "TYPE", "normal")
    first = await world.outcome(ON, ADMIN)
    second = await world.told(lambda shown: ended(shown) and "`long`" in shown.text)

    assert "`main-stage`" in first.text
    assert [first, second] == [shown for shown in public(await shown_after(world)) if ended(shown)]
    assert 2 == len(world.wire)


async def test_what_was_taken_and_not_begun_is_handed_on(world: Stage, way: RedisProxy) -> None:
    """
    An operation that a worker took from the queue, and lost Redis over, is begun again at once.
    """
    await world.start(REDIS_URL=way.url)
    trouble = way.trouble("cut", TAKING, times=1)

    await world.slash(ON, ADMIN)
    outcome = await world.slack.wait_for(ended, timeout=SOONER_S)

    assert trouble.met.is_set()
    assert [outcome] == public(await shown_after(world))
    assert [ON_CALL] == world.wire
