"""Something to show a person: words and buttons, before they become Slack's blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Button:
    """A button; its value is the id of the operation or the request for access, and the page that it leads to."""

    action: Literal[
        "operation_confirm",
        "operation_cancel",
        "operation_retry",
        "operation_stop",
        "operation_undo",
        "operation_page",
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
    page: int | None = None

    @property
    def value(self) -> str:
        """What comes back with a click; `carried` reads it."""
        return self.operation if self.page is None else f"{self.operation}:{self.page}"


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


def carried(value: str) -> tuple[str, int]:
    """The operation and the page of a button; what comes back from outside may be anything."""
    operation, _, page = value.partition(":")
    return operation, int(page) if page.isdecimal() else 1
