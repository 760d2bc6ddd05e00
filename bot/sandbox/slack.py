"""A strict local stand-in for Slack: one workspace with its Web API, response URLs and Socket Mode."""

import asyncio
import time
from collections.abc import Callable, Collection
from datetime import timedelta
from types import TracebackType
from typing import Literal, Self

from aiohttp import web

from bot.sandbox.slack_delivery import Courier
from bot.sandbox.slack_faults import Faults, make_fault
from bot.sandbox.slack_forms import Forms
from bot.sandbox.slack_hands import Hands
from bot.sandbox.slack_model import Answer, Call, Channel, Json, Message, Person, Upload, UserGroup, View
from bot.sandbox.slack_responses import Responses
from bot.sandbox.slack_socket import SocketMode
from bot.sandbox.slack_web import DEFAULT_SCOPES, WebApi
from bot.sandbox.slack_workspace import APP_ID, BOT_USER, Workspace


class SlackStandIn(Hands):
    """
    One Slack workspace on this machine, with Slack's limits enforced as Slack would.

    What the bot does wrong although Slack would let it pass is noted in `violations`. *clock* gives seconds since the
    epoch: time stamps, signatures, response URLs and triggers follow it. *answer_limit* is real time.
    """

    def __init__(
        self,
        *,
        signing_secret: str = "signing-secret-for-tests",  # noqa: S107 - opens nothing but this stand-in
        bot_token: str = "xoxb-for-tests",  # noqa: S107 - as above
        app_token: str = "xapp-for-tests",  # noqa: S107 - as above
        team: str = "T0STUDIO",
        scopes: Collection[str] = DEFAULT_SCOPES,
        clock: Callable[[], float] = time.time,
        answer_limit: timedelta = timedelta(seconds=3),
    ) -> None:
        workspace = Workspace(team, clock)
        self._faults = Faults()
        self._socket = SocketMode()
        responses = Responses(workspace, self._faults, (bot_token, app_token))
        courier = Courier(workspace, self._socket, signing_secret, answer_limit)
        super().__init__(workspace, Forms(workspace, scopes), responses, courier)
        self._web = WebApi(
            workspace,
            self._faults,
            bot_token=bot_token,
            app_token=app_token,
            scopes=scopes,
            connect=self._connect,
        )
        self._runner: web.AppRunner | None = None

    def application(self) -> web.Application:
        """The routes that the bot calls, to serve them or to mount them beside others."""
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._web.handle)
        app.router.add_post("/response/{team}/{ticket}", self._responses.handle)
        app.router.add_get("/link/", self._socket.handle)
        return app

    async def start(self, *, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes a free one. A stand-in that was stopped remembers everything."""
        runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        self._address = f"{host}:{runner.addresses[0][1]}"
        self._courier.start()

    async def stop(self) -> None:
        """Close every connection and listen no more."""
        await self._socket.close()
        await self._courier.stop()
        if self._runner:
            await self._runner.cleanup()
        self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def api_url(self) -> str:
        """The base address of the Web API."""
        return f"http://{self._address}/api/"

    @property
    def connections(self) -> int:
        """How many Socket Mode connections are open."""
        return self._socket.connections

    async def disconnect(self, reason: Literal["warning", "refresh_requested", "link_disabled"] = "warning") -> None:
        """Send every Socket Mode connection away."""
        await self._socket.disconnect(reason)

    async def wait_connected(self, count: int = 1, *, timeout: float = 10.0) -> None:
        """Wait until *count* Socket Mode connections are open, *timeout* seconds at most."""
        async with asyncio.timeout(timeout):
            await self._socket.connected(count)

    def fail(
        self,
        method: str,
        *,
        status: int = 200,
        error: str | None = None,
        retry_after: int | None = None,
        times: int = 1,
        abort: bool = False,
        after_processing: bool = False,
        delay: timedelta = timedelta(),
    ) -> None:
        """
        Have a fault at the next *times* calls of *method* (of the Web API, or `response_url`).

        *retry_after* in seconds makes it a 429; *abort* cuts the connection; with *after_processing* the request is
        carried out first and then cut, or answered with the fault; *delay* is waited before everything else.
        """
        fault = make_fault(
            status=status,
            error=error,
            retry_after=retry_after,
            times=times,
            abort=abort,
            after_processing=after_processing,
            delay=delay,
        )
        self._faults.add(method, fault)

    def met(self, method: str) -> bool:
        """Whether every fault of *method* has had its request, be that answered yet or not."""
        return not self._faults.waiting(method)

    def clear_faults(self) -> None:
        """Take back all faults; a request that met one already goes on with it."""
        self._faults.clear()

    def _connect(self, _: Json) -> Json:
        return {"url": f"ws://{self._address}/link/?ticket={self._socket.new_ticket()}&app_id={APP_ID}"}


__all__ = [
    "BOT_USER",
    "DEFAULT_SCOPES",
    "Answer",
    "Call",
    "Channel",
    "Message",
    "Person",
    "SlackStandIn",
    "Upload",
    "UserGroup",
    "View",
]
