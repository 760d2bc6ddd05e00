"""Turning off again: planned once what it turns off may be on; never lost, never doubled, whatever is killed."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.operations.journal import Lost
from bot.operations.operation import Operation, Outcome, Result, State
from tests.harness import ADMIN, Time
from tests.operations.parts import Bench
from tests.operations.test_planning import CARD, told, turn
from tests.planning import EVENING, KICK_OFF, time_at

END = KICK_OFF + timedelta(hours=2)


@pytest.fixture
def time() -> Time:
    return time_at(EVENING)


async def due(bench: Bench, *streams: str, at: str | None = "20:45") -> Operation:
    """A recording with an end, planned and confirmed, in its turn."""
    bench.voice.place = CARD
    args = {"entry": "live", "region": "eu", "streams": list(streams or ("final",)), "at": at, "lasting": "PT2H"}
    operation = await bench.accepted(args=args, state=State.PLANNING, asks=True)
    await bench.work(operation)
    assert "waiting" == await bench.confirm(await bench.now(operation))
    if at:
        await bench.work(operation)
        turn(bench)
        await bench.runner.sweep()
    return operation


async def following(bench: Bench) -> list[Operation]:
    """What is planned now."""
    return await bench.runner.planning.plans.soonest()


async def ended(bench: Bench, operation: Operation, after: Operation) -> None:
    """Let it be the end, and do what is planned for then."""
    bench.time.turn((after.due or END) - bench.time.now() + timedelta(seconds=1))
    await bench.runner.sweep()
    await bench.work(after)


async def test_end_is_planned_when_it_is_on(bench: Bench) -> None:
    """
    Once it is on, turning it off is planned, in the same name, without another question; the outcome names it.
    """
    operation = await due(bench)

    await bench.work(operation)

    (after,) = await following(bench)
    assert ("record off", END, operation.id, ADMIN) == (after.command, after.due, after.follows, after.person)
    assert {"entry": "live", "region": "eu", "streams": ["final"]} == after.args
    assert END == bench.times[f"op:{after.id}:due"]
    (notice,) = told(bench, operation)
    assert f"by operation `{after.id}`" in str(notice.after)
    assert "Tue 10 Mar 2026 22:45 CET (Europe/Berlin)" in str(notice.after)


async def test_end_is_done_at_its_time(bench: Bench) -> None:
    """
    At the end recording is turned off, nobody is asked, and everybody is told what that followed.
    """
    operation = await due(bench)
    await bench.work(operation)
    (after,) = await following(bench)

    await ended(bench, operation, after)

    assert ["PUT", "DELETE"] == [call.method for call in bench.agora.calls]
    (notice,) = told(bench, after)
    assert f"to turn off what `{operation.id}` turned on" in str(notice.lines)
    assert ([], [False, False]) == (await following(bench), bench.voice.private)
    assert ["record off", "record on"] == [record.action for record in await bench.trail()]


async def test_length_from_now_counts_from_the_confirmation(bench: Bench) -> None:
    """
    What lasts two hours from now on ends two hours after it was confirmed, not after it was typed.
    """
    operation = await due(bench, at=None)
    confirmed = (await bench.now(operation)).decided
    assert confirmed is not None
    bench.time.turn(timedelta(minutes=3))

    await bench.work(operation)

    (after,) = await following(bench)
    assert confirmed + timedelta(hours=2) == after.due


async def test_end_is_planned_though_it_may_be_on_only_perhaps(bench: Bench) -> None:
    """
    Where it is not known whether it is on, it is turned off; where Agora says no, there is nothing to turn off.
    """
    bench.agora.fault("504", method="PUT", times=1)
    await bench.work(await due(bench))
    perhaps = await following(bench)
    bench.agora.fault("403", method="PUT")
    await bench.work(await due(bench, at=None))

    assert (1, perhaps) == (len(perhaps), await following(bench))


async def test_end_is_for_those_that_are_on(bench: Bench) -> None:
    """
    Of several streams those are turned off that were turned on, or perhaps were.
    """
    bench.agora.fault("409", method="PUT", times=1)
    operation = await due(bench, "a", "b", "c")
    await bench.work(operation)
    now = await bench.now(operation)

    (after,) = await following(bench)
    failed = {item.item for item in now.done.values() if item.outcome is Outcome.FAILED}
    assert 1 == len(failed)
    assert {"a", "b", "c"} - failed == set(after.args["streams"])


async def test_kill_before_the_end_is_kept_does_not_double_it(bench: Bench) -> None:
    """
    A worker that ends after planning the end, and before it keeps the outcome, leaves one plan.
    """
    operation = await due(bench)
    begun = await bench.journal.begin(operation.id)
    assert begun is not None
    await bench.runner.following.follow(begun, Result(outcome=Outcome.SUCCEEDED, headline="Done."))
    before = await following(bench)

    await bench.work(operation)

    assert (1, before) == (len(before), await following(bench))
    assert before[0].id in str(told(bench, operation))


async def test_worker_that_lost_it_plans_nothing(bench: Bench) -> None:
    """
    A worker that stalled while another took over does not plan the end a second time.
    """
    operation = await due(bench)
    stalled = await bench.journal.begin(operation.id)
    assert stalled is not None
    await bench.work(operation)

    with pytest.raises(Lost):
        await bench.runner.following.follow(stalled, Result(outcome=Outcome.SUCCEEDED, headline="Done."))

    assert 1 == len(await following(bench))


async def test_end_that_came_first_keeps_it_off(bench: Bench) -> None:
    """
    A bot that is back after the end does not turn it on, and says so to all.
    """
    operation = await due(bench)
    bench.time.turn(timedelta(hours=3))

    await bench.work(operation)

    (notice,) = told(bench, operation)
    assert ([], []) == (bench.streams, await following(bench))
    assert "Not done: the bot came to it after its end" in notice.headline
    assert f"<@{ADMIN}>, what you planned did not happen." in notice.lines


async def test_what_was_begun_before_its_end_is_turned_off_after_it(bench: Bench) -> None:
    """
    A worker that ended while it turned it on may have done so: it is not turned on again, but off.
    """
    operation = await due(bench)
    bench.agora.fault("slow:30", method="PUT")
    worker = asyncio.create_task(bench.work(operation))
    await bench.agora.wait_for(lambda call: call.method == "PUT")
    worker.cancel()
    await asyncio.wait([worker])
    bench.agora.clear_faults()
    bench.time.turn(timedelta(hours=3))

    await bench.work(operation)

    now = await bench.now(operation)
    assert now.result is not None
    assert (Outcome.UNKNOWN, ["final"]) == (now.result.outcome, bench.streams)
    (after,) = await following(bench)
    await ended(bench, operation, after)
    assert ["PUT", "DELETE"] == [call.method for call in bench.agora.calls]


async def test_given_up_is_turned_off(bench: Bench) -> None:
    """
    What ended its worker each time is given up; since it may be on, it is turned off.
    """
    operation = await due(bench)
    for _ in range(7):
        await bench.journal.begin(operation.id)

    await bench.work(operation)

    now = await bench.now(operation)
    assert now.result is not None
    assert (Outcome.UNKNOWN, 1) == (now.result.outcome, len(await following(bench)))


async def test_trying_again_does_not_plan_the_same_end_again(bench: Bench) -> None:
    """
    What is tried again has the same end, and what is planned for that still is enough.
    """
    bench.agora.fault("504", method="PUT", times=1)
    operation = await due(bench)
    await bench.work(operation)
    before, tried = await following(bench), await bench.now(operation)
    again = await bench.accepted("final", plan=tried.plan, retry_of=operation.id)

    await bench.work(again)

    assert (1, before) == (len(before), await following(bench))
    assert before[0].id in str(told(bench, again))


async def test_trying_the_rest_again_plans_its_end(bench: Bench) -> None:
    """
    What failed at first has an end once it was tried again.
    """
    bench.agora.fault("409", method="PUT", times=1)
    operation = await due(bench, "a", "b")
    await bench.work(operation)
    (first,), tried = await following(bench), await bench.now(operation)
    again = await bench.accepted(args={**operation.args, "at": None}, plan=tried.plan, retry_of=operation.id)

    await bench.work(again)

    covered = [after.args["streams"] for after in await following(bench)]
    assert sorted(["a", "b"]) == sorted(stream for streams in covered for stream in streams)
    assert first.id in {after.id for after in await following(bench)}


async def test_end_that_fails_is_told_to_all(bench: Bench) -> None:
    """
    Recording that goes on after its planned end is said in the channel, to whoever planned it.
    """
    operation = await due(bench)
    await bench.work(operation)
    (after,) = await following(bench)
    bench.agora.fault("403", method="DELETE")

    await ended(bench, operation, after)

    (notice,) = told(bench, after)
    assert f"<@{ADMIN}>, what you planned did not happen." == notice.lines[0]
