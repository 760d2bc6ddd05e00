"""A bot of a few lines and a clock, for the tests of the stand-in for Slack."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import ClientSession, web
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import SlackStandIn


class Clock:
    """Time that passes when it is told to, in seconds since the epoch."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class TinyBot:
    """Keeps what arrives, and answers all of it with one response, or as *answer* does."""

    def __init__(self, answer: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None) -> None:
        self._answer = answer
        self.forms: list[dict[str, str]] = []
        self.requests: list[tuple[bytes, dict[str, str]]] = []
        self.status = 200
        self.text = ""
        self.json: Any = None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.requests.append((body, dict(request.headers)))
        self.forms.append(dict(parse_qsl(body.decode(), keep_blank_values=True)))
        if self._answer is not None:
            return await self._answer(request)
        if self.json is not None:
            return web.json_response(self.json, status=self.status)
        return web.Response(status=self.status, text=self.text)


@asynccontextmanager
async def serving(slack: SlackStandIn, bot: TinyBot) -> AsyncIterator[TinyBot]:
    """The bot, reached by the stand-in over HTTP."""
    app = web.Application()
    app.router.add_post("/slack/events", bot.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.bot_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield bot
    await runner.cleanup()


@asynccontextmanager
async def client_of(slack: SlackStandIn, token: str = "xoxb-for-tests") -> AsyncIterator[AsyncWebClient]:
    """Slack's own client, aimed at the stand-in, that repeats nothing by itself."""
    async with ClientSession() as session:
        yield AsyncWebClient(token=token, base_url=slack.api_url, session=session, retry_handlers=[])


def button(action_id: str = "operation_confirm", text: str = "Stop recording", **more: Any) -> dict[str, Any]:
    """A button."""
    return {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": text}, **more}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    """A row of buttons."""
    return {"type": "actions", "elements": list(elements)}
