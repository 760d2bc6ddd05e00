"""Answers to what somebody typed or pressed: the body of the answer itself, and response URLs."""

import json
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from bot.sandbox.slack_content import Content, read_content
from bot.sandbox.slack_faults import Faults, Reply
from bot.sandbox.slack_model import Call, Json, Message, Place, RefusedError, Via
from bot.sandbox.slack_workspace import Workspace

# https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
RESPONSE_USES: Final = 5
RESPONSE_LIFE_S: Final = 1800.0
_KEYS: Final = frozenset(
    [
        "text",
        "blocks",
        "attachments",
        "metadata",
        "response_type",
        "replace_original",
        "delete_original",
        "thread_ts",
        "unfurl_links",
        "unfurl_media",
        "mrkdwn",
        "parse",
        "link_names",
    ]
)


@dataclass(slots=True)
class _ResponseUrl:
    place: Place
    issued_at: float
    uses: int = 0


class Responses:
    """Shows what the bot answers, by whichever way it came."""

    def __init__(self, workspace: Workspace, faults: Faults, tokens: Collection[str]) -> None:
        self._workspace = workspace
        self._faults = faults
        self._tokens = tokens
        self._urls: dict[str, _ResponseUrl] = {}

    def new_path(self, place: Place) -> str:
        """The path of a new response URL, good for five uses in 30 minutes."""
        path = f"/response/{self._workspace.team}/{secrets.token_hex(12)}"
        self._urls[path] = _ResponseUrl(place, self._workspace.clock())
        return path

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one request to a response URL."""
        raw = await request.text()
        self._look_for_tokens(request, raw)
        given = _read(raw)
        fault = self._faults.take("response_url")
        if fault:
            await fault.wait()
        carried_out = fault is None or fault.reply is None or fault.after_processing
        reply = self._reply(request.path, given) if carried_out else Reply(0)
        if fault and fault.reply:
            reply = fault.reply
        tokenless = "Authorization" not in request.headers
        at = self._workspace.clock()
        self._workspace.calls.append(Call("response_url", given or {}, reply.status, reply.error, tokenless, at))
        self._workspace.touch()
        return reply.response(request)

    def apply(self, given: Mapping[str, Any], place: Place, via: Via) -> Message | None:
        """
        Show what was answered at *place*: a new message, or a change of the one that was pressed.

        Raises:
            RefusedError: Slack would not show it.
        """
        for key in sorted(given.keys() - _KEYS):
            self._violation(via, f"there is no `{key}` in an answer; leave it out.")
        content = read_content(given)
        if place.original is not None and given.get("delete_original"):
            self._workspace.delete(place.original)
        elif given.get("delete_original") or given.get("replace_original"):
            return self._on_original(content, given, place, via)
        return self._new(content, given, place, via)

    def _on_original(self, content: Content, given: Mapping[str, Any], place: Place, via: Via) -> Message | None:
        original = place.original
        if original is None:
            self._violation(via, "a command has no original message to replace or delete.")
            return self._new(content, given, place, via)
        if original.deleted:
            raise RefusedError("message_not_found")
        if content.is_empty:
            raise RefusedError("no_text")
        if original.to is not None and given.get("response_type") == "in_channel":
            self._violation(via, "an ephemeral message can't become in_channel; it stays ephemeral.")
        self._with_fallback(content, via)
        self._workspace.edit(original, content)
        return original

    def _new(self, content: Content, given: Mapping[str, Any], place: Place, via: Via) -> Message | None:
        if content.is_empty and (given.get("delete_original") or (via == "ack" and given.get("response_type"))):
            return None
        if content.is_empty:
            raise RefusedError("no_text")
        kind = given.get("response_type", "ephemeral")
        if kind not in {"ephemeral", "in_channel"}:
            self._violation(via, f"there is no response_type `{kind}`; it is shown as ephemeral.")
        self._with_fallback(content, via)
        viewer = None if kind == "in_channel" else place.user
        message = self._workspace.show(content, place.channel, via, to=viewer, thread_ts=given.get("thread_ts"))
        message.answers = place
        return message

    def _reply(self, path: str, given: Json | None) -> Reply:
        url = self._urls.get(path)
        if url is None or self._workspace.clock() - url.issued_at > RESPONSE_LIFE_S:
            return Reply(404, "expired_url")
        if url.uses >= RESPONSE_USES:
            return Reply(404, "used_url")
        url.uses += 1
        if given is None:
            return Reply(400, "invalid_payload")
        try:
            self.apply(given, url.place, "response_url")
        except RefusedError as exc:
            # Slack does not document what a response URL says to blocks that it refuses; an error is the strict reading
            return Reply(400, {"ok": False, "error": exc.error, **exc.details})
        return Reply(200, "ok")

    def _look_for_tokens(self, request: web.Request, raw: str) -> None:
        if "Authorization" in request.headers:
            self._violation("response_url", "an Authorization header was sent; a response URL takes none.")
        sent = [raw, request.path_qs, *(value for name, value in request.headers.items() if name != "Authorization")]
        if any(token in text for token in self._tokens for text in sent):
            self._violation("response_url", "a token was sent; keep it for the Web API.")

    def _with_fallback(self, content: Content, via: Via) -> None:
        if content.lacks_fallback:
            self._violation(via, "a message without fallback text; give `text` too.")

    def _violation(self, via: str, text: str) -> None:
        self._workspace.violations.append(f"{via}: {text}")


def _read(raw: str) -> Json | None:
    try:
        given = json.loads(raw)
    except ValueError:
        return None
    return given if isinstance(given, dict) else None
