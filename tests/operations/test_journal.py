"""The journal: each step is taken once, by whoever holds the operation, and safe to send twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.operations import outcomes
from bot.operations.journal import Accepted, Journal, Lost, Repeated, TooLate
from bot.operations.operation import ItemResult, Operation, Outcome, Result, State
from tests.access.stammering import Stammering
from tests.harness import Time
from tests.operations.parts import OFF, Bench

DONE = Result(outcome=Outcome.SUCCEEDED, headline="Done.")


async def ended(journal: Journal, operation: Operation, time: Time, result: Result = DONE) -> str:
    record = outcomes.audit_record(operation, result, time.now())
    return await journal.finish(operation, result, time.now(), record=record)


async def begun(journal: Journal, operation: Operation) -> Operation:
    found = await journal.begin(operation.id)
    assert found is not None
    return found


async def test_same_key_is_the_same_operation(bench: Bench) -> None:
    """
    A key that was seen gives the operation that it made, and writes nothing.
    """
    deadline_ms = await bench.store.time_ms() + 1000
    first, second = bench.operation(), bench.operation()

    replies = [await bench.journal.accept(one, once="key", deadline_ms=deadline_ms) for one in (first, second)]

    assert [Accepted(0), Repeated(first.id)] == replies
    assert await bench.journal.load(second.id) is None
    assert 1 == (await bench.journal.backlog())[0]


async def test_operation_is_retried_once(bench: Bench) -> None:
    """
    An operation has one successor, whatever the key.
    """
    deadline_ms = await bench.store.time_ms() + 1000
    origin = await bench.accepted()
    first, second = (bench.operation(retry_of=origin.id) for _ in range(2))

    replies = [await bench.journal.accept(one, once=one.id, deadline_ms=deadline_ms) for one in (first, second)]

    assert [Accepted(0), Repeated(first.id)] == replies
    assert first.id == (await bench.now(origin)).retried


async def test_late_write_writes_nothing(bench: Bench) -> None:
    """
    What Redis comes to after its deadline is not done.
    """
    operation = bench.operation()

    with pytest.raises(TooLate):
        await bench.journal.accept(operation, once="key", deadline_ms=await bench.store.time_ms() - 1)

    assert await bench.journal.load(operation.id) is None
    assert (0, None) == await bench.journal.backlog()


async def test_late_confirmation_leaves_it_waiting(bench: Bench) -> None:
    """
    A confirmation that Redis comes to after its deadline does not count, and a later one does.
    """
    operation = await bench.accepted(command=OFF)
    await bench.work(operation)

    with pytest.raises(TooLate):
        await bench.journal.confirm(operation, bench.time.now(), deadline_ms=await bench.store.time_ms() - 1)

    assert State.WAITING == (await bench.now(operation)).state
    assert "waiting" == await bench.confirm(operation)


async def test_confirmation_counts_once_and_in_time(bench: Bench) -> None:
    """
    Confirmed twice it is found queued; confirmed at the moment of its end it has lapsed.
    """
    operation, late = await bench.accepted(command=OFF), await bench.accepted(command=OFF)
    for one in (operation, late):
        await bench.work(one)
    end = (await bench.now(late)).expires

    assert ["waiting", "queued"] == [await bench.confirm(operation) for _ in range(2)]
    assert "lapsed" == await bench.confirm(late, at=end)
    assert operation.id == await bench.journal.next_of("live")


async def test_lapse_does_not_end_what_was_confirmed_meanwhile(bench: Bench, time: Time) -> None:
    """
    A worker that lets a question lapse ends nothing that was confirmed since it looked.
    """
    operation = await bench.accepted(command=OFF)
    await bench.work(operation)
    looked = await begun(bench.journal, operation)
    await bench.confirm(operation)

    found = await ended(bench.journal, looked, time, outcomes.lapsed(looked))

    assert "queued" == found
    assert State.QUEUED == (await bench.now(operation)).state


async def test_every_step_of_a_lost_operation_is_refused(bench: Bench, time: Time) -> None:
    """
    Once another worker has begun it, the one before can keep, end and tell nothing.
    """
    operation = await begun(bench.journal, await bench.accepted())
    item = ItemResult(item="main-stage", outcome=Outcome.SUCCEEDED, sentence="Done.")
    await begun(bench.journal, operation)

    for step in (
        bench.journal.keep_item(operation, item),
        ended(bench.journal, operation, time),
        bench.journal.told(operation, "channel"),
    ):
        with pytest.raises(Lost):
            await step

    assert {} == (await bench.now(operation)).done
    assert [] == await bench.trail()


async def test_operation_ends_once(bench: Bench, time: Time) -> None:
    """
    A second, other end is refused: the first stands, with one audit record.
    """
    operation = await begun(bench.journal, await bench.accepted())
    await ended(bench.journal, operation, time)

    found = await ended(bench.journal, operation, time, outcomes.broken(operation))

    assert "finished" == found
    assert DONE == (await bench.now(operation)).result
    assert 1 == len(await bench.trail())


async def test_whole_life_with_every_script_sent_twice(bench: Bench, time: Time) -> None:
    """
    A connection that breaks at each step changes nothing: one turn, one end, one audit record.
    """
    journal = Journal(Stammering(bench.store))
    operation = bench.operation(command=OFF)
    deadline_ms = await bench.store.time_ms() + 10_000
    item = ItemResult(item="main-stage", outcome=Outcome.SUCCEEDED, sentence="Done.")

    assert Accepted(0) == await journal.accept(operation, once="key", deadline_ms=deadline_ms)
    asking = await begun(journal, operation)
    await journal.wait_for_confirmation(asking, expires=time.now() + timedelta(minutes=5))
    await journal.keep_asked(asking, time.now())
    assert await journal.confirm(operation, time.now(), deadline_ms=deadline_ms) in {"waiting", "queued"}
    assert operation.id == await journal.next_of("live")
    running = await begun(journal, operation)
    await journal.keep_item(running, item)
    now = time.now()
    record = outcomes.audit_record(running, DONE, now)
    assert "ok" == await journal.finish(running, DONE, now, record=record)
    assert await journal.next_of("live") is None
    await journal.told(running, "channel")

    told = await bench.now(operation)
    assert (State.TOLD, DONE, {"main-stage": item}) == (told.state, told.result, told.done)
    assert ["succeeded"] == [one.outcome for one in await bench.trail()]
    assert (0, None) == await journal.backlog()


async def test_turns_are_taken_once_for_an_acceptance_sent_twice(bench: Bench) -> None:
    """
    An acceptance that is sent twice has one place in the line, before what was accepted later.
    """
    journal, deadline_ms = Journal(Stammering(bench.store)), await bench.store.time_ms() + 10_000
    operations = [bench.operation(stream) for stream in ("a", "b")]

    for operation in operations:
        await journal.accept(operation, once=operation.id, deadline_ms=deadline_ms)

    places = await bench.store.do("ZRANGE", bench.store.key("turns", "live"), 0, -1)
    assert [operation.id for operation in operations] == places


async def test_running_operation_is_stopped_once(bench: Bench) -> None:
    """
    The first who stops it counts; each checkpoint after that says who it was, also to whoever goes on with it.
    """
    journal, deadline_ms = bench.journal, await bench.store.time_ms() + 10_000
    operation = await bench.accepted()
    item = ItemResult(item="a", outcome=Outcome.SUCCEEDED, sentence="a.")
    found = [await journal.stop(operation, "U0ADA", deadline_ms=deadline_ms)]
    running = await begun(journal, operation)
    kept = [await journal.keep_item(running, item)]

    found += [await journal.stop(operation, one, deadline_ms=deadline_ms) for one in ("U0MIA", "U0ADA")]
    kept += [await journal.keep_item(running, item)]

    assert ["queued", "running", "stopping"] == found
    assert [None, "U0MIA"] == kept
    assert "U0MIA" == (await begun(journal, operation)).stopped
    await ended(journal, await begun(journal, operation), bench.time)
    assert "finished" == await journal.stop(operation, "U0ADA", deadline_ms=deadline_ms)


async def test_stop_that_comes_too_late_does_not_count(bench: Bench) -> None:
    """
    A stop that Redis comes to after its time stops nothing.
    """
    operation = await bench.accepted()
    await begun(bench.journal, operation)

    with pytest.raises(TooLate):
        await bench.journal.stop(operation, "U0ADA", deadline_ms=await bench.store.time_ms() - 1)

    assert (await bench.now(operation)).stopped is None
