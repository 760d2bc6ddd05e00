"""The engine on a real Redis: what it is given, how often it runs it, and what becomes of work in hand at the end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from docket import Docket
from redis import Redis

from bot.agora.waiting import LONGEST_PAUSE
from bot.app import longest_run
from bot.operations.engine import Engine
from bot.settings import Settings
from bot.store import StoreError
from tests.redis_server import RedisServer

KEY, ID, TARGET = "op:abcd-efgh:do", "abcd-efgh", "live"
LONG = timedelta(minutes=1)


class Work:
    """What the engine calls; `hold` keeps it from ending, `fails` is how often it fails."""

    def __init__(self, *, hold: bool = False, fails: int = 0) -> None:
        self.taken: list[tuple[str, str]] = []
        self.let_go = asyncio.Event()
        self.fails = fails
        self._news = asyncio.Condition()
        if not hold:
            self.let_go.set()

    async def __call__(self, operation_id: str, target: str) -> None:
        async with self._news:
            self.taken.append((operation_id, target))
            self._news.notify_all()
        await self.let_go.wait()
        if len(self.taken) <= self.fails:
            raise ValueError

    async def times(self, count: int) -> None:
        async with asyncio.timeout(20), self._news:
            await self._news.wait_for(lambda: len(self.taken) >= count)


async def nothing(*_: Any) -> None:
    pass


@asynccontextmanager
async def engine_of(
    url: str, work: Callable[[str, str], Awaitable[None]], *, longest: timedelta = LONG
) -> AsyncIterator[Engine]:
    url = f"{url}?max_connections=500"
    engine = Engine(url=url, name="agora-bot", work=work, longest=longest, sweep=nothing, alive=nothing, gone=nothing)
    await engine.open()
    try:
        yield engine
    finally:
        await engine.stop_worker(timedelta(0))
        await engine.close()


@asynccontextmanager
async def docket_of(url: str) -> AsyncIterator[Docket]:
    """The engine's own view of its queue."""

    async def operation(operation_id: str, target: str) -> None:
        pass

    async with Docket(name="agora-bot", url=url) as docket:
        docket.register(operation, names=["operation", "sweep_operations"])
        yield docket


async def idle(engine: Engine, work: Work) -> None:
    """Let one more operation be done on the same target: what was queued before it has run, or never will."""
    await engine.add("op:last-last:do", "last-last", TARGET)
    while ("last-last", TARGET) not in work.taken:
        await work.times(len(work.taken) + 1)


async def test_key_that_is_queued_is_not_queued_again(redis_url: str) -> None:
    """
    The same key again while it waits runs once.
    """
    work = Work()
    async with engine_of(redis_url, work) as engine:
        for _ in range(3):
            await engine.add(KEY, ID, TARGET)
        engine.start_worker()
        await work.times(1)
        await idle(engine, work)

    assert [(ID, TARGET), ("last-last", TARGET)] == work.taken


async def test_key_that_is_planned_is_not_queued_again(redis_url: str) -> None:
    """
    The same key again while it waits for its time changes nothing about that.
    """
    work = Work()
    async with engine_of(redis_url, work) as engine:
        await engine.add(KEY, ID, TARGET, after=timedelta(days=1))
        await engine.add(KEY, ID, TARGET)
        engine.start_worker()
        await idle(engine, work)

    assert [("last-last", TARGET)] == work.taken


async def test_key_that_runs_is_not_queued_again(redis_url: str) -> None:
    """
    The same key again while it runs does not run a second time afterwards.
    """
    work = Work(hold=True)
    async with engine_of(redis_url, work) as engine:
        engine.start_worker()
        await engine.add(KEY, ID, TARGET)
        await work.times(1)
        await engine.add(KEY, ID, TARGET)
        work.let_go.set()
        await idle(engine, work)

    assert [(ID, TARGET), ("last-last", TARGET)] == work.taken


async def test_key_that_is_over_runs_again(redis_url: str) -> None:
    """
    The engine forgets a key with the end of its task: that an operation is done once is the journal's business.
    """
    work = Work()
    async with engine_of(redis_url, work) as engine:
        engine.start_worker()
        await engine.add(KEY, ID, TARGET)
        await idle(engine, work)
        await engine.add(KEY, ID, TARGET)
        await work.times(3)

    assert [(ID, TARGET), ("last-last", TARGET), (ID, TARGET)] == work.taken


async def test_payload_is_an_id_and_a_target(redis_url: str) -> None:
    """
    What is pickled into Redis is two strings; who asked for what, and where to answer, stays in the record.
    """
    async with engine_of(redis_url, nothing) as engine, docket_of(redis_url) as docket:
        await engine.add(KEY, ID, TARGET, after=timedelta(days=1))
        (queued,) = [task for task in (await docket.snapshot()).future if task.key == KEY]

    assert ((ID, TARGET), {}) == (tuple(queued.args), dict(queued.kwargs))


async def until_refused(engine: Engine) -> None:
    async with asyncio.timeout(20):
        while True:  # it hears of a strike a moment later
            await engine.add(KEY, ID, TARGET)


async def test_queue_that_was_told_to_take_nothing_says_so(redis_url: str) -> None:
    """
    Docket's command line can strike a task; what is refused for that is not taken for queued.
    """
    async with engine_of(redis_url, nothing) as engine, docket_of(redis_url) as docket:
        await docket.strike("operation")
        with pytest.raises(StoreError) as caught:
            await until_refused(engine)

    assert "docket restore" in str(caught.value)


async def test_queue_that_does_not_answer_is_not_waited_for() -> None:
    """
    A Redis that is frozen fails the request that queues within half of Slack's three seconds.
    """
    server = RedisServer.start()
    try:
        async with engine_of(server.url, nothing) as engine:
            server.process.send_signal(signal.SIGSTOP)
            with pytest.raises(StoreError):
                async with asyncio.timeout(3):
                    await engine.add(KEY, ID, TARGET)
    finally:
        server.stop()


async def test_work_in_hand_at_the_end_is_queued_again_at_once(redis_url: str) -> None:
    """
    What is not done within the grace is nobody's lease any more: another worker takes it without waiting.
    """
    stuck, free = Work(hold=True), Work()
    async with (
        engine_of(redis_url, stuck) as first,
        engine_of(redis_url, free) as second,
        docket_of(redis_url) as docket,
    ):
        first.start_worker()
        await first.add(KEY, ID, TARGET)
        await stuck.times(1)

        await first.stop_worker(timedelta(0))
        in_hand = [task.key for task in (await docket.snapshot()).running if task.key == KEY]
        second.start_worker()
        await free.times(1)

    assert ([], [(ID, TARGET)], [(ID, TARGET)]) == (in_hand, stuck.taken, free.taken)


async def test_what_takes_too_long_is_begun_again(redis_url: str) -> None:
    """
    The limit above all others stops a run, and the operation is taken on anew.
    """
    work = Work(hold=True)
    async with engine_of(redis_url, work, longest=timedelta(milliseconds=10)) as engine:
        engine.start_worker()
        await engine.add(KEY, ID, TARGET)
        await work.times(2)

    assert [(ID, TARGET)] * 2 == work.taken[:2]


async def test_what_fails_is_begun_again(redis_url: str) -> None:
    """
    An error that nobody expected ends a run, not the operation.
    """
    work = Work(fails=1)
    async with engine_of(redis_url, work) as engine:
        engine.start_worker()
        await engine.add(KEY, ID, TARGET)
        await work.times(2)

    assert [(ID, TARGET)] * 2 == work.taken[:2]


async def test_queueing_opens_no_connection_each_time(redis_url: str) -> None:
    """
    A process opens its queue once, and queues over the connections that it has.
    """
    async with engine_of(redis_url, nothing) as engine:
        await engine.add(KEY, ID, TARGET)
        with Redis.from_url(redis_url) as client:
            before = len(client.client_list())
            for number in range(20):
                await engine.add(f"op:{number:04}-0000:do", f"{number:04}-0000", TARGET)
            after = len(client.client_list())

    assert before == after


@pytest.mark.parametrize(("timeout_s", "attempts"), [(10, 4), (0.1, 1), (300, 20)])
def test_limit_of_a_run_is_above_all_others(timeout_s: float, attempts: int) -> None:
    """
    Whatever is set, one call with all its tries and waits ends well before the run that it is made in.
    """
    settings = Settings.model_validate({"agora_timeout_s": timeout_s, "agora_attempts": attempts})
    call = attempts * (settings.agora_timeout + LONGEST_PAUSE)

    assert longest_run(settings) >= max(2 * call, timedelta(minutes=15))
