"""Several processes on one Redis: everything once, whoever is killed."""

import asyncio

from bot.sandbox.slack import Answer
from bot.store import Store
from tests.harness import ADMIN
from tests.outside.acts import ended, public, trail
from tests.processes.running import Machine, Process, jsons

COMMANDS = 40


async def test_each_command_is_done_once_by_whoever_takes_it(machine: Machine, store: Store) -> None:
    """
    Two processes that serve and two that work share one Redis: 40 commands over both are each done and told once.
    """
    stage = machine.stage
    fronts = [await machine.serve("--no-worker", AGORA_CALLS_PER_S="25") for _ in range(2)]
    backs = [await machine.worker(AGORA_CALLS_PER_S="25") for _ in range(2)]

    async def typed(number: int) -> Answer:
        machine.listens(fronts[number % 2])
        return await stage.slash(f"/record on {('live', 'sports')[number % 2]} eu s{number}", ADMIN)

    answers = await asyncio.gather(*map(typed, range(COMMANDS)))
    await stage.slack.wait_for(lambda _: COMMANDS == len(list(filter(ended, public(stage.slack.messages)))), timeout=60)
    statuses = [await process.stop() for process in (*fronts, *backs)]

    wanted = sorted(f"s{number}" for number in range(COMMANDS))
    assert [(200, "")] * COMMANDS == [(answer.status, answer.text) for answer in answers]
    assert wanted == sorted(call.split("id=")[1] for call in stage.wire)
    assert wanted == sorted(record.streams[0] for record in await trail(store))
    assert COMMANDS == len(stage.slack.messages)
    assert [0] * 4 == statuses
    assert all(finished(back) for back in backs), "one worker did everything"
    assert COMMANDS == sum(finished(back) for back in backs)


async def test_same_request_at_both_fronts_is_one_operation(machine: Machine) -> None:
    """
    A request of Slack's that reaches two processes, as its repeats may, is carried out once.
    """
    stage = machine.stage
    fronts = [await machine.serve("--no-worker") for _ in range(2)]
    same = {"trigger_id": "1.2.planted", "response_url": f"{stage.slack.api_url}nowhere"}

    async def typed(front: Process) -> Answer:
        machine.listens(front)
        return await stage.slack.slash("/record on live eu main-stage", user=ADMIN, **same)

    answers = await asyncio.gather(*map(typed, fronts))
    await machine.worker()
    await stage.told(lambda message: message.kind == "channel")
    await stage.outcome("/record on sports eu other", ADMIN)

    assert 1 == sum("not done twice" in answer.text for answer in answers)
    assert ["main-stage", "other"] == [call.split("id=")[1] for call in stage.wire]
    assert 2 == len(public(stage.slack.messages))


async def test_operation_of_a_killed_worker_is_carried_on(machine: Machine, store: Store) -> None:
    """
    A worker is killed while Agora takes its time: another worker carries the operation out, the channel is told once.
    """
    stage = machine.stage
    await machine.serve("--no-worker")
    first = await machine.worker()
    stage.agora.fault("slow:30")
    await stage.slash("/record on live eu main-stage", ADMIN)
    await stage.agora.wait_for(lambda call: call.stream == "main-stage")

    await first.kill()
    second = await machine.worker()
    message = await stage.slack.wait_for(ended, timeout=60)
    await stage.outcome("/agora whoami", ADMIN)
    await second.stop()

    assert 1 == finished(second)
    assert ["main-stage"] * 2 == [call.split("id=")[1] for call in stage.wire]
    assert [message] == public(stage.slack.messages)
    assert ["succeeded"] == [record.outcome for record in await trail(store)]


def finished(back: Process) -> int:
    """How many operations that reach Agora a worker has brought to their end."""
    ends = [line for line in jsons(back) if line["event"] == "operation.finished"]
    return len([line for line in ends if line["command"] == "record on"])
