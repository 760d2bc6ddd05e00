"""What commands may ask about other operations, and do to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.access.gate import Standing
from bot.catalog import Catalog
from bot.operations.cancelling import Cancelling
from bot.operations.kept import Newer
from bot.operations.knowing import command_of
from bot.operations.operation import Operation
from bot.operations.plans import Plans
from bot.planned import Planned
from bot.wording import code


@dataclass(frozen=True)
class Desk:
    """Shows a person what they may see, and lets them do what they may do."""

    plans: Plans
    cancelling: Cancelling
    catalog: Catalog

    async def plans_for(self, standing: Standing) -> Sequence[Planned]:
        """What is planned where the person may look, soonest first."""
        return [self._planned(one) for one in await self.plans.soonest() if self.cancelling.sees(standing, one)]

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
        )
