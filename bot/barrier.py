"""Who may press which button, as the role map is at that moment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from bot.access.gate import Gate
from bot.access.helpers import Lack
from bot.access.roles import Role
from bot.audit import Audit
from bot.catalog import Catalog
from bot.notice import Notice
from bot.operations import outcomes
from bot.operations.cancelling import Cancelling
from bot.operations.kept import Newer
from bot.operations.knowing import command_of
from bot.operations.operation import Operation, State
from bot.pressing import Click
from bot.wording import person

FOR_ALL: Final = {"operation_retry", "operation_stop", "operation_undo"}  # who may is decided by role alone

NEWER = Notice(
    headline="Nothing was done: this button is of a newer release of the bot than the one that answers you.",
    after=("The bot is being renewed. Press again in a moment.",),
)


@dataclass(frozen=True)
class Barrier:
    """Says no to whoever may not press a button."""

    catalog: Catalog
    gate: Gate
    cancelling: Cancelling
    audit: Audit

    async def barred(self, click: Click, operation: Operation, does: Operation) -> Notice | None:
        """
        Why they may not; None if they may.

        Args:
            click: Who presses what.
            operation: What the button stands at.
            does: What is done if they may: the same, or what turns it back.
        """
        if click.action == "operation_confirm" and (takes := await self._takes_another(click, operation)):
            return await self._recorded(click, does, takes)
        if click.action not in FOR_ALL and not await self._own(click, operation):
            return _foreign(operation)
        stop, own = click.action == "operation_stop", click.person == operation.person
        free = (click.action == "operation_cancel" and (own or not operation.open)) or (stop and own)
        objection = None if free else await self._objection(click.person, does, Role.MANAGER if stop else None)
        return await self._recorded(click, does, objection) if objection else None

    async def _recorded(self, click: Click, does: Operation, refusal: Notice) -> Notice:
        """Write the refusal of a change into the audit trail, as that of a typed command."""
        if does.effect.changes:
            result = outcomes.refused(refusal.headline.removesuffix(" ⛔"))
            record = outcomes.audit_record(does, result, self.gate.clock())
            await self.audit.append(replace(record, actor=click.person, operation=click.operation))
        return refusal

    async def takes_two(self, click: Click, operation: Operation) -> bool:
        """Whether doing it once more takes a second person: it has come to be protected since it was confirmed."""
        if not operation.disruptive or operation.second:
            return False
        return (await self.gate.standing(click.person)).holding.protects(operation.args.get("entry")) is not None

    async def _own(self, click: Click, operation: Operation) -> bool:
        """Whether it is theirs to press: who asked for it; what everybody sees is for others, too, by their role."""
        if operation.open:
            return True
        if click.person == operation.person or click.action != "operation_cancel" or operation.state != State.PLANNED:
            return click.person == operation.person
        return self.cancelling.may(await self.gate.standing(click.person), operation).allowed

    async def _takes_another(self, click: Click, operation: Operation) -> Notice | None:
        """Why it is not for this person to confirm: what is protected takes somebody else than whoever asked."""
        if not operation.disruptive or click.person != operation.person:
            return None
        if operation.open:
            return Notice("You asked for this, so somebody else has to confirm it. It is still open.")
        if not await self.takes_two(click, operation):
            return None
        return Notice(
            "Nothing was done: this was protected after you were asked, and takes a second person now.",
            after=(f"To ask for it, {outcomes.type_it(operation.line)}.",),
        )

    async def _objection(self, person_id: str, operation: Operation, needed: Role | None = None) -> Notice | None:
        """Why the person may not do this, as the role map is now; *needed*: not what the command takes, but this."""
        try:
            command = command_of(self.catalog, operation)
        except Newer:
            return NEWER
        standing = await self.gate.standing(person_id)
        resource = command.resource(command.args.model_validate(operation.args))
        decision = standing.may(
            needed or command.role,
            resource,
            changes=command.effect.changes,
            despite_freeze=command.despite_freeze or needed is not None,  # to stop it
        )
        if decision.allowed:
            return None
        lack = Lack(person_id, decision.role, resource, command.effect.changes)
        way_out = await self.gate.way_out(decision, lack)
        return Notice(f"{decision.reason} ⛔", lines=("Nothing was done.",), after=(way_out,))


def _foreign(operation: Operation) -> Notice:
    return Notice(
        f"Only {person(operation.person)}, who asked for this, can press that button. Nothing was done.",
        after=(f"If you want it yourself, {outcomes.type_it(operation.line)}.",),
    )
