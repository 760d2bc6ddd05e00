"""Who can help somebody who was refused."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.access.changes import grant_problem
from bot.access.decide import Person, Resource, decide
from bot.access.grants import Grant
from bot.access.groups import Group, Members
from bot.access.helpers import Helpers, Lack, find_helpers
from bot.access.roles import Role
from tests.access.strategies import HOUR, NOW, given_role, grants, names, regions, roles

NOBODY: frozenset[str] = frozenset()
PEOPLE = ["U0ANA", "U0BEN", "U0CLEO"]
GROUPS = ["S0CREW", "S0NIGHT"]
held = st.lists(grants, max_size=3).map(tuple)
maps = st.dictionaries(st.sampled_from([*PEOPLE, *GROUPS]), held)
members = st.dictionaries(
    st.sampled_from(GROUPS),
    st.builds(
        Members,
        st.builds(Group, st.sampled_from([None, NOW, NOW - HOUR]), active=st.booleans()),
        st.frozensets(st.sampled_from(PEOPLE)),
    ),
)
lacks = st.builds(
    Lack, st.just("U0SAM"), roles, st.builds(Resource, names.filter(lambda name: "*" not in name), st.none() | regions),
    st.booleans(),
)  # fmt: skip


def found(lack: Lack, given_to: dict[str, tuple[Grant, ...]], admins: frozenset[str] = NOBODY) -> Helpers:
    return find_helpers(lack, given_to, {}, admins=admins, now=NOW)


@given(lacks, maps, members)
def test_who_is_named_can_help(lack: Lack, given_to: dict[str, tuple[Grant, ...]], groups: dict[str, Members]) -> None:
    """
    Exactly those are named who can: givers may give the very role for an hour, holders may do it, the others neither.
    """
    helpers = find_helpers(lack, given_to, groups, admins=NOBODY, now=NOW)

    for one in PEOPLE:
        own = list(given_to.get(one, ()))
        for name, group in groups.items():
            if group.group.active and group.group.asked == NOW and one in group.people:
                own += given_to.get(name, ())
        wanted = lack.grant(by=one, at=NOW, until=NOW + HOUR)
        gives = grant_problem(Person(one), wanted, own, now=NOW, admins=NOBODY) is None
        does = decide(Person(one), lack.role, lack.resource, own, changes=lack.changes, now=NOW, admins=NOBODY).allowed
        assert (gives, does and not gives) == (one in helpers.givers, one in helpers.holders)


@given(lacks)
def test_what_is_given_is_exactly_enough(lack: Lack) -> None:
    """
    The grant that is asked for allows what was refused, ends, and allows neither a higher role nor another place.
    """
    grant = lack.grant(by="U0ANA", at=NOW, until=NOW + HOUR)
    sam, place = Person(lack.person), lack.resource

    def may(role: Role, where: Resource, *, later: bool = False) -> bool:
        at = NOW + HOUR if later else NOW
        return decide(sam, role, where, [grant], changes=lack.changes, now=at, admins=NOBODY).allowed

    assert may(lack.role, place)
    assert not may(lack.role, place, later=True)
    assert not any(may(role, place) for role in Role if role > lack.role)
    assert not may(lack.role, Resource(f"{place.entry}x", place.region))
    if place.region:
        assert not any(may(lack.role, Resource(place.entry, other)) for other in {"cn", "eu"} - {place.region})


def test_whoever_was_refused_is_not_named() -> None:
    """
    Nobody is told to ask themselves, nor an admin of the settings who was refused by a freeze.
    """
    lack = Lack("U0ANA", Role.MANAGER, Resource("live"), changes=True)

    assert found(lack, {"U0ANA": (given_role(Role.ADMIN),)}, frozenset({"U0ANA"})) == Helpers((), ())


def test_two_are_named_and_what_they_can_do() -> None:
    """
    Two people, those who can give it first; where nobody can, what has to be done.
    """
    assert Helpers(("U1", "U2", "U3"), ("U4",)).sentence == "<@U1> or <@U2> can grant it."
    assert Helpers(("U1",), ("U4", "U5")).sentence == "<@U1> can grant it. <@U4> can do it."
    assert Helpers((), ("U4", "U5", "U6")).sentence == (
        "Nobody can grant it yet: whoever runs the bot sets BOT_ADMINS. <@U4> or <@U5> can do it."
    )
