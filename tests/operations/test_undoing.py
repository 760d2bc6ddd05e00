"""What was there before a change: read once, kept before anything is done, and not read again by the next worker."""

from __future__ import annotations

import pytest

from bot.operations.journal import Lost
from bot.operations.operation import Operation, Outcome
from bot.sandbox.agora_memory import Transfer
from bot.undo import Step
from tests.operations.parts import Bench

FORMER = "https://hooks.example.com/former"
NEW = "https://hooks.example.com/new"


async def setting(bench: Bench) -> Operation:
    """An operation that gives transfer another address."""
    bench.agora.entry_points["live"].transfer = Transfer(enabled=True, callback_url=FORMER)
    args = {"entry": "live", "switch": "on", "callback": NEW}
    return await bench.accepted(command="transfer set", args=args, line=f"/transfer set live on {NEW}")


async def test_worker_that_ended_after_the_change(bench: Bench) -> None:
    """
    A worker changed it and ended before it could say so: the next one does it again, and still knows what was there.
    """
    operation = await setting(bench)
    begun = await bench.journal.begin(operation.id)
    assert begun is not None
    await bench.journal.keep_before(begun, {"enabled": True, "callback": FORMER})
    bench.agora.entry_points["live"].transfer = Transfer(enabled=True, callback_url=NEW)

    await bench.work(operation)

    result = (await bench.now(operation)).result
    assert result is not None
    assert Step(command="transfer set", args={"entry": "live", "switch": "on", "callback": FORMER}) == result.undo


async def test_it_is_kept_before_anything_is_done(bench: Bench) -> None:
    """
    Where it can't be kept since another worker has the operation, Agora hears nothing.
    """
    operation = await setting(bench)
    begun = await bench.journal.begin(operation.id)
    assert begun is not None
    await bench.journal.begin(operation.id)

    with pytest.raises(Lost):
        await bench.journal.keep_before(begun, {"enabled": True, "callback": FORMER})

    assert FORMER == bench.agora.entry_points["live"].transfer.callback_url


async def test_undo_whose_worker_ended_after_it_was_done(bench: Bench) -> None:
    """
    An undo that is begun again finds its own work, and does not take that for somebody else's change.
    """
    operation = await setting(bench)
    await bench.work(operation)
    args = {"entry": "live", "switch": "on", "callback": FORMER}
    line = f"/transfer set live on {FORMER}"
    undo = await bench.accepted(command="transfer set", args=args, line=line, undo_of=operation.id)
    begun = await bench.journal.begin(undo.id)
    assert begun is not None
    await bench.journal.keep_before(begun, {"enabled": True, "callback": NEW})
    bench.agora.entry_points["live"].transfer = Transfer(enabled=True, callback_url=FORMER)

    await bench.work(undo)

    result = (await bench.now(undo)).result
    assert result is not None
    assert Outcome.SUCCEEDED is result.outcome


async def test_undo_that_was_done_unknown_to_anybody(bench: Bench) -> None:
    """
    What stands as it was before is somebody's change to a first try of an undo, and may be its own to a second.
    """
    operation = await setting(bench)
    await bench.work(operation)
    args, line = {"entry": "live", "switch": "on", "callback": FORMER}, f"/transfer set live on {FORMER}"
    first = await bench.accepted(command="transfer set", args=args, line=line, undo_of=operation.id)
    bench.agora.entry_points["live"].transfer = Transfer(enabled=True, callback_url=FORMER)
    await bench.work(first)
    again = await bench.accepted(command="transfer set", args=args, line=line, undo_of=operation.id, retry_of=first.id)

    await bench.work(again)

    results = [(await bench.now(one)).result for one in (first, again)]
    assert [Outcome.REFUSED, Outcome.SUCCEEDED] == [result and result.outcome for result in results]
