"""What a monitoring system sees of the bot."""

import asyncio
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from bot.processes import Bot
from tests.harness import ADMIN, OPERATOR, VIEWER, Stage
from tests.outside.acts import confirmed, ended
from tests.redis_server import RedisServer

PATIENCE_S = 15  # real seconds: until Redis is missed, or found again
ROUTES = [("/healthz", "GET"), ("/readyz", "GET"), ("/metrics", "GET"), ("/slack/events", "POST")]


@dataclass
class Probe:
    """Asks one bot over HTTP."""

    client: httpx.AsyncClient

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path)

    async def reasons(self) -> dict[str, str]:
        """Why it is not ready; empty if it is."""
        answer = await self.get("/readyz")
        found: dict[str, Any] = answer.json()
        assert (200 if found["ready"] else 503) == answer.status_code
        return dict(found.get("reasons", {}))

    async def becomes(self, *names: str) -> dict[str, str]:
        """Ask until just *names* are amiss; readiness has no event that one could wait for."""
        end = time.monotonic() + PATIENCE_S
        while set(names) != set(reasons := await self.reasons()):
            assert time.monotonic() < end, reasons
            await asyncio.sleep(0.02)
        return reasons


def probe_of(stage: Stage, bot: Bot) -> Probe:
    client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{bot.port}", trust_env=False)
    stage.stack.push_async_callback(client.aclose)
    return Probe(client)


@pytest.fixture
async def probe(stage: Stage) -> Probe:
    return probe_of(stage, stage.bots[0])


@pytest.fixture
def free_port() -> int:
    """A port on which nobody listens yet."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture
def redis(free_port: int) -> Iterator[RedisServer]:
    """A Redis that a test may take away."""
    server = RedisServer.start(port=free_port)
    yield server
    server.stop()


@pytest.fixture
async def away(world: Stage, redis: RedisServer) -> Stage:
    """A bot that serves and works, whose Redis is gone."""
    await world.start(REDIS_URL=redis.url)
    await world.outcome("/record on live eu before", ADMIN)
    world.slack.messages.clear()
    redis.stop()
    return world


async def test_well(probe: Probe) -> None:
    """
    A bot with Redis and Slack is healthy and ready.
    """
    assert (200, "ok\n") == ((answer := await probe.get("/healthz")).status_code, answer.text)
    assert {} == await probe.becomes()


async def test_redis_away_is_said(away: Stage) -> None:
    """
    Without Redis the process lives and is not ready, for the reason of Redis alone.
    """
    probe = probe_of(away, away.bots[0])

    reasons = await probe.becomes("redis")

    assert "Redis" in reasons["redis"]
    assert 200 == (await probe.get("/healthz")).status_code


async def test_redis_away_does_nothing(away: Stage) -> None:
    """
    Without Redis a command is answered at once: nothing was done. Agora hears nothing.
    """
    answer = await away.slash("/record on live eu main-stage", ADMIN)
    read = await away.slash("/transfer get live", ADMIN)

    for said in (answer, read):
        assert said.message is not None
        assert "Nothing was done" in said.message.text
        assert "Redis" in said.message.text
    assert ["before"] == [call.stream for call in away.agora.calls]


async def test_redis_comes_back(away: Stage, free_port: int) -> None:
    """
    When Redis is back the bot works again by itself, and what it called off is not done later.
    """
    await away.slash("/record on live eu called-off", ADMIN)
    back = RedisServer.start(port=free_port)
    away.stack.callback(back.stop)

    await probe_of(away, away.bots[0]).becomes()
    await away.slash("/record on live eu main-stage", ADMIN)
    await away.told(lambda message: ended(message) and "main-stage" in message.text)

    assert ["before", "main-stage"] == [call.stream for call in away.agora.calls]


async def test_start_before_redis(world: Stage, free_port: int) -> None:
    """
    A bot that starts before its Redis serves, says that it is not ready, and works once Redis is there.
    """
    bot = await world.start(REDIS_URL=f"redis://127.0.0.1:{free_port}")
    probe = probe_of(world, bot)

    assert {"redis"} == set(await probe.becomes("redis"))
    answer = await world.slash("/record on live eu called-off", ADMIN)
    assert answer.message is not None
    assert "Nothing was done" in answer.message.text

    server = RedisServer.start(port=free_port)
    world.stack.callback(server.stop)
    await probe.becomes()
    await world.slash("/record on live eu main-stage", ADMIN)
    await world.told(lambda message: ended(message) and "main-stage" in message.text)

    assert ["main-stage"] == [call.stream for call in world.agora.calls]


async def test_slack_that_refuses_the_token_is_said(world: Stage) -> None:
    """
    A bot whose token Slack refuses is not ready, and names the setting; the token is not shown.
    """
    bot = await world.start(SLACK_BOT_TOKEN="xoxb-planted")
    probe = probe_of(world, bot)

    reasons = await probe.becomes("slack")
    while "auth.test yet" in reasons["slack"]:
        reasons = await probe.becomes("slack")

    assert "SLACK_BOT_TOKEN" in reasons["slack"]
    assert "planted" not in reasons["slack"]


async def test_slack_that_is_busy_is_asked_again(world: Stage) -> None:
    """
    A Slack that does not answer at the start is asked again until it does.
    """
    world.slack.fail("auth.test", status=503)

    bot = await world.start()
    probe = probe_of(world, bot)
    await probe.becomes("slack")
    reasons = await probe.becomes()

    assert {} == reasons
    assert [503, 200] == [call.status for call in world.slack.calls if call.method == "auth.test"]


async def test_metrics_show_what_was_done(stage: Stage, probe: Probe) -> None:
    """
    `/metrics` counts operations by command and outcome, and calls to Agora by status.
    """
    await stage.outcome("/record on live eu main-stage")
    await stage.outcome("/record on live cn main-stage")
    await stage.outcome("/transfer get live", VIEWER)
    text = (await probe.get("/metrics")).text

    for line in (
        'agora_bot_operations_total{command="record on",outcome="succeeded"} 1.0',
        'agora_bot_operations_total{command="record on",outcome="failed"} 1.0',
        'agora_bot_operations_total{command="transfer get",outcome="succeeded"} 1.0',
    ):
        assert line in text.splitlines()
    assert 'status="200"' in text
    assert 'status="404"' in text
    assert "agora_bot_ack_seconds_bucket" in text


async def test_metrics_show_what_is_open(world: Stage) -> None:
    """
    What is accepted and not told is counted: without a worker it stays open.
    """
    bot = await world.start(worker=False)
    await world.slash("/record on live eu main-stage", ADMIN)

    text = (await probe_of(world, bot).get("/metrics")).text

    assert "agora_bot_open_operations 1.0" in text.splitlines()


async def test_metrics_hold_no_names_and_no_secrets(stage: Stage, probe: Probe) -> None:
    """
    What people typed, who they are and every secret stay out of `/metrics`.
    """
    await confirmed(stage, "/transfer set live on https://hooks.example.com/planted-token")
    await stage.outcome("/record on live eu planted-stream")
    await stage.slash("/planted-verb", OPERATOR)
    text = (await probe.get("/metrics")).text

    for unwanted in ("planted", "for-tests", OPERATOR, "hooks.example.com", "0123456789abcdef"):
        assert unwanted not in text


async def test_other_paths_are_not_there(probe: Probe) -> None:
    """
    What is not served is a 404 in JSON, a slash too many included.
    """
    for path in ("/", "/healthz/", "/slack/events/", "/admin", "/.env", "/metrics/../admin"):
        answer = await probe.get(path)
        assert (404, "application/json") == (answer.status_code, answer.headers["content-type"]), path


@pytest.mark.parametrize(("path", "method"), ROUTES)
async def test_each_route_has_one_method(probe: Probe, path: str, method: str) -> None:
    """
    A route takes its own method (and HEAD where it takes GET), any other is a 405 that names it.
    """
    allowed = {"GET", "HEAD"} if method == "GET" else {method}
    for other in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} - allowed:
        answer = await probe.client.request(other, path)
        assert 405 == answer.status_code, other
        assert allowed == set(answer.headers["allow"].replace(" ", "").split(","))
