"""Telling: each outcome once, those of a channel in order, and nothing that holds the others up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.notice import Notice
from bot.operations.engine import Later
from bot.operations.journal import FRESH, Floor, Held, Journal, Lost
from bot.operations.operation import Operation, State
from bot.operations.ports import NotTold, Told
from tests.harness import SHOW
from tests.operations.parts import Bench, Voice

BUSY = NotTold("busy", after=timedelta(seconds=7))


async def ended_untold(bench: Bench, stream: str, **changes: Any) -> Operation:
    """An operation that Agora carried out while Slack had no time."""
    operation = await bench.accepted(stream, **changes)
    bench.voice.mute = BUSY
    await bench.work(operation)
    bench.voice.mute = None
    bench.queued.clear()
    return await bench.now(operation)


def told(bench: Bench) -> list[str]:
    """The ids of the operations that were told, in order."""
    return [operation_id for operation_id, _ in bench.voice.told]


async def test_outcome_waits_for_those_before_it_in_its_channel(bench: Bench) -> None:
    """
    An outcome is not told before an earlier one of the same channel; whoever is queued to tell that one goes on with
    all that stand behind it.
    """
    first = await ended_untold(bench, "a")
    others = [await bench.accepted(stream, target=stream) for stream in "bc"]

    for other in others:
        await bench.work(other)
    before = told(bench)
    await bench.work(first)

    assert ([], [first.id, *(other.id for other in others)]) == (before, told(bench))
    assert [] == bench.queued


async def test_worker_of_an_entry_point_does_not_tell_what_others_ended(bench: Bench) -> None:
    """
    Whoever has just ended an operation tells that one alone, and queues the next: its entry point has others waiting.
    """
    first = await bench.accepted("a")
    second: list[Operation] = []

    async def meanwhile() -> None:
        second.append(await bench.accepted("b", target="sports"))
        await bench.work(second[0])

    bench.voice.meanwhile = meanwhile
    await bench.work(first)

    assert [first.id] == told(bench)
    assert [f"op:{second[0].id}:tell:{first.id}"] == bench.queued


async def test_busy_slack_ends_the_round_of_a_channel(bench: Bench) -> None:
    """
    Where Slack has no time for the second of three outcomes it is queued for later under its own key, where the sweep
    does not bring it forward, and the third stays behind it.
    """
    first, second, third = [await ended_untold(bench, stream) for stream in "abc"]

    async def busy() -> None:
        bench.voice.mute = BUSY

    bench.voice.meanwhile = busy
    await bench.work(first)
    queued, before = list(bench.queued), told(bench)
    bench.voice.mute = None
    await bench.work(second)

    assert ([first.id], [f"op:{second.id}:tell"]) == (before, queued)
    assert [first.id, second.id, third.id] == told(bench)


async def test_outcome_that_waits_for_its_turn_is_not_queued(bench: Bench) -> None:
    """
    However many wait in a channel, the sweep queues the first alone: the others could do nothing but crowd its turn.
    """
    first, _, _ = [await ended_untold(bench, stream) for stream in "abc"]
    bench.time.turn(timedelta(seconds=11))

    await bench.runner.sweep()

    assert [f"op:{first.id}:tell"] == bench.queued


async def test_channels_do_not_wait_for_each_other(bench: Bench) -> None:
    """
    An outcome that waits for Slack in one channel holds none of another channel up.
    """
    await ended_untold(bench, "a")
    second = await bench.accepted("b", channel=SHOW)

    await bench.work(second)

    assert [second.id] == told(bench)


async def test_worker_that_ended_between_outcome_and_telling(bench: Bench) -> None:
    """
    Handed out again by the engine, an operation whose outcome is kept is not done again but queued to be told.
    """
    operation = await ended_untold(bench, "a")

    await bench.runner.work(operation.id, operation.target)

    assert [f"op:{operation.id}:tell"] == bench.queued
    assert ["a"] == bench.streams


async def test_worker_that_ended_before_it_queued_the_next_one(bench: Bench) -> None:
    """
    Handed out again by the engine, an operation that is told leads to the one that is to be told next.
    """
    first, second = await ended_untold(bench, "a"), await ended_untold(bench, "b")
    floor = await bench.journal.speak(first, claim=True)
    assert isinstance(floor, Floor)
    assert second.id == await bench.journal.told(floor.operation, "channel")

    await bench.runner.work(first.id, first.target)

    assert [f"op:{second.id}:tell:{first.id}"] == bench.queued
    assert [] == told(bench)


async def test_handed_back_outcome_that_is_not_next_is_not_queued(bench: Bench) -> None:
    """
    Handed out again by the engine, an operation whose outcome stands behind another one is left to whoever tells that.
    """
    _, second = await ended_untold(bench, "a"), await ended_untold(bench, "b")

    await bench.runner.work(second.id, second.target)

    assert ([], []) == (bench.queued, told(bench))


async def test_message_that_is_under_way_is_waited_for(bench: Bench) -> None:
    """
    While one worker is sending an outcome another one does not: it comes back when that must be over, and looks then.
    """
    operation = await ended_untold(bench, "a")
    assert isinstance(await bench.journal.speak(operation, claim=True), Floor)

    with pytest.raises(Later) as later:
        await bench.work(operation)

    assert timedelta() < later.value.delay <= timedelta(seconds=12)
    assert [] == told(bench)


async def test_message_that_may_have_arrived_is_looked_for(bench: Bench) -> None:
    """
    Where nobody knows whether Slack took a message the next try is told so; where Slack turned it away it is not.
    """
    operation = await bench.accepted()
    bench.voice.mute = NotTold("cut", after=timedelta(seconds=1), maybe=True)
    await bench.work(operation)
    bench.voice.mute = None
    await bench.work(operation)
    turned_away = await ended_untold(bench, "b")
    await bench.work(turned_away)

    assert [True, False] == bench.voice.again


async def test_worker_that_lost_it_does_not_tell_it(bench: Bench) -> None:
    """
    Once another worker has taken an outcome on, the one that had it may not send it any more.
    """
    operation = await ended_untold(bench, "a")
    taken = await bench.journal.speak(operation, claim=True)
    assert isinstance(taken, Floor)

    with pytest.raises(Lost):
        await bench.journal.speak(operation)
    with pytest.raises(Lost):
        await bench.journal.told(operation, "channel")

    await bench.journal.told(taken.operation, "channel")
    assert State.TOLD == (await bench.now(operation)).state


class Broken(Voice):
    """A voice with a mistake in it."""

    async def tell(self, operation: Operation, notice: Notice, *, private: bool, again: bool = False) -> Told:
        raise ZeroDivisionError


async def test_mistake_in_the_words_holds_nobody_up(bench: Bench) -> None:
    """
    An outcome that can't be put into words is in the audit trail as told nowhere, and the next one is told.
    """
    operation, sound = await bench.accepted(), bench.runner.telling
    broken = replace(sound, teller=Broken())
    await replace(bench.runner, telling=broken).work(operation.id, operation.target)

    following = await bench.accepted("b")
    await bench.work(following)

    assert sound is bench.runner.telling
    assert [following.id] == told(bench)
    assert ["succeeded", "told", "succeeded"] == [record.outcome for record in reversed(await bench.trail())]
    assert "Told nowhere" in str((await bench.trail())[1].detail)


async def test_call_is_not_made_for_an_operation_that_was_lost(bench: Bench) -> None:
    """
    Before each call to Agora it is looked whether the operation is still in hand: if not, the call is not made.
    """
    operation = await bench.accepted()
    begun = await bench.journal.begin(operation.id)
    assert begun is not None
    work = await bench.runner._work(begun, agora=bench.runner.agora)
    await work.agora.enable_recording("live", "eu", "a")

    assert await bench.journal.begin(operation.id)
    with pytest.raises(Lost):
        await work.agora.enable_recording("live", "eu", "b")

    assert ["a"] == bench.streams


async def test_leave_that_is_old_when_it_is_read_is_none(bench: Bench) -> None:
    """
    A worker that stood still while Redis gave it leave to send gives the leave back: nothing was sent, so nobody looks.
    """
    operation = await ended_untold(bench, "a")
    times = iter([0.0, FRESH.total_seconds() + 0.1])
    stood_still = Journal(bench.store, ticks=lambda: next(times))

    assert Held(FRESH) == await stood_still.speak(operation, claim=True)

    await bench.work(operation)
    assert ([operation.id], [False]) == (told(bench), bench.voice.again)
