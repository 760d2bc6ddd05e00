"""
Entry points, live streams and transfer, as the stand-in for Agora answers them.

https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/stream-transfer
"""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.sandbox.agora_memory import Transfer
from tests.sandbox.agora_by_hand import LIVE, PROJECT, Caller, calling, message


@pytest.fixture
async def call() -> AsyncIterator[Caller]:
    async with calling() as caller:
        yield caller


def body(**fields: Any) -> bytes:
    return json.dumps(fields).encode()


async def test_entry_points(call: Caller) -> None:
    """
    The entry points of the project are listed by name.
    """
    response = await call("GET", f"{PROJECT}/entry_points")

    assert {"entryPointList": [{"name": "live"}, {"name": "sports"}]} == response.json()


async def test_online_streams(call: Caller) -> None:
    """
    Live streams are listed with the time they started, as RFC 3339.
    """
    call.agora.push("live", "second stage")
    response = await call("GET", f"{LIVE}/reports/online_streams")

    assert {
        "streamList": [
            {"name": "main-stage", "startTime": "2024-01-02T02:44:05Z"},
            {"name": "second stage", "startTime": "2024-01-02T03:04:05Z"},
        ]
    } == response.json()


async def test_no_online_streams(call: Caller) -> None:
    """
    An entry point without a live stream has an empty list.
    """
    call.agora.stop_push("live", "main-stage")
    response = await call("GET", f"{LIVE}/reports/online_streams")

    assert {"streamList": []} == response.json()


async def test_online_stream(call: Caller) -> None:
    """
    One live stream is told with the time it started.
    """
    response = await call("GET", f"{LIVE}/reports/online_streams/main-stage")

    assert {"startTime": "2024-01-02T02:44:05Z"} == response.json()


async def test_stream_not_live(call: Caller) -> None:
    """
    A stream that is not live gives 404; the documentation is silent.
    """
    response = await call("GET", f"{LIVE}/reports/online_streams/other")

    assert (404, "stream not found") == message(response)


async def test_transfer_at_first(call: Caller) -> None:
    """
    Transfer is off and has no address until one is set.
    """
    response = await call("GET", f"{LIVE}/settings/transfer")

    assert {"enabled": False} == response.json()


async def test_set_transfer(call: Caller) -> None:
    """
    Transfer settings are kept, read back, and the change answers without a body.
    """
    sent = {"enabled": True, "callbackUrl": "https://hooks.example.com/transfer"}
    changed = await call("PATCH", f"{LIVE}/settings/transfer", body(**sent))
    response = await call("GET", f"{LIVE}/settings/transfer")

    assert (200, b"") == (changed.status_code, changed.content)
    assert sent == response.json()


@pytest.mark.parametrize("sent", [{}, {"enabled": False}])
async def test_transfer_forgets_what_is_left_out(call: Caller, sent: dict[str, Any]) -> None:
    """
    A field that is left out does not keep its value; the documentation is silent.
    """
    call.agora.entry_points["live"].transfer = Transfer(enabled=True, callback_url="https://hooks.example.com/")
    await call("PATCH", f"{LIVE}/settings/transfer", body(**sent))

    assert Transfer() == call.agora.entry_points["live"].transfer


async def test_memory_hides_its_secrets(call: Caller) -> None:
    """
    Storage keys and callback addresses are not in what the memory shows of itself.
    """
    call.agora.entry_points["live"].transfer = Transfer(callback_url="https://hooks.example.com/token-for-tests")
    shown = repr(call.agora.entry_points)

    assert "example-recordings" in shown
    assert "key-for-tests" not in shown
    assert "token-for-tests" not in shown
