"""What a person holds: their own grants, and those of the user groups they are in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.access import freezing, marks, protecting
from bot.access.decide import Doubt
from bot.access.freezing import Freeze
from bot.access.grants import Grant, load
from bot.access.groups import parse
from bot.access.protecting import Protection

Grants = tuple[Grant, ...]


@dataclass(frozen=True)
class Holding:
    """
    What somebody was given; what has ended too.

    Attributes:
        own: To themselves.
        groups: To the groups they are in, by id.
        doubts: The groups of which it is not known well enough who is in them.
        freezes: What is frozen, for them as for everybody.
        protections: The entry points that are protected.
    """

    own: Grants = ()
    groups: Mapping[str, Grants] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    protections: tuple[Protection, ...] = ()

    @property
    def grants(self) -> Grants:
        """All that counts for them."""
        return (*self.own, *(grant for grants in self.groups.values() for grant in grants))

    def protects(self, entry: str | None) -> Protection | None:
        """The protection of *entry*, if it has one."""
        return next((protection for protection in self.protections if protection.entry == entry), None)


def as_holding(
    own: str, rows: list[Any], now: datetime, frozen: Sequence[object] = (), guarded: Sequence[object] = ()
) -> Holding:
    """
    Read what the script `roles_read` gives.

    Args:
        own: The person's grants.
        rows: Of each group that holds a role: its id, what is known of it, whether the person is in it, its grants.
        now: The time; what Slack said too long ago is not known any more.
        frozen: The freezes.
        guarded: The protections.
    """
    groups: dict[str, Grants] = {}
    doubts: list[Doubt] = []
    for name, text, inside, kept in rows:
        group, grants = parse(str(text)), load(str(kept))
        if not group.fresh(now):
            doubts += [Doubt(str(name), grants, group.asked)] if group.active else []
        elif group.active and inside:
            groups[str(name)] = grants
    freezes, protections = marks.read(frozen, freezing.FORM), marks.read(guarded, protecting.FORM)
    return Holding(load(own), groups, tuple(doubts), freezes, protections)
