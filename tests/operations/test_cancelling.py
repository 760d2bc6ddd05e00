"""Cancelling on its way: done again by another worker, killed in between, too late."""

from __future__ import annotations

import pytest

from bot.errors import UserError
from bot.operations.operation import Outcome, State
from tests.harness import ADMIN, Time
from tests.operations.parts import OFF, Bench
from tests.operations.test_planning import planned, told, turn, typed
from tests.planning import EVENING, time_at


@pytest.fixture
def time() -> Time:
    return time_at(EVENING)


@pytest.mark.parametrize("stage", ["planning", "asking", "waiting", "queued", "planned"])
async def test_whatever_has_not_begun_can_be_cancelled(bench: Bench, stage: str) -> None:
    """
    Wherever it stands before it begins, it ends there: nothing is done, no plan and no turn is left behind.
    """
    match stage:
        case "planning":
            operation = await typed(bench)
        case "planned":
            operation = await planned(bench)
        case "queued":
            operation = await bench.accepted()
        case _:
            operation = await bench.accepted(command=OFF)
            if stage == "waiting":
                await bench.work(operation)
    assert stage == (await bench.now(operation)).state

    await bench.runner.desk.cancel(operation.id, await bench.runner.gate.standing(ADMIN), bench.time.now())
    await bench.work(operation)
    turn(bench)
    await bench.runner.sweep()

    now = await bench.now(operation)
    assert now.result is not None
    assert (State.TOLD, Outcome.CANCELLED) == (now.state, now.result.outcome)
    assert (1, []) == (len(told(bench, operation)), bench.streams)
    assert 0 == await bench.store.do("ZCARD", bench.store.key("planned"))
    assert await bench.journal.next_of("live") is None
    assert ["cancelled"] == [record.outcome for record in await bench.trail()]


@pytest.mark.parametrize("told_meanwhile", [True, False])
async def test_cancelling_done_again_is_the_same(bench: Bench, told_meanwhile: bool) -> None:
    """
    A worker that ended after it cancelled, and before it kept that, is followed by one that finds it done.
    """
    operation = await planned(bench)
    standing, at = await bench.runner.gate.standing(ADMIN), bench.time.now()
    first = await bench.runner.desk.cancel(operation.id, standing, at)
    if told_meanwhile:
        await bench.work(operation)

    assert first == await bench.runner.desk.cancel(operation.id, standing, at)
    assert ["cancelled"] == [record.outcome for record in await bench.trail()]


async def test_kill_before_it_is_told_loses_nothing(bench: Bench) -> None:
    """
    A plan that is cancelled is open until that is told: the sweep finds it.
    """
    operation = await planned(bench)
    await bench.runner.desk.cancel(operation.id, await bench.runner.gate.standing(ADMIN), bench.time.now())
    bench.queued.clear()
    turn(bench)

    await bench.runner.sweep()

    assert [f"op:{operation.id}:tell"] == bench.queued


async def test_what_has_begun_goes_on(bench: Bench) -> None:
    """
    What a worker has taken on is not cancelled under its hands.
    """
    operation = await bench.accepted()
    await bench.journal.begin(operation.id)

    with pytest.raises(UserError, match="It has begun"):
        await bench.runner.desk.cancel(operation.id, await bench.runner.gate.standing(ADMIN), bench.time.now())

    await bench.work(operation)
    assert ["main-stage"] == bench.streams


async def test_plan_cancelled_while_it_is_worked_out_is_none(bench: Bench) -> None:
    """
    A worker that works a plan out while it is cancelled stops, and plans nothing.
    """
    operation = await typed(bench)
    begun, command = await bench.journal.begin(operation.id), bench.runner.catalog.get("record on")
    assert begun is not None
    assert command is not None
    plan = await bench.runner.planning.work_out(begun, command)
    await bench.runner.desk.cancel(operation.id, await bench.runner.gate.standing(ADMIN), bench.time.now())

    await bench.work(operation)

    assert plan.due is not None
    assert ([], 0) == (bench.voice.shown, await bench.store.do("ZCARD", bench.store.key("planned")))
