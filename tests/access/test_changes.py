"""The rules for changing the role map."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.access.changes import AccessError, grant_problem, last_admin_problem, revoke_problem, revoked, with_grant
from bot.access.decide import Person, Resource, decide
from bot.access.grants import Grant
from bot.access.roles import Role
from tests.access.strategies import HOUR, NOW, given_role, grants, names, regions

ANA = Person("U0ANA")
ADMIN = given_role(Role.ADMIN)
NOBODY: frozenset[str] = frozenset()


def problem(new: Grant, *own: Grant, actor: Person = ANA, admins: frozenset[str] = NOBODY) -> str | None:
    return grant_problem(actor, new, own, now=NOW, admins=admins)


@given(grants, st.lists(grants, max_size=4), names, regions)
def test_nobody_gives_more_than_they_hold(new: Grant, own: list[Grant], entry: str, region: str) -> None:
    """
    Wherever and as long as a grant counts, whoever could give it is admin.
    """
    if problem(new, *own) is not None:
        return
    resource, now = Resource(entry, region), new.end - HOUR / 60
    counts = decide(ANA, new.role, resource, [new], changes=True, now=now, admins=NOBODY).allowed

    assert not counts or decide(ANA, Role.ADMIN, resource, own, changes=True, now=now, admins=NOBODY).allowed


@pytest.mark.parametrize(
    "new",
    [given_role(Role.ADMIN), given_role(Role.VIEWER, "x", "eu"), given_role(Role.ADMIN, until=NOW + HOUR)],
)
def test_full_admins_give_everything(new: Grant) -> None:
    """
    An admin everywhere gives every role everywhere, by the map, by the settings or from a shell.
    """
    assert problem(new, ADMIN) is None
    assert problem(new, admins=frozenset({ANA.id})) is None
    assert problem(new, actor=Person("shell")) is None


def test_narrow_admins_give_within_their_patterns() -> None:
    """
    An admin of some entry points and regions gives roles on those alone.
    """
    own = given_role(Role.ADMIN, "sports-*", "e*")

    assert problem(given_role(Role.ADMIN, "sports-a*", "eu"), own) is None
    assert problem(given_role(Role.VIEWER, "sports-a", "eu"), given_role(Role.MANAGER)) is not None
    assert problem(given_role(Role.VIEWER, "sports-a"), own) == (
        "You can't give viewer on `sports-a`: for that you would have to be admin over all of it."
    )
    assert problem(given_role(Role.VIEWER, "*", "eu"), own) is not None


def test_nobody_gives_for_longer_than_they_hold() -> None:
    """
    An admin with an end gives roles that end no later.
    """
    own = given_role(Role.ADMIN, until=NOW + HOUR)

    assert problem(given_role(Role.VIEWER, until=NOW + HOUR), own) is None
    assert problem(given_role(Role.VIEWER), own, given_role(Role.ADMIN, "x")) == (
        "You are admin over this until 20 Nov 2026 21:14 UTC, and can't give a role for longer. Let it end by then."
    )


def test_a_role_that_has_ended_is_not_given() -> None:
    """
    An end in the past is refused, even from a shell.
    """
    assert problem(given_role(Role.VIEWER, until=NOW), actor=Person("shell")) == (
        "This role would end on 20 Nov 2026 20:14 UTC, which is past. Name a later time."
    )


def test_nobody_takes_more_than_they_hold() -> None:
    """
    To take roles away one has to be admin over all of each, for however long.
    """
    own = [given_role(Role.ADMIN, "sports-*", until=NOW + HOUR)]
    inside, outside = given_role(Role.ADMIN, "sports-a"), given_role(Role.VIEWER, "*")

    assert revoke_problem(ANA, [inside], own, now=NOW, admins=NOBODY) is None
    assert revoke_problem(ANA, [inside, outside], own, now=NOW, admins=NOBODY) == (
        "You can't take away viewer: for that you would have to be admin over all of it."
    )
    assert revoke_problem(ANA, [inside], own, now=NOW + HOUR, admins=NOBODY) is not None


@pytest.mark.parametrize(
    ("before", "after", "others", "refused"),
    [
        ([ADMIN], [], False, True),
        ([ADMIN], [given_role(Role.ADMIN, "x")], False, True),
        ([ADMIN], [given_role(Role.ADMIN, until=NOW)], False, True),
        ([ADMIN], [], True, False),
        ([ADMIN, given_role(Role.VIEWER)], [ADMIN], False, False),
        ([given_role(Role.ADMIN, "x")], [], False, False),
        ([given_role(Role.ADMIN, until=NOW)], [], False, False),
    ],
)
def test_one_admin_stays(before: list[Grant], after: list[Grant], *, others: bool, refused: bool) -> None:
    """
    The last grant that is admin everywhere and has not ended can't be taken away.
    """
    assert refused is bool(last_admin_problem(tuple(before), tuple(after), others=others, now=NOW))


def test_one_grant_for_each_role_and_patterns() -> None:
    """
    The same role on the same patterns takes the place of the one before; everything else stands beside it.
    """
    lasting, ending = given_role(Role.VIEWER, "a"), given_role(Role.VIEWER, "a", until=NOW + HOUR)
    others = (given_role(Role.OPERATOR, "a"), given_role(Role.VIEWER, "a", "eu"))

    assert with_grant((lasting, *others), ending) == (*others, ending)
    assert with_grant((ending,), given_role(Role.VIEWER, "a", until=NOW + HOUR, by="U0OTHER")) == (ending,)


def test_what_is_taken_away() -> None:
    """
    Roles are taken away by role, by the very pattern, by both, or all.
    """
    one, two, three = given_role(Role.VIEWER, "a*"), given_role(Role.VIEWER, "ab"), given_role(Role.ADMIN, "a*", "eu")
    held = (one, two, three)

    assert revoked(held, Role.VIEWER, None) == (one, two)
    assert revoked(held, None, "a*") == (one, three)
    assert revoked(held, Role.ADMIN, "a**") == (three,)
    assert revoked(held, None, None) == held
    assert revoked(held, Role.MANAGER, None) == ()


def test_what_is_taken_away_from_no_pattern() -> None:
    """
    A pattern that is none is refused with a sentence.
    """
    with pytest.raises(AccessError, match="can't be empty"):
        revoked((ADMIN,), None, "")
