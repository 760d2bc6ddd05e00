"""A message of an operation that all in the channel see: put there once, by whoever has it in hand."""

from __future__ import annotations

from bot.notice import Notice
from bot.operations.journal import Held, Journal
from bot.operations.operation import Card, Operation
from bot.operations.ports import NotTold, Teller


async def put(journal: Journal, teller: Teller, operation: Operation, notice: Notice) -> Card | Held | None:
    """
    Put up the card of *operation* that does not stand yet, or may stand already, and keep where.

    Returns:
        Where it stands; None where none can; `Held` while somebody else is putting it up.

    Raises:
        NotTold: It can't be put up now.
        Lost: Another worker has the operation.
    """
    floor = await journal.speak(operation)
    if isinstance(floor, Held):
        return floor
    try:
        card = await teller.show(operation, notice, again=floor.again)
    except NotTold as error:
        await journal.unsaid(operation, maybe=error.maybe)
        raise
    if card is None:
        await journal.unsaid(operation, maybe=False)
    else:
        await journal.keep_card(operation, card)
    return card
