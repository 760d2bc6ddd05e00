"""What the tests of the Agora client share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from pydantic import SecretStr

from bot.agora import AgoraClient, HmacAuth, calls

APP_ID = "0123456789abcdef0123456789abcdef"
SECRET = "customer-secret-for-tests"
AUTH = HmacAuth("example_customer_id", SecretStr(SECRET))
NOW = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
BASE = f"/v1/projects/{APP_ID}/fls"
Answerer = Callable[[httpx.Request], httpx.Response]


@dataclass
class Agora:
    """Answers in turn from a list, the last one for ever; an exception in the list is raised."""

    answers: list[httpx.Response | Exception]
    requests: list[httpx.Request] = field(default_factory=list)
    waits_s: list[float] = field(default_factory=list)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers[min(len(self.requests), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    async def sleep(self, seconds: float) -> None:
        self.waits_s.append(seconds)


@asynccontextmanager
async def client_of(agora: Agora, **options: Any) -> AsyncIterator[AgoraClient]:
    """Give a client whose network is *agora*, whose waits are only noted, without chance."""
    usual = {
        "app_id": APP_ID,
        "auth": AUTH,
        "clock": lambda: NOW,
        "sleep": agora.sleep,
        "chance": lambda: 0.5,
        "transport": httpx.MockTransport(agora.answer),
    }
    async with AgoraClient(**{**usual, **options}) as client:
        yield client


def answer(status: int, json: Any = None, **headers: str) -> httpx.Response:
    """Make an answer; header names with `_` in place of `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, headers=named) if json is None else httpx.Response(status, headers=named, json=json)


ENTRY, STREAM = "live", "main-stage"
ALL_CALLS = (
    calls.entry_points(),
    calls.enable_recording(ENTRY, "eu", STREAM),
    calls.disable_recording(ENTRY, "eu", STREAM),
    calls.set_automatic_recording(ENTRY, enabled=True),
    calls.recording_settings(ENTRY, "eu"),
    calls.transfer(ENTRY),
    calls.set_transfer(ENTRY, enabled=True, callback_url="https://hooks.example.com/transfer"),
    calls.online_streams(ENTRY),
    calls.online_stream(ENTRY, STREAM),
    calls.publish_history(ENTRY, STREAM, start=NOW - timedelta(days=7), end=NOW),
    calls.publish_quality(ENTRY, STREAM, start=NOW - timedelta(hours=1), end=NOW),
    calls.play_statistic(ENTRY, STREAM, start=NOW - timedelta(hours=1), end=NOW),
    calls.banned_streams(ENTRY),
    calls.ban(ENTRY, STREAM, until=NOW + timedelta(hours=1)),
    calls.unban(ENTRY, STREAM),
)
