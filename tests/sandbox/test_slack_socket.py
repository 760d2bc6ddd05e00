"""Socket Mode works with Bolt as it is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from bot.sandbox.slack import SlackStandIn
from tests.sandbox.slack_helpers import actions, button, client_of


@asynccontextmanager
async def bolt(slack: SlackStandIn) -> AsyncIterator[list[dict[str, Any]]]:
    """A Bolt app over Socket Mode that asks at `/record`; what it gets is in the list."""
    async with client_of(slack) as client:
        app = AsyncApp(client=client, name="tiny")
        seen: list[dict[str, Any]] = []

        @app.command("/record")
        async def record(ack: Any, body: dict[str, Any]) -> None:
            seen.append(body)
            await ack(text="Stop?", blocks=[actions(button(value="op-1"))])

        @app.command("/agora")
        async def agora(ack: Any, body: dict[str, Any]) -> None:
            seen.append(body)
            await ack("Hello")

        @app.action("operation_confirm")
        async def confirm(ack: Any, respond: Any, body: dict[str, Any]) -> None:
            await ack()
            seen.append(body)
            await respond(text="Stopping", replace_original=True)

        @app.event("app_home_opened")
        async def opened(body: dict[str, Any]) -> None:
            seen.append(body)

        handler = AsyncSocketModeHandler(app, "xapp-for-tests", ping_interval=1)
        try:
            await handler.connect_async()  # type: ignore[no-untyped-call] # Bolt's own
            await slack.wait_connected()
            yield seen
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call] # Bolt's own


async def ticket(slack: SlackStandIn) -> str:
    async with client_of(slack) as client:
        return str((await client.apps_connections_open(app_token="xapp-for-tests"))["url"])


async def test_bolt_answers_commands() -> None:
    """
    What Bolt acknowledges over Socket Mode is shown, a text as well as blocks.
    """
    async with SlackStandIn() as slack, bolt(slack) as seen:
        await slack.slash("/agora whoami", user="U0VIEWER")
        answer = await slack.slash("/record off live", user="U0OPERATOR")

        assert [(message.kind, message.via, message.text) for message in slack.messages] == [
            ("ephemeral", "ack", "Hello"),
            ("ephemeral", "ack", "Stop?"),
        ]
        assert [body["command"] for body in seen] == ["/agora", "/record"]
        assert slack.messages[1] is answer.message


async def test_bolt_answers_clicks() -> None:
    """
    A click reaches Bolt, and its answer changes the message.
    """
    async with SlackStandIn() as slack, bolt(slack) as seen:
        prompt = (await slack.slash("/record off live", user="U0OPERATOR")).message
        assert prompt is not None
        answer = await slack.click(prompt, "operation_confirm", user="U0OPERATOR")
        await slack.wait_for(lambda message: message.text == "Stopping")

        assert (answer.status, answer.error, seen[1]["actions"][0]["value"]) == (200, None, "op-1")
        assert (prompt.text, prompt.blocks) == ("Stopping", [])
        assert slack.violations == []


async def test_bolt_hears_events() -> None:
    """
    An event reaches Bolt.
    """
    async with SlackStandIn() as slack, bolt(slack) as seen:
        await slack.event({"type": "app_home_opened", "user": "U0ADMIN", "tab": "home"})

        assert [body["event"]["type"] for body in seen] == ["app_home_opened"]


async def test_bolt_comes_back() -> None:
    """
    After a warning Bolt closes its connection and opens a new one, and commands go there.
    """
    async with SlackStandIn() as slack, bolt(slack):
        await slack.disconnect("refresh_requested")
        await slack.wait_connected()
        answer = await slack.slash("/agora whoami", user="U0VIEWER")

        assert (answer.json or {})["text"] == "Hello"
        assert len([call for call in slack.calls if call.method == "apps.connections.open"]) == 2


async def test_silence_is_a_timeout() -> None:
    """
    A command that nobody acknowledges is an operation_timeout.
    """
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(SlackStandIn(answer_limit=timedelta(milliseconds=50)))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        await stack.enter_async_context(session.ws_connect(await ticket(slack)))
        await slack.wait_connected()
        answer = await slack.slash("/record on", user="U0OPERATOR")

    assert answer.error == "operation_timeout"


async def test_without_a_connection_nothing_is_delivered() -> None:
    """
    A bot that was never reachable is a mistake of the test, and says so.
    """
    async with SlackStandIn() as slack:
        with pytest.raises(RuntimeError, match="set bot_url"):
            await slack.slash("/record on", user="U0OPERATOR")


async def test_a_ticket_opens_one_connection() -> None:
    """
    An address of apps.connections.open works once, and says hello.
    """
    async with SlackStandIn() as slack, aiohttp.ClientSession() as session:
        url = await ticket(slack)
        async with session.ws_connect(url) as socket:
            hello = await socket.receive_json()
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(url)

    assert (
        hello["type"],
        hello["num_connections"],
        hello["debug_info"]["approximate_connection_time"],
    ) == ("hello", 1, 18_060)


async def test_ten_connections_take_turns() -> None:
    """
    Ten connections are open at most; each payload goes to one of them.
    """
    async with SlackStandIn() as slack, aiohttp.ClientSession() as session, AsyncExitStack() as stack:
        sockets = []
        for _ in range(10):
            sockets.append(await stack.enter_async_context(session.ws_connect(await ticket(slack))))
            await sockets[-1].receive_json()
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(await ticket(slack))

        async def answered(socket: aiohttp.ClientWebSocketResponse) -> str:
            envelope = await socket.receive_json()
            await socket.send_json({"envelope_id": envelope["envelope_id"], "payload": {"text": "Hello"}})
            return str(envelope["payload"]["text"])

        answering = [asyncio.create_task(answered(socket)) for socket in sockets]
        for number in range(10):
            await slack.slash(f"/record {number}", user="U0OPERATOR")

        assert sorted(await asyncio.gather(*answering)) == [str(number) for number in range(10)]


async def test_the_app_token_opens_connections() -> None:
    """
    The bot's token does not open a connection.
    """
    async with SlackStandIn() as slack, client_of(slack) as client:
        with pytest.raises(Exception, match="not_allowed_token_type"):
            await client.apps_connections_open(app_token="xoxb-for-tests")
