"""Files that people hand over in a form: their text, as Slack tells it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any, Final

from bot.slack.api import SlackApi, SlackAway, SlackRefused

LIMIT: Final = timedelta(seconds=1.3)  # of the 3 that a form may take
PASTE: Final = "paste the names instead."
BOM_BYTES: Final = 3


class NoText(Exception):
    """There is no text to be had; the message says why, and what to do."""


async def text_of(api: SlackApi, file_id: str) -> str:
    """
    The text of a file, all of it.

    Slack hands it over in `files.info`. The address that it names too would take the bot's token to another host than
    the Web API's, so what is not in the answer is not fetched.
    https://docs.slack.dev/reference/methods/files.info

    Raises:
        NoText: Slack did not hand it over, or not all of it.
    """
    try:
        async with asyncio.timeout(LIMIT.total_seconds()):
            answer = await api.read("files.info", file=file_id)
    except (SlackAway, TimeoutError):
        raise NoText(f"Slack did not hand over the file in time. Press again, or {PASTE}") from None
    except SlackRefused as error:
        raise NoText(f"Slack does not hand over the file: {error.code}. You can {PASTE}") from None
    text = answer.get("content")
    if not isinstance(text, str):
        raise NoText(f"Slack did not hand over the text of this file. You can {PASTE}")
    if answer.get("is_truncated") or _lacks(text, answer.get("file")):
        raise NoText(f"Slack did not hand over the whole text of this file. You can {PASTE}")
    return text


def _lacks(text: str, file: Any) -> bool:
    """Whether the file is larger than its text, by more than a mark at its start and longer line ends explain."""
    size = file.get("size") if isinstance(file, dict) else None
    return isinstance(size, int) and size > len(text.encode(errors="replace")) + text.count("\n") + BOM_BYTES
