"""`serve` and `worker` as they are deployed: each a process of its own."""

import signal

from tests.harness import ADMIN, LIVE, MANAGER, OPERATOR
from tests.outside.acts import ended, offers
from tests.processes.running import Machine, jsons

EMBEDDED = {"REDIS_URL": ""}
OFF = "DELETE entry_points/live/admin/record/custom/regions/eu/tasks/main-stage"


async def test_one_process_is_a_whole_bot(machine: Machine) -> None:
    """
    `serve` alone, on the store that it brings along, takes a command to Agora and tells the channel.
    """
    stage = machine.stage
    process = await machine.serve(**EMBEDDED)

    message = await stage.outcome("/record on live eu main-stage", ADMIN)
    status = await process.stop()

    assert ["PUT entry_points/live/admin/record/custom/regions/eu/tasks?id=main-stage"] == stage.wire
    assert ("channel", LIVE, True) == (message.kind, message.channel, ended(message))
    assert 0 == status
    assert (machine.folder / ".agora-bot" / "store").is_dir()


async def test_state_survives_a_restart(machine: Machine) -> None:
    """
    After a restart grants hold, and a question that was open can still be answered.
    """
    stage = machine.stage
    first = await machine.serve(**EMBEDDED)
    await stage.grant(MANAGER, "manager")
    prompt = await stage.prompt("/record off live eu main-stage")
    await first.stop()

    second = await machine.serve(**EMBEDDED)
    await stage.slack.click(prompt, "operation_confirm", user=MANAGER)
    message = await stage.told(lambda message: message.kind == "channel" and "main-stage" in message.text)

    assert [OFF] == stage.wire
    assert "`main-stage`" in message.text
    assert [] == offers(prompt)
    assert 0 == await second.stop()


async def test_state_survives_a_kill(machine: Machine) -> None:
    """
    So it does when the bot is killed: the embedded store goes on, and the next start adopts it.
    """
    stage = machine.stage
    first = await machine.serve(**EMBEDDED)
    await stage.grant(OPERATOR, "operator on live in eu")
    prompt = await stage.prompt("/record off live eu main-stage", OPERATOR)
    await first.kill()

    second = await machine.serve(**EMBEDDED)
    await stage.slack.click(prompt, "operation_confirm", user=OPERATOR)
    await stage.told(lambda message: message.kind == "channel" and "main-stage" in message.text)

    assert [OFF] == stage.wire
    assert 0 == await second.stop()


async def test_front_and_back_are_processes_of_their_own(machine: Machine) -> None:
    """
    `serve --no-worker` takes the command, `worker` carries it out and tells.
    """
    front = await machine.serve("--no-worker")
    back = await machine.worker()

    await machine.stage.outcome("/record on live eu main-stage", ADMIN)
    statuses = [await front.stop(), await back.stop()]

    assert [0, 0] == statuses
    assert 1 == len(machine.stage.wire)
    assert ["bot.started", "bot.stopped"] == [line["event"] for line in jsons(front) if line["level"] == "info"]
    assert {"agora.tried", "operation.finished"} <= {line["event"] for line in jsons(back)}


async def test_without_a_worker_the_caller_is_told(machine: Machine) -> None:
    """
    With no worker alive a command is accepted in words that say that nothing runs yet; one that starts carries it out.
    """
    stage = machine.stage
    await machine.serve("--no-worker")

    answer = await stage.slash("/record on live eu main-stage", ADMIN)

    assert answer.message is not None
    assert "no worker" in answer.message.text
    assert "/record on live eu main-stage" in answer.message.text
    assert ([], 1) == (stage.wire, len(stage.slack.messages))

    await machine.worker()
    message = await stage.told(lambda message: message.kind == "channel")

    assert "`main-stage`" in message.text
    assert 1 == len(stage.wire)


async def test_ctrl_c_ends_it_too(machine: Machine) -> None:
    """
    SIGINT ends a process as SIGTERM does: with 0, everything closed, the embedded store stopped.
    """
    process = await machine.serve(**EMBEDDED)

    status = await process.stop(signal.SIGINT)

    assert 0 == status
    assert "bot.stopped" == jsons(process)[-1]["event"]
    assert not (machine.folder / ".agora-bot" / "store" / "server.pid").exists()


async def test_socket_mode_needs_no_address(machine: Machine) -> None:
    """
    With SLACK_APP_TOKEN commands and clicks come through a connection that the bot opens; the rest stays as it is.
    """
    stage = machine.stage
    process = await machine.serve(SLACK_APP_TOKEN="xapp-for-tests")

    prompt = await stage.prompt("/record off live eu main-stage", ADMIN)
    await stage.slack.click(prompt, "operation_confirm", user=ADMIN)
    await stage.told(lambda message: message.kind == "channel" and ended(message))
    status = await process.stop()

    assert stage.slack.bot_url is None
    assert [OFF] == stage.wire
    assert (0, 0) == (status, stage.slack.connections)
