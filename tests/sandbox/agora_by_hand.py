"""Calls to Agora signed by hand from the documentation, sharing no code with the stand-in or the bot."""

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from bot.sandbox.agora import AgoraStandIn

APP_ID = "0123456789abcdef0123456789abcdef"
PROJECT = f"/v1/projects/{APP_ID}/fls"
LIVE = f"{PROJECT}/entry_points/live"
TASKS = f"{LIVE}/admin/record/custom/regions/eu/tasks"
JSON = {"Content-Type": "application/json"}


@dataclass
class Clock:
    """A time that moves when told to."""

    now: datetime = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


def signed(
    method: str,
    target: str,
    body: bytes,
    *,
    host: str,
    at: datetime,
    customer_id: str = "example-customer-id",
    secret: str = "customer-secret-for-tests",
) -> dict[str, str]:
    """
    Give the headers that Agora asks for.

    https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/ (HTTP HMAC authentication)
    """
    date = at.strftime("%a, %d %b %Y %H:%M:%S GMT")
    digest = "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()
    text = f"host: {host}\ndate: {date}\n{method} {target} HTTP/1.1\ndigest: {digest}"
    signature = base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()
    return {
        "Host": host,
        "Date": date,
        "Digest": digest,
        "Authorization": f'hmac username="{customer_id}", algorithm="hmac-sha256", '
        f'headers="host date request-line digest", signature="{signature}"',
    }


@dataclass
class Caller:
    """Someone who calls the stand-in over HTTP and signs well, unless told otherwise."""

    agora: AgoraStandIn
    clock: Clock
    client: httpx.AsyncClient = field(repr=False)

    @property
    def host(self) -> str:
        return self.agora.url.removeprefix("http://")

    def request(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        *,
        headers: Mapping[str, str | None] | None = None,
        **changed: Any,
    ) -> httpx.Request:
        """Build one request; a header of None is left out."""
        signing: dict[str, Any] = {"host": self.host, "at": self.clock.now} | changed
        own = signed(method, target, body, **signing)
        wanted = own | (JSON if body else {}) | dict(headers or {})
        kept = {name: value for name, value in wanted.items() if value is not None}
        # The extension puts the target on the wire as it stands here, whatever a URL would make of it.
        return self.client.build_request(
            method, self.agora.url, headers=kept, content=body or None, extensions={"target": target.encode()}
        )

    async def __call__(self, method: str, target: str, body: bytes = b"", **options: Any) -> httpx.Response:
        """Send one request and read its answer."""
        return await self.client.send(self.request(method, target, body, **options))

    @asynccontextmanager
    async def opened(self, method: str, target: str) -> AsyncIterator[httpx.Response]:
        """Send one request and leave its body to be read bit by bit; leaving the block leaves the answer."""
        response = await self.client.send(self.request(method, target), stream=True)
        try:
            yield response
        finally:
            await response.aclose()


@asynccontextmanager
async def calling(clock: Clock | None = None, **options: Any) -> AsyncIterator[Caller]:
    """Run a stand-in and someone to call it."""
    clock = clock or Clock()
    async with AgoraStandIn(clock=clock, **options) as agora, httpx.AsyncClient(timeout=30) as client:
        yield Caller(agora, clock, client)


def message(response: httpx.Response) -> tuple[int, str]:
    """Give status and words of a refusal."""
    return response.status_code, response.json()["message"]
