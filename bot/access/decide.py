"""The one place that says whether somebody may do something. Pure: no clock, no store, no Slack."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.access import freezing
from bot.access.freezing import Freeze
from bot.access.grants import SHELL, Grant, describe, utc
from bot.access.groups import FRESH_FOR
from bot.access.patterns import EVERYTHING
from bot.access.roles import Role
from bot.wording import code, duration, listing
from bot.wording import person as mention

MOST_PATTERNS: Final = 3  # named in a refusal


@dataclass(frozen=True)
class Person:
    """Who asks: a Slack user id, or `shell`."""

    id: str


@dataclass(frozen=True)
class Doubt:
    """
    A user group of which it is not known well enough who is in it: it counts for nobody.

    Attributes:
        grants: What it was given.
        asked: When Slack last said who is in it; None: it never did.
    """

    group: str
    grants: tuple[Grant, ...]
    asked: datetime | None


@dataclass(frozen=True)
class Resource:
    """What is acted on. None: it names none."""

    entry: str | None = None
    region: str | None = None


@dataclass(frozen=True)
class Decision:
    """
    Yes or no, and why.

    Attributes:
        reason: One sentence to the person, values in backticks.
        role: The role that it takes.
        held: The highest role that counts for this resource, if there is any.
        grant: The grant that allows it; None for those who are admin without one.
        way_out: What to do about a no that no role of theirs would turn into a yes; None: get the role.
    """

    allowed: bool
    reason: str
    role: Role
    held: Role | None = None
    grant: Grant | None = None
    way_out: str | None = None


def decide(
    person: Person,
    needed: Role,
    resource: Resource,
    grants: Sequence[Grant],
    *,
    changes: bool,
    now: datetime,
    admins: frozenset[str],
    doubts: Sequence[Doubt] = (),
    freezes: Sequence[Freeze] = (),
) -> Decision:
    """
    Decide whether *person* may do what takes the role *needed* to *resource*.

    Args:
        person: Who asks.
        needed: The least role that may.
        resource: What it is done to.
        grants: All that the person was given, and the groups they are in.
        changes: Whether something is different afterwards. Then a grant for some regions is not enough for what names
            no region, since it reaches all of them; nor are several such grants together.
        now: The time that ends of grants are compared with.
        admins: Who is admin whatever the grants say.
        doubts: Groups that they may be in. These allow nothing; a refusal says so where one would.
        freezes: What is frozen: there nothing changes, but by an admin of it.
    """
    if rules_all(person, admins):
        return Decision(allowed=True, reason="You are admin everywhere.", role=needed, held=Role.ADMIN)
    best = _best(grants, resource, changes=changes, now=now)
    if best and best.role >= needed:
        if changes and best.role < Role.ADMIN and (found := freezing.over(freezes, resource.entry)):
            why = " ".join(map(freezing.described, found))
            return Decision(False, why, needed, best.role, way_out=freezing.way_out(found))
        return Decision(True, f"You are {best.role}{place(resource)}.", needed, best.role, best)
    held = best.role if best else None
    for doubt in doubts:
        theirs = _best(doubt.grants, resource, changes=changes, now=now)
        if theirs and theirs.role >= needed:
            return Decision(False, _unsure(needed, doubt, theirs, now), needed, held)
    return Decision(False, _refusal(needed, resource, grants, held, changes=changes, now=now), needed, held)


def rules_all(person: Person, admins: frozenset[str]) -> bool:
    """Whether *person* is admin everywhere without any grant: by the settings, or because they have a shell."""
    return person.id == SHELL or person.id in admins


def _best(grants: Iterable[Grant], resource: Resource, *, changes: bool, now: datetime) -> Grant | None:
    """Of those that count, the highest role, and of these the one that lasts."""
    counting = [grant for grant in grants if grant.live(now) and _counts(grant, resource, changes=changes)]
    return max(counting, key=lambda grant: (grant.role, grant.end), default=None)


def _unsure(needed: Role, doubt: Doubt, grant: Grant, now: datetime) -> str:
    """For somebody who may be in a group that could."""
    said = "has not said yet"
    if doubt.asked:
        said = f"last said it {duration(now - doubt.asked)} ago, and {duration(FRESH_FOR)} is the most that counts"
    return (
        f"{mention(doubt.group)} is {describe(grant, end=False)}, but whether you are in that group is not known: "
        f"Slack {said}; this takes {needed}. Type it again in a minute; if that does not help, "
        "tell whoever runs the bot."
    )


def _counts(grant: Grant, resource: Resource, *, changes: bool) -> bool:
    if not grant.on_entry(resource.entry):
        return False
    if resource.region is not None:
        return grant.in_region(resource.region)
    return not changes or resource.entry is None or grant.regions == EVERYTHING


def _refusal(
    needed: Role, resource: Resource, grants: Iterable[Grant], held: Role | None, *, changes: bool, now: datetime
) -> str:
    """What was missing; what came closest comes first."""
    live = [grant for grant in grants if grant.live(now)]
    ended = [grant for grant in grants if not grant.live(now)]
    elsewhere = [grant for grant in live if grant.role >= needed and grant.on_entry(resource.entry)]
    lapsed = [grant for grant in ended if grant.role >= needed and _counts(grant, resource, changes=changes)]
    if elsewhere:
        return _other_regions(needed, elsewhere, resource)
    if held and not lapsed:
        return f"You are {held}{place(resource)}; this takes {needed}."
    if lapsed or not live:
        return _ended(needed, lapsed or ended, resource)
    return _other_places(needed, live, resource)


def _other_places(needed: Role, live: Sequence[Grant], resource: Resource) -> str:
    """For somebody of whom no grant counts here."""
    here = [grant for grant in live if grant.on_entry(resource.entry)]
    if here:
        return _other_regions(needed, here, resource)
    covered = f"{_role_covers(live)} only {_patterns(grant.entries for grant in live)}"
    return f"{covered}; this takes {needed} on {code(resource.entry)}."


def _other_regions(needed: Role, grants: Sequence[Grant], resource: Resource) -> str:
    covered = f"{_role_covers(grants, resource.entry)} only {_patterns(grant.regions for grant in grants)}"
    if resource.region is None:
        return f"{covered}; this reaches all regions, and takes {needed} in all of them."
    return f"{covered}; this takes {needed} in {code(resource.region)}."


def _ended(needed: Role, ended: Sequence[Grant], resource: Resource) -> str:
    last = max(ended, key=lambda grant: grant.end, default=None)
    if last is None:
        return f"You have no role{place(resource)}; this takes {needed}."
    return f"Your role as {describe(last, end=False)} ended on {utc(last.end)}; this takes {needed}."


def _role_covers(grants: Sequence[Grant], entry: str | None = None) -> str:
    where = place(Resource(entry))
    roles = {grant.role for grant in grants}
    return f"Your {roles.pop()} role{where} covers" if len(roles) == 1 else f"Your roles{where} cover"


def _patterns(patterns: Iterable[str]) -> str:
    shown = sorted(set(patterns))
    more = [f"{len(shown) - MOST_PATTERNS} more"] if len(shown) > MOST_PATTERNS else []
    return listing([*map(code, shown[:MOST_PATTERNS]), *more])


def place(resource: Resource) -> str:
    """Such as: on `live` in `eu`, with a blank before it; nothing where none is named."""
    entry = f" on {code(resource.entry)}" if resource.entry is not None else ""
    return entry + (f" in {code(resource.region)}" if resource.region is not None else "")
