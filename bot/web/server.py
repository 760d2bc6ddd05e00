"""The HTTP server, inside of our own loop."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import math
import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from bot.settings import BadSettings

# Longer than the usual 60 s of load balancers: who closes last never answers 502.
KEEP_ALIVE: Final = timedelta(seconds=75)


def bind(host: str, port: int) -> socket.socket:
    """
    Take the port, so that a start fails before anything else has begun.

    Args:
        host: An address of this machine or a name for one.
        port: 0 takes any free one.

    Raises:
        BadSettings: The port is in use or not ours to take, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    both = host == "::" and socket.has_dualstack_ipv6()
    try:
        return socket.create_server((host, port), family=family, backlog=2048, dualstack_ipv6=both)
    except OSError as exc:
        raise BadSettings((_reason(exc, port),)) from exc


class WebServer:
    """
    Serves *app* until it is stopped; takes no signals and writes no access log.

    Args:
        app: All routes.
        host: Where to listen, unless *bound* is given.
        port: The same; 0 takes any free one.
        bound: A socket from `bind`, which then belongs to the server.

    Attributes:
        port: The port in use, from `start` on.
    """

    def __init__(self, app: ASGIApp, *, host: str, port: int, bound: socket.socket | None = None) -> None:
        self.host, self.port = host, port
        self._bound = bound
        self._server = _Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="off",
                ws="none",
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=int(KEEP_ALIVE.total_seconds()),
            )
        )
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """
        Listen; returns when requests are answered.

        Raises:
            BadSettings: The port can't be had.
        """
        bound = self._bound or bind(self.host, self.port)
        self.port = bound.getsockname()[1]
        self._task = asyncio.create_task(self._server.serve(sockets=[bound]), name="web")
        ready = asyncio.create_task(self._server.ready.wait())
        await asyncio.wait([self._task, ready], return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            ready.cancel()
            await self._task  # raises what kept it from starting

    async def stop(self, grace: timedelta) -> None:
        """
        Take no more requests, let those that run finish, close everything.

        Args:
            grace: For the requests that run, rounded up to a second; then they are cancelled.
        """
        if self._task is None:
            return
        self._server.config.timeout_graceful_shutdown = math.ceil(grace.total_seconds())
        self._server.should_exit = True
        await self._task
        self._task = None


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers, and with an event in place of a flag to poll."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _reason(exc: OSError, port: int) -> str:
    if exc.errno == errno.EADDRINUSE:
        return f"PORT is in use: another process listens on {port}. Stop it, or set PORT to another number."
    if exc.errno == errno.EACCES:
        return f"PORT can't be taken: this user may not listen on {port}. Set PORT to a number from 1024 on."
    return "HOST is not an address of this machine. Set HOST to 0.0.0.0 to listen on all of its addresses."
