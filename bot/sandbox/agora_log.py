"""What the stand-in for Agora was asked: one record per request, safe to keep and to show."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from multidict import CIMultiDict

from bot.sandbox.agora_signature import Scheme


@dataclass
class Call:
    """
    One request; what came of it is filled in as it goes on.

    `target` is raw, as on the wire, and `path` its part before the query; `query` is decoded. The signature in
    `headers` is shortened. `status` stays None where nothing was answered, `duration` while the request is open.
    """

    at: datetime
    method: str
    target: str
    path: str
    query: Mapping[str, str]
    headers: CIMultiDict[str] = field(repr=False)
    body: bytes = field(repr=False)  # may hold storage keys or the token of a callback
    scheme: Scheme
    stream: str | None
    request_id: str
    accepted: bool = False  # the signature was good
    status: int | None = None
    fault: str | None = None
    duration: timedelta | None = None


class CallLog:
    """All calls in order of arrival, and those who want to hear of them."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.on_call: list[Callable[[Call], None]] = []
        self._waiting: list[tuple[Callable[[Call], bool], asyncio.Future[Call]]] = []

    def arrived(self, call: Call) -> None:
        """Keep a new call."""
        self.calls.append(call)
        self._look_at(call)

    def finished(self, call: Call) -> None:
        """Tell of a call that is over."""
        for tell in self.on_call:
            tell(call)
        self._look_at(call)

    async def wait_for(self, found: Callable[[Call], bool], *, timeout: timedelta) -> Call:
        """
        Give the first call that *found* says yes to, be it there, arriving or finished.

        Raises:
            AssertionError: None came in time; the text lists those that came.
        """
        if (there := next(filter(found, self.calls), None)) is not None:
            return there
        waiter = (found, asyncio.get_running_loop().create_future())
        self._waiting.append(waiter)
        try:
            return await asyncio.wait_for(waiter[1], timeout.total_seconds())
        except TimeoutError:
            seen = "\n".join(f"{call.method} {call.target} → {call.status}" for call in self.calls) or "none"
            raise AssertionError(f"no such call to Agora; there were:\n{seen}") from None
        finally:
            self._waiting.remove(waiter)

    def _look_at(self, call: Call) -> None:
        for found, waiter in self._waiting:
            if not waiter.done() and found(call):
                waiter.set_result(call)
