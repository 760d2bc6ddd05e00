"""Redis gone, at the command and at the click: said in time, nothing done, and all well when it is back."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.sandbox.agora import AgoraStandIn
from bot.sandbox.slack import SlackStandIn
from tests.harness import ADMIN, Stage, Time
from tests.outside.clicking import OFF, OFF_CALL, actions, confirm, press
from tests.redis_server import RedisServer

ON = "/record on live eu main-stage"
SLACK_WAITS = timedelta(seconds=3)


@dataclass
class Outage:
    """A Redis of one's own, to freeze or to end; it keeps what it has."""

    server: RedisServer
    kind: str

    def begin(self) -> None:
        if self.kind == "frozen":
            self.server.process.send_signal(signal.SIGSTOP)
        else:
            self.server.process.kill()
            self.server.process.wait()

    def end(self) -> None:
        if self.kind == "frozen":
            self.server.process.send_signal(signal.SIGCONT)
        else:
            self.server.process = subprocess.Popen(self.server.process.args, cwd=self.server.folder)
        self.server.wait()


@pytest.fixture(params=["frozen", "ended"])
def outage(request: pytest.FixtureRequest) -> Iterator[Outage]:
    server = RedisServer.start("--appendonly", "yes", "--appendfsync", "always")
    yield Outage(server, request.param)
    server.process.send_signal(signal.SIGCONT)
    server.stop()


@pytest.fixture
async def own(outage: Outage, time: Time) -> AsyncIterator[Stage]:
    """A bot on a Redis of its own, and an admin from the settings."""
    async with SlackStandIn(clock=time.seconds) as slack, AgoraStandIn(clock=time.now) as agora:
        stage = Stage(slack, agora, time, outage.server.url)
        async with stage.stack:
            await stage.start()
            yield stage
    assert [] == slack.violations


async def calls_after(stage: Stage) -> list[str]:
    """What reached Agora by the time that a further command, typed until it is accepted, is over."""
    while (answer := await stage.slash("/record on live eu settled", user=ADMIN)).text:
        assert answer.error is None
    await stage.told(lambda shown: shown.kind == "channel" and "settled" in shown.text)
    return [target for target in stage.wire if not target.endswith("=settled")]


async def test_command_without_redis(own: Stage, outage: Outage) -> None:
    """
    A command is answered within Slack's three seconds: nothing was done. Nor is it done later.
    """
    outage.begin()
    answer = await own.slash(ON, user=ADMIN)
    outage.end()

    assert answer.message is not None
    assert (None, 200, True) == (answer.error, answer.status, answer.took < SLACK_WAITS)
    assert ("ephemeral", ADMIN) == (answer.message.kind, answer.message.to)
    assert "Nothing was done" in answer.message.text
    assert [] == await calls_after(own)


async def test_click_without_redis(own: Stage, outage: Outage) -> None:
    """
    A click is answered: nothing was done. Nothing is, the prompt stays, and counts when Redis is back.
    """
    prompt = await own.prompt(OFF, ADMIN)
    outage.begin()
    told = await press(own, prompt, "operation_confirm", ADMIN)
    outage.end()

    assert ("ephemeral", ADMIN, True) == (told.kind, told.to, told is not prompt)
    assert "Nothing was done" in told.text
    assert ["operation_confirm", "operation_cancel"] == actions(prompt)
    assert [] == await calls_after(own)
    await confirm(own, prompt, ADMIN)
    assert OFF_CALL == own.wire[-1]


async def test_help_without_redis(own: Stage, outage: Outage) -> None:
    """
    Help needs no memory, and is there in an outage too.
    """
    outage.begin()
    answer = await own.slash("/record help", user=ADMIN)
    outage.end()

    assert answer.message is not None
    assert "/record on" in answer.message.text
