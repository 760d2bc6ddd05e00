"""The engine that runs operations: docket, behind four verbs, so that another could take its place.

docket runs a task at least once, renews a worker's lease while it works, and hands a dead worker's task to another.
What it does not promise (order, running once, remembering what it ran) is the journal's business.
https://docket.lol/
"""

# No `from __future__ import annotations` here: docket reads the task's annotations and defaults as they are.
import asyncio
import contextlib
import os
import secrets
import socket
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import structlog
from docket import ConcurrencyLimit, CurrentExecution, Docket, Execution, ExponentialRetry, Perpetual, Retry
from redis.exceptions import RedisError

from bot.operations.crew import Crew
from bot.operations.docket_log import quieten
from bot.operations.sentinels import hurry
from bot.store import StoreError

SLOTS: Final = 50
# A dead worker's task restarts 7.5 to 13 s after; a stall of this length makes two workers run one operation.
REDELIVERY: Final = timedelta(seconds=10)
SWEEP_EVERY: Final = timedelta(seconds=15)
HEARTBEAT_EVERY: Final = timedelta(seconds=5)
HEARTBEAT_AGAIN: Final = timedelta(seconds=0.5)

log = structlog.get_logger(__name__)


class Later(Exception):
    """The operation goes on after *delay*, under the same key."""

    def __init__(self, delay: timedelta) -> None:
        super().__init__(delay)
        self.delay = delay


class Engine:
    """
    Queue and workers.

    Args:
        url: Redis, in docket's form, with a pool larger than the slots.
        name: Keeps one deployment's queue apart from another's.
        work: Takes an operation on by its id and the target that it was queued on; called at least once.
        sweep: Queues again what was written down and got lost on the way.
        alive: Told every few seconds that this worker lives, with its name.
        gone: Told that it ends.
    """

    def __init__(
        self,
        *,
        url: str,
        name: str,
        work: Callable[[str, str], Awaitable[None]],
        sweep: Callable[[], Awaitable[None]],
        alive: Callable[[str], Awaitable[None]],
        gone: Callable[[str], Awaitable[None]],
    ) -> None:
        self._docket = Docket(name=name, url=url, execution_ttl=timedelta(hours=1))
        self._alive, self._gone = alive, gone
        self._worker: asyncio.Task[None] | None = None
        self._heart: asyncio.Task[None] | None = None
        self._trouble = ""  # with Redis, as last heard
        self._ending = False
        self.worker_name = f"{socket.gethostname()}#{os.getpid()}#{secrets.token_hex(4)}"

        async def operation(
            operation_id: str,
            target: Annotated[str, ConcurrencyLimit(1, scope="target")],
            retry: Retry = ExponentialRetry(  # noqa: B008 docket reads the default as a declaration
                attempts=1000, minimum_delay=timedelta(seconds=1), maximum_delay=timedelta(seconds=30)
            ),
        ) -> None:
            try:
                await work(operation_id, target)
            except Later as later:
                log.info("operation.later", operation=operation_id, after=str(later.delay))
                retry.after(later.delay)
            except StoreError as error:  # ended before docket can note it, it would hold its target until it lapses
                log.warning("operation.interrupted", operation=operation_id, reason=str(error))
                await self._well()
                raise

        async def sweep_operations(
            perpetual: Perpetual = Perpetual(every=SWEEP_EVERY, automatic=True),  # noqa: B008 as above
        ) -> None:
            await sweep()

        self._operation = operation
        self._sweep = sweep_operations

    async def open(self) -> None:
        """Open the queue; Redis need not be there yet."""
        quieten()
        await self._docket.__aenter__()
        hurry(self._docket)
        self._docket.register(self._operation)
        self._docket.register(self._sweep)

    async def add(self, key: str, operation_id: str, target: str, *, when: datetime | None = None) -> None:
        """
        Queue an operation under *key*; the same key again while it is queued or running changes nothing.

        Raises:
            StoreError: Redis did not take it in time; it may be queued nevertheless, and the sweep finds it if not.
        """
        try:
            async with asyncio.timeout(1.5):
                await self._docket.add(self._operation, when=when, key=key)(operation_id, target)
        except (RedisError, OSError, TimeoutError) as error:
            raise StoreError("The queue does not answer.", reason="queue") from error

    def start_worker(self) -> None:
        """Run operations in this process until `stop_worker`."""
        self._worker = asyncio.create_task(self._run(), name="worker")
        self._heart = asyncio.create_task(self._beat(), name="worker heartbeat")

    async def stop_worker(self, grace: timedelta) -> None:
        """Finish what is running, hand back what is not done within *grace*."""
        self._ending = True
        for task in (self._heart, self._worker):
            if task is not None:
                task.cancel()
        if self._worker is not None:
            _, late = await asyncio.wait([self._worker], timeout=grace.total_seconds())
            for task in late:  # its lease lapses, and another worker begins the operation again
                task.cancel()
                await asyncio.wait([task], timeout=1)
            with contextlib.suppress(StoreError):
                await self._gone(self.worker_name)

    async def close(self) -> None:
        """Close the queue."""
        with contextlib.suppress(RedisError, OSError):
            await self._docket.__aexit__(None, None, None)

    async def _run(self) -> None:
        await Crew(
            self._docket,
            name=self.worker_name,
            lease=REDELIVERY,
            concurrency=SLOTS,
            minimum_check_interval=timedelta(milliseconds=50),
            scheduling_resolution=timedelta(milliseconds=250),
            fallback_task=_hand_back,
        ).run()

    async def _well(self) -> None:
        """Wait until Redis answers and takes changes; not at the end."""
        while not self._ending and not await self._seen():  # noqa: ASYNC110 what is awaited happens in Redis
            await asyncio.sleep(HEARTBEAT_AGAIN.total_seconds())

    async def _beat(self) -> None:
        while True:  # soon again where it failed: callers are told that no worker runs until Redis has heard of one
            pause = HEARTBEAT_EVERY if await self._seen() else HEARTBEAT_AGAIN
            await asyncio.sleep(pause.total_seconds())

    async def _seen(self) -> bool:
        """Whether Redis has heard of this worker; the log says when that changes, and why."""
        try:
            await self._alive(self.worker_name)
        except StoreError as error:
            trouble = str(error)
            if trouble != self._trouble:
                log.warning("store.away", reason=trouble)
        else:
            trouble = ""
            if self._trouble:
                log.warning("store.back")
        self._trouble = trouble
        return not trouble


class _NotOurs(Exception):
    """A task of a newer release."""


async def _hand_back(
    *args: Any,
    execution: Execution = CurrentExecution(),  # noqa: B008 docket reads the default as a declaration
    retry: Retry = Retry.forever(delay=timedelta(seconds=15)),  # noqa: B008 as above
    **kwargs: Any,
) -> None:
    """Leave a task that this release does not know to one that does; docket would mark it as done."""
    raise _NotOurs(execution.function_name)
