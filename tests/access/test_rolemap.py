"""The role map on a real server."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.access.changes import AccessError
from bot.access.decide import Doubt, Person
from bot.access.groups import FRESH_FOR, Group, Members
from bot.access.holding import Holding
from bot.access.rolemap import RoleMap
from bot.access.roles import Role
from bot.audit import Audit, Record
from bot.store import Store
from tests.access.stammering import Stammering
from tests.access.strategies import HOUR, NOW, given_role

SHELL = Person("shell")
BOSS = Person("U0BOSS")
ANA = Person("U0ANA")
BEN = Person("U0BEN")
CLEO = Person("U0CLEO")


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def roles(store: Store, clock: Clock) -> RoleMap:
    """A map with an admin in the settings."""
    return RoleMap(store, admins=frozenset({BOSS.id}), clock=clock)


@pytest.fixture
def headless(store: Store, clock: Clock) -> RoleMap:
    """The same map without an admin in the settings."""
    return RoleMap(store, admins=frozenset(), clock=clock)


async def revoke(
    roles: RoleMap, person: Person, *, actor: Person = BOSS, operation: str | None = None, **what: Any
) -> bool:
    """Take away what is said; all if nothing is."""
    wanted = {"role": None, "entries": None} | what
    change = await roles.revoke(person.id, actor=actor, channel="C0OPS", operation=operation, **wanted)
    return change.done


async def in_crew(roles: RoleMap, person: Person, group: str = "S0CREW") -> None:
    """Slack says that *person*, and nobody else, is in the group."""
    await roles.book.keep({group: Members(Group(roles._clock(), size=1), frozenset({person.id}))})


async def test_a_grant_is_kept(roles: RoleMap) -> None:
    """
    What is given is what the person holds from then on; their groups' grants are theirs.
    """
    viewer, operator = given_role(Role.VIEWER), given_role(Role.OPERATOR, "live", "eu", until=NOW + HOUR)
    change = await roles.grant(ANA.id, viewer, actor=BOSS, channel="C0OPS")
    await roles.grant("S0CREW", operator, actor=BOSS, channel=None)

    assert (change.done, change.before, change.after, change.version) == (True, (), (viewer,), 1)
    assert (await roles.held_by(ANA.id)).grants == (viewer,)
    await in_crew(roles, ANA, "S0NONE")
    await in_crew(roles, ANA)
    assert (await roles.held_by(ANA.id)).grants == (viewer, operator)
    assert (await roles.held_by(BEN.id)).grants == ()
    assert await roles.everything() == ({"S0CREW": (operator,), ANA.id: (viewer,)}, 2)


async def test_an_empty_map_holds_nothing(roles: RoleMap) -> None:
    """
    In a store where nothing was written nobody holds anything.
    """
    assert (await roles.held_by(ANA.id)).grants == ()
    assert await roles.everything() == ({}, 0)
    assert await roles.administrators() == (BOSS.id,)


async def test_what_is_so_already_changes_nothing(roles: RoleMap, store: Store) -> None:
    """
    The same role with the same end is no change: no new version, nothing in the audit trail.
    """
    first = given_role(Role.VIEWER, "live", by=BOSS.id)
    await roles.grant(ANA.id, first, actor=BOSS, channel=None)
    change = await roles.grant(ANA.id, given_role(Role.VIEWER, "live", by=BEN.id), actor=BOSS, channel=None)

    assert (change.done, change.before, change.after, change.version) == (False, (first,), (first,), 1)
    assert not await revoke(roles, BEN)
    assert not await revoke(roles, ANA, role=Role.ADMIN)
    assert len(await Audit(store).recent(10)) == 1


async def test_another_end_takes_the_place(roles: RoleMap) -> None:
    """
    The same role with another end takes the place of the one before.
    """
    lasting, ending = given_role(Role.VIEWER), given_role(Role.VIEWER, until=NOW + HOUR)
    await roles.grant(ANA.id, lasting, actor=BOSS, channel=None)
    change = await roles.grant(ANA.id, ending, actor=BOSS, channel=None)

    assert (change.done, change.before, change.after) == (True, (lasting,), (ending,))


async def test_a_repeated_operation_answers_as_the_first_time(roles: RoleMap) -> None:
    """
    A change made again by its own operation, after a kill, is done once and told as done, even if it was undone since.
    """
    grant = given_role(Role.VIEWER, operation="op-1")
    first = await roles.grant(ANA.id, grant, actor=BOSS, channel=None)
    again = await roles.grant(ANA.id, grant, actor=BOSS, channel=None)
    taken = [await revoke(roles, ANA, operation="op-2") for _ in range(2)]
    late = await roles.grant(ANA.id, grant, actor=BOSS, channel=None)

    assert first == again == late
    assert taken == [True, True]
    assert await roles.everything() == ({}, 2)


async def test_changes_are_in_the_audit_trail(roles: RoleMap, store: Store) -> None:
    """
    Each change stands in the audit trail, with what was before and after.
    """
    await roles.grant(ANA.id, given_role(Role.VIEWER, "live", "eu", operation="op-1"), actor=BOSS, channel="C0OPS")
    await revoke(roles, ANA, operation="op-2")

    assert await Audit(store).recent(10) == (
        Record(
            at=NOW,
            actor=BOSS.id,
            action="agora revoke",
            operation="op-2",
            channel="C0OPS",
            outcome="succeeded",
            detail="<@U0ANA>: viewer on `live` in `eu` → no role",
        ),
        Record(
            at=NOW,
            actor=BOSS.id,
            action="agora grant",
            operation="op-1",
            entry="live",
            region="eu",
            channel="C0OPS",
            outcome="succeeded",
            detail="<@U0ANA>: no role → viewer on `live` in `eu`",
        ),
    )


async def test_nobody_gives_or_takes_more_than_they_hold(roles: RoleMap, store: Store) -> None:
    """
    What goes beyond the actor's own grants, their groups' included, is refused, and nothing is written.
    """
    await roles.grant("S0CREW", given_role(Role.ADMIN, "sports-*"), actor=BOSS, channel=None)
    await roles.grant(BEN.id, given_role(Role.VIEWER), actor=BOSS, channel=None)
    await in_crew(roles, CLEO)
    before = await roles.everything()

    with pytest.raises(AccessError, match="You can't give viewer on `live`"):
        await roles.grant(BEN.id, given_role(Role.VIEWER, "live"), actor=CLEO, channel=None)
    with pytest.raises(AccessError, match="You can't take away viewer"):
        await revoke(roles, BEN, actor=CLEO)
    with pytest.raises(AccessError, match="admin over all of it"):
        await roles.grant(BEN.id, given_role(Role.VIEWER, "sports-a"), actor=ANA, channel=None)
    assert await roles.everything() == before
    assert len(await Audit(store).recent(10)) == 2

    assert (await roles.grant(BEN.id, given_role(Role.VIEWER, "sports-a"), actor=CLEO, channel=None)).done


async def test_what_has_ended_gives_no_power(roles: RoleMap, clock: Clock) -> None:
    """
    An admin whose role has ended gives nothing any more.
    """
    await roles.grant(ANA.id, given_role(Role.ADMIN, until=NOW + HOUR), actor=BOSS, channel=None)
    clock.now += HOUR

    with pytest.raises(AccessError):
        await roles.grant(BEN.id, given_role(Role.VIEWER, until=NOW + 2 * HOUR), actor=ANA, channel=None)


async def test_the_last_admin_stays(headless: RoleMap) -> None:
    """
    With no admin in the settings the last one of the map can't be removed, from a shell neither.
    """
    await headless.grant(ANA.id, given_role(Role.ADMIN), actor=SHELL, channel=None)
    await headless.grant(BEN.id, given_role(Role.ADMIN, "live"), actor=SHELL, channel=None)

    for actor in (ANA, SHELL):
        with pytest.raises(AccessError, match="Nobody else is admin everywhere"):
            await revoke(headless, ANA, actor=actor)
    await headless.grant(BEN.id, given_role(Role.ADMIN), actor=ANA, channel=None)
    assert await revoke(headless, ANA, actor=ANA)


async def test_an_admin_who_has_ended_is_none(headless: RoleMap, clock: Clock) -> None:
    """
    Somebody whose admin role has ended does not count as the one who stays.
    """
    await headless.grant(BEN.id, given_role(Role.ADMIN, until=NOW + HOUR), actor=SHELL, channel=None)
    await headless.grant(ANA.id, given_role(Role.ADMIN), actor=SHELL, channel=None)
    clock.now += HOUR

    with pytest.raises(AccessError, match="Nobody else is admin everywhere"):
        await revoke(headless, ANA, actor=ANA)
    assert await headless.administrators() == (ANA.id,)


async def test_the_last_admin_of_the_map_may_go_if_the_settings_name_one(roles: RoleMap) -> None:
    """
    With an admin in the settings the map may have none.
    """
    await roles.grant(ANA.id, given_role(Role.ADMIN), actor=BOSS, channel=None)

    assert await revoke(roles, ANA, actor=ANA)
    assert await roles.administrators() == (BOSS.id,)


async def test_two_admins_who_remove_each_other(headless: RoleMap) -> None:
    """
    Of two admins who remove each other at the same time one stays.
    """
    for _ in range(10):
        for person in (ANA, BEN):
            await headless.grant(person.id, given_role(Role.ADMIN), actor=SHELL, channel=None)
        outcomes = await asyncio.gather(
            revoke(headless, ANA, actor=BEN), revoke(headless, BEN, actor=ANA), return_exceptions=True
        )

        assert Counter(map(type, outcomes)) == {bool: 1, AccessError: 1}
        assert len(await headless.administrators()) == 1


async def test_two_admins_who_leave(headless: RoleMap) -> None:
    """
    Of two admins who give their role up at the same time one stays.
    """
    for person in (ANA, BEN):
        await headless.grant(person.id, given_role(Role.ADMIN), actor=SHELL, channel=None)
    outcomes = await asyncio.gather(
        *(revoke(headless, person, actor=person) for person in (ANA, BEN)), return_exceptions=True
    )

    assert Counter(map(type, outcomes)) == {bool: 1, AccessError: 1}


async def test_grants_at_the_same_time(roles: RoleMap, store: Store) -> None:
    """
    Of grants to the same person at the same time none is lost, and each stands in the audit trail.
    """
    patterns = {f"entry-{number}" for number in range(20)}
    changes = await asyncio.gather(
        *(roles.grant(ANA.id, given_role(Role.VIEWER, name), actor=BOSS, channel=None) for name in patterns)
    )

    assert {grant.entries for grant in (await roles.held_by(ANA.id)).grants} == patterns
    assert {record.entry for record in await Audit(store).recent(100)} == patterns
    assert sorted(change.version for change in changes) == list(range(1, 21))


async def test_a_script_that_runs_twice(roles: RoleMap, store: Store, clock: Clock) -> None:
    """
    A change that is sent twice because the connection broke in between is made once.
    """
    twice = RoleMap(Stammering(store), admins=frozenset({BOSS.id}), clock=clock)
    change = await twice.grant(ANA.id, given_role(Role.VIEWER), actor=BOSS, channel=None)

    assert (change.done, change.version) == (True, 1)
    assert await roles.everything() == ({ANA.id: change.after}, 1)
    assert len(await Audit(store).recent(10)) == 1


async def test_who_can_give_roles(roles: RoleMap, clock: Clock) -> None:
    """
    Those who can give every role are named: of the settings first, then who stays longest, ten at most.
    """
    ends = {"U0SHORT": NOW + HOUR, "U0LONG": NOW + 3 * HOUR, "U0EVER": None}
    for subject, until in ends.items():
        await roles.grant(subject, given_role(Role.ADMIN, until=until), actor=BOSS, channel=None)
    await roles.grant(ANA.id, given_role(Role.ADMIN, "live"), actor=BOSS, channel=None)

    assert await roles.administrators() == (BOSS.id, "U0EVER", "U0LONG", "U0SHORT")
    clock.now += HOUR
    assert await roles.administrators() == (BOSS.id, "U0EVER", "U0LONG")
    for number in range(12):
        await roles.grant(f"U{number}", given_role(Role.ADMIN), actor=BOSS, channel=None)
    assert len(await roles.administrators()) == 10


async def test_a_decision_costs_one_script(roles: RoleMap, store: Store) -> None:
    """
    Reading what somebody holds is one trip, and does the same work however many people hold something.
    """
    await roles.grant("S0CREW", given_role(Role.VIEWER), actor=BOSS, channel=None)
    await in_crew(roles, ANA)

    async def cost() -> dict[str, int]:
        await roles.held_by(ANA.id)
        await store.redis.config_resetstat()
        await roles.held_by(ANA.id)
        commands = await store.redis.info("commandstats")
        return {name: stats["calls"] for name, stats in commands.items() if name != "cmdstat_config|resetstat"}

    few = await cost()
    for number in range(20):
        await roles.grant(f"U0{number}", given_role(Role.VIEWER), actor=BOSS, channel=None)

    assert few["cmdstat_evalsha"] == 1
    assert few == await cost()


async def test_a_group_counts_for_who_is_in_it_now(roles: RoleMap, clock: Clock) -> None:
    """
    What Slack said counts for five minutes; then the group allows nothing, and is known as one to be asked about.
    """
    role = given_role(Role.OPERATOR)
    await roles.grant("S0CREW", role, actor=BOSS, channel=None)
    unasked = await roles.held_by(ANA.id)
    await in_crew(roles, ANA)
    inside, outside = await roles.held_by(ANA.id), await roles.held_by(BEN.id)
    clock.now += FRESH_FOR
    last = await roles.held_by(ANA.id)
    clock.now += timedelta(microseconds=1)
    late = await roles.held_by(ANA.id)

    assert (unasked.grants, unasked.doubts) == ((), (Doubt("S0CREW", (role,), None),))
    assert (inside.own, inside.groups, inside.doubts) == ((), {"S0CREW": (role,)}, ())
    assert (outside.grants, outside.doubts) == ((), ())
    assert last.grants == (role,)
    assert (late.grants, late.doubts) == ((), (Doubt("S0CREW", (role,), NOW),))


async def test_a_disabled_group_counts_for_nobody(roles: RoleMap) -> None:
    """
    A group that Slack has disabled allows nothing, although it is known who was in it.
    """
    await roles.grant("S0CREW", given_role(Role.OPERATOR), actor=BOSS, channel=None)
    await roles.book.keep({"S0CREW": Members(Group(NOW, active=False), frozenset({ANA.id}))})

    assert await roles.held_by(ANA.id) == Holding()


async def test_an_id_within_another_is_nobody(roles: RoleMap) -> None:
    """
    Somebody whose id is a part of a member's id is not in the group.
    """
    await roles.grant("S0CREW", given_role(Role.OPERATOR), actor=BOSS, channel=None)
    await in_crew(roles, ANA)

    assert [(await roles.held_by(part)).grants for part in ("U0AN", "0ANA", "", " ")] == [()] * 4


async def test_groups_without_a_role_are_forgotten(roles: RoleMap, store: Store) -> None:
    """
    Of a group that has lost its roles nothing is kept, and a group that never had one is not kept at all.
    """
    await roles.grant("S0CREW", given_role(Role.VIEWER), actor=BOSS, channel=None)
    await in_crew(roles, ANA)
    await roles.revoke("S0CREW", role=None, entries=None, actor=BOSS, channel=None, operation=None)
    await in_crew(roles, ANA)
    await roles.grant("S0CREW", given_role(Role.VIEWER), actor=BOSS, channel=None)

    assert await roles.book.groups() == {"S0CREW": Group()}
    assert await store.redis.hgetall(store.key("roles", "members")) == {}


async def test_a_group_is_not_the_admin_who_stays(headless: RoleMap) -> None:
    """
    A group can be emptied in Slack: the last person who is admin everywhere can't be removed because of one.
    """
    await headless.grant(ANA.id, given_role(Role.ADMIN), actor=SHELL, channel=None)
    await headless.grant("S0CREW", given_role(Role.ADMIN), actor=SHELL, channel=None)
    await in_crew(headless, BEN)

    with pytest.raises(AccessError, match="Nobody else is admin everywhere"):
        await revoke(headless, ANA, actor=BEN)


async def test_an_admin_by_a_group_gives_roles(roles: RoleMap) -> None:
    """
    Whoever is admin by a group can give and take roles while they are in it, and not longer.
    """
    await roles.grant("S0CREW", given_role(Role.ADMIN), actor=BOSS, channel=None)
    await in_crew(roles, ANA)
    given = await roles.grant(BEN.id, given_role(Role.VIEWER), actor=ANA, channel=None)
    await in_crew(roles, BEN)

    assert given.done
    with pytest.raises(AccessError, match="you would have to be admin"):
        await roles.grant(BEN.id, given_role(Role.MANAGER), actor=ANA, channel=None)


async def test_one_process_asks_at_a_time(roles: RoleMap) -> None:
    """
    Of many who want to ask Slack one may, and nobody during the pause after it.
    """
    turns = await asyncio.gather(*(roles.book.take_turn(HOUR) for _ in range(10)))
    await roles.book.pause(HOUR)

    assert sum(turns) == 1
    assert not await roles.book.take_turn(HOUR)
