"""The end of Socket Mode at a Slack that does not take part in it."""

from __future__ import annotations

import asyncio

from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.socket import Socket

PLATFORMS_WAIT_S = 10


class Silent:
    """Slack that opens a connection, and neither reads nor says anything on it."""

    def __init__(self) -> None:
        self.over = asyncio.Event()
        self.url = ""

    async def opened(self, request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "url": f"ws://{request.host}/link"})

    async def link(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await self.over.wait()
        return socket

    async def start(self) -> web.AppRunner:
        app = web.Application()
        app.add_routes([web.post("/apps.connections.open", self.opened), web.get("/link", self.link)])
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        return runner


async def test_slack_that_does_not_say_goodbye_is_left() -> None:
    """
    A connection whose other end does not answer is closed well within what platforms grant to the whole process.
    """
    slack = Silent()
    runner = await slack.start()
    app = AsyncApp(client=AsyncWebClient("xoxb-for-tests", slack.url))
    connection = Socket(app, app_token="xapp-for-tests")
    connection.open()
    while await connection.trouble():  # noqa: ASYNC110 there is no event that says it
        await asyncio.sleep(0.01)

    async with asyncio.timeout(PLATFORMS_WAIT_S / 2):
        await connection.close()

    assert await connection.trouble() is not None
    slack.over.set()
    await runner.cleanup()
