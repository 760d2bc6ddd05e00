"""Several streams whose results can't be kept: it stops at once, and whoever lost it says nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.operations.operation import Card, ItemResult, Operation, Outcome, State
from bot.operations.progress import Progress
from bot.operations.runner import MOST_RUNS
from bot.operations.tally import AT_ONCE
from bot.store import Store, StoreError, connect
from tests.harness import LIVE, Time
from tests.operations.parts import Bench, bench_of
from tests.redis_proxy import RedisProxy, proxy_to

STREAMS = [f"stage-{number}" for number in range(3 * AT_ONCE)]


@pytest.fixture
async def way(redis_url: str) -> AsyncIterator[RedisProxy]:
    async with proxy_to(redis_url) as proxy:
        yield proxy


@pytest.fixture
async def far(way: RedisProxy, time: Time) -> AsyncIterator[Bench]:
    """A runner whose way to Redis can be in trouble."""
    store = await connect(way.url)
    async with bench_of(store, time) as bench:
        yield bench
    await store.close()


async def many(bench: Bench) -> Operation:
    return await bench.accepted(args={"entry": "live", "region": "eu", "streams": STREAMS})


async def further(bench: Bench) -> list[str]:
    """What reaches Agora by the time that an operation on another entry point is over, without that."""
    before = len(bench.streams)
    other = await bench.accepted(
        args={"entry": "sports", "region": "eu", "streams": ["settled"]}, target="sports", line="/record on sports"
    )
    await bench.work(other)
    assert "settled" == bench.streams[-1]
    return bench.streams[before:-1]


async def test_worker_that_lost_it_asks_no_further(bench: Bench) -> None:
    """
    Once another worker has the operation no further stream is asked for, and the one that lost it tells nothing.
    """
    operation = await many(bench)
    bench.agora.fault("slow:0.2", method="PUT", times=None)
    stalled = asyncio.create_task(bench.work(operation))
    await bench.agora.wait_for(lambda call: call.method == "PUT")
    assert await bench.journal.begin(operation.id)

    await stalled
    asked = len(bench.streams)
    bench.agora.clear_faults()

    assert asked < len(STREAMS)
    assert [] == await further(bench)
    assert [] == [told for told, _ in bench.voice.told if told == operation.id]
    assert State.RUNNING == (await bench.now(operation)).state


async def test_result_that_can_not_be_kept_stops_it(far: Bench, way: RedisProxy, store: Store) -> None:
    """
    While Redis keeps no results no further stream is asked for; with Redis back all are done, and told once.
    """
    operation = await many(far)
    far.agora.fault("slow:0.2", method="PUT", times=None)
    trouble = way.trouble("cut", b"item:")

    with pytest.raises(StoreError):
        await far.work(operation)
    asked = len(far.streams)
    far.agora.clear_faults()

    assert asked < len(STREAMS)
    assert [] == await further(far)
    assert [] == [told for told, _ in far.voice.told if told == operation.id]
    trouble.over.set()
    await far.work(operation)
    assert {*STREAMS} <= {*far.streams}
    assert [operation.id] == [told for told, _ in far.voice.told if told == operation.id]
    assert 1 == len([record for record in await far.trail() if record.operation == operation.id])


async def test_kept_result_is_not_asked_for_again(bench: Bench) -> None:
    """
    Whoever takes it on goes on where the other one was: what is kept is not done a second time.
    """
    operation = await many(bench)
    bench.agora.fault("slow:30", method="PUT", stream=STREAMS[-1])
    stalled = asyncio.create_task(bench.work(operation))
    await bench.agora.wait_for(lambda call: call.stream == STREAMS[-1])
    stalled.cancel()
    await asyncio.wait([stalled])
    kept, asked = (await bench.now(operation)).done, len(bench.streams)

    await bench.work(operation)

    assert 0 < len(kept) < len(STREAMS)
    assert sorted({*STREAMS} - {*kept}) == sorted(bench.streams[asked:])
    assert [operation.id] == [told for told, _ in bench.voice.told]


async def test_operation_that_comes_further_each_time_is_not_given_up(bench: Bench) -> None:
    """
    One that is stopped again and again, as by deployments, goes on for as long as each run keeps a result.
    """
    operation = await many(bench)
    for stream in STREAMS[: MOST_RUNS + 20]:
        begun = await bench.journal.begin(operation.id)
        assert begun is not None
        await bench.journal.keep_item(begun, ItemResult(item=stream, outcome=Outcome.SUCCEEDED, sentence="Kept."))

    await bench.work(operation)

    assert sorted(STREAMS[MOST_RUNS + 20 :]) == sorted(bench.streams)
    assert ["succeeded"] == [record.outcome for record in await bench.trail()]


@pytest.mark.parametrize(("patience", "most"), [(timedelta(hours=1), 1), (timedelta(milliseconds=1), 1000)])
async def test_card_is_renewed_no_more_often_than_that(bench: Bench, patience: timedelta, most: int) -> None:
    """
    The card is there at once, and brought up to date no more often than its patience says, however fast it goes.
    """
    operation = await many(bench)
    bench.voice.place = Card(channel=LIVE, ts="1.0")
    runner = replace(bench.runner, progress=Progress(bench.journal, bench.voice, patience))

    await runner.work(operation.id, operation.queue_target)

    shown = [notice.lines[0] for notice in bench.voice.shown]
    assert "░░░░░░░░░░░░░░░░░░░░ 0 of 60" == shown[0]
    assert len(shown) == len(set(shown)) <= most
    assert (len(shown) > 1) == (most > 1)
