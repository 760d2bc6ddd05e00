"""Slack over HTTP: what is not Slack's is turned away before Bolt sees it."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import parse_qsl

import structlog
from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import Clock as SdkClock
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.clock import Clock, now
from bot.slack.forms import CALLBACK

MOST_BYTES: Final = 1024 * 1024  # Slack's own requests are far smaller
# Commands, everything else, and Slack's look at our certificate.
KNOWN_BY: Final = {"command", "type", "ssl_check"}
LONGEST_TIMESTAMP: Final = 20  # digits

log = structlog.get_logger(__name__)


class _Seconds(SdkClock):
    """Our clock in the shape that slack_sdk asks."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock().timestamp()


class SlackEndpoint:
    """
    `POST /slack/events`.

    The signature is checked here and not by Bolt: Bolt parses the body first, answers 500 to a header that is no
    number, and logs the whole body of a request that it turns away. Bolt then gets the parsed body the way it
    does in Socket Mode; its own parser drops every form that has the word `payload` in it.
    https://docs.slack.dev/authentication/verifying-requests-from-slack
    """

    def __init__(self, app: AsyncApp, *, signing_secret: str, clock: Clock = now) -> None:
        self._app = app
        self._verifier = SignatureVerifier(signing_secret, _Seconds(clock))

    async def answer(self, request: Request) -> Response:
        """Answer one request of Slack's."""
        raw = await _read(request)
        if raw is None:
            return PlainTextResponse("That is larger than anything Slack sends.", 413)
        if not self._genuine(request, raw):
            log.warning("request.refused", reason="signature")
            return PlainTextResponse("The signature is not Slack's.", 401)
        body = _parsed(raw, request.headers.get("content-type", ""))
        if body is None:
            return PlainTextResponse("That can't be read.", 400)
        # "socket_mode" means to Bolt: the body is parsed and known to be Slack's.
        asked = AsyncBoltRequest(body=body, headers=dict(request.headers), mode="socket_mode")
        return _response(await self._app.async_dispatch(asked))

    def _genuine(self, request: Request, raw: bytes) -> bool:
        timestamp = request.headers.get("x-slack-request-timestamp", "")
        signature = request.headers.get("x-slack-signature", "")
        short = len(timestamp) <= LONGEST_TIMESTAMP  # Python reads no number of thousands of digits
        if not (short and timestamp.isascii() and timestamp.isdecimal() and signature.isascii()):
            return False
        try:
            return bool(self._verifier.is_valid(raw.decode(), timestamp, signature))
        except UnicodeDecodeError:
            return False


async def _read(request: Request) -> bytes | None:
    """The body, or None if it is too large; it is not read to its end then."""
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MOST_BYTES:
            return None
    return bytes(raw)


def _parsed(raw: bytes, content_type: str) -> dict[str, Any] | None:
    """A form, a form with JSON in its field `payload`, or JSON; None for anything else."""
    text = raw.decode()
    try:
        if content_type.partition(";")[0].strip().casefold() == "application/json":
            body = json.loads(text)
        else:
            form = dict(parse_qsl(text, keep_blank_values=True))
            body = json.loads(form["payload"]) if "payload" in form and "command" not in form else form
    except (ValueError, RecursionError):
        return None
    known = isinstance(body, dict) and not KNOWN_BY.isdisjoint(body)
    return body if known and _complete(body) else None


def _complete(body: dict[str, Any]) -> bool:
    """Whether what we rely on is there."""
    if "command" in body:
        return bool(body.get("user_id") and body.get("channel_id"))
    if body.get("type") == "block_actions":
        user, actions = body.get("user"), body.get("actions")
        if not (isinstance(user, dict) and "id" in user and isinstance(actions, list) and actions):
            return False
        return all(isinstance(action, dict) and "action_id" in action for action in actions)
    if body.get("type") == "view_submission":
        user, view = body.get("user"), body.get("view")
        return isinstance(user, dict) and "id" in user and isinstance(view, dict) and _filled(view)
    return True


def _filled(view: dict[str, Any]) -> bool:
    state = view.get("state")
    filled = isinstance(state, dict) and isinstance(state.get("values"), dict)
    return view.get("callback_id") != CALLBACK or (filled and {"id", "title"} <= {*view})


def _response(answer: BoltResponse) -> Response:
    kinds: list[str] = answer.headers.get("content-type", ["text/plain"])  # type: ignore[assignment]
    return Response(answer.body, answer.status, media_type=kinds[0])
