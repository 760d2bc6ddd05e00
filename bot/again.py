"""What the buttons of an outcome begin: the same once more, or what turns it back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot import moments
from bot.catalog import Catalog
from bot.clock import Clock
from bot.command import AnyCommand, Effect
from bot.moments import Plan
from bot.operations.letters import DIRECT
from bot.operations.operation import Operation, State, new_id
from bot.pressing import Click


@dataclass(frozen=True)
class Again:
    """Makes operations from others, in the name of whoever pressed."""

    catalog: Catalog
    asks: Callable[[Effect], bool]
    clock: Clock

    def repeat(self, click: Click, operation: Operation, *, asks: bool) -> Operation:
        """The same once more. As a rule it does not ask: it was confirmed once, and the button asks before."""
        args = moments.at_once(operation.args_again)
        command = self.catalog.get(operation.command)
        line = command.line(command.args.model_validate(args)) if command else operation.line
        return Operation(
            **self._of(click, operation),
            command=operation.command,
            args=args,
            line=line,
            effect=operation.effect,
            asks=asks,
            retry_of=operation.id,
            undo_of=operation.undo_of,  # so that it is still left alone if somebody has changed it
            state=State.ASKING if asks else State.QUEUED,
            plan=Plan(ends=operation.ends, zone=operation.plan.zone) if operation.plan else None,
        )

    def reversal(self, click: Click, operation: Operation) -> Operation | None:
        """What turns it back; None if nothing does, in this release."""
        step = operation.result.undo if operation.result else None
        command: AnyCommand | None = self.catalog.get(step.command) if step else None
        if step is None or command is None:
            return None
        args, asks = command.args.model_validate(step.args), self.asks(command.effect)
        return Operation(
            **self._of(click, operation),
            command=command.name,
            args=args.model_dump(mode="json"),
            line=command.line(args),
            effect=command.effect,
            asks=asks,
            undo_of=operation.id,
            state=State.ASKING if asks else State.QUEUED,
        )

    def _of(self, click: Click, operation: Operation) -> dict[str, Any]:
        return {
            "id": new_id(),
            "person": click.person,
            "team": click.team,
            # An outcome may have been told by direct message: what comes of it is for the channel.
            "channel": operation.channel if not click.channel or click.channel.startswith(DIRECT) else click.channel,
            "response_url": click.response_url,
            "target": operation.target,
            "created": self.clock(),
        }
