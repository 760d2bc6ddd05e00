"""Faults that the stand-in for Slack is told to have."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aiohttp import web

from bot.sandbox.slack_model import Json


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to a request of the bot; *status* 0 cuts the connection instead."""

    status: int
    body: Json | str = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def error(self) -> str | None:
        """The error code, if it is one."""
        if self.status == 0:
            return "connection_cut"
        if isinstance(self.body, dict):
            found: Any = self.body.get("error")
            return str(found) if found else None if self.status < 400 else f"http_{self.status}"
        return self.body if self.status >= 400 else None

    def response(self, request: web.Request) -> web.StreamResponse:
        """The reply on the wire."""
        if self.status == 0 and request.transport is not None:
            request.transport.abort()
        if isinstance(self.body, str):
            return web.Response(status=self.status or 500, text=self.body, headers=self.headers)
        return web.json_response(self.body, status=self.status or 500, headers=self.headers)


@dataclass(slots=True)
class Fault:
    """One fault: what replaces the answer (None: only a delay), and whether the request is carried out before."""

    reply: Reply | None
    times: int
    after_processing: bool
    delay: timedelta

    async def wait(self) -> None:
        """Be slow, if that is the fault."""
        if self.delay:
            await asyncio.sleep(self.delay.total_seconds())


def make_fault(
    *,
    status: int,
    error: str | None,
    retry_after: int | None,
    times: int,
    abort: bool,
    after_processing: bool,
    delay: timedelta,
) -> Fault:
    """A fault from what a test asks for; *retry_after* in seconds makes it a 429."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    if retry_after is not None and status == 200:
        status = 429
    if retry_after is not None and error is None:
        error = "ratelimited"
    if abort:
        reply: Reply | None = Reply(0)
    elif error is None and status == 200:
        reply = Reply(0) if after_processing else None
    else:
        reply = Reply(status, {"ok": False, "error": error} if error else "", headers)
    return Fault(reply, times, after_processing, delay)


class Faults:
    """The faults still to come, by method."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[Fault]] = {}

    def add(self, method: str, fault: Fault) -> None:
        """Have *fault* at the next calls of *method*, after those already asked for."""
        self._waiting.setdefault(method, []).append(fault)

    def waiting(self, method: str) -> int:
        """How many faults of *method* are still to come."""
        return len(self._waiting.get(method, ()))

    def clear(self) -> None:
        """Have none of those that are still to come."""
        self._waiting.clear()

    def take(self, method: str) -> Fault | None:
        """The fault of this call, if it has one."""
        waiting = self._waiting.get(method)
        if not waiting:
            return None
        waiting[0].times -= 1
        return waiting.pop(0) if waiting[0].times <= 0 else waiting[0]
