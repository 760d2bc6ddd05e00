"""A press of one of our buttons, and what is said to whoever pressed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.notice import Notice


@dataclass(frozen=True)
class Click:
    """
    A press of one of our buttons.

    Attributes:
        operation: The id that the button carries.
        page: The page of its answer that the button leads to.
        outsider: The person belongs to another workspace that shares the channel.
    """

    action: str
    operation: str
    person: str
    team: str
    channel: str
    response_url: str | None
    outsider: bool = False
    page: int = 1


@dataclass(frozen=True)
class Pressed:
    """
    What to say to whoever pressed.

    Attributes:
        notice: None where a question follows.
        replace: In place of the message with the button.
        said: To be done when it stands there; until then it is not told.
        then: To be done once Slack has its acknowledgement; what comes of it is said instead.
    """

    notice: Notice | None
    replace: bool = False
    said: Callable[[], Awaitable[None]] | None = None
    then: Callable[[], Awaitable[Pressed]] | None = None
