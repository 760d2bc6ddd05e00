"""Slack's Socket Mode: connections, envelopes and their answers."""

import asyncio
import contextlib
import json
import secrets
from typing import Any, Final, Literal

from aiohttp import WSMsgType, web

from bot.sandbox.slack_model import Json
from bot.sandbox.slack_workspace import APP_ID

# https://docs.slack.dev/apis/events-api/using-socket-mode: connections of one app
CONNECTION_LIMIT: Final = 10
_PING_S: Final = 5.0
_LIFE_S: Final = 18_060
_WARNING_S: Final = 10.0


class SocketMode:
    """https://docs.slack.dev/apis/events-api/using-socket-mode."""

    def __init__(self) -> None:
        self._tickets: set[str] = set()
        self._open: list[web.WebSocketResponse] = []
        self._answers: dict[str, asyncio.Future[Json | None]] = {}
        self._changed = asyncio.Event()

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._open)

    def new_ticket(self) -> str:
        """A ticket for one connection."""
        ticket = secrets.token_hex(12)
        self._tickets.add(ticket)
        return ticket

    async def connected(self, count: int = 1) -> None:
        """Wait until at least *count* connections are open."""
        while len(self._open) < count:
            await self._changed.wait()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection for as long as it lasts."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=401, text="the ticket is unknown or was used")
        self._tickets.discard(ticket)
        if len(self._open) >= CONNECTION_LIMIT:
            # Slack documents the limit, not what the eleventh connection sees
            return web.Response(status=409, text="too many connections")
        socket = web.WebSocketResponse(heartbeat=_PING_S)
        await socket.prepare(request)
        await self._serve(socket)
        return socket

    async def _serve(self, socket: web.WebSocketResponse) -> None:
        await socket.send_json(_hello(len(self._open) + 1))
        self._open.append(socket)
        self._wake()
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    self._answered(frame.data)
        finally:
            self._forget(socket)

    def _answered(self, text: str) -> None:
        try:
            frame: Any = json.loads(text)
        except ValueError:
            return
        waiting = self._answers.get(str(frame.get("envelope_id"))) if isinstance(frame, dict) else None
        if waiting and not waiting.done():
            payload = frame.get("payload")
            waiting.set_result(payload if isinstance(payload, dict) else None)

    async def deliver(
        self, kind: str, payload: Json, *, accepts_answer: bool, retry: Json | None = None
    ) -> Json | None:
        """
        Send a payload to one of the open connections, each in its turn, and wait for what comes back.

        Raises:
            ConnectionError: No connection is open.
        """
        if not self._open:
            raise ConnectionError("no Socket Mode connection is open")
        envelope_id = secrets.token_hex(16)
        waiting = self._answers[envelope_id] = asyncio.get_running_loop().create_future()
        envelope = {"envelope_id": envelope_id, "type": kind, "payload": payload, **(retry or {})}
        self._open.append(self._open.pop(0))
        try:
            await self._open[-1].send_json({**envelope, "accepts_response_payload": accepts_answer})
            answer: Json | None = await waiting
            return answer
        finally:
            del self._answers[envelope_id]

    async def disconnect(self, reason: Literal["warning", "refresh_requested", "link_disabled"] = "warning") -> None:
        """Tell every connection to go, and close those that do not go by themselves in ten seconds."""
        leaving = list(self._open)
        for socket in leaving:
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-1"}})
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0 if reason == "link_disabled" else _WARNING_S):
                while any(socket in self._open for socket in leaving):
                    await self._changed.wait()
        for socket in leaving:
            await socket.close()

    async def close(self) -> None:
        """Close every connection without a word."""
        for socket in list(self._open):
            self._forget(socket)
            await socket.close()

    def _forget(self, socket: web.WebSocketResponse) -> None:
        if socket in self._open:
            self._open.remove(socket)
        self._wake()

    def _wake(self) -> None:
        waiting, self._changed = self._changed, asyncio.Event()
        waiting.set()


def _hello(connections: int) -> Json:
    about = {"host": "applink-1", "build_number": 1, "approximate_connection_time": _LIFE_S}
    return {
        "type": "hello",
        "num_connections": connections,
        "debug_info": about,
        "connection_info": {"app_id": APP_ID},
    }
