"""The engine that runs operations: docket, behind four verbs, so that another could take its place.

docket runs a task at least once, renews a worker's lease while it works, and hands a dead worker's task to another.
What it does not promise (order, running once, remembering what it ran) is the journal's business.
https://docket.lol/
"""

# No `from __future__ import annotations` here: docket reads the task's annotations and defaults as they are.
import asyncio
import contextlib
import os
import random
import secrets
import socket
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

import structlog
from docket import (
    ConcurrencyLimit,
    CurrentExecution,
    Disposition,
    Docket,
    Execution,
    ExponentialRetry,
    Perpetual,
    Retry,
)

from bot.ending import end
from bot.operations.crew import Crew
from bot.operations.in_hand import InHand, PutDown
from bot.operations.opening import Opening
from bot.store import StoreError, translated

SLOTS: Final = 50
# A dead worker's task restarts 7.5 to 13 s after; a stall of this length makes two workers run one operation.
REDELIVERY: Final = timedelta(seconds=10)
SWEEP_EVERY: Final = timedelta(seconds=15)
HEARTBEAT_EVERY: Final = timedelta(seconds=5)
HEARTBEAT_AGAIN: Final = timedelta(seconds=0.5)
LEFT_FOR: Final = timedelta(seconds=5)  # what is of a newer release; the next to take it may be one that knows it
SPREAD: Final = 0.1
HANDING_BACK: Final = timedelta(seconds=1)  # for all that was not finished; then Redis has not answered
ADDING: Final = timedelta(seconds=1.5)
CLOSING: Final = timedelta(seconds=0.3)

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
        longest: What takes longer met a mistake of ours: it is stopped, and begun again like anything that failed.
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
        longest: timedelta,
        sweep: Callable[[], Awaitable[None]],
        alive: Callable[[str], Awaitable[None]],
        gone: Callable[[str], Awaitable[None]],
    ) -> None:
        self._docket = Docket(name=name, url=url, execution_ttl=timedelta(hours=1))
        self._opening = Opening(self._docket)
        self._alive, self._gone = alive, gone
        self._worker: asyncio.Task[None] | None = None
        self._heart: asyncio.Task[None] | None = None
        self._in_hand = InHand()
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
                await self._in_hand.finish(lambda: work(operation_id, target), within=longest)
            except PutDown:  # queued again in the step that gives it up: nobody waits for the lease
                log.info("operation.handed_back", operation=operation_id)
                retry.after(timedelta(0))
            except Later as later:
                log.info("operation.later", operation=operation_id, after=str(later.delay))
                retry.after(later.delay * random.uniform(1, 1 + SPREAD))  # noqa: S311 so that not all come at once
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
        self._docket.register(self._operation)
        self._docket.register(self._sweep)
        await self._opening.begin()

    async def add(self, key: str, operation_id: str, target: str, *, after: timedelta | None = None) -> None:
        """
        Queue an operation under *key*; the same key again while it is queued or running changes nothing.

        Args:
            key: What is queued, once.
            operation_id: Which operation.
            target: What one at a time is done to.
            after: How long from now, by this machine's clock; the engine knows no other.

        Raises:
            StoreError: Redis did not take it in time; it may be queued nevertheless, and the sweep finds it if not.
        """
        when = datetime.now(UTC) + after if after else None
        with translated():
            async with asyncio.timeout(ADDING.total_seconds()):
                await self._opening.wait()
                queued = await self._docket.add(self._operation, when=when, key=key)(operation_id, target)
        if queued.disposition is Disposition.STRUCK:  # nothing of ours does that: somebody used docket's command line
            raise StoreError("The queue was told to take no operations. Lift it: `docket restore`.", reason="queue")

    def start_worker(self) -> None:
        """Run operations in this process until `stop_worker`."""
        self._worker = asyncio.create_task(self._run(), name="worker")
        self._heart = asyncio.create_task(self._beat(), name="worker heartbeat")

    async def stop_worker(self, grace: timedelta) -> None:
        """Take nothing new; finish what is running, hand back at once what is not done within *grace*."""
        if self._worker is None or self._heart is None:
            return
        self._ending = True
        await end(self._heart, within=CLOSING)
        await asyncio.gather(self._drain(self._worker, grace), self._say_gone())

    async def close(self) -> None:
        """Close the queue."""
        await self._opening.close(within=CLOSING)

    async def _drain(self, worker: asyncio.Task[None], grace: timedelta) -> None:
        worker.cancel()
        grace = grace if self._in_hand.busy else HANDING_BACK  # an idle one is only late where Redis does not answer
        _, late = await asyncio.wait([worker], timeout=grace.total_seconds())
        if late:
            self._in_hand.put_down()
            _, late = await asyncio.wait([worker], timeout=HANDING_BACK.total_seconds())
        if late:  # the leases lapse, and another worker begins the operations again
            await end(worker, within=CLOSING)

    async def _say_gone(self) -> None:
        with contextlib.suppress(StoreError):
            await self._gone(self.worker_name)

    async def _run(self) -> None:
        await self._opening.wait()
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


async def _hand_back(
    *args: Any,
    execution: Execution = CurrentExecution(),  # noqa: B008 docket reads the default as a declaration
    retry: Retry = Retry.forever(),  # noqa: B008 as above
    **kwargs: Any,
) -> None:
    """Leave a task that this release does not know to one that does; docket would mark it as done."""
    log.info("operation.left", task=execution.function_name, key=execution.key)
    retry.after(LEFT_FOR)
