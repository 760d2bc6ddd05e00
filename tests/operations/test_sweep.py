"""The sweep: finds what was written down and got lost on the way to the queue, and leaves the rest alone."""

from __future__ import annotations

from datetime import timedelta

from bot.operations.operation import Operation
from tests.harness import Stage
from tests.operations.parts import OFF, Bench

AGE = timedelta(seconds=11)


async def test_operation_that_was_never_queued_is_found(bench: Bench) -> None:
    """
    A kill between writing down and queueing loses nothing, whatever the next stage is.
    """
    change = await bench.accepted()
    question = await bench.accepted(command=OFF)
    bench.time.turn(AGE)

    await bench.runner.sweep()

    assert {f"op:{change.id}:do", f"op:{question.id}:ask"} == {*bench.queued}


async def test_fresh_operation_is_left_alone(bench: Bench) -> None:
    """
    What was written down just now is being queued by whoever wrote it.
    """
    await bench.accepted()

    await bench.runner.sweep()

    assert [] == bench.queued


async def test_question_that_waits_is_left_alone_until_it_lapses(bench: Bench) -> None:
    """
    Nothing is to be done for a question until it is answered or its time is up.
    """
    question = await bench.accepted(command=OFF)
    await bench.work(question)
    bench.queued.clear()
    bench.time.turn(AGE)
    await bench.runner.sweep()
    assert [] == bench.queued

    bench.time.turn(timedelta(minutes=5))
    await bench.runner.sweep()

    assert [f"op:{question.id}:lapse"] == bench.queued


async def test_confirmed_operation_that_was_never_queued_is_found(bench: Bench) -> None:
    """
    The same for a click.
    """
    question = await bench.accepted(command=OFF)
    await bench.work(question)
    await bench.confirm(question)
    bench.queued.clear()
    bench.time.turn(AGE)

    await bench.runner.sweep()

    assert [f"op:{question.id}:do"] == bench.queued


async def test_told_operation_is_left_alone(bench: Bench) -> None:
    """
    What is over is over.
    """
    await bench.work(await bench.accepted())
    bench.time.turn(AGE)

    await bench.runner.sweep()

    assert [] == bench.queued


async def test_pointer_to_nothing_is_dropped(bench: Bench) -> None:
    """
    An operation whose record is gone is forgotten.
    """
    operation = await bench.accepted()
    await bench.store.do("UNLINK", bench.store.key("operation", operation.id))
    bench.time.turn(AGE)

    await bench.runner.sweep()

    assert [] == bench.queued
    assert (0, None) == await bench.journal.backlog()


async def test_next_start_carries_out_what_was_left(world: Stage, bench: Bench) -> None:
    """
    A bot that starts finds what the one before it wrote down and did not queue, and carries it out.
    """
    operation: Operation = await bench.accepted(created=world.time.now() - AGE)

    await world.start()

    told = await world.told(lambda shown: operation.id in shown.text)
    assert "channel" == told.kind
    assert ["main-stage"] == [target.rpartition("=")[2] for target in world.wire]
