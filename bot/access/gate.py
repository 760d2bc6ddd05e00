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

    def may(self, needed: Role | None, resource: Resource, *, changes: bool) -> Decision:
        """Whether the person may; *needed* None: anyone may."""
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
