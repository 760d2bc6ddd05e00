"""What commands may ask about other operations, and do to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.access.decide import Resource
from bot.access.gate import Standing
from bot.access.patterns import EVERYTHING
from bot.access.roles import Role
from bot.audit import LOOKED_THROUGH, Audit, Record, Traced, Traces
from bot.catalog import Catalog
from bot.operations.cancelling import Cancelling
from bot.operations.kept import Newer
from bot.operations.knowing import command_of
from bot.operations.operation import Operation, Outcome
from bot.operations.plans import Plans
from bot.planned import Planned
from bot.wording import code

DONE: Final = {Outcome.SUCCEEDED, Outcome.FAILED, Outcome.UNKNOWN}  # what everybody in the channel has heard of
MOST_UNTOLD: Final = 1000  # outcomes that wait to be told, the oldest first


@dataclass(frozen=True)
class Desk:
    """Shows a person what they may see, and lets them do what they may do."""

    plans: Plans
    cancelling: Cancelling
    catalog: Catalog
    audit: Audit

    async def plans_for(self, standing: Standing) -> Sequence[Planned]:
        """What is planned where the person may look, soonest first."""
        return [self._planned(one) for one in await self.plans.soonest() if self.cancelling.sees(standing, one)]

    async def last_done(self, entry: str, most: int) -> Sequence[Record]:
        """The last *most* things that were done, or tried, on an entry point, the newest first."""

        def done_here(record: Record) -> bool:
            command = self.catalog.get(record.action)  # none of a request for access
            typed = record.command_line is not None and command is not None and command.effect.changes
            return typed and record.entry == entry and record.outcome in DONE

        return await self.audit.recent(most, wanted=done_here)

    async def trail_for(self, standing: Standing, wanted: Callable[[Record], bool], most: int, at: datetime) -> Traces:
        """The last *most* records that are wanted and that the person may see, as of *at*; the newest first."""
        untold = set(await self.plans.journal.open_before(at, MOST_UNTOLD))
        ways: dict[str | None, str | None] = dict.fromkeys(untold, "Not told yet.")
        found: list[Traced] = []
        looked = 0
        async for record in self.audit.newest():
            looked += 1
            if record.outcome == "told":  # stands behind the record whose outcome was told, so it is met before it
                ways[record.operation] = record.detail
            elif wanted(record) and _manages(standing, record):
                found.append(Traced(record, ways.get(record.operation) if record.operation else None))
            if len(found) == most:
                break
        return Traces(tuple(found), cut=looked == LOOKED_THROUGH)

    async def cancel(self, operation_id: str, standing: Standing, at: datetime) -> Planned:
        """
        Cancel an operation.

        Raises:
            UserError: It can't be cancelled, or the person may not.
        """
        return self._planned(await self.cancelling.cancel(operation_id, standing, at))

    def _planned(self, operation: Operation) -> Planned:
        try:
            command = command_of(self.catalog, operation)
            deed = command.says(command.args.model_validate(operation.args))
        except Newer:
            deed = code(operation.line, limit=300)
        planned = operation.planned is not None
        return Planned(
            id=operation.id,
            deed=deed,
            person=operation.person,
            due=operation.due if planned else None,
            ends=operation.ends,
            follows=operation.follows,
            entry=operation.args.get("entry"),
        )


def _manages(standing: Standing, record: Record) -> bool:
    """Whether the person is manager where it happened; what names no entry point is about all of them."""
    place = Resource(record.entry or EVERYTHING, record.region)
    return standing.may(Role.MANAGER, place, changes=False).allowed
