"""The stand-ins as chaos needs them: slow as the real ones are, and knowing whose call at Agora is whose."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final

from aiohttp import web

from bot.sandbox.agora import AgoraStandIn, Call
from bot.sandbox.slack import SlackStandIn
from bot.sandbox.slack_model import Place
from tests.chaos.asked import marks_in
from tests.chaos.fleet import Life

AGORA_TAKES_S: Final = (0.02, 0.15)
SLACK_TAKES_S: Final = (0.005, 0.08)  # before it acts, and the same again before it answers


@dataclass(frozen=True)
class Overlap:
    """A changing call that arrived while another one of its entry point was still open."""

    entry: str
    second: Call
    second_by: str
    first: Call
    first_by: str


@dataclass(frozen=True)
class Open:
    """A changing call that is not over, as far as the stand-in has noticed."""

    call: Call
    request: web.BaseRequest
    began: float


class Agora(AgoraStandIn):
    """
    A stand-in with a door for each process.

    What counts as running twice at the same time is this: a changing call of an entry point arrives while another one
    of the same entry point is open, that
    - comes from another process, or from the same one for another operation (the streams of one operation run side by
      side on purpose);
    - has not been left by its caller (a time-out closes the connection; we look at the connection itself, as the event
      loop may not have noticed yet);
    - is of a process that is alive, not frozen, and was not frozen since it made the call: a dead or frozen process
      can't take back what it began.

    A process that wakes up and makes a new call for what another one has taken over meanwhile does count.

    Args:
        whose: The process whose door an address is.
    """

    def __init__(self, *, rng: Random, whose: Callable[[str], Life | None]) -> None:
        super().__init__()
        self.overlaps: list[Overlap] = []
        self.callers: dict[int, str] = {}  # by id(), of calls that are all kept
        self._rng, self._whose = rng, whose
        self._open: list[Open] = []
        self.on_call.append(self._over)

    async def open_door(self) -> str:
        """Listen on one more port; gives its address."""
        assert self._runner is not None
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{self._runner.addresses[-1][1]}"

    def now(self) -> datetime:
        """What time it is to the stand-in."""
        return self._clock()

    def caller(self, call: Call) -> str:
        """Name the process that made a call."""
        return self.callers.get(id(call), "nobody that is known")

    def _arrived(self, request: web.BaseRequest, body: bytes) -> Call:
        call = super()._arrived(request, body)
        life = self._whose(call.headers.get("Host", ""))
        self.callers[id(call)] = life.name if life else "nobody that is known"
        if call.method != "GET" and (entry := entry_of(call)):
            self.overlaps += [self._overlap(entry, call, one.call) for one in self._open if self._clashes(call, one)]
            self._open.append(Open(call, request, time.monotonic()))
        return call

    async def _answer(self, *args: object, **more: object) -> web.StreamResponse | None:
        await asyncio.sleep(self._rng.uniform(*AGORA_TAKES_S))
        answered: web.StreamResponse | None = await super()._answer(*args, **more)  # type: ignore[arg-type]
        return answered

    def _clashes(self, call: Call, one: Open) -> bool:
        if entry_of(one.call) != entry_of(call) or _left(one.request):
            return False
        life = self._whose(one.call.headers.get("Host", ""))
        if life is None or not life.answers_for(one.began):
            return False
        return self.caller(one.call) != self.caller(call) or marks_of(one.call) != marks_of(call)

    def _overlap(self, entry: str, second: Call, first: Call) -> Overlap:
        return Overlap(entry, second, self.caller(second), first, self.caller(first))

    def _over(self, call: Call) -> None:
        self._open = [one for one in self._open if one.call is not call]


class Slack(SlackStandIn):
    """A stand-in that takes its time, so that a process can be killed while Slack has its message already."""

    def __init__(self, *, rng: Random) -> None:
        super().__init__()
        self._rng = rng

    def new_response_url(self, place: Place) -> str:
        """What is said to it refers to this very *place*."""
        return self._response_url(place)

    def new_trigger(self, user: str) -> str:
        """The trigger of one use of a command; the same one twice is a repeat."""
        return self._workspace.new_trigger(user)

    def application(self) -> web.Application:
        """The routes, slowed down."""
        app = super().application()
        app.middlewares.append(self._slow())
        return app

    def _slow(self) -> Callable[..., Awaitable[web.StreamResponse]]:
        @web.middleware
        async def slow(
            request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
        ) -> web.StreamResponse:
            try:
                await request.read()  # what was sent counts, though its sender ends meanwhile
            except ConnectionError:
                return web.Response(status=400)
            await asyncio.sleep(self._rng.uniform(*SLACK_TAKES_S))
            response = await handler(request)
            await asyncio.sleep(self._rng.uniform(*SLACK_TAKES_S))
            return response

        return slow


def entry_of(call: Call) -> str:
    """The entry point that a call is about, as on the wire."""
    return call.path.partition("/entry_points/")[2].partition("/")[0]


def marks_of(call: Call) -> set[str]:
    """The marks of the operation that a call is for."""
    return marks_in(call.target) | marks_in(call.body.decode(errors="replace"))


def _left(request: web.BaseRequest) -> bool:
    """Whether the caller has closed the connection, be that noticed or not."""
    if request.transport is None or request.transport.is_closing():
        return True
    with request.transport.get_extra_info("socket").dup() as ours:
        try:
            return not ours.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            return True
