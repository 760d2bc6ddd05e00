"""The content of a message as the bot sends it, checked against Slack's limits."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.sandbox.slack_blocks import check_blocks
from bot.sandbox.slack_model import Json, RefusedError

# https://docs.slack.dev/reference/methods/chat.postMessage: longer text is cut
TEXT_CUT: Final = 40_000
# https://docs.slack.dev/reference/methods/chat.update: longer text is refused
UPDATE_TEXT_LIMIT: Final = 4_000
_ATTACHMENT_LIMIT: Final = 100
# https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments
_ATTACHMENT_KEYS: Final = frozenset(
    [
        "blocks",
        "color",
        "fallback",
        "text",
        "pretext",
        "title",
        "title_link",
        "fields",
        "footer",
        "footer_icon",
        "ts",
        "author_name",
        "author_link",
        "author_icon",
        "image_url",
        "thumb_url",
        "mrkdwn_in",
        "id",
        "callback_id",
        "actions",
    ]
)


@dataclass(frozen=True, slots=True)
class Content:
    """What is said; None stands for what was not given."""

    text: str | None
    blocks: list[Json] | None
    attachments: list[Json] | None
    metadata: Json | None

    @property
    def is_empty(self) -> bool:
        """Nothing that Slack could show."""
        return not (self.text or self.blocks or self.attachments)

    @property
    def lacks_fallback(self) -> bool:
        """Screen readers and notifications would have nothing to say."""
        parts = self.attachments or []
        return not self.text and not (not self.blocks and parts and all(p.get("fallback") for p in parts))


def read_content(given: Mapping[str, Any]) -> Content:
    """
    Check and read the content of a message.

    Raises:
        RefusedError: Slack would not take it.
    """
    text = given.get("text")
    if text is not None and not isinstance(text, str):
        raise RefusedError("invalid_arguments", "[ERROR] text must be a string [json-pointer:/text]")
    return Content(
        text=text[:TEXT_CUT] if text is not None else None,
        blocks=_blocks(given.get("blocks")),
        attachments=_attachments(given.get("attachments")),
        metadata=_metadata(given.get("metadata")),
    )


def decoded(value: object, error: str) -> Any:
    """A structure that may arrive as JSON text, as it does in a form."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise RefusedError(error) from None


def _blocks(value: object) -> list[Json] | None:
    if value is None:
        return None
    blocks = decoded(value, "invalid_blocks_format")
    if not isinstance(blocks, list):
        raise RefusedError("invalid_blocks_format")
    if problems := check_blocks(blocks):
        raise RefusedError("invalid_blocks", *problems)
    return blocks


def _attachments(value: object) -> list[Json] | None:
    if value is None:
        return None
    parts = decoded(value, "invalid_attachments")
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise RefusedError("invalid_attachments")
    if len(parts) > _ATTACHMENT_LIMIT:
        raise RefusedError("too_many_attachments")
    return [_attachment(part) for part in parts]


def _attachment(part: Json) -> Json:
    if unknown := sorted(part.keys() - _ATTACHMENT_KEYS):
        raise RefusedError("invalid_attachments", f"[ERROR] unknown key {unknown[0]!r} [json-pointer:/attachments]")
    blocks = _blocks(part.get("blocks"))
    return part if blocks is None else {**part, "blocks": blocks}


def _metadata(value: object) -> Json | None:
    """https://docs.slack.dev/messaging/message-metadata."""
    if value is None:
        return None
    data = decoded(value, "invalid_metadata_format")
    if not isinstance(data, dict) or data.keys() - {"event_type", "event_payload", "entities"}:
        raise RefusedError("invalid_metadata_format")
    if not isinstance(data.get("event_type"), str) or not data["event_type"]:
        raise RefusedError("invalid_metadata_format")
    if not isinstance(data.get("event_payload"), dict):
        raise RefusedError("invalid_metadata_format")
    return data
