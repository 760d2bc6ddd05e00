"""Processes that start when Redis is not there, or does not let them in, and work by themselves when it is well."""

from __future__ import annotations

import os
import signal
import socket

import pytest
from redis import Redis

from tests.harness import ADMIN
from tests.outside.acts import ended, public
from tests.outside.faults import KEEPS, OUTAGES, PATIENCE_S, Outage
from tests.processes.running import Machine, Process
from tests.redis_server import RedisServer

RIGHT, WRONG = "right-password-for-tests", "wrong-password-for-tests"
CALLED_OFF = "/record on live eu called-off"


@pytest.fixture
def port() -> int:
    """Where Redis will be."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


async def refused(machine: Machine, front: Process, says: str, reason: str) -> None:
    """See that a command is called off, and that the process says why."""
    answer = await machine.stage.slash(CALLED_OFF, ADMIN)
    assert answer.message is not None
    assert (200, None) == (answer.status, answer.error)
    assert answer.message.text.startswith(f"Nothing was done: {says}")
    assert reason in (await front.ready(status=503)).json()["reasons"]["redis"]
    assert reason in (await front.event("store.away"))["reason"]


async def work_again(machine: Machine, *processes: Process) -> None:
    """See that the same processes do all that is asked of them, and nothing that they called off."""
    stage, (front, *_) = machine.stage, processes
    await front.ready()
    while (await stage.slash("/record on live eu main-stage", ADMIN)).text:  # until Redis has heard of a worker
        pass
    await stage.slack.wait_for(lambda shown: ended(shown) and "`main-stage`" in shown.text, timeout=30)
    statuses = [await process.stop() for process in processes]

    assert {"main-stage"} == {call.split("id=")[1] for call in stage.wire} - {"in-hand"}
    assert [0] * len(processes) == statuses


@pytest.mark.parametrize("alone", [True, False], ids=["one process", "front and back"])
async def test_started_before_redis(machine: Machine, port: int, alone: bool) -> None:
    """
    Processes that start before their Redis say so, and work once it is there.
    """
    url = f"redis://127.0.0.1:{port}"
    front = await machine.listen(*([] if alone else ["--no-worker"]), REDIS_URL=url)
    backs = [] if alone else [await machine.worker(REDIS_URL=url)]
    for back in backs:
        assert "can't be reached" in (await back.event("store.away"))["reason"]
    await refused(machine, front, "the bot can't reach its memory (Redis)", "Redis can't be reached")

    server = RedisServer.start(port=port)
    try:
        await work_again(machine, front, *backs)
    finally:
        server.stop()


async def test_started_with_a_wrong_password(machine: Machine, port: int) -> None:
    """
    A process with a wrong password says so, shows no password, and works once the password is the right one.
    """
    server = RedisServer.start("--requirepass", RIGHT, port=port, ready=False)
    try:
        server.wait(password=RIGHT)
        process = await machine.listen(REDIS_URL=f"redis://:{WRONG}@127.0.0.1:{port}")
        await refused(machine, process, "the bot's memory (Redis) does not let it in", "Redis does not accept")
        with Redis.from_url(server.url, password=RIGHT) as client:
            client.config_set("requirepass", WRONG)
        await work_again(machine, process)
    finally:
        server.stop()

    assert WRONG not in process.output


@pytest.mark.parametrize("outage", [outage for outage in OUTAGES if outage.name in {"killed", "frozen"}], ids=str)
async def test_redis_fails_beneath_processes(machine: Machine, outage: Outage) -> None:
    """
    Redis dies or freezes while a front and a back share it: what is with Agora is told once, and work goes on.
    """
    stage, server = machine.stage, RedisServer.start(*KEEPS)
    try:
        front = await machine.serve("--no-worker", REDIS_URL=server.url)
        back = await machine.worker(REDIS_URL=server.url)
        stage.agora.fault("slow:0.5")
        await stage.slash("/record on live eu in-hand", ADMIN)
        await stage.agora.wait_for(lambda call: call.stream == "in-hand")

        outage.begin(server)
        await back.event("operation.interrupted")
        await refused(machine, front, outage.says, outage.reason)
        outage.end(server)
        await stage.slack.wait_for(lambda shown: ended(shown) and "`in-hand`" in shown.text, timeout=PATIENCE_S)
        await work_again(machine, front, back)
    finally:
        server.process.send_signal(signal.SIGCONT)
        server.stop()

    told = [shown for shown in public(stage.slack.messages) if ended(shown) and "`in-hand`" in shown.text]
    assert 1 == len(told)


async def test_embedded_store_is_started_again(machine: Machine) -> None:
    """
    The store that the bot brings along is killed while something is with Agora: it is started again, and work goes on.
    """
    stage = machine.stage
    process = await machine.serve(REDIS_URL="")
    stage.agora.fault("slow:0.5")
    await stage.slash("/record on live eu in-hand", ADMIN)
    await stage.agora.wait_for(lambda call: call.stream == "in-hand")

    os.kill(int((machine.folder / ".agora-bot" / "store" / "server.pid").read_text()), signal.SIGKILL)
    await process.event("store.restarted")
    await stage.slack.wait_for(lambda shown: ended(shown) and "`in-hand`" in shown.text, timeout=PATIENCE_S)

    await work_again(machine, process)
