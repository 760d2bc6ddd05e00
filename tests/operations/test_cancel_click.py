"""A click that cancels is answered in place of the question; that answer is how its outcome is told."""

from __future__ import annotations

from bot.audit import Audit
from bot.clicks import Clicks
from bot.operations.operation import Operation, Outcome, State
from bot.pressing import Click, Pressed
from tests.harness import ADMIN, LIVE
from tests.operations.parts import OFF, Bench


async def pressed(bench: Bench, operation: Operation) -> Pressed:
    """Press the button that leaves everything as it is."""
    clicks = Clicks(
        catalog=bench.runner.catalog,
        again=bench.again,
        audit=Audit(bench.store),
        gate=bench.runner.gate,
        journal=bench.journal,
        requeue=bench.runner.requeue,
        clock_ms=bench.store.time_ms,
        clock=bench.time.now,
        background=lambda work: None,
    )
    return await clicks.press(Click("operation_cancel", operation.id, ADMIN, "T0STUDIO", LIVE, None))


async def test_cancellation_is_told_when_its_answer_stands_there(bench: Bench) -> None:
    """
    Answered, it counts as told, and nobody tells it again.
    """
    operation = await bench.accepted(command=OFF)
    await bench.work(operation)

    answer = await pressed(bench, operation)
    before = await bench.now(operation)
    assert answer.said is not None
    await answer.said()
    await bench.work(operation)

    assert (True, State.FINISHED) == (answer.replace, before.state)
    assert (State.TOLD, []) == ((await bench.now(operation)).state, bench.voice.told)


async def test_cancellation_whose_answer_got_lost_is_told_by_a_worker(bench: Bench) -> None:
    """
    Its process ends before Slack has the answer: a worker tells it, and says that it may be a repeat.
    """
    operation = await bench.accepted(command=OFF)
    await bench.work(operation)
    await pressed(bench, operation)
    await bench.journal.unsaid(await bench.now(operation), maybe=True)  # as when its time is up

    await bench.work(operation)

    now = await bench.now(operation)
    assert now.result is not None
    assert (State.TOLD, Outcome.CANCELLED) == (now.state, now.result.outcome)
    assert ([operation.id], [True]) == ([told for told, _ in bench.voice.told], bench.voice.private)
    assert [True] == bench.voice.again
