"""Freezes: what they keep from whom, and that each is set and lifted once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.access.decide import Decision, Person, Resource, decide
from bot.access.freezing import FORM, KIND, Freeze, over, unfreeze
from bot.access.grants import Grant
from bot.access.marks import Marks
from bot.access.patterns import EVERYTHING
from bot.access.rolemap import RoleMap
from bot.access.roles import Role
from bot.store import Store
from tests.access import strategies as made_up

NOW = datetime(2026, 3, 10, 20, tzinfo=UTC)
ANA = Person("U0ANA")


def freeze(entry: str = "live", operation: str = "aaaa-0001", **more: str) -> Freeze:
    return Freeze(entry=entry, by="U0MIA", at=NOW, operation=operation, **more)


def grant(role: Role, entries: str = EVERYTHING) -> Grant:
    return Grant(role, entries=entries, by="U0BOSS", at=NOW - timedelta(days=1))


def allowed(
    role: Role, resource: Resource, *freezes: Freeze, changes: bool = True, needed: Role = Role.OPERATOR
) -> bool:
    grants = [grant(role)]
    return decide(ANA, needed, resource, grants, changes=changes, now=NOW, admins=frozenset(), freezes=freezes).allowed


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.MANAGER])
def test_only_admins_change_what_is_frozen(role: Role) -> None:
    """
    A change takes an admin there, whatever else it takes; a look does not.
    """
    place = Resource("live", "eu")

    assert (True, False, False) == (
        allowed(role, place),
        allowed(role, place, freeze()),
        allowed(role, place, freeze(EVERYTHING)),
    )
    assert allowed(role, place, freeze(), freeze(EVERYTHING), changes=False)
    assert allowed(Role.ADMIN, place, freeze(), freeze(EVERYTHING))


def test_freeze_is_of_one_entry_point_to_the_letter() -> None:
    """
    Another entry point is not frozen, though its name begins alike or is written in capitals.
    """
    assert all(allowed(Role.OPERATOR, Resource(entry), freeze()) for entry in ("sports", "live-2", "LIVE", "liv"))


def test_admin_of_another_place_is_none_here() -> None:
    """
    Who is manager of what is frozen and admin of something else does not change it.
    """
    grants = [grant(Role.MANAGER), grant(Role.ADMIN, "sports")]

    decisions = [
        decide(
            ANA,
            Role.MANAGER,
            Resource(entry),
            grants,
            changes=True,
            now=NOW,
            admins=frozenset(),
            freezes=[freeze(EVERYTHING)],
        )
        for entry in ("live", "sports")
    ]

    assert [False, True] == [decision.allowed for decision in decisions]


def test_admins_by_the_settings_are_not_held_up() -> None:
    """
    Who is admin whatever the role map says changes what is frozen.
    """
    assert decide(
        ANA, Role.ADMIN, Resource("live"), [], changes=True, now=NOW, admins=frozenset({ANA.id}), freezes=[freeze()]
    ).allowed


def test_refusal_says_all_of_it() -> None:
    """
    Where an entry point is frozen and everything is too, both are named with their reasons, and how each is lifted.
    """
    freezes = [freeze(reason="On `air`"), freeze(EVERYTHING, reason="Release")]

    decision = decide(
        ANA,
        Role.OPERATOR,
        Resource("live"),
        [grant(Role.OPERATOR)],
        changes=True,
        now=NOW,
        admins=frozenset(),
        freezes=freezes,
    )

    assert [] == [part for part in ("`live` is frozen by <@U0MIA>", "`On ˋairˋ`", "Everything is", "`Release`")
                  if part not in decision.reason]  # fmt: skip
    assert "`/agora unfreeze live` and `/agora unfreeze`" in (decision.way_out or "")


def test_change_without_an_entry_point_is_held_up_by_what_holds_everywhere() -> None:
    """
    What names no entry point is frozen where everything is, not where one of them is.
    """
    assert ((), 1) == (over([freeze()], None), len(over([freeze(EVERYTHING), freeze()], None)))


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        (EVERYTHING, "/agora unfreeze"),
        ("live", "/agora unfreeze live"),
        ("main stage", '/agora unfreeze "main stage"'),
        ("All", '/agora unfreeze "All"'),
    ],
)
def test_line_that_lifts_it_can_be_typed(entry: str, line: str) -> None:
    """
    An entry point is quoted where it would be read as something else.
    """
    assert line == unfreeze(entry)


async def test_frozen_once(store: Store) -> None:
    """
    The first freeze holds until it is lifted; done again by the same operation it is the same.
    """
    freezes, first = Marks(store, KIND, FORM), freeze(reason="On air")

    assert [first, first, first] == [
        await freezes.set(first),
        await freezes.set(first),
        await freezes.set(freeze(operation="bbbb-0002")),
    ]


async def test_lifted_once(store: Store) -> None:
    """
    Lifted again by the same operation it says the same, and leaves alone what was frozen meanwhile.
    """
    freezes, first, second = Marks(store, KIND, FORM), freeze(), freeze(operation="bbbb-0002")
    await freezes.set(first)
    lifted = await freezes.lift("live", operation="cccc-0003")
    await freezes.set(second)
    again = await freezes.lift("live", operation="cccc-0003")

    assert (first, first) == (lifted, again)
    roles = RoleMap(store, admins=frozenset(), clock=lambda: NOW)
    assert (second,) == (await roles.held_by(ANA.id)).freezes
    assert second == await freezes.lift("live", operation="dddd-0004")
    assert await freezes.lift("live", operation="eeee-0005") is None


@given(
    grants=st.lists(made_up.grants, max_size=4),
    needed=made_up.roles,
    resource=st.builds(Resource, made_up.names, st.none() | made_up.regions),
    frozen=st.lists(st.sampled_from([EVERYTHING, "a", "b"]), max_size=2, unique=True),
    changes=st.booleans(),
)
def test_freeze_only_ever_takes_away(
    grants: list[Grant], needed: Role, resource: Resource, frozen: list[str], changes: bool
) -> None:
    """
    Whatever is frozen, nobody may more than without it; looks are as ever, and of changes what is left is an admin's.
    """
    freezes = [freeze(entry, operation=f"aaaa-000{number}") for number, entry in enumerate(frozen)]

    def asked(*held: Freeze) -> Decision:
        return decide(ANA, needed, resource, grants, changes=changes, now=made_up.NOW, admins=frozenset(), freezes=held)

    without, there = asked(), asked(*freezes)
    if not changes or not over(freezes, resource.entry) or not without.allowed:
        assert without == there
    else:
        assert there.allowed == (without.held is Role.ADMIN)
        assert there.allowed or there.way_out
