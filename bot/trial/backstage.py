"""The world of `try`, in a thread of its own, so that the terminal can be waited for in the main one."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any

from bot.trial.world import World


class Backstage:
    """The world, running in a thread of its own."""

    def __init__(self, opening: Callable[[], AbstractAsyncContextManager[World]]) -> None:
        self._opening = opening
        self._loop = _new_loop()
        self._over = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._ready: concurrent.futures.Future[World] = concurrent.futures.Future()
        self._thread = threading.Thread(target=self._run, name="world")

    def __enter__(self) -> World:
        self._thread.start()
        try:
            return self._ready.result()
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends already
        with contextlib.suppress(RuntimeError):  # it has ended already
            self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()
        signal.signal(signal.SIGINT, before)

    def begin(self, work: Coroutine[Any, Any, Any]) -> concurrent.futures.Future[Any]:
        """Let *work* run there."""
        return asyncio.run_coroutine_threadsafe(self._kept(work), self._loop)

    async def _kept(self, work: Coroutine[Any, Any, Any]) -> Any:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await work

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._live())
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
        finally:
            self._loop.close()

    async def _live(self) -> None:
        try:
            async with self._opening() as world:
                self._ready.set_result(world)
                await self._over.wait()
                for task in list(self._tasks):  # given up by a Ctrl-C; it needs the world until it has ended
                    task.cancel()
                    await asyncio.wait([task], timeout=3)
        except Exception as error:
            if self._ready.done():
                raise
            self._ready.set_exception(error)


def _new_loop() -> asyncio.AbstractEventLoop:
    if sys.platform == "win32":
        return asyncio.new_event_loop()
    import uvloop  # noqa: PLC0415 - not on Windows

    return uvloop.new_event_loop()
