"""Ending with work in hand: within what platforms grant, and nothing is lost."""

import asyncio
import signal

from bot.sandbox.agora_memory import EntryPoint
from bot.store import Store
from tests.harness import ADMIN
from tests.outside.acts import ended, public, trail
from tests.processes.running import Machine, jsons

ENTRIES = ["live", "sports", "news", "kids"]
OPERATIONS = 20


async def test_work_in_hand_is_finished_or_handed_back(machine: Machine, store: Store) -> None:
    """
    SIGTERM amid 20 operations at a slow Agora ends with 0 within 10 s; the next process carries out what was left.
    """
    stage = machine.stage
    stage.agora.entry_points.update({entry: EntryPoint() for entry in ENTRIES[2:]})
    stage.agora.fault("slow:2", times=None)
    first = await machine.serve()
    lines = [f"/record on {ENTRIES[number % 4]} eu s{number}" for number in range(OPERATIONS)]
    for entry in stage.agora.entry_points.values():
        entry.regions.update(stage.agora.entry_points["live"].regions)
    answers = await asyncio.gather(*(stage.slash(line, ADMIN) for line in lines))
    await stage.agora.wait_for(lambda call: call.duration is not None)

    status = await first.stop()
    done = {record.streams[0] for record in await trail(store)}
    stage.agora.clear_faults()
    await machine.serve()
    await stage.slack.wait_for(
        lambda _: OPERATIONS == len(list(filter(ended, public(stage.slack.messages)))), timeout=40
    )
    await stage.outcome("/agora whoami", ADMIN)

    assert (0, "bot.stopped") == (status, jsons(first)[-1]["event"])
    assert [(200, "")] * OPERATIONS == [(answer.status, answer.text) for answer in answers]
    assert 0 < len(done) < OPERATIONS, "nothing was finished, or nothing was left"
    records = await trail(store)
    assert {f"s{number}" for number in range(OPERATIONS)} == {record.streams[0] for record in records}
    assert ["succeeded"] * OPERATIONS == [record.outcome for record in records]
    assert OPERATIONS == len(public(stage.slack.messages))


async def test_what_can_be_finished_is(machine: Machine, store: Store) -> None:
    """
    An operation that is with Agora when SIGTERM comes is finished and told before the process ends.
    """
    stage = machine.stage
    process = await machine.serve()
    stage.agora.fault("slow:1")
    await stage.slash("/record on live eu main-stage", ADMIN)
    await stage.agora.wait_for(lambda call: call.stream == "main-stage")

    status = await process.stop()

    assert 0 == status
    assert [True] == [ended(message) for message in public(stage.slack.messages)]
    assert ["succeeded"] == [record.outcome for record in await trail(store)]
    assert 1 == len(stage.wire)


async def test_second_signal_ends_at_once(machine: Machine) -> None:
    """
    A second Ctrl-C does not wait for what is in hand.
    """
    stage = machine.stage
    process = await machine.serve()
    stage.agora.fault("hang")
    await stage.slash("/record on live eu main-stage", ADMIN)
    await stage.agora.wait_for(lambda call: call.stream == "main-stage")

    process.send(signal.SIGINT)
    await process.deaf()
    process.send(signal.SIGINT)
    status = await process.ended()

    assert 0 != status
    assert "bot.stopped" not in process.output
