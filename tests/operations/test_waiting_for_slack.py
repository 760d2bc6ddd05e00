"""Slack that has no time: neither an outcome nor a question that waits for it holds anything up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.operations.engine import Later
from bot.operations.operation import Outcome, State
from bot.operations.ports import NotTold
from tests.operations.parts import OFF, Bench

BUSY = NotTold("busy", after=timedelta(seconds=7))


async def test_outcome_that_waits_does_not_hold_the_next_one_up(bench: Bench) -> None:
    """
    Whoever works for the first in line goes on to its own operation although the first one can't be told yet.
    """
    first, second = await bench.accepted("a"), await bench.accepted("b")
    bench.voice.mute = BUSY

    await bench.work(second)

    assert ["a", "b"] == bench.streams
    assert [State.FINISHED] * 2 == [(await bench.now(operation)).state for operation in (first, second)]
    bench.voice.mute = None
    for operation in (first, second):
        await bench.work(operation)
    assert [first.id, second.id] == [told for told, _ in bench.voice.told]
    assert ["a", "b"] == bench.streams


async def test_question_that_waits_is_asked_with_the_whole_time_to_answer(bench: Bench) -> None:
    """
    A question that can't be shown now comes back when Slack said; the time to answer begins when it is shown.
    """
    operation = await bench.accepted(command=OFF)
    bench.voice.mute = BUSY
    with pytest.raises(Later) as later:
        await bench.work(operation)
    bench.time.turn(timedelta(minutes=6))  # longer than a question stays open
    bench.voice.mute = None

    await bench.work(operation)

    assert timedelta(seconds=7) == later.value.delay
    assert (1, []) == (len(bench.voice.asked), bench.voice.told)
    assert "waiting" == await bench.confirm(operation, at=bench.time.now() + timedelta(minutes=4))


async def ended_in_words_about_showing(bench: Bench, operation_id: str) -> None:
    ((told, notice),) = bench.voice.told
    assert (operation_id, [True]) == (told, bench.voice.private)
    assert "Nobody confirmed" not in str(notice)
    assert "could not be shown" in str(notice)
    assert [] == bench.streams
    assert ["refused"] == [record.outcome for record in await bench.trail()]


async def test_question_that_can_not_be_shown_for_long_is_given_up(bench: Bench) -> None:
    """
    A question is not put off for ever: in the end its requester reads that it could not be shown.
    """
    operation = await bench.accepted(command=OFF)
    bench.voice.mute = BUSY
    for _ in range(3):  # each try finds Slack busy
        with pytest.raises(Later):
            await bench.work(operation)
        bench.time.turn(timedelta(minutes=11))
    await bench.work(operation)
    bench.voice.mute = None

    await bench.work(operation)

    now = await bench.now(operation)
    assert now.result is not None
    assert Outcome.REFUSED == now.result.outcome
    await ended_in_words_about_showing(bench, operation.id)


async def test_question_that_no_way_takes_ends_at_once(bench: Bench) -> None:
    """
    Where Slack takes it in no way at all the operation ends, refused, with words about that.
    """
    operation = await bench.accepted(command=OFF)
    bench.voice.mute = NotTold("ephemeral: channel_not_found", after=None)

    await bench.work(operation)

    now = await bench.now(operation)
    assert now.result is not None
    assert (State.TOLD, Outcome.REFUSED) == (now.state, now.result.outcome)
    assert "could not be shown" in now.result.headline
    assert "channel_not_found" in str(now.result.lines)
    assert ["refused"] == [record.outcome for record in await bench.trail()]
