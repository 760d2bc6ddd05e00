"""Work of a newer release: an older one neither does it nor marks it as done, whatever it does not know of it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

import pytest

from bot.clicks import Clicks
from bot.errors import UserError
from bot.operations.engine import LEFT_FOR, Later
from bot.operations.operation import Operation, State
from bot.operations.runner import MOST_RUNS
from bot.pressing import Click
from tests.harness import ADMIN, LIVE
from tests.operations.parts import OFF, Bench
from tests.operations.test_deadline import clicks

Newer = Callable[[Bench], Awaitable[Operation]]


async def command(bench: Bench) -> Operation:
    """A command that this release does not have."""
    return await bench.accepted(command="record backwards")


async def argument(bench: Bench) -> Operation:
    """An argument that this release does not have."""
    args = {"entry": "live", "region": "eu", "streams": ["main-stage"], "backwards": True}
    return await bench.accepted(args=args)


async def fact(bench: Bench) -> Operation:
    """A fact of the operation itself, such as a time before which it must not be done."""
    operation = await bench.accepted()
    key = bench.store.key("operation", operation.id)
    written = json.loads(str(await bench.store.do("HGET", key, "record")))
    await bench.store.do("HSET", key, "record", json.dumps(written | {"not_before": "2099-01-01T00:00:00Z"}))
    return operation


async def stage(bench: Bench) -> Operation:
    """A stage that this release does not have."""
    operation = await bench.accepted()
    await bench.store.do("HSET", bench.store.key("operation", operation.id), "state", "rehearsing")
    return operation


async def kept(bench: Bench, operation: Operation) -> dict[str, str]:
    found = await bench.store.do("HGETALL", bench.store.key("operation", operation.id))
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("newer", [command, argument, fact, stage])
async def test_work_of_a_newer_release_is_left(bench: Bench, newer: Newer) -> None:
    """
    It is put off, however often it is met, and stays as it was written: not begun, not ended, not told.
    """
    operation = await newer(bench)
    before = await kept(bench, operation)

    for _ in range(MOST_RUNS + 1):
        with pytest.raises(Later) as later:
            await bench.runner.work(operation.id, operation.target)
        assert LEFT_FOR == later.value.delay

    assert before == await kept(bench, operation)
    assert ([], [], []) == (bench.streams, bench.voice.told, await bench.trail())


@pytest.mark.parametrize("newer", [command, argument, fact, stage])
async def test_what_stands_behind_it_waits(bench: Bench, newer: Newer) -> None:
    """
    The order holds: what this release could do is not done before it.
    """
    await newer(bench)
    behind = await bench.accepted()

    with pytest.raises(Later) as later:
        await bench.work(behind)

    assert LEFT_FOR == later.value.delay
    assert (State.QUEUED, []) == ((await bench.now(behind)).state, bench.streams)


@pytest.mark.parametrize("newer", [fact, stage])
async def test_sweep_goes_past_what_it_can_not_read(bench: Bench, newer: Newer) -> None:
    """
    What this release can't read keeps nothing else from being found.
    """
    await newer(bench)
    other = await bench.accepted(target="sports")
    bench.time.turn(LEFT_FOR * 3)

    await bench.runner.sweep()

    assert [other.queue_key] == bench.queued


async def test_planned_work_of_a_newer_release_keeps_no_other_from_its_time(bench: Bench) -> None:
    """
    The same for what is planned: what this release can't read is passed over, and stays planned.
    """
    unread, other = await fact(bench), await bench.accepted(target="sports")
    for planned in (unread, other):
        await bench.store.do("ZADD", bench.store.key("planned"), 1, planned.id)

    due = await bench.runner.planning.plans.due_before(bench.time.now(), 10)

    assert [other.id] == [operation.id for operation in due]
    assert 2 == await bench.store.do("ZCARD", bench.store.key("planned"))


async def test_cancelling_it_is_explained(bench: Bench) -> None:
    """
    What this release can't read it does not cancel, and says why.
    """
    unread = await fact(bench)
    standing = await bench.runner.gate.standing(ADMIN)

    with pytest.raises(UserError) as said:
        await bench.runner.desk.cancel(unread.id, standing, bench.time.now())

    assert "newer release" in said.value.message
    assert (State.QUEUED.value, []) == ((await kept(bench, unread))["state"], await bench.trail())


@pytest.mark.parametrize("newer", [command, argument])
async def test_cancelling_lets_the_next_one_go_on(bench: Bench, newer: Newer) -> None:
    """
    When a release is taken back, what only the newer one can do is cancelled by hand, and holds nobody up any more.
    """
    stranded, behind = await newer(bench), await bench.accepted("behind")
    standing = await bench.runner.gate.standing(ADMIN)

    cancelled = await bench.runner.desk.cancel(stranded.id, standing, bench.time.now())
    await bench.work(behind)

    assert stranded.line in cancelled.deed
    assert (["behind"], State.FINISHED) == (bench.streams, (await bench.now(stranded)).state)


async def test_usual_facts_are_not_written(bench: Bench) -> None:
    """
    A fact that a later release adds stops an older one where it is used, and nowhere else.
    """
    operation = await bench.accepted()

    written = json.loads((await kept(bench, operation))["record"])

    assert "retry_of" not in written
    assert operation == await bench.now(operation)


async def test_click_on_it_is_explained(bench: Bench) -> None:
    """
    A button of a newer release is answered, and does nothing.
    """
    operation = await bench.accepted(command=OFF)
    await bench.store.do("HSET", bench.store.key("operation", operation.id), "state", "rehearsing")
    before = await kept(bench, operation)
    pressing: Clicks = clicks(bench)

    pressed = await pressing.press(Click("operation_confirm", operation.id, ADMIN, "T0STUDIO", LIVE, None))

    assert pressed.notice is not None
    assert "newer release" in pressed.notice.headline
    assert "Nothing was done" in pressed.notice.headline
    assert before == await kept(bench, operation)
