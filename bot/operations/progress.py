"""Shows how far an operation has come while it takes long."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.command import Effect
from bot.notice import Notice
from bot.operations import cards
from bot.operations.journal import Held, Journal, Lost
from bot.operations.operation import Card, Operation
from bot.operations.ports import NotTold, Teller
from bot.operations.standing import put
from bot.operations.tally import Tally
from bot.store import StoreError

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Progress:
    """
    The card of an operation that is at work.

    Attributes:
        patience: What takes longer shows its card before its outcome; renewed no more often than that.
    """

    journal: Journal
    teller: Teller
    patience: timedelta = timedelta(seconds=2)

    async def show(self, operation: Operation, tally: Tally, over: asyncio.Event) -> Card | None:
        """Keep the card up to date until *over*; where it stands then."""
        if operation.effect is Effect.READ:
            await self._say_patience(operation, over)
            return None
        card, last = operation.card, None
        patience = timedelta(0) if operation.several else self.patience
        while not await _within(patience, over):
            patience = self.patience
            shown = operation.model_copy(update={"card": card})
            notice = cards.running(shown, tally)
            if notice == last:  # nothing new since
                continue
            try:
                card = await self._put(shown, notice)
                last = notice
            except (NotTold, StoreError, Lost) as error:
                log.info("card.not_shown", operation=operation.id, reason=str(error))
        return card

    async def _put(self, operation: Operation, notice: Notice) -> Card | None:
        if operation.card is not None:  # to say the same twice does no harm there
            await self.journal.holds(operation)
            return await self.teller.show(operation, notice)
        card = await put(self.journal, self.teller, operation, notice)
        return None if isinstance(card, Held) else card

    async def _say_patience(self, operation: Operation, over: asyncio.Event) -> None:
        """Say once that a read takes long; silence would look like a command that was lost."""
        if await _within(self.patience, over):
            return
        try:
            await self.teller.tell(operation, cards.reading(operation), private=True)
        except NotTold as error:
            log.info("card.not_shown", operation=operation.id, reason=str(error))


async def _within(limit: timedelta, event: asyncio.Event) -> bool:
    try:
        async with asyncio.timeout(limit.total_seconds()):
            await event.wait()
    except TimeoutError:
        return False
    return True
