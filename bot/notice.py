"""Something to show a person: words and buttons, before they become Slack's blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Button:
    """A button; its value is the id of the operation, or of the request for access, and nothing else."""

    action: Literal[
        "operation_confirm",
        "operation_cancel",
        "operation_retry",
        "operation_stop",
        "access_ask",
        "access_grant_hour",
        "access_grant_day",
        "access_deny",
        "access_use",
    ]
    label: str
    operation: str
    style: Literal["primary", "danger"] | None = None
    confirm: str | None = None  # what Slack asks before it sends the click


@dataclass(frozen=True)
class Notice:
    """
    Something to show.

    Attributes:
        headline: The one sentence that matters.
        lines: Paragraphs under it.
        rows: A list under those.
        after: Paragraphs under the list.
        small: Small print, joined by dots.
    """

    headline: str
    lines: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    small: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()
