"""What a worker has in hand: each with a limit, and all of it put down when the worker has to end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta


class PutDown(Exception):
    """The worker ends; whoever takes it on next begins where this one was."""


class InHand:
    """The work that runs in this process."""

    def __init__(self) -> None:
        self._limits: set[asyncio.Timeout] = set()
        self._ending = False

    @property
    def busy(self) -> bool:
        """Whether anything runs."""
        return bool(self._limits)

    async def finish(self, work: Callable[[], Awaitable[None]], *, within: timedelta) -> None:
        """
        Do *work*; nothing of it where the end has begun.

        Raises:
            PutDown: It was stopped by `put_down`.
            TimeoutError: It was stopped since it took too long.
        """
        if self._ending:
            raise PutDown
        try:
            async with asyncio.timeout(within.total_seconds()) as limit:
                self._limits.add(limit)
                try:
                    await work()
                finally:
                    self._limits.discard(limit)
        except TimeoutError:
            if self._ending and limit.expired():
                raise PutDown from None
            raise

    def put_down(self) -> None:
        """Stop all that runs, and whatever begins from now on."""
        self._ending = True
        for limit in self._limits:
            if not limit.expired():  # one that just ran out is on its way already
                limit.reschedule(asyncio.get_running_loop().time())
