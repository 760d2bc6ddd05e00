"""Who may do what, asked of the role map as it is now."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.access.decide import Decision, Person, Resource, decide
from bot.access.grants import Grant
from bot.access.helpers import Helpers, Lack, find_helpers
from bot.access.holding import Holding
from bot.access.rolemap import RoleMap
from bot.access.roles import Role
from bot.clock import Clock


@dataclass(frozen=True)
class Standing:
    """What a person held at one moment, for several decisions in a row."""

    person: Person
    holding: Holding
    gate: Gate

    @property
    def grants(self) -> tuple[Grant, ...]:
        """All that counts for the person; what has ended too."""
        return self.holding.grants

    def may(self, needed: Role | None, resource: Resource, *, changes: bool, despite_freeze: bool = False) -> Decision:
        """
        Whether the person may.

        Args:
            needed: The least role that may; None: anyone may.
            resource: What it is done to.
            changes: Whether something is different afterwards.
            despite_freeze: It only keeps things from happening, or lets them happen again.
        """
        if needed is None:
            return Decision(allowed=True, reason="Anyone may.", role=Role.VIEWER, held=None, grant=None)
        return decide(
            self.person,
            needed,
            resource,
            self.grants,
            changes=changes,
            now=self.gate.clock(),
            admins=self.gate.admins,
            doubts=self.holding.doubts,
            freezes=() if despite_freeze else self.holding.freezes,
        )


@dataclass(frozen=True)
class Gate:
    """The one place that decisions are asked of: for commands, clicks and started operations alike."""

    roles: RoleMap
    admins: frozenset[str]
    clock: Clock

    async def standing(self, person_id: str) -> Standing:
        """
        Read what a person holds: one trip, whatever the size of the map.

        Raises:
            StoreError: Redis does not answer; the answer is no.
        """
        return Standing(Person(person_id), await self.roles.held_by(person_id), self)

    async def helpers(self, lack: Lack) -> Helpers:
        """Who can help somebody who was refused."""
        (given, _), members = await asyncio.gather(self.roles.everything(), self.roles.book.members())
        return find_helpers(lack, given, members, admins=self.admins, now=self.clock())

    async def way_out(self, decision: Decision, lack: Lack) -> str:
        """What to do about a refusal, as a sentence."""
        return decision.way_out or (await self.helpers(lack)).sentence
