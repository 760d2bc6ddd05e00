"""The strict local stand-in for Agora: the documented API with a memory, signatures checked, trouble on demand."""

import asyncio
import time
import uuid
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy

from bot.sandbox import agora_calls, agora_signature
from bot.sandbox.agora_answers import RATE_LIMITED, Answer, RefusedError
from bot.sandbox.agora_faults import FAULTS, Fault, Faults, parse_kind
from bot.sandbox.agora_log import Call, CallLog
from bot.sandbox.agora_memory import EntryPoint, Memory
from bot.sandbox.agora_routes import query_of
from bot.sandbox.agora_signature import Credentials, Signed
from bot.sandbox.agora_wire import Wire

__all__ = ["FAULTS", "AgoraStandIn", "Call"]

# https://docs.agora.io/en/help/integration-issues/restful_api_call_frequency; per what is not documented.
CALLS_PER_S: Final = 50
_STOP_LIMIT_S: Final = 2.0


def _utc_now() -> datetime:
    return datetime.now(UTC)


class AgoraStandIn:
    """Agora's Media Broadcast API on one local port; an async context manager, or `start` and `stop`."""

    def __init__(
        self,
        *,
        app_id: str = "0123456789abcdef0123456789abcdef",
        customer_id: str = "example-customer-id",
        customer_secret: str = "customer-secret-for-tests",  # noqa: S107 - opens nothing but this stand-in
        accept_basic: bool = True,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        self.url = ""
        self._clock = clock
        self._credentials = Credentials(customer_id, customer_secret, accept_basic)
        self._memory = Memory(app_id=app_id, clock=clock)
        self._log = CallLog()
        self._faults = Faults()
        self._lately: deque[datetime] = deque()
        self._stopping = asyncio.Event()
        self._runner: web.ServerRunner | None = None

    async def start(self, *, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes a free one. `url` says where."""
        self._stopping.clear()
        # The body is hashed as it came, so nothing may be unpacked; a caller that leaves ends its request.
        server = web.Server(self._handle, handler_cancellation=True, auto_decompress=False, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=_STOP_LIMIT_S)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self.url = f"http://{host}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Cut what is open and stop listening; the memory stays."""
        self._stopping.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.stop()

    @property
    def entry_points(self) -> dict[str, EntryPoint]:
        """The memory; change it freely."""
        return self._memory.entry_points

    @property
    def calls(self) -> list[Call]:
        """Every request so far, in order of arrival; those still open too."""
        return self._log.calls

    @property
    def on_call(self) -> list[Callable[[Call], None]]:
        """Who is told of each finished call; add to it."""
        return self._log.on_call

    @property
    def faults(self) -> list[Fault]:
        """The faults that still wait for a request."""
        return list(self._faults.waiting)

    def push(self, entry: str, stream: str) -> None:
        """Let a stream go live."""
        self.entry_points[entry].push(stream, self._clock())

    def stop_push(self, entry: str, stream: str) -> None:
        """Let a stream end."""
        self.entry_points[entry].stop_push(stream, self._clock())

    def fault(
        self,
        kind: str,
        *,
        times: int | None = 1,
        method: str | None = None,
        path: str | None = None,
        stream: str | None = None,
    ) -> None:
        """
        Give the next well-signed requests that fit the trouble *kind*, one of `FAULTS`.

        `times` None is until `clear_faults`; `path` is any part of the raw target; `stream` is a whole decoded name.

        Raises:
            ValueError: There is no such kind; the text lists them.
        """
        name, pause = parse_kind(kind)
        self._faults.waiting.append(Fault(name, pause, times, method, path, stream))

    def clear_faults(self) -> None:
        """Take back all faults; a request that met one already goes on with it."""
        self._faults.waiting.clear()

    async def wait_for(self, found: Callable[[Call], bool], *, timeout: timedelta = timedelta(seconds=10)) -> Call:
        """
        Wait for a call that *found* says yes to, be it there, arriving or finished.

        Raises:
            AssertionError: None came in time.
        """
        return await self._log.wait_for(found, timeout=timeout)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        call, begun = self._arrived(request, await request.read()), time.perf_counter()
        wire = Wire(request, request_id=call.request_id, now=call.at, stopping=self._stopping)
        try:
            response = await self._answer(call, request.headers, wire)
        finally:
            call.status, call.duration = wire.status, timedelta(seconds=time.perf_counter() - begun)
            self._log.finished(call)
        return response or web.Response()  # written to a connection that is gone

    def _arrived(self, request: web.BaseRequest, body: bytes) -> Call:
        call = Call(
            at=self._clock(),
            method=request.method,
            target=request.raw_path,
            path=request.raw_path.partition("?")[0],
            query=_readable_query(request.raw_path),
            headers=_safe(request.headers),
            body=body,
            scheme=agora_signature.scheme_of(request.headers),
            stream=agora_calls.stream_of(request.method, request.raw_path),
            request_id=request.headers.get("X-Request-ID") or str(uuid.uuid4()),
        )
        self._log.arrived(call)
        return call

    async def _answer(self, call: Call, headers: CIMultiDictProxy[str], wire: Wire) -> web.StreamResponse | None:
        try:
            agora_signature.check(Signed(call.method, call.target, call.body, headers), self._credentials, call.at)
            call.accepted = True
            self._check_rate(call.at)
        except RefusedError as refused:
            return await wire.send(refused.answer)
        fault = self._faults.take(call.method, call.target, call.stream)
        if fault is None:
            return await wire.send(self._carry_out(call))
        call.fault = fault.name
        return await wire.send_badly(fault, self._carry_out(call) if fault.carries_out else Answer(200))

    def _carry_out(self, call: Call) -> Answer:
        content_type = call.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        return agora_calls.carry_out(self._memory, call.method, call.target, content_type, call.body)

    def _check_rate(self, now: datetime) -> None:
        while self._lately and now - self._lately[0] >= timedelta(seconds=1):
            self._lately.popleft()
        if len(self._lately) >= CALLS_PER_S:
            raise RefusedError(429, RATE_LIMITED)
        self._lately.append(now)


def _safe(headers: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    """Copy the headers without what could be used again."""
    kept = CIMultiDict(headers)
    if "Authorization" in kept:
        kept["Authorization"] = agora_signature.shortened(headers["Authorization"])
    return kept


def _readable_query(target: str) -> dict[str, str]:
    try:
        return query_of(target.partition("?")[2])
    except RefusedError:
        return {}
