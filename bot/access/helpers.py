"""Who can help somebody who lacks a role: people who can give it, and people who hold it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.access.changes import grant_problem
from bot.access.decide import Person, Resource, decide, place
from bot.access.grants import Grant
from bot.access.groups import GROUP, Members
from bot.access.patterns import EVERYTHING
from bot.access.roles import Role
from bot.wording import listing
from bot.wording import person as mention

NAMED: Final = 2
SHORTEST: Final = timedelta(hours=1)  # that a role which somebody asks for is given for

Grants = tuple[Grant, ...]


@dataclass(frozen=True)
class Lack:
    """What a person was refused: a role, somewhere."""

    person: str
    role: Role
    resource: Resource
    changes: bool

    @property
    def exact(self) -> bool:
        """Whether there is a grant as wide as this and no wider: not for what names no entry point, or a wildcard."""
        return self.resource.entry is not None and EVERYTHING not in self.resource.entry

    @property
    def words(self) -> str:
        """Such as: operator on `live` in `eu`."""
        return f"{self.role}{place(self.resource)}"

    def grant(self, *, by: str, at: datetime, until: datetime, operation: str | None = None) -> Grant:
        """The grant that is exactly as wide as needed; without an entry point there is no narrower one than all."""
        return Grant(
            self.role,
            entries=self.resource.entry or EVERYTHING,
            regions=self.resource.region or EVERYTHING,
            until=until,
            by=by,
            at=at,
            operation=operation,
        )


@dataclass(frozen=True)
class Helpers:
    """
    Who can help.

    Attributes:
        givers: Who can give the role; those of the settings first.
        holders: Who holds it, and can't give it.
    """

    givers: tuple[str, ...]
    holders: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """Two of them, and what they can do."""
        givers = [mention(one) for one in self.givers[:NAMED]]
        holders = [mention(one) for one in self.holders[: NAMED - len(givers)]]
        give = f"{listing(givers, word='or')} can grant it."
        if not givers:
            give = "Nobody can grant it yet: whoever runs the bot sets BOT_ADMINS."
        return f"{give} {listing(holders, word='or')} can do it." if holders else give


def find_helpers(
    lack: Lack,
    given: Mapping[str, Grants],
    members: Mapping[str, Members],
    *,
    admins: frozenset[str],
    now: datetime,
) -> Helpers:
    """
    Find who can help.

    Args:
        lack: What is needed.
        given: The whole role map, by subject.
        members: Who is in the groups of it.
        admins: Who is admin whatever the map says.
        now: The time.
    """
    held = dict(_people(given, members, now))
    wanted = lack.grant(by=lack.person, at=now, until=now + SHORTEST)
    others = sorted(({*held} | admins) - {lack.person}, key=lambda one: (one not in admins, one))
    givers, holders = [], []
    for one in others:
        person, grants = Person(one), held.get(one, ())
        if grant_problem(person, wanted, grants, now=now, admins=admins) is None:
            givers.append(one)
        elif decide(person, lack.role, lack.resource, grants, changes=lack.changes, now=now, admins=admins).allowed:
            holders.append(one)
    return Helpers(tuple(givers), tuple(holders))


def _people(given: Mapping[str, Grants], members: Mapping[str, Members], now: datetime) -> Iterator[tuple[str, Grants]]:
    """Everybody who holds something, with all that they hold."""
    counting = {name: one for name, one in members.items() if one.group.active and one.group.fresh(now)}
    people = {subject for subject in given if not subject.startswith(GROUP)}
    for one in people.union(*(group.people for group in counting.values())):
        groups = (given.get(name, ()) for name, group in counting.items() if one in group.people)
        yield one, (*given.get(one, ()), *(grant for grants in groups for grant in grants))
