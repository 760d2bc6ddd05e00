"""The decision: who may do what to which resource."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.access.decide import Decision, Doubt, Person, Resource, decide
from bot.access.grants import Grant, dump
from bot.access.holding import as_holding
from bot.access.patterns import matches, regions_of
from bot.access.roles import Role
from bot.access.verdicts import ALLOWS, verdict
from tests.access.strategies import HOUR, NOW, doubts, given_role, grants, names, regions, roles

ANA = Person("U0ANA")
KNOWN = f'{{"asked": "{NOW.isoformat()}"}}'
LIVE = Resource("live")
LIVE_EU = Resource("live", "eu")


@dataclass(frozen=True)
class Question:
    needed: Role
    resource: Resource
    changes: bool


resources = st.builds(Resource, st.none() | names, st.none() | regions)
questions = st.builds(Question, roles, resources, st.booleans())
several = st.lists(grants, max_size=5)


def asked(
    needed: Role,
    resource: Resource,
    held: Sequence[Grant],
    *,
    changes: bool = True,
    admins: frozenset[str] = frozenset(),
    doubtful: Sequence[Doubt] = (),
) -> Decision:
    return decide(ANA, needed, resource, held, changes=changes, now=NOW, admins=admins, doubts=doubtful)


def answer(
    question: Question,
    held: Sequence[Grant],
    *,
    admins: frozenset[str] = frozenset(),
    doubtful: Sequence[Doubt] = (),
) -> Decision:
    return asked(question.needed, question.resource, held, changes=question.changes, admins=admins, doubtful=doubtful)


@given(questions)
def test_no_grant_no_access(question: Question) -> None:
    """
    Without a grant nothing is allowed, whatever it is.
    """
    decision = answer(question, [])

    assert (decision.allowed, decision.held, decision.grant) == (False, None, None)


@given(questions, several)
def test_admins_of_the_settings_may_everything(question: Question, held: list[Grant]) -> None:
    """
    Whoever the settings name is admin everywhere, whatever the map says.
    """
    decision = answer(question, held, admins=frozenset({ANA.id}))

    assert (decision.allowed, decision.held) == (True, Role.ADMIN)


@given(questions)
def test_the_shell_may_everything(question: Question) -> None:
    """
    Whoever has a shell is admin everywhere.
    """
    shell = Person("shell")
    decision = decide(
        shell, question.needed, question.resource, [], changes=question.changes, now=NOW, admins=frozenset()
    )

    assert decision.allowed


@given(questions, several, several)
def test_more_grants_never_take_away(question: Question, held: list[Grant], more: list[Grant]) -> None:
    """
    What is allowed stays allowed when grants are added, in whatever place.
    """
    before = answer(question, held)
    after = answer(question, [*more, *held])

    assert after.allowed or not before.allowed
    assert before.held is None or (after.held is not None and after.held >= before.held)


@given(questions, roles, several)
def test_a_role_holds_the_lower_ones(question: Question, other: Role, held: list[Grant]) -> None:
    """
    Who may do what takes a role may do what takes a lower one.
    """
    high, low = (replace(question, needed=pick(question.needed, other)) for pick in (max, min))

    assert answer(low, held).allowed or not answer(high, held).allowed


@given(questions, several)
def test_what_has_ended_counts_for_nothing(question: Question, held: list[Grant]) -> None:
    """
    A decision is the same without the grants that have ended.
    """
    with_ended = answer(question, held)
    without = answer(question, [grant for grant in held if grant.until is None or grant.until > NOW])

    assert (with_ended.allowed, with_ended.held) == (without.allowed, without.held)


@given(several, roles, names, regions, st.booleans())
def test_a_resource_is_inside_of_one_grant(
    held: list[Grant],
    needed: Role,
    entry: str,
    region: str,
    changes: bool,
) -> None:
    """
    A region of an entry point is open exactly to those with one grant whose role, end and both patterns fit.
    """
    expected = any(
        grant.role >= needed
        and (grant.until is None or grant.until > NOW)
        and matches(grant.entries, entry)
        and region in regions_of(grant.regions)
        for grant in held
    )

    assert asked(needed, Resource(entry, region), held, changes=changes).allowed is expected


@given(questions, several)
def test_what_may_change_may_be_read(question: Question, held: list[Grant]) -> None:
    """
    Who may change something with a role may read it with that role.
    """
    changing, reading = (answer(replace(question, changes=changes), held).allowed for changes in (True, False))

    assert reading or not changing


@given(questions, several, st.lists(doubts, max_size=3))
def test_what_is_not_known_allows_nothing(question: Question, held: list[Grant], doubtful: list[Doubt]) -> None:
    """
    A group of which it is not known who is in it gives nobody anything, and takes nothing away.
    """
    without, with_doubts = answer(question, held), answer(question, held, doubtful=doubtful)

    assert (with_doubts.allowed, with_doubts.held, with_doubts.grant) == (without.allowed, without.held, without.grant)


@given(questions, several, st.lists(doubts, max_size=3))
def test_a_refusal_names_the_group_that_would_allow(
    question: Question, held: list[Grant], doubtful: list[Doubt]
) -> None:
    """
    A refusal names a group in doubt exactly where its grants would be enough, and still the role that it takes.
    """
    decision = answer(question, held, doubtful=doubtful)
    enough = [doubt.group for doubt in doubtful if answer(question, doubt.grants).allowed]

    if not decision.allowed:
        assert enough[:1] == re.findall(r"<!subteam\^(\w+)>", decision.reason)
        assert re.search(rf"takes {question.needed}\b.*\.$", decision.reason)


@given(questions, several, st.lists(several, max_size=3))
def test_what_a_group_holds_is_held(question: Question, own: list[Grant], by_group: list[list[Grant]]) -> None:
    """
    With the grants of groups somebody may what they may by themselves, and what one of the groups may; nothing else.
    """
    rows = [[f"S0{number}", KNOWN, 1, dump(grants)] for number, grants in enumerate(by_group)]
    holding = as_holding(dump(own), rows, NOW)
    expected = any(answer(question, grants).allowed for grants in (own, *by_group))

    assert expected == answer(question, holding.grants).allowed


@given(questions, several, st.sampled_from([True, False]), st.integers(-600, 600))
def test_a_group_counts_only_while_it_is_known(
    question: Question, grants: list[Grant], inside: bool, age_s: int
) -> None:
    """
    A group's grants count for who is in it, if Slack said so within five minutes, and for nobody else.
    """
    known = f'{{"asked": "{(NOW - timedelta(seconds=age_s)).isoformat()}"}}'
    holding = as_holding("", [["S0CREW", known, int(inside), dump(grants)]], NOW)
    fresh = abs(age_s) <= 300

    assert answer(question, holding.grants).allowed == (fresh and inside and answer(question, grants).allowed)
    assert fresh == (holding.doubts == ())


@given(questions, grants)
def test_a_verdict_is_what_is_decided(question: Question, grant: Grant) -> None:
    """
    What is said of one grant is what is decided on it: that it allows, or in words why not.
    """
    said = verdict(grant, question.needed, question.resource, changes=question.changes, now=NOW)

    assert (said == ALLOWS) == answer(question, [grant]).allowed


def test_a_grant_ends_at_its_end() -> None:
    """
    At the moment of its end a grant counts no more, and just before it does.
    """
    ends_now, ends_soon = (given_role(Role.VIEWER, until=end) for end in (NOW, NOW + timedelta(microseconds=1)))

    assert not asked(Role.VIEWER, LIVE, [ends_now]).allowed
    assert asked(Role.VIEWER, LIVE, [ends_soon]).allowed


def test_what_names_no_entry_point_takes_any_grant() -> None:
    """
    A command that names no entry point is open to those who hold the role anywhere.
    """
    narrow = given_role(Role.MANAGER, "sports-*", "eu")

    assert asked(Role.MANAGER, Resource(), [narrow], changes=False).grant == narrow
    assert asked(Role.MANAGER, Resource(), [narrow], changes=True).allowed
    assert not asked(Role.ADMIN, Resource(), [narrow]).allowed


def test_a_grant_for_regions_reads_without_one_and_changes_with_one() -> None:
    """
    A grant for regions is enough to read an entry point as a whole, and not enough to change it as a whole.
    """
    regional = [given_role(Role.MANAGER, "live", region) for region in ("eu", "na", "ap", "cn")]

    assert asked(Role.MANAGER, LIVE, regional, changes=False).allowed
    assert not asked(Role.MANAGER, LIVE, regional, changes=True).allowed
    assert asked(Role.MANAGER, LIVE_EU, regional, changes=True).allowed


def test_the_grant_that_allows_is_named() -> None:
    """
    A decision says which grant it rests on: the highest role, and of those the one that lasts.
    """
    short = given_role(Role.MANAGER, until=NOW + HOUR)
    lasting = given_role(Role.MANAGER, "live")
    low = given_role(Role.VIEWER)

    assert asked(Role.OPERATOR, LIVE, [low, short, lasting]) == Decision(
        True, "You are manager on `live`.", Role.OPERATOR, Role.MANAGER, lasting
    )


REFUSALS = {
    "none": ([], LIVE, "You have no role on `live`; this takes operator."),
    "none in region": ([], LIVE_EU, "You have no role on `live` in `eu`; this takes operator."),
    "none at all": ([], Resource(), "You have no role; this takes operator."),
    "too low": ([given_role(Role.VIEWER)], LIVE, "You are viewer on `live`; this takes operator."),
    "too low anywhere": ([given_role(Role.VIEWER, "x")], Resource(), "You are viewer; this takes operator."),
    "other entry point": (
        [given_role(Role.OPERATOR, "sports-*")],
        LIVE,
        "Your operator role covers only `sports-*`; this takes operator on `live`.",
    ),
    "other entry points": (
        [given_role(Role.VIEWER, "b"), given_role(Role.ADMIN, "a")],
        LIVE,
        "Your roles cover only `a` and `b`; this takes operator on `live`.",
    ),
    "many entry points": (
        [given_role(Role.ADMIN, name) for name in "edcba"],
        LIVE,
        "Your admin role covers only `a`, `b`, `c` and 2 more; this takes operator on `live`.",
    ),
    "other region": (
        [given_role(Role.OPERATOR, "live", "na"), given_role(Role.VIEWER)],
        LIVE_EU,
        "Your operator role on `live` covers only `na`; this takes operator in `eu`.",
    ),
    "other region and too low": (
        [given_role(Role.VIEWER, "*", "na")],
        LIVE_EU,
        "Your viewer role on `live` covers only `na`; this takes operator in `eu`.",
    ),
    "all regions": (
        [given_role(Role.OPERATOR, "*", "na"), given_role(Role.MANAGER, "*", "eu")],
        LIVE,
        "Your roles on `live` cover only `eu` and `na`; this reaches all regions, and takes operator in all of them.",
    ),
    "ended": (
        [given_role(Role.OPERATOR, "li*", until=NOW - HOUR), given_role(Role.VIEWER)],
        LIVE,
        "Your role as operator on `li*` ended on 20 Nov 2026 19:14 UTC; this takes operator.",
    ),
    "ended and too low": (
        [given_role(Role.VIEWER, until=NOW - HOUR), given_role(Role.VIEWER, until=NOW - 2 * HOUR)],
        LIVE,
        "Your role as viewer ended on 20 Nov 2026 19:14 UTC; this takes operator.",
    ),
}


@given(questions, several)
def test_every_refusal_names_the_role_that_it_takes(question: Question, held: list[Grant]) -> None:
    """
    Whatever somebody holds, a refusal is one line that names the role needed.
    """
    decision = answer(question, held)

    assert decision.allowed or re.search(rf"takes {question.needed}\b.*\.$", decision.reason)


@pytest.mark.parametrize(("held", "resource", "expected"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_says_what_is_held(held: list[Grant], resource: Resource, expected: str) -> None:
    """
    A refusal says in one sentence what comes closest, and what is missing.
    """
    assert expected == asked(Role.OPERATOR, resource, held).reason
