"""Slack's Web API and response URLs over one kept session; each call is on the wire once."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, Final, Self
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.blocks import Message

CALL_LIMIT: Final = timedelta(seconds=10)
BUSY_FOR: Final = timedelta(seconds=2)  # how long to wait where Slack does not say
LONGEST_WAIT: Final = timedelta(minutes=5)
SERVER_ERROR: Final = 500
TOO_MANY: Final = 429
# Errors that Slack documents for passing trouble: https://docs.slack.dev/reference/methods/chat.postMessage#errors
PASSING: Final = {"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable",
                  "request_timeout", "team_added_to_org"}  # fmt: skip
UNTOUCHED: Final = {"ratelimited", "rate_limited"}  # after the others, a part may have been done


class SlackError(Exception):
    """
    A call to Slack did not do what it should.

    SlackError
    ├── SlackRefused   Slack says no; the same call again would be refused again
    └── SlackAway      Slack is busy or can't be reached; whether the call was carried out may be unknown
    """


class SlackRefused(SlackError):
    """Slack says no: *code* is its word for why, such as `not_in_channel`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SlackAway(SlackError):
    """Slack is busy or can't be reached; try again after *after*. *maybe*: the call may have been carried out."""

    def __init__(self, reason: str, *, after: timedelta = BUSY_FOR, maybe: bool = True) -> None:
        super().__init__(reason)
        self.after, self.maybe = min(after, LONGEST_WAIT), maybe


class Late(aiohttp.ClientError):
    """The process stood still before a call was on the wire, for longer than the call may take: it is not sent."""


class SlackApi:
    """
    Calls Slack.

    Args:
        token: The bot's token; it goes to *base_url* alone, never to a response URL.
        base_url: Of the Web API, with a slash at its end.
        ticks: Seconds of a clock that goes on while the process stands still.
    """

    def __init__(self, *, token: str, base_url: str, ticks: Callable[[], float] = time.monotonic) -> None:
        self._token, self._base_url, self._ticks = token, base_url, ticks
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=CALL_LIMIT.total_seconds())
        self._session = aiohttp.ClientSession(timeout=timeout, trace_configs=[self._punctual()])
        # No retry handler: slack_sdk would post a message twice when a connection breaks after Slack took it.
        self.client = AsyncWebClient(
            token=self._token, base_url=self._base_url, session=self._session, retry_handlers=[]
        )
        if urlsplit(self._base_url).hostname in {"127.0.0.1", "localhost", "::1"}:
            self.client.proxy = None  # slack_sdk reads HTTPS_PROXY but not NO_PROXY
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    def _punctual(self) -> aiohttp.TraceConfig:
        """Look at the clock last before each request: whoever took over from us may have sent the same meanwhile."""
        trace = aiohttp.TraceConfig()

        async def begun(_: aiohttp.ClientSession, call: SimpleNamespace, __: object) -> None:
            call.began = self._ticks()

        async def connected(_: aiohttp.ClientSession, call: SimpleNamespace, __: object) -> None:
            if self._ticks() - call.began > CALL_LIMIT.total_seconds():
                raise Late

        trace.on_request_start.append(begun)
        trace.on_connection_create_end.append(connected)
        trace.on_connection_reuseconn.append(connected)
        return trace

    async def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """
        Call a method of the Web API.

        Raises:
            SlackRefused: Slack says no.
            SlackAway: Slack is busy or does not answer.
        """
        return await self._called(method, json=arguments)

    async def read(self, method: str, **arguments: Any) -> dict[str, Any]:
        """
        Call a method that reads; Slack takes the arguments of most of these as a form only.

        https://docs.slack.dev/apis/web-api/

        Raises:
            SlackRefused: Slack says no.
            SlackAway: Slack is busy or does not answer.
        """
        return await self._called(method, data=arguments)

    async def _called(self, method: str, **how: Any) -> dict[str, Any]:
        try:
            answer = await self.client.api_call(method, **how)
        except SlackApiError as error:
            raise _told(error) from None  # the answer may hold what was sent
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _away(error) from error
        data = answer.data
        return data if isinstance(data, dict) else {}

    async def respond(self, url: str, message: Message, *, replace: bool = False, to_all: bool = False) -> None:
        """
        Answer through a response URL: at most 5 times within 30 minutes of the use that it came with.

        https://docs.slack.dev/interactivity/handling-user-interaction#message_responses

        Raises:
            SlackRefused: It is used up or too old.
            SlackAway: Slack is busy or does not answer.
        """
        if self._session is None:
            raise SlackAway("not connected", maybe=False)
        kind = "in_channel" if to_all else "ephemeral"
        body = {**message.fields(), "replace_original": replace, "response_type": kind}
        if replace:
            del body["response_type"]
        try:
            async with self._session.post(url, json=body, allow_redirects=False) as answer:
                _check(answer.status, answer.headers.get("Retry-After"), (await answer.text())[:100])
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise _away(error) from error


def _away(error: Exception) -> SlackAway:
    return SlackAway(type(error).__name__, maybe=not isinstance(error, (aiohttp.ClientConnectorError, Late)))


def _told(error: SlackApiError) -> SlackError:
    response = error.response
    status, headers = getattr(response, "status_code", SERVER_ERROR), getattr(response, "headers", {})
    data = getattr(response, "data", None)  # a text, where something in front of Slack answers
    code = data.get("error") if isinstance(data, dict) else None
    if status == TOO_MANY:
        return SlackAway("429", after=_seconds(headers.get("Retry-After")), maybe=False)
    if status >= SERVER_ERROR or code in PASSING or not isinstance(code, str):
        return SlackAway(str(code or status), maybe=code not in UNTOUCHED)
    return SlackRefused(code)


def _check(status: int, retry_after: str | None, body: str) -> None:
    if status == TOO_MANY:
        raise SlackAway("429", after=_seconds(retry_after), maybe=False)
    if status >= SERVER_ERROR:
        raise SlackAway(str(status))
    if status != 200:  # noqa: PLR2004 the one status that means done
        raise SlackRefused(f"{status} {body}")


def _seconds(value: object) -> timedelta:
    try:
        return timedelta(seconds=max(1.0, float(str(value))))
    except ValueError:
        return BUSY_FOR
