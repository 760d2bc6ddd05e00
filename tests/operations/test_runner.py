"""The runner: turns, crashes, lost operations, and an end to what never ends."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.operations.engine import Later
from bot.operations.journal import Behind
from bot.operations.operation import Outcome, State
from bot.operations.ports import NotTold
from bot.operations.runner import MOST_RUNS
from tests.operations.parts import OFF, Bench


async def test_first_in_line_runs_first(bench: Bench) -> None:
    """
    Whichever operation the engine lets in, those that were accepted before it on the same target run before it.
    """
    operations = [await bench.accepted(stream) for stream in ("a", "b", "c")]

    await bench.work(operations[1])
    assert ["a", "b"] == bench.streams
    await bench.work(operations[0])
    await bench.work(operations[2])

    assert ["a", "b", "c"] == bench.streams
    assert [operation.id for operation in operations] == [told for told, _ in bench.voice.told]


async def test_operation_is_carried_out_once_however_often_it_is_taken_on(bench: Bench) -> None:
    """
    The engine may hand it out again after its end: nothing more happens, nothing more is said.
    """
    operation = await bench.accepted()

    for _ in range(3):
        await bench.work(operation)

    assert ["main-stage"] == bench.streams
    assert 1 == len(bench.voice.told)
    assert ["succeeded"] == [record.outcome for record in await bench.trail()]
    assert State.TOLD == (await bench.now(operation)).state


async def test_worker_that_lost_an_operation_neither_ends_nor_tells_it(bench: Bench) -> None:
    """
    A worker that was taken for dead stops at the next step; the one that took over ends the operation and tells.
    """
    operation = await bench.accepted()
    bench.agora.fault("slow:0.3", method="PUT")
    stalled = asyncio.create_task(bench.work(operation))
    await bench.agora.wait_for(lambda call: call.method == "PUT")

    assert await bench.journal.begin(operation.id)
    await stalled

    assert [] == bench.voice.told
    assert [] == await bench.trail()
    assert State.RUNNING == (await bench.now(operation)).state
    await bench.work(operation)
    assert [operation.id] == [told for told, _ in bench.voice.told]
    assert 1 == len(await bench.trail())


async def test_crash_before_the_prompt_was_shown_shows_it_again(bench: Bench) -> None:
    """
    A worker that ends while it shows the prompt leaves a question that the next one asks, and that can be confirmed.
    """
    operation = await bench.accepted(command=OFF)
    bench.voice.held = asyncio.Event()
    crashing = asyncio.create_task(bench.work(operation))
    await bench.voice.asking.wait()
    crashing.cancel()
    await asyncio.wait([crashing])
    bench.voice.held = None
    assert (State.WAITING, None) == ((await bench.now(operation)).state, (await bench.now(operation)).asked)

    await bench.work(operation)

    assert 2 == len(bench.voice.asked)
    assert "waiting" == await bench.confirm(operation)


async def test_prompt_that_was_shown_is_not_shown_again(bench: Bench) -> None:
    """
    Taken on again while it waits, nothing happens.
    """
    operation = await bench.accepted(command=OFF)

    for _ in range(3):
        await bench.work(operation)

    assert 1 == len(bench.voice.asked)
    assert State.WAITING == (await bench.now(operation)).state


async def test_prompt_is_queued_to_lapse(bench: Bench) -> None:
    """
    A question is queued for its end, and its end is told to its requester alone.
    """
    operation = await bench.accepted(command=OFF)
    await bench.work(operation)
    assert [f"op:{operation.id}:lapse"] == bench.queued

    bench.time.turn(timedelta(minutes=5))
    await bench.work(operation)

    lapsed = await bench.now(operation)
    assert lapsed.result is not None
    assert (State.TOLD, Outcome.LAPSED, []) == (lapsed.state, lapsed.result.outcome, bench.streams)
    assert ["lapsed"] == [record.outcome for record in await bench.trail()]


async def test_stage_that_is_past_is_left_alone(bench: Bench) -> None:
    """
    What was queued to ask or to lapse does not take on an operation that has been confirmed since.
    """
    operation = await bench.accepted(command=OFF)
    await bench.work(operation)
    await bench.confirm(operation)

    await bench.runner.work(operation.id, operation.id)

    assert [] == bench.streams
    assert State.QUEUED == (await bench.now(operation)).state


async def test_worker_that_wakes_up_leaves_the_next_one_to_whoever_has_it(bench: Bench) -> None:
    """
    A worker was taken for dead, and another one has ended its operation and begun the next: it does not take that on.
    """
    first, second = await bench.accepted("a"), await bench.accepted("b")
    bench.agora.fault("slow:1", stream="a")
    frozen = asyncio.create_task(bench.work(second))
    await bench.agora.wait_for(lambda call: call.stream == "a")
    await bench.work(first)
    await bench.journal.begin(second.id)

    with pytest.raises(Later):
        await frozen

    assert ["a", "a"] == bench.streams
    assert (State.RUNNING, 1) == ((await bench.now(second)).state, (await bench.now(second)).starts)


async def test_operation_that_ends_its_worker_is_given_up(bench: Bench) -> None:
    """
    What was begun too often without an end is not begun again: its outcome is unknown, told and audited.
    """
    operation = await bench.accepted()
    for _ in range(MOST_RUNS):
        await bench.journal.begin(operation.id)

    await bench.work(operation)

    given_up = await bench.now(operation)
    assert given_up.result is not None
    assert (State.TOLD, Outcome.UNKNOWN, []) == (given_up.state, given_up.result.outcome, bench.streams)
    assert ["unknown"] == [record.outcome for record in await bench.trail()]
    assert "6 times" in str(bench.voice.told)


async def test_operation_that_was_given_up_holds_nobody_up(bench: Bench) -> None:
    """
    The next one on the same target has its turn.
    """
    poisoned = await bench.accepted("poisoned")
    for _ in range(MOST_RUNS):
        await bench.journal.begin(poisoned.id)
    operation = await bench.accepted()

    await bench.work(operation)

    assert ["main-stage"] == bench.streams


async def test_outcome_that_cannot_be_told_now_is_told_later(bench: Bench) -> None:
    """
    The outcome is kept, and telling it is a step of its own: nothing reaches Agora a second time.
    """
    operation = await bench.accepted()
    bench.voice.mute = NotTold("busy", after=timedelta(seconds=7))

    await bench.work(operation)
    queued = bench.queued.copy()
    with pytest.raises(Later) as later:
        await bench.work(operation)
    bench.voice.mute = None
    await bench.work(operation)

    assert [f"op:{operation.id}:tell"] == queued
    assert timedelta(seconds=7) == later.value.delay
    assert ["main-stage"] == bench.streams
    assert [operation.id] == [told for told, _ in bench.voice.told]


async def test_operation_that_got_its_turn_meanwhile_is_not_begun_out_of_it(bench: Bench) -> None:
    """
    Read before it was confirmed, or before it was due, and begun after: what stands in line waits for its turn.
    """
    first, own = await bench.accepted("a"), await bench.accepted("b")

    with pytest.raises(Behind):
        await bench.journal.begin(own.id, own.target, in_turn=False)

    assert [(State.QUEUED, 0)] * 2 == [((now := await bench.now(one)).state, now.starts) for one in (first, own)]
