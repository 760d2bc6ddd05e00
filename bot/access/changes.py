"""The rules for changing the role map: nobody gives or takes more than they hold, and one admin stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.access.decide import Person, rules_all
from bot.access.grants import FOREVER, Grant, describe, utc
from bot.access.patterns import validate_pattern
from bot.access.roles import Role
from bot.errors import UserError

Grants = tuple[Grant, ...]


class AccessError(UserError):
    """A rule about the role map says no; nothing was changed."""


@dataclass(frozen=True)
class Change:
    """
    What came of a change.

    Attributes:
        done: Whether this changed anything; False if all was so before.
        before: What the subject had been given.
        after: What the subject has been given now.
        version: The map's version, with the change in it.
    """

    done: bool
    before: Grants
    after: Grants
    version: int


def grant_problem(
    actor: Person, new: Grant, grants: Sequence[Grant], *, now: datetime, admins: frozenset[str]
) -> str | None:
    """
    Say why *actor* can't give *new*; None: they can.

    One of their own grants must be admin over all of it, and last as long; several together don't count.

    Args:
        actor: Who gives it.
        new: What is given.
        grants: What the actor and their groups were given.
        now: The time.
        admins: Who is admin whatever the grants say.
    """
    if new.end <= now:
        return f"This role would end on {utc(new.end)}, which is past. Name a later time."
    last = _admin_until(actor, new, grants, now=now, admins=admins)
    if last is None:
        return f"You can't give {describe(new)}: for that you would have to be admin over all of it."
    if last < new.end:
        return f"You are admin over this until {utc(last)}, and can't give a role for longer. Let it end by then."
    return None


def revoke_problem(
    actor: Person, removed: Sequence[Grant], grants: Sequence[Grant], *, now: datetime, admins: frozenset[str]
) -> str | None:
    """Say why *actor* can't take *removed* away; None: they can. The end of their own role does not matter."""
    for grant in removed:
        if _admin_until(actor, grant, grants, now=now, admins=admins) is None:
            return f"You can't take away {describe(grant)}: for that you would have to be admin over all of it."
    return None


def last_admin_problem(before: Grants, after: Grants, *, others: bool, now: datetime) -> str | None:
    """
    Say why a subject can't lose its role; None: it can.

    Args:
        before: What the subject has.
        after: What would be left.
        others: Whether somebody else is admin everywhere.
        now: The time; what has ended counts for nothing.
    """
    had, has = (any(grant.full_admin and grant.live(now) for grant in grants) for grants in (before, after))
    if had and not has and not others:
        return "Nobody else is admin everywhere, and one has to be. Make somebody else admin first."
    return None


def with_grant(before: Grants, new: Grant) -> Grants:
    """What a subject has after it was given *new*: of one role on the same patterns there is one grant."""
    if any(grant.scope == new.scope and grant.until == new.until for grant in before):
        return before
    return (*(grant for grant in before if grant.scope != new.scope), new)


def revoked(before: Grants, role: Role | None, entries: str | None) -> Grants:
    """
    What is taken away. None: whatever the role, or the pattern.

    Raises:
        AccessError: *entries* is no pattern.
    """
    try:
        pattern = entries if entries is None else validate_pattern(entries)
    except ValueError as error:
        raise AccessError(str(error)) from None
    return tuple(grant for grant in before if role in (None, grant.role) and pattern in (None, grant.entries))


def _admin_until(
    actor: Person, over: Grant, grants: Sequence[Grant], *, now: datetime, admins: frozenset[str]
) -> datetime | None:
    """Until when *actor* is admin over all of *over*; None: is not."""
    if rules_all(actor, admins):
        return FOREVER
    own = (grant for grant in grants if grant.role is Role.ADMIN and grant.live(now) and grant.spans(over))
    return max((grant.end for grant in own), default=None)
