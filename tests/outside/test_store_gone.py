"""Redis fails at the command, at the click, with work in hand: said in time, nothing done, and all well again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import httpx
import pytest
from structlog.testing import capture_logs

from bot.sandbox.agora import AgoraStandIn
from bot.sandbox.slack import SlackStandIn
from bot.store import connect
from tests.harness import ADMIN, Stage, Time
from tests.outside.acts import ended, offers, public, shown_after, trail
from tests.outside.clicking import OFF, OFF_CALL, confirm, press
from tests.outside.faults import KEEPS, OUTAGES, PATIENCE_S, Outage, logged
from tests.redis_server import RedisServer

ON = "/record on live eu main-stage"
ON_CALL = "PUT entry_points/live/admin/record/custom/regions/eu/tasks?id=main-stage"
SLACK_WAITS = timedelta(seconds=3)

pytestmark = pytest.mark.parametrize("outage", OUTAGES, ids=str)


@pytest.fixture
def server() -> Iterator[RedisServer]:
    server = RedisServer.start(*KEEPS)
    yield server
    server.stop()


@pytest.fixture
async def own(server: RedisServer, time: Time) -> AsyncIterator[Stage]:
    """A bot on a Redis of its own, and an admin from the settings."""
    async with SlackStandIn(clock=time.seconds) as slack, AgoraStandIn(clock=time.now) as agora:
        stage = Stage(slack, agora, time, server.url, patience=timedelta(minutes=1))
        async with stage.stack:
            await stage.start()
            yield stage
    assert [] == slack.violations


async def works_again(stage: Stage) -> None:
    """See that a further command, typed until it is accepted, is carried out and told."""
    while (answer := await stage.slash("/record on live eu settled", user=ADMIN)).text:
        assert answer.error is None
    await stage.slack.wait_for(lambda shown: shown.kind == "channel" and "settled" in shown.text, timeout=PATIENCE_S)


def calls(stage: Stage) -> list[str]:
    """What reached Agora, but for what was done to see that all is well."""
    return [target for target in stage.wire if not target.endswith("=settled")]


async def why_not_ready(stage: Stage) -> str:
    """What `/readyz` says of Redis."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{stage.bots[0].port}", trust_env=False) as client:
        answer = await client.get("/readyz")
    assert 503 == answer.status_code
    return str(answer.json()["reasons"]["redis"])


async def test_command(own: Stage, server: RedisServer, outage: Outage) -> None:
    """
    A command is answered within Slack's three seconds: nothing was done, and why. Nor is it done later.
    """
    outage.begin(server)
    with capture_logs() as events:
        answer = await own.slash(ON, user=ADMIN)
    reason = await why_not_ready(own)
    outage.end(server)
    await works_again(own)

    assert answer.message is not None
    assert (None, 200, True) == (answer.error, answer.status, answer.took < SLACK_WAITS)
    assert ("ephemeral", ADMIN) == (answer.message.kind, answer.message.to)
    assert answer.message.text.startswith(f"Nothing was done: {outage.says}")
    assert outage.reason in reason
    (told,) = [event for event in events if event.get("command") == "record on"]
    assert ("store.away", True) == (told["event"], outage.reason in told["reason"])
    assert [] == calls(own)


async def test_help(own: Stage, server: RedisServer, outage: Outage) -> None:
    """
    Help needs no memory, and is there in an outage too.
    """
    outage.begin(server)
    answer = await own.slash("/record help", user=ADMIN)
    outage.end(server)

    assert answer.message is not None
    assert "/record on" in answer.message.text


async def test_click(own: Stage, server: RedisServer, outage: Outage) -> None:
    """
    A click is answered: nothing was done, and why. The question stays, and counts when Redis is well.
    """
    prompt = await own.prompt(OFF, ADMIN)
    outage.begin(server)
    told = await press(own, prompt, "operation_confirm", ADMIN)
    outage.end(server)
    await works_again(own)

    assert ("ephemeral", ADMIN, True) == (told.kind, told.to, told is not prompt)
    assert told.text.startswith(f"Nothing was done: {outage.says}")
    assert ["operation_confirm", "operation_cancel"] == offers(prompt)
    assert [] == calls(own)
    await confirm(own, prompt, ADMIN)
    assert OFF_CALL == own.wire[-1]


async def test_work_in_hand(own: Stage, server: RedisServer, outage: Outage) -> None:
    """
    What Agora has in hand when Redis fails is brought to its end when Redis is well, and told once; the log says why.
    """
    own.agora.fault("slow:0.5")
    await own.slash(ON, ADMIN)
    await own.agora.wait_for(lambda call: call.stream == "main-stage")

    outage.begin(server)
    with capture_logs() as events:
        await logged(events, "operation.interrupted", "store.away", reason=outage.reason)
        await logged(events, *outage.also)
    outage.end(server)
    outcome = await own.slack.wait_for(ended, timeout=PATIENCE_S)
    await works_again(own)

    assert [outcome] == [shown for shown in public(await shown_after(own)) if "settled" not in shown.text]
    assert {ON_CALL} == set(calls(own))
    store = await connect(server.url)
    records = await trail(store)
    await store.close()
    assert ["main-stage", "settled"] == [record.streams[0] for record in records]
