"""One process of the bot: started, run until it is told to stop, stopped."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Final

import structlog
from starlette.routing import Route

from bot.app import Core, join
from bot.background import Background
from bot.clock import Clock, now
from bot.ending import end
from bot.lateness import watch
from bot.setting_kinds import clear
from bot.settings import Settings
from bot.slack.greeting import Greeting
from bot.slack.http import SlackEndpoint
from bot.slack.listeners import bolt_app
from bot.slack.socket import Socket
from bot.store.keeping import warn
from bot.web.server import WebServer, bind
from bot.web.site import site

# Platforms kill about 10 s after they asked to stop; what is not done by then is handed back. The longest way to the
# end, with the store frozen: 4.5 s of grace, 1.6 s to hand back in vain, 2.5 s to close what does not answer.
WORKER_GRACE: Final = timedelta(seconds=4.5)
WEB_GRACE: Final = timedelta(seconds=3)
START_GRACE: Final = timedelta(seconds=2)
ANSWERS_GRACE: Final = timedelta(seconds=1.5)  # for the answers to clicks, which go out after the acknowledgement

log = structlog.get_logger(__name__)


class Bot:
    """
    The bot in one process.

    Args:
        settings: Checked settings.
        clock: What time it is.
        patience: A change that takes longer shows its card before its outcome.
    """

    def __init__(self, settings: Settings, *, clock: Clock = now, patience: timedelta = timedelta(seconds=2)) -> None:
        self._settings, self._clock, self._patience = settings, clock, patience
        self._stack = AsyncExitStack()
        self._ends: list[Callable[[], Awaitable[None]]] = []  # what ends at the same time, before the rest is closed
        self.port = 0
        self._core: Core | None = None
        self._started = False

    async def start(self, *, web: bool, worker: bool) -> None:
        """
        Start; to be followed by `stop`, however it ends.

        Args:
            web: Take commands and clicks from Slack.
            worker: Carry operations out.

        Raises:
            BadSettings: The port is in use.
            StoreError: The embedded store can't be started.
        """
        # The port first: nothing has begun yet when it can't be had.
        bound = bind(self._settings.host, self._settings.port) if web else None
        if bound is not None:
            self._stack.callback(bound.close)
        core = self._core = await join(self._stack, self._settings, clock=self._clock, patience=self._patience)
        self._alongside(watch(core.metrics.late), "loop watch")
        self._alongside(warn(core.store), "store warning")
        self._alongside(core.groups.run(), "user groups")
        if worker:
            core.engine.start_worker()
            self._ends.append(lambda: core.engine.stop_worker(WORKER_GRACE))
        if bound is not None:
            await self._open_web(core, bound)
        self._started = True
        log.info("bot.started", web=web, worker=worker, port=self.port or None)

    @property
    def answering(self) -> bool:
        """Whether something is still to be said of what came from Slack."""
        return self._core is not None and self._core.background.busy

    async def sweep(self) -> None:
        """Look at once for what is due or was lost on the way to the queue; by itself it looks every few seconds."""
        if self._core is not None:
            await self._core.sweep()

    async def stop(self) -> None:
        """Take nothing new, finish or hand back what is running, close everything; within 10 s, whatever hangs."""
        try:
            await asyncio.gather(*(end() for end in self._ends))
        finally:
            await self._stack.aclose()
        if self._started:
            log.info("bot.stopped")

    def _alongside(self, work: Coroutine[None, None, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._stack.push_async_callback(end, task, within=timedelta(seconds=0.2))

    async def _open_web(self, core: Core, bound: socket.socket) -> None:
        app = bolt_app(
            api=core.api,
            dispatcher=core.dispatcher,
            clicks=core.clicks,
            access_clicks=core.access_clicks,
            submissions=core.submissions,
            background=core.background,
            metrics=core.metrics,
            groups=core.groups,
        )
        greeting = Greeting(core.api)
        self._stack.push_async_callback(greeting.stop)
        greeting.start()
        secret = clear(self._settings.slack_signing_secret)
        endpoint = SlackEndpoint(app, signing_secret=secret, clock=self._clock)
        routes = [Route("/slack/events", endpoint.answer, methods=["POST"])]
        checks = {"redis": core.trouble, "slack": greeting.trouble}
        doors: list[Callable[[], Awaitable[None]]] = []
        self._ends.append(lambda: _shut(doors, core.background))
        if self._settings.slack_app_token is not None:
            connection = Socket(app, app_token=clear(self._settings.slack_app_token))
            connection.open()
            doors.append(connection.close)
            checks["slack"] = connection.trouble
        web = site(routes=routes, checks=checks, metrics=core.metrics)
        server = WebServer(web, host=self._settings.host, port=self._settings.port, bound=bound)
        await server.start()
        doors.append(lambda: server.stop(WEB_GRACE))
        self.port = server.port


async def _shut(doors: Sequence[Callable[[], Awaitable[None]]], background: Background) -> None:
    """Take nothing more from Slack, then wait for what is still to be said to it."""
    await asyncio.gather(*(close() for close in doors))
    await background.finish(ANSWERS_GRACE)


async def run(bot: Bot, *, web: bool, worker: bool, started: Callable[[Bot], None] = lambda bot: None) -> int:
    """
    Run until SIGTERM or SIGINT; a second one ends it at once.

    Raises:
        BadSettings: It can't start as it is set up.
        StoreError: The embedded store can't be started.
    """
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop(name: signal.Signals) -> None:
        asked.set()
        loop.remove_signal_handler(name)

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop, name)
    try:
        if await _unless(asked, bot.start(web=web, worker=worker)):
            started(bot)
            await asked.wait()
    finally:
        await bot.stop()
    return 0


async def _unless(asked: asyncio.Event, start: Coroutine[None, None, None]) -> bool:
    """Whether it started before it was asked to stop; a start may wait long for a store that loads its data."""
    starting, stopping = asyncio.create_task(start), asyncio.create_task(asked.wait())
    try:
        await asyncio.wait([starting, stopping], return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            return True
        return False
    finally:
        stopping.cancel()
        await end(starting, within=START_GRACE)
