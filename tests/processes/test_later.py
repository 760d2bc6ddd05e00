"""Plans and real processes: whoever is killed, what was planned is done at its time, once, and turned off again."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.store import Store
from tests.harness import ADMIN, Stage
from tests.outside.acts import ended, public, trail
from tests.outside.clicking import actions
from tests.processes.running import Machine

ON = "PUT entry_points/live/admin/record/custom/regions/eu/tasks?id=final"
OFF = "DELETE entry_points/live/admin/record/custom/regions/eu/tasks/final"


def exactly(moment: datetime) -> str:
    """A time to the second, as it is typed."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


async def planned(stage: Stage, line: str) -> None:
    """Type it, confirm it if it asks, and wait for its card."""
    await stage.slash(line, ADMIN)
    message = await stage.told(lambda shown: "Planned: " in shown.text or "operation_confirm" in actions(shown))
    if "Planned: " not in message.text:
        await stage.slack.click(message, "operation_confirm", user=ADMIN)
        await stage.told(lambda shown: "Planned: " in shown.text)


async def test_plan_outlives_every_process(machine: Machine, store: Store) -> None:
    """
    All processes are killed while something is planned; the next one does it at its time, once.
    """
    stage = machine.stage
    first = await machine.serve()
    due = stage.time.now() + timedelta(seconds=8)
    await planned(stage, f"/record on live eu final at {exactly(due)}")
    await first.kill()

    await machine.serve()
    await stage.slack.wait_for(ended, timeout=40)
    await stage.outcome("/agora whoami", ADMIN)

    assert ([ON], True) == (stage.wire, stage.agora.calls[0].at >= due.replace(microsecond=0))
    assert ["succeeded"] == [record.outcome for record in await trail(store)]


async def test_plan_that_was_due_while_nobody_ran_is_done_late(machine: Machine) -> None:
    """
    What was due while no process ran is done by the next one.
    """
    stage = machine.stage
    first = await machine.serve()
    due = stage.time.now() + timedelta(seconds=2)
    await planned(stage, f"/record on live eu final at {exactly(due)}")
    await first.kill()
    stage.time.turn(timedelta(seconds=2))

    await machine.serve()
    await stage.slack.wait_for(ended, timeout=40)

    assert [ON] == stage.wire


async def test_end_is_done_once_whoever_is_killed(machine: Machine, store: Store) -> None:
    """
    The worker that turns it on is killed while Agora takes its time: it is on again by the next one, and off once.
    """
    stage = machine.stage
    await machine.serve("--no-worker")
    worker = await machine.worker()
    stage.agora.fault("slow:30", times=1)
    now = stage.time.now()
    times = f"at {exactly(now + timedelta(seconds=6))} until {exactly(now + timedelta(seconds=45))}"
    await planned(stage, f"/record on live eu final {times}")
    await stage.agora.wait_for(lambda call: call.stream == "final", timeout=timedelta(seconds=40))
    await worker.kill()

    worker = await machine.worker()
    await stage.slack.wait_for(lambda shown: "turned off again" in shown.text and ended(shown), timeout=40)
    await worker.kill()
    await machine.worker()
    await stage.slack.wait_for(lambda shown: "Recording is off" in shown.text, timeout=60)

    assert [ON, ON, OFF] == stage.wire
    assert ["record on", "record off"] == [record.action for record in await trail(store)]
    assert 3 == len(public(stage.slack.messages))
