"""Looks whether a message of ours stands in a channel, before it is posted again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from bot.operations.operation import Card
from bot.slack.api import SlackApi

EVENT: Final = "agora_operation"
EARLIER: Final = timedelta(minutes=5)  # how far Slack's clock may be behind ours
PAGE: Final = 200
MOST_PAGES: Final = 5


def metadata(operation_id: str) -> dict[str, Any]:
    """
    What a message says of itself. Every app of the workspace can read it, so the id and nothing else.

    https://docs.slack.dev/messaging/message-metadata/
    """
    return {"event_type": EVENT, "event_payload": {"operation": operation_id}}


class Unseen(Exception):
    """There is too much in the channel to look through."""


async def find(
    api: SlackApi, channel: str, operation_id: str, *, since: datetime, but: Card | None = None
) -> Card | None:
    """
    Find the message of an operation among those posted in *channel* since then; *but* is not the one.

    https://docs.slack.dev/reference/methods/conversations.history

    Raises:
        Unseen: There is too much to look through.
        SlackRefused: The bot may not read there.
        SlackAway: Slack is busy or does not answer.
    """
    oldest = f"{(since - EARLIER).timestamp():.6f}"
    cursor = ""
    for _ in range(MOST_PAGES):
        page = await api.read(
            "conversations.history",
            channel=channel,
            oldest=oldest,
            limit=PAGE,
            include_all_metadata=True,
            **({"cursor": cursor} if cursor else {}),
        )
        for message in page.get("messages", ()):
            found = Card(channel=channel, ts=str(message["ts"]))
            if message.get("metadata") == metadata(operation_id) and found != but:
                return found
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return None
    raise Unseen
