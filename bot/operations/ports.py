"""What the runner needs of others: a voice, a queue, and where people are."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.notice import Notice
from bot.operations.operation import Card, Operation


class NotTold(Exception):
    """
    It could not be said.

    Args:
        reason: Why, for the log.
        after: How long to wait; None if there is no use in waiting.
        maybe: It may have been said all the same: nobody answered.
    """

    def __init__(self, reason: str, *, after: timedelta | None, maybe: bool = False) -> None:
        super().__init__(reason)
        self.after, self.maybe = after, maybe


@dataclass(frozen=True)
class Told:
    """
    Where something was said.

    Attributes:
        way: In a word or two: `channel`, `card`, `response_url`, `ephemeral`, `direct message`.
        refused: The ways that were tried before, and what Slack said to each.
    """

    way: str
    refused: tuple[str, ...] = ()


class Teller(Protocol):
    """Says things where people read them."""

    async def ask(self, operation: Operation, notice: Notice) -> None:
        """
        Show the prompt to the requester alone.

        Raises:
            NotTold: It can't be shown now, or never.
        """
        ...

    async def show(self, operation: Operation, notice: Notice, *, again: bool = False) -> Card | None:
        """
        Show the card of a change that takes long, or bring it up to date; None where no card can stand.

        Args:
            operation: Whose card it is.
            notice: What it says now.
            again: A card may stand already, and is looked for.
        """
        ...

    async def tell(self, operation: Operation, notice: Notice, *, private: bool, again: bool = False) -> Told:
        """
        Say what came of it, by the first way that is open.

        Args:
            operation: What it is about.
            notice: What came of it.
            private: To its requester alone.
            again: It may have been said already. Where that can be looked up it is not said twice; elsewhere it
                says of itself that it may be a repeat.

        Raises:
            NotTold: Every way is shut for now.
        """
        ...


class Requeue(Protocol):
    """Queues an operation, for now or for a time to come; once for each of its stages."""

    def __call__(self, operation: Operation, when: datetime | None = None, *, turn: str = "") -> Awaitable[None]:
        """
        Raises StoreError where the queue does not answer; the sweep finds it later.

        Args:
            operation: As it is now.
            when: Not before.
            turn: What made it its turn, and makes this another entry than one that came too early and is still there.
        """
        ...


class Zones(Protocol):
    """Knows in which time zone people are."""

    async def zone_of(self, person: str) -> str | None:
        """
        The name of the zone of *person*, such as `Europe/Berlin`; None where nobody says.

        Raises:
            StoreError: Redis does not answer.
        """
        ...
