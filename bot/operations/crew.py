"""
Workers of the engine, one shift after the other, for as long as the process lives.

A worker of docket's that loses Redis finishes what it has in hand before it looks for Redis again, and takes nothing
new meanwhile; one that breaks is gone. So a shift ends with the first trouble and the next one begins beside it. What
the old one could not bring to its end is handed on, instead of waiting until its lease lapses.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from itertools import count
from types import TracebackType
from typing import Any, Final

import structlog
from docket import Docket, Worker
from docket.dependencies import Dependency
from redis.asyncio import Redis, RedisCluster
from redis.exceptions import RedisClusterException, RedisError, ResponseError

from bot.store import StoreError, translated

PAUSE: Final = timedelta(seconds=0.5)  # between two shifts, and between two looks for Redis
SILENCE: Final = timedelta(seconds=5)  # after which Redis has hung
MOST_IN_HAND: Final = 1000

log = structlog.get_logger(__name__)


class Shift(Worker):
    """A worker until it loses Redis. `over` is set when it takes nothing more; it may have work in hand then."""

    def __init__(self, docket: Docket, *, name: str, **options: Any) -> None:
        super().__init__(docket, name=name, dependencies={"shift": _Ending()}, **options)
        self.over = asyncio.Event()

    async def work(self) -> None:
        """
        Work until it is over, then finish what is in hand. Cancelled: leave that.

        Raises:
            Exception: What broke it; trouble with Redis does not.
        """
        running: asyncio.Task[None] | None = None
        try:
            async with self:  # leaving it tells docket to take nothing more, and waits until all is finished
                running = asyncio.create_task(self.run_forever(), name=f"worker {self.name}")
                running.add_done_callback(lambda _: self.over.set())
                await self.over.wait()
            await running
        finally:
            while running is not None and not running.done():  # the first time it just turns away from Redis
                running.cancel()
                await asyncio.wait([running], timeout=0.1)


class _Ending(Dependency[None]):
    """What docket opens when a worker turns to Redis, and closes when the worker turns away from it."""

    async def __aenter__(self) -> None:
        """Nothing, for a single task."""

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Nothing, for a single task."""

    @classmethod
    @asynccontextmanager
    async def worker_lifecycle(cls, docket: Docket, worker: Shift) -> AsyncIterator[None]:
        """Take note when the worker turns away."""
        try:
            yield
        finally:
            worker.over.set()


class Crew:
    """
    Keeps a worker at work.

    Args:
        docket: Open.
        name: No other worker may have it, in no process and on no machine.
        lease: What docket has not heard of for so long it gives to another worker.
        options: Of docket's workers.
    """

    def __init__(self, docket: Docket, *, name: str, lease: timedelta, **options: Any) -> None:
        self._docket, self._name, self._lease, self._options = docket, name, lease, options
        self._shifts: dict[str, tuple[Shift, asyncio.Task[None]]] = {}
        self._ending = asyncio.Event()

    async def run(self) -> None:
        """Work until cancelled: then take nothing new, and finish what is in hand. Cancelled again: leave it."""
        watch = asyncio.create_task(self._watch(), name="worker watch")
        try:
            while True:
                try:
                    await (await self._begin()).over.wait()
                except Exception:
                    log.exception("worker.not_begun")
                await asyncio.sleep(PAUSE.total_seconds())
        finally:
            self._ending.set()
            for shift, _ in self._shifts.values():
                shift.over.set()
            await asyncio.gather(*(task for _, task in self._shifts.values()), return_exceptions=True)
            watch.cancel()

    async def _begin(self) -> Shift:
        # A name is used again as soon as it is free: Redis remembers each that it has heard.
        name = next(name for number in count(1) if (name := f"{self._name}.{number}") not in self._shifts)
        await self._hand_on(name)
        shift = Shift(self._docket, name=name, redelivery_timeout=self._lease, **self._options)
        task = asyncio.create_task(self._work(shift), name=f"worker {name}")
        self._shifts[name] = shift, task
        task.add_done_callback(lambda _: self._shifts.pop(name))
        return shift

    async def _work(self, shift: Shift) -> None:
        try:
            await shift.work()
        except Exception as error:
            if not _of_a_cluster(error):
                log.exception("worker.broke", worker=shift.name)
                await self._lapse()  # what broke it might break the next one, too: not at once again
        await self._hand_on(shift.name)

    async def _lapse(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._lease.total_seconds()):
                await self._ending.wait()

    async def _hand_on(self, name: str) -> None:
        """Have another worker take what is left under *name*, as soon as Redis answers."""
        told, done = False, False
        while not done and not self._ending.is_set():
            try:
                await self._let_lapse(name)
                done = True
            except StoreError as error:
                if not told:
                    log.warning("worker.waits", worker=name, reason=str(error))
                told = True
                await asyncio.sleep(PAUSE.total_seconds())

    async def _let_lapse(self, name: str) -> None:
        stream, group = self._docket.stream_key, self._docket.worker_group_name
        with translated():
            async with asyncio.timeout(SILENCE.total_seconds()), self._docket.redis() as redis:
                try:
                    left = await redis.xpending_range(stream, group, "-", "+", MOST_IN_HAND, name)
                except ResponseError as error:
                    if "NOGROUP" in str(error):  # no worker has ever come to this Redis
                        return
                    raise
                if ids := [message["message_id"] for message in left]:
                    idle = int(self._lease.total_seconds() * 1000)
                    await redis.xclaim(stream, group, name, 0, ids, idle=idle, justid=True)

    async def _watch(self) -> None:
        """Hang up when Redis is silent; docket waits for ever, also for a primary that froze and has a successor."""
        while True:
            await asyncio.sleep(PAUSE.total_seconds())
            with suppress(StoreError), translated():  # a broken connection docket notices by itself
                async with self._docket.redis() as redis:
                    try:
                        async with asyncio.timeout(SILENCE.total_seconds()):
                            await redis.xlen(self._docket.stream_key)
                    except TimeoutError:
                        await _hang_up(redis)


def _of_a_cluster(error: Exception) -> bool:
    """Say whether it is trouble with Redis that docket took for a mistake of ours."""
    if isinstance(error, ExceptionGroup):
        return error.split((RedisClusterException, RedisError))[1] is None
    return isinstance(error, RedisClusterException)


async def _hang_up(redis: object) -> None:
    match redis:
        case Redis():
            await redis.connection_pool.disconnect()
        case RedisCluster():
            await redis.aclose()  # it opens itself again
