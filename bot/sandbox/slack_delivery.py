"""How commands, clicks, forms and events reach the bot: signed over HTTP, or through a Socket Mode connection."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.slack_model import Answer, Json
from bot.sandbox.slack_socket import SocketMode
from bot.sandbox.slack_workspace import Workspace


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing to deliver; *body* is how it goes over HTTP."""

    kind: Literal["slash_commands", "interactive", "events_api"]
    payload: Json
    body: bytes
    content_type: str = "application/x-www-form-urlencoded"
    headers: Mapping[str, str] | None = None
    retry: Json | None = None


def command(form: Json) -> Delivery:
    """A slash command: https://docs.slack.dev/interactivity/implementing-slash-commands."""
    return Delivery("slash_commands", form, urlencode(form).encode())


def interaction(payload: Json) -> Delivery:
    """A click or a form: https://docs.slack.dev/interactivity/handling-user-interaction."""
    return Delivery("interactive", payload, urlencode({"payload": json.dumps(payload)}).encode())


def event(payload: Json, retry: int | None) -> Delivery:
    """An event, with the number of the retry if it is one: https://docs.slack.dev/apis/events-api."""
    body = json.dumps(payload).encode()
    again = None if retry is None else {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"}
    fields: Json = {"retry_attempt": retry or 0, "retry_reason": "" if retry is None else "timeout"}
    return Delivery("events_api", payload, body, "application/json", again, fields)


class Courier:
    """Delivers, and waits for the answer no longer than *limit* (Slack: three seconds)."""

    def __init__(self, workspace: Workspace, socket: SocketMode, signing_secret: str, limit: timedelta) -> None:
        self.bot_url: str | None = None
        self._workspace = workspace
        self._socket = socket
        self._secret = signing_secret
        self._limit = limit
        self._session: aiohttp.ClientSession | None = None

    def start(self) -> None:
        """Get ready to deliver."""
        # One connection for each delivery: a bot that was restarted is not sent to over a connection that died with it
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True))

    async def stop(self) -> None:
        """Deliver no more."""
        if self._session:
            await self._session.close()
        self._session = None

    def sign(self, body: bytes, timestamp: int | None = None) -> dict[str, str]:
        """
        The headers that prove that *body* comes from Slack; *timestamp* is seconds since the epoch.

        https://docs.slack.dev/authentication/verifying-requests-from-slack
        """
        at = str(int(self._workspace.clock()) if timestamp is None else timestamp)
        digest = hmac.new(self._secret.encode(), b"v0:" + at.encode() + b":" + body, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={digest}"}

    async def deliver(self, delivery: Delivery, *, accepts_answer: bool = True) -> Answer:
        """Deliver over HTTP if the bot's address is known, else through an open connection."""
        if self.bot_url is None:
            return await self._through_socket(delivery, accepts_answer)
        headers = {"Content-Type": delivery.content_type, **(delivery.headers or {}), **self.sign(delivery.body)}
        return await self.post(delivery.body, headers)

    async def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post any body with any headers to the bot's address."""
        if self.bot_url is None or self._session is None:
            raise RuntimeError("Nothing can be posted yet; start the stand-in and set its bot_url.")
        began = asyncio.get_running_loop().time()
        url, limit = self.bot_url, self._limit.total_seconds()
        try:
            async with (
                asyncio.timeout(limit),
                self._session.post(url, data=body, headers=headers, allow_redirects=False) as response,
            ):
                text = await response.text(errors="replace")
                return _answer(response.status, dict(response.headers), text, began)
        except TimeoutError:
            return _failure("operation_timeout", began)
        except aiohttp.ClientError:
            return _failure("dispatch_failed", began)

    async def _through_socket(self, delivery: Delivery, accepts_answer: bool) -> Answer:
        if not self._socket.connections:
            raise RuntimeError("The bot can't be reached; set bot_url, or have it open a Socket Mode connection.")
        began = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(self._limit.total_seconds()):
                payload = await self._socket.deliver(
                    delivery.kind, delivery.payload, accepts_answer=accepts_answer, retry=delivery.retry
                )
        except TimeoutError:
            return _failure("operation_timeout", began)
        except ConnectionError:
            return _failure("dispatch_failed", began)
        text = json.dumps(payload) if payload else ""
        return _answer(200, {"Content-Type": "application/json"} if payload else {}, text, began)


def _answer(status: int, headers: Mapping[str, str], text: str, began: float) -> Answer:
    # Slack documents `operation_timeout` alone; the other two were reported by people who saw them
    error = None if status == 200 else "http_client_error" if status < 500 else "http_service_error"
    return Answer(status, headers, text, _json(headers, text), _since(began), error=error)


def _failure(error: str, began: float) -> Answer:
    return Answer(0, {}, "", None, _since(began), error=error)


def _since(began: float) -> timedelta:
    return timedelta(seconds=asyncio.get_running_loop().time() - began)


def _json(headers: Mapping[str, str], text: str) -> Json | None:
    kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    if not kind.startswith("application/json"):
        return None
    try:
        found: Any = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
