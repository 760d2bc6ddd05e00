"""The client over real connections, against a stand-in that checks signatures on its own."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.agora import (
    AgoraClient,
    AgoraError,
    AnswerTooLarge,
    BadGateway,
    BasicAuth,
    ConnectionBroken,
    GatewayTimeout,
    HmacAuth,
    NoAnswer,
    NoConnection,
    Redirected,
    ServiceUnavailable,
    Transfer,
    Unauthorized,
    UnreadableAnswer,
)
from bot.sandbox.agora import AgoraStandIn
from tests.agora.parts import APP_ID, SECRET

ID = "example-customer-id"
# Enough for a busy machine to connect (a third of it), and for nothing that never ends.
SHORT = timedelta(seconds=1)
LONG = timedelta(seconds=10)


@pytest.fixture
async def agora() -> AsyncIterator[AgoraStandIn]:
    async with AgoraStandIn() as agora:
        yield agora


async def no_wait(seconds: float) -> None:
    """Take no time."""


def client_at(url: str, **options: Any) -> AgoraClient:
    usual = {"app_id": APP_ID, "auth": HmacAuth(ID, SecretStr(SECRET)), "base_url": url, "sleep": no_wait}
    return AgoraClient(**{**usual, **options})


@pytest.mark.parametrize("scheme", ["hmac", "basic"])
async def test_every_call_is_accepted(agora: AgoraStandIn, scheme: str) -> None:
    """Each call is signed as documented and does what it says, with both ways of signing."""
    auth = {"hmac": HmacAuth, "basic": BasicAuth}[scheme](ID, SecretStr(SECRET))
    async with client_at(agora.url, auth=auth) as client:
        assert await client.entry_points() == ("live", "sports")
        await client.set_automatic_recording("live", enabled=False)
        await client.enable_recording("live", "eu", "main-stage")
        assert agora.entry_points["live"].tasks["eu", "main-stage"].open
        await client.disable_recording("live", "eu", "main-stage")
        assert (await client.recording_settings("live", "eu")).mp4
        await client.set_transfer("live", enabled=True, callback_url="https://hooks.example.com/t")
        assert await client.transfer("live") == Transfer(enabled=True, callback_url="https://hooks.example.com/t")
        (stream,) = await client.online_streams("live")
        assert await client.online_stream("live", "main-stage") == stream

    assert {(call.scheme, call.status) for call in agora.calls} == {(scheme, 200)}


async def test_wrong_secret(agora: AgoraStandIn) -> None:
    """A wrong secret is told as such, once, with Agora's words."""
    async with client_at(agora.url, auth=HmacAuth(ID, SecretStr("another-secret-for-tests"))) as client:
        with pytest.raises(Unauthorized) as caught:
            await client.entry_points()

    assert (len(agora.calls), caught.value.vendor_message) == (1, "HMAC signature does not match")


@pytest.mark.parametrize(
    ("fault", "kind", "tries"),
    [
        ("reset", ConnectionBroken, 2),
        ("drop-done", ConnectionBroken, 2),
        ("hang", NoAnswer, 2),
        ("drip:0.1", NoAnswer, 2),
        ("504-done", GatewayTimeout, 2),
        ("html", BadGateway, 2),
        ("huge", AnswerTooLarge, 1),
        ("garbage", UnreadableAnswer, 1),
        ("empty", UnreadableAnswer, 1),
        ("redirect", Redirected, 1),
    ],
)
async def test_reads_in_trouble(agora: AgoraStandIn, fault: str, kind: type[AgoraError], tries: int) -> None:
    """Each kind of trouble has its error, and the tries are those that were on the wire."""
    agora.fault(fault, times=None)
    limit = SHORT if kind is NoAnswer else LONG
    async with client_at(agora.url, attempts=2, timeout=limit) as client:
        with pytest.raises(AgoraError) as caught:
            await client.transfer("live")

    error = caught.value
    assert (type(error), error.tries, len(agora.calls), error.changed) == (kind, tries, tries, "unchanged")


@pytest.mark.parametrize("fault", ["huge", "drip:0.1", "garbage", "empty"])
async def test_change_answered_oddly(agora: AgoraStandIn, fault: str) -> None:
    """A change is done with the status 200; what comes behind it is not waited for."""
    agora.fault(fault)
    async with client_at(agora.url) as client:
        await client.set_automatic_recording("live", enabled=True)

    assert (agora.entry_points["live"].auto, len(agora.calls)) == (True, 1)


@pytest.mark.parametrize(
    ("fault", "changed"), [("drop-done", "unknown"), ("reset", "unknown"), ("redirect", "unchanged")]
)
async def test_change_in_trouble(agora: AgoraStandIn, fault: str, changed: str) -> None:
    """Where the request has gone out and no status came back, it is not known whether it was done."""
    agora.fault(fault, times=None)
    async with client_at(agora.url, attempts=2) as client:
        with pytest.raises(AgoraError) as caught:
            await client.set_automatic_recording("live", enabled=True)

    assert caught.value.changed == changed


async def test_connections_are_kept(agora: AgoraStandIn) -> None:
    """A connection is used again after a change as after a read, and a cut one does not hurt the next call."""
    agora.fault("reset", method="PATCH")
    async with client_at(agora.url) as client:
        await client.entry_points()
        await client.set_automatic_recording("live", enabled=True)
        await client.entry_points()

    assert [call.status for call in agora.calls] == [200, None, 200, 200]


async def test_request_id(agora: AgoraStandIn) -> None:
    """The id that was sent is the one under which Agora knows the call."""
    agora.fault("400")
    async with client_at(agora.url) as client:
        with pytest.raises(AgoraError) as caught:
            await client.entry_points()

    assert caught.value.request_id == agora.calls[0].headers["X-Request-ID"]


async def test_nobody_listens() -> None:
    """A refused connection means that nothing was sent."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        async with client_at(f"http://127.0.0.1:{free.getsockname()[1]}") as client:
            with pytest.raises(NoConnection) as caught:
                await client.enable_recording("live", "eu", "main-stage")

    assert (caught.value.changed, caught.value.tries) == ("unchanged", 4)


async def test_too_slow_to_connect() -> None:
    """A time-out before anything was sent is no connection, not a lost answer; the connection is given up."""
    left = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()
        left.set()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        # The server never says its part of the TLS handshake.
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with client_at(url, attempts=1, timeout=SHORT) as client:
            with pytest.raises(NoConnection) as caught:
                await client.enable_recording("live", "eu", "main-stage")
        await left.wait()

    assert caught.value.changed == "unchanged"


async def test_refusal_that_drips() -> None:
    """The status of a refusal counts, even if its body doesn't come to an end."""

    async def drip(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(status=503)
        await response.prepare(request)
        await response.write(b"busy, ")
        await asyncio.Event().wait()
        return response

    runner = web.ServerRunner(web.Server(drip, handler_cancellation=True), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with client_at(f"http://127.0.0.1:{runner.addresses[0][1]}", attempts=1) as client:
            with pytest.raises(ServiceUnavailable) as caught:
                await client.entry_points()
    finally:
        await runner.cleanup()

    assert caught.value.vendor_message == "busy,"


async def test_cancelling(agora: AgoraStandIn) -> None:
    """A caller that stops waiting ends the request, and the client can be used on."""
    agora.fault("hang")
    async with client_at(agora.url) as client:
        task = asyncio.create_task(client.entry_points())
        await agora.wait_for(lambda call: call.status is None)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        assert await client.entry_points() == ("live", "sports")


async def test_proxy_settings_are_left_aside(agora: AgoraStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signed calls go to Agora directly, whatever proxy the environment names."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    async with client_at(agora.url) as client:
        assert await client.entry_points() == ("live", "sports")


class TakenOver(Exception):
    pass


async def test_process_that_stood_still_asks_again_before_it_sends(agora: AgoraStandIn) -> None:
    """A guard's answer that is old when the request could go out is asked for again; if it is no, nothing is sent."""
    times, answers = iter([0.0, 12.0, 12.0, 12.0]), iter([None, TakenOver])

    async def ready() -> None:
        if (refusal := next(answers)) is not None:
            raise refusal

    async with client_at(agora.url, ticks=lambda: next(times)) as client:
        with pytest.raises(TakenOver):
            await client.guarded(ready).enable_recording("live", "eu", "main")
        await client.enable_recording("live", "eu", "other")

    assert ["other"] == [call.stream for call in agora.calls]


async def test_guard_is_asked_once_where_nothing_stands_still(agora: AgoraStandIn) -> None:
    """The usual case costs one question for each try."""
    asked: list[str] = []

    async def ready() -> None:
        asked.append("ready?")

    async with client_at(agora.url) as client:
        await client.guarded(ready).enable_recording("live", "eu", "main")

    assert ["ready?"] == asked


def test_stands_alone() -> None:
    """The module needs nothing else of the bot, no Slack and no Redis."""
    code = "import bot.agora, sys; print(*sorted(name for name in sys.modules if name.split('.')[0] in {names}))"
    names = {"bot", "slack_bolt", "slack_sdk", "redis", "docket", "aiohttp"}
    loaded = subprocess.run(
        [sys.executable, "-c", code.replace("{names}", repr(names))], capture_output=True, text=True, check=True
    ).stdout.split()

    assert [name for name in loaded if name != "bot" and not name.startswith("bot.agora")] == []
