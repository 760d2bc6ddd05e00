"""Writing an answer of the stand-in for Agora to the wire, well or badly."""

import asyncio
import socket
import struct
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Final

from aiohttp import web

from bot.sandbox.agora_answers import Answer
from bot.sandbox.agora_faults import Fault

_DRIP_PAUSE: Final = timedelta(seconds=1)
_HUGE_CHUNK: Final = b" " * 65_536
_HUGE_CHUNKS: Final = 800  # 50 MB


class Wire:
    """The way back to the caller of one request."""

    def __init__(self, request: web.BaseRequest, *, request_id: str, now: datetime, stopping: asyncio.Event) -> None:
        self._request = request
        self._stopping = stopping
        self.status: int | None = None  # as soon as one went out
        # Documented for siblings of this API: the caller's id comes back.
        self._headers = {"X-Request-ID": request_id, "Date": format_datetime(now.astimezone(UTC), usegmt=True)}

    async def send(self, answer: Answer) -> web.StreamResponse:
        """Send *answer* as it is."""
        response = web.Response(
            status=answer.status,
            body=answer.body,
            content_type=answer.content_type,
            headers=self._headers | dict(answer.headers),
        )
        await self._start(response)
        return response

    async def send_badly(self, fault: Fault, answer: Answer) -> web.StreamResponse | None:
        """Send what *fault* makes of *answer*; None if nothing was answered."""
        match fault.kind:
            case "hang":
                await self._stopping.wait()
                self._cut()
            case "drop-done":
                self._cut()
            case "reset":
                self._reset()
            case "slow" if await self._stopped_within(fault.pause or timedelta()):
                self._cut()
            case "huge":
                return await self._send_huge()
            case "drip":
                return await self._drip(fault.pause or _DRIP_PAUSE)
            case _:
                return await self.send(fault.answer or answer)
        return None

    def _cut(self) -> None:
        if self._request.transport is not None:
            self._request.transport.abort()

    def _reset(self) -> None:
        if self._request.transport is not None:
            # Without lingering the close is a reset on the wire, not an end of the stream.
            connection = self._request.transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._cut()

    async def _send_huge(self) -> web.StreamResponse:
        response = await self._stream()
        for _ in range(_HUGE_CHUNKS):
            await response.write(_HUGE_CHUNK)
        await response.write_eof()
        return response

    async def _drip(self, pause: timedelta) -> web.StreamResponse:
        response = await self._stream()
        await response.write(b"{")
        while not await self._stopped_within(pause):
            await response.write(b" ")
        self._cut()
        return response

    async def _stream(self) -> web.StreamResponse:
        response = web.StreamResponse(headers=self._headers | {"Content-Type": "application/json"})
        await self._start(response)
        return response

    async def _start(self, response: web.StreamResponse) -> None:
        await response.prepare(self._request)
        self.status = response.status

    async def _stopped_within(self, pause: timedelta) -> bool:
        try:
            await asyncio.wait_for(self._stopping.wait(), pause.total_seconds())
        except TimeoutError:
            return False
        return True
