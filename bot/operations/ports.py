"""What the runner needs of others: a voice, and a queue."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import datetime, timedelta
from typing import Protocol

from bot.notice import Notice
from bot.operations.operation import Card, Operation


class NotTold(Exception):
    """It could not be said; *after* is how long to wait, None if there is no use in waiting."""

    def __init__(self, reason: str, *, after: timedelta | None) -> None:
        super().__init__(reason)
        self.after = after


class Teller(Protocol):
    """Says things where people read them."""

    async def ask(self, operation: Operation, notice: Notice) -> None:
        """
        Show the prompt to the requester alone.

        Raises:
            NotTold: It can't be shown now, or never.
        """
        ...

    async def show(self, operation: Operation, notice: Notice) -> Card | None:
        """Show the card of a change that takes long, or bring it up to date; None where no card can stand."""
        ...

    async def tell(self, operation: Operation, notice: Notice, *, private: bool) -> str:
        """
        Say what came of it, by the first way that is open.

        Returns:
            The way, for the record.

        Raises:
            NotTold: Every way is shut for now.
        """
        ...


class Requeue(Protocol):
    """Queues an operation, for now or for a time to come; once for each of its stages."""

    def __call__(self, operation: Operation, when: datetime | None = None) -> Awaitable[None]:
        """Raises StoreError where the queue does not answer; the sweep finds it later."""
        ...
