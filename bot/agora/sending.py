"""Sending a call: each try signed and counted, again where that makes sense, and only while it is wanted."""

from __future__ import annotations

import asyncio
import copy
import functools
import itertools
import random
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Final, Self, TypeVar

import httpx
from pydantic import ValidationError

from bot.agora import calls
from bot.agora.calls import Call
from bot.agora.errors import AgoraError, UnreadableAnswer
from bot.agora.models import Answer
from bot.agora.signing import Auth
from bot.agora.waiting import pause_after
from bot.agora.wire import Try, Wire

BASE_URL: Final = "https://api.agora.io"
FRESH_S: Final = 1.0  # how long an answer of the guard holds; far less than another worker waits before it takes over
_Answer = TypeVar("_Answer", bound=Answer)


def utc_now() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)


class Sender:
    """
    Sends calls to Agora and reads what comes back; raises `AgoraError` where it can't say that it went well.

    Args:
        app_id: The Agora project.
        auth: How calls are signed.
        base_url: Scheme and host, a path before `/v1` if there is one.
        timeout: Limit of one try, from connecting to the last byte.
        attempts: Tries in all, for what may pass by itself: 429, 500, 502, 503, 504, no answer, no connection or a
            broken one.
        before_try: Awaited before each try; the place for a limit of calls a second. What it raises goes to the caller,
            unless an earlier try failed: then that failure is raised, from it.
        on_try: Told of each finished try, for metrics and logs; must not raise.
        clock: Gives the aware time that is signed.
        sleep: Waits between tries, in seconds.
        chance: Gives numbers from 0 to 1 that spread the waits.
        ticks: Gives seconds that pass while the process stands still, too.
        transport: Takes the place of the network.

    Raises:
        ValueError: The address is none, or there is not one attempt.
    """

    def __init__(
        self,
        *,
        app_id: str,
        auth: Auth,
        base_url: str = BASE_URL,
        timeout: timedelta = timedelta(seconds=10),
        attempts: int = 4,
        before_try: Callable[[], Awaitable[None]] | None = None,
        on_try: Callable[[Try], None] | None = None,
        clock: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
        ticks: Callable[[], float] = time.monotonic,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        if attempts < 1:
            raise ValueError(f"{attempts} attempts are too few. Give at least 1.")
        self._prefix = f"/v1/projects/{calls.encoded(app_id)}/fls"
        self._wire = Wire(auth=auth, base_url=base_url, clock=clock, transport=transport)
        self._timeout = timeout
        self._attempts = attempts
        self._before_try = before_try
        self._on_try = on_try
        self._sleep = sleep
        self._chance = chance
        self._ticks = ticks
        self._guard: Callable[[], Awaitable[None]] | None = None
        self._resumed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections, those of copies too."""
        await self._wire.aclose()

    def hurried(self, limit: timedelta, *, attempts: int = 1) -> Self:
        """Give a copy with few tries, each of *limit* at most; it shares the connections and need not be closed."""
        hurried = copy.copy(self)
        hurried._timeout = min(limit, self._timeout)  # noqa: SLF001 - our own copy
        hurried._attempts = min(attempts, self._attempts)  # noqa: SLF001 - our own copy
        return hurried

    def guarded(self, ready: Callable[[], Awaitable[None]]) -> Self:
        """
        Give a copy that awaits *ready* last before each try; it shares the connections and need not be closed.

        An answer that is old by the time that the request could go out counts for nothing, and *ready* is awaited
        again: a process may have stood still meanwhile.
        """
        guarded = copy.copy(self)
        guarded._guard = ready  # noqa: SLF001 - our own copy
        return guarded

    def resumed(self) -> Self:
        """
        Give a copy for one who does again what was begun before; it shares the connections and need not be closed.

        Whatever a change is answered, an earlier one may have been carried out: turned off twice is not found.
        """
        resumed = copy.copy(self)
        resumed._resumed = True  # noqa: SLF001 - our own copy
        return resumed

    async def _read(self, call: Call, model: type[_Answer]) -> _Answer:
        body, request_id = await self._send(call)
        try:
            return model.model_validate_json(body)
        except ValidationError:
            # Not from it: the error holds the body, and with it whatever secrets are in there.
            raise UnreadableAnswer(call, status=200, request_id=request_id) from None

    async def _send(self, call: Call) -> tuple[bytes, str]:
        """Try until it goes well or makes no sense any more; give the body and the request's id."""
        last: AgoraError | None = None
        for number in itertools.count(1):
            asked = await self._ready(last)
            try:
                return await self._wire.attempt(
                    call,
                    prefix=self._prefix,
                    timeout=self._timeout,
                    number=number,
                    on_try=self._on_try,
                    before_sending=functools.partial(self._look_again, asked),
                )
            except AgoraError as error:
                last = _added_up(error, number, last)
                if self._resumed and call.changes:
                    error.changed = "unknown"
                pause = pause_after(error, chance=self._chance())
                if pause is None or number >= self._attempts:
                    raise
            await self._sleep(pause.total_seconds())
        raise AssertionError("unreachable")

    async def _ready(self, last: AgoraError | None) -> float:
        """Wait until a try may be made; when that was asked for the last time."""
        try:
            if self._before_try is not None:
                await self._before_try()
            asked = self._ticks()
            if self._guard is not None:
                await self._guard()
        except Exception as error:
            if last is None:
                raise
            # The earlier try may have changed something, which whoever called must hear.
            raise last from error
        return asked

    async def _look_again(self, asked: float) -> None:
        while self._guard is not None and self._ticks() - asked > FRESH_S:
            asked = self._ticks()
            await self._guard()


def _added_up(error: AgoraError, number: int, last: AgoraError | None) -> AgoraError:
    """Count the tries in; what an earlier one may have done stays possible, whatever a later one answered."""
    error.tries = number
    if last is not None and last.changed == "unknown":
        error.changed = "unknown"
    return error
