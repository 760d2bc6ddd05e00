"""The end of a process: what serves, what listens and what works end side by side, none waits for another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.sandbox.agora import Call
from tests.harness import ADMIN, MANAGER, Stage
from tests.outside.acts import ended
from tests.outside.clicking import OFF
from tests.redis_proxy import RedisProxy, proxy_to

ON = "/record on live eu main-stage"
PLATFORMS_WAIT_S = 10


@pytest.fixture
async def way(world: Stage) -> AsyncIterator[RedisProxy]:
    """A way to Redis that can be slow."""
    async with proxy_to(world.redis_url) as proxy, world.stack:
        yield proxy


async def idle(port: int) -> tuple[asyncio.Task[bytes], asyncio.StreamWriter]:
    """A connection on which one request was answered, and that is kept; the task is done when it is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: bot\r\n\r\n")
    assert b" 200 " in await reader.readuntil(b"\r\n")
    return asyncio.create_task(reader.read()), writer


async def test_work_does_not_wait_for_requests(world: Stage, way: RedisProxy) -> None:
    """
    What works finishes and tells while a request is still being answered; that one gets its answer, and is done.
    """
    bot = await world.start(REDIS_URL=way.url)
    world.agora.fault("slow:0.3", method="PUT")
    await world.slash(ON, ADMIN)
    await world.agora.wait_for(lambda call: call.stream == "main-stage")
    trouble = way.trouble("hold", way.script("operation_accept"))
    asking = asyncio.create_task(world.slash("/record on sports eu second", ADMIN))
    await trouble.met.wait()

    stopping = asyncio.create_task(bot.stop())
    await world.told(ended)
    asked_still = not asking.done()
    trouble.over.set()
    answer = await asking
    await stopping

    assert asked_still
    assert (200, None) == (answer.status, answer.error)
    assert "Nothing was done" not in answer.text
    assert 1 == len(world.wire)
    await world.start()
    await world.told(lambda shown: "`second`" in shown.text and ended(shown))
    assert 2 == len(world.wire)


async def test_nothing_waits_for_the_work(world: Stage) -> None:
    """
    While an operation is still with Agora, connections are closed already and Socket Mode is left.
    """
    bot = await world.start(SLACK_APP_TOKEN="xapp-for-tests")
    await world.slack.wait_connected()
    closed, writer = await idle(bot.port)
    seen: list[tuple[int, bool]] = []

    def answered(_: Call) -> None:
        seen.append((world.slack.connections, closed.done()))

    world.agora.on_call.append(answered)
    world.agora.fault("slow:2", method="PUT")
    await world.slash(ON, ADMIN)
    await world.agora.wait_for(lambda call: call.method == "PUT")

    await bot.stop()
    writer.close()
    await writer.wait_closed()

    assert [(0, True)] == seen
    assert [True] == [ended(shown) for shown in world.slack.messages]


async def test_slow_work_and_a_slow_slack_do_not_hold_the_end_up(stage: Stage) -> None:
    """
    An operation at an Agora that hangs, one whose telling hangs and the answer to a click that Slack has no time for
    take, all together, no longer than platforms wait.
    """
    prompt = await stage.prompt(OFF)
    stage.slack.fail("response_url", retry_after=60)
    await stage.slack.click(prompt, "operation_cancel", user=MANAGER)
    stage.slack.fail("chat.postMessage", delay=timedelta(seconds=60))
    await stage.slash("/record on sports eu told-slowly")
    await stage.agora.wait_for(lambda call: call.stream == "told-slowly" and call.duration is not None)
    stage.agora.fault("hang", method="PUT")
    await stage.slash(ON)
    await stage.agora.wait_for(lambda call: call.stream == "main-stage")

    async with asyncio.timeout(PLATFORMS_WAIT_S):
        await stage.bots[0].stop()

    assert ["told-slowly", "main-stage"] == [call.stream for call in stage.agora.calls if call.method != "GET"]
