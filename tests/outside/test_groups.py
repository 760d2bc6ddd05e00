"""User groups that hold roles: who is in them as Slack says it, and no longer than that is known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.store import Store
from tests.harness import ADMIN, OPERATOR, STRANGER, VIEWER, Stage
from tests.outside.acts import public, shown_after
from tests.outside.crew import CREW, known

RECORD = "/record on live eu main-stage"
GRANT = "/agora grant @crew operator on live"


@pytest.fixture
async def crew(stage: Stage) -> Stage:
    """A user group that `sam`, who has no role, is in."""
    stage.slack.add_usergroup(CREW, "crew", [STRANGER])
    return stage


async def given(stage: Stage, store: Store, line: str = GRANT) -> None:
    """Give the group a role, and wait until it is known who is in it."""
    message = await stage.outcome(line, ADMIN)
    assert f"<!subteam^{CREW}> is now" in message.text
    await known(store, lambda group: group.asked is not None)


def asked(stage: Stage) -> int:
    """How often Slack was asked for groups."""
    return len([call for call in stage.slack.calls if call.method.startswith("usergroups.")])


async def test_members_of_a_group_have_its_role(crew: Stage, store: Store) -> None:
    """
    A role of a user group is its members' from then on, where it was given; nobody else's.
    """
    before = await crew.outcome(RECORD, STRANGER)
    await given(crew, store)
    inside = await crew.outcome(RECORD, STRANGER)
    elsewhere = await crew.outcome("/record on sports eu main-stage", STRANGER)
    outside = await crew.outcome(RECORD, VIEWER)

    assert [STRANGER, None, STRANGER, VIEWER] == [message.to for message in (before, inside, elsewhere, outside)]
    assert 1 == len(crew.wire)


async def test_grant_to_a_group_is_told_with_what_it_means(crew: Stage) -> None:
    """
    The channel reads who gave what to which group, and that Slack decides who is in it. Nobody is called by it.
    """
    message = await crew.outcome(f"{GRANT} for 2h", ADMIN)

    assert [message] == public(await shown_after(crew))
    assert "Who may change the group in Slack" in message.text
    assert "until <!date^" in message.text


async def test_nobody_is_asked_while_somebody_waits(crew: Stage, store: Store) -> None:
    """
    A decision asks Slack for nothing: however many commands are typed, groups are asked for in the background alone.
    """
    await given(crew, store)
    before = asked(crew)
    for _ in range(5):
        await crew.outcome(RECORD, STRANGER)

    assert before == asked(crew)


async def test_without_such_groups_slack_is_not_asked(stage: Stage) -> None:
    """
    As long as no group holds a role Slack is never asked for groups, whatever happens to them.
    """
    stage.slack.add_usergroup(CREW, "crew", [STRANGER])
    await stage.slack.change_group(CREW, [VIEWER])
    await stage.outcome(RECORD)

    assert 0 == asked(stage)


async def test_who_leaves_a_group_loses_its_role(crew: Stage, store: Store) -> None:
    """
    Slack's event of a change of members is enough: who left may no more, who joined may.
    """
    await given(crew, store)
    first = await known(store, lambda group: group.size == 1)
    await crew.slack.change_group(CREW, [VIEWER, OPERATOR])
    await known(store, lambda group: group != first and group.size == 2)
    left, joined = await crew.outcome(RECORD, STRANGER), await crew.outcome(RECORD, VIEWER)

    assert (STRANGER, None) == (left.to, joined.to)
    assert "You have no role" in left.text


async def test_disabled_group_counts_for_nothing(crew: Stage, store: Store) -> None:
    """
    A group that is disabled in Slack gives nobody its role, `/agora roles` says so, and enabled again it does.
    """
    await given(crew, store)
    await crew.slack.change_group(CREW, disabled=True)
    await known(store, lambda group: not group.active)
    refused = await crew.outcome(RECORD, STRANGER)
    roles = await crew.outcome("/agora roles", ADMIN)
    await crew.slack.change_group(CREW, disabled=False)
    await known(store, lambda group: group.active)
    allowed = await crew.outcome(RECORD, STRANGER)

    assert (STRANGER, None) == (refused.to, allowed.to)
    assert f"<!subteam^{CREW}>: operator on `live` (counts for nobody: this group is disabled" in roles.text


async def test_what_is_not_known_is_a_no_that_says_why(crew: Stage, store: Store) -> None:
    """
    When Slack can't be asked and what it said is older than five minutes the answer is no: which group, how old that
    is, and what to do. Agora hears nothing. Once Slack answers again, so does the bot.
    """
    await given(crew, store)
    crew.slack.fail("usergroups.list", status=503, times=1000)
    crew.time.turn(timedelta(minutes=4))
    still = await crew.outcome(RECORD, STRANGER)
    crew.time.turn(timedelta(minutes=3))
    refused = await crew.outcome(RECORD, STRANGER)
    roles = await crew.outcome("/agora roles", ADMIN)
    whoami = await crew.outcome("/agora whoami", STRANGER)
    crew.slack.clear_faults()
    await known(store, lambda group: group.fresh(crew.time.now()))
    allowed = await crew.outcome(RECORD, STRANGER)

    assert [None, STRANGER, None] == [message.to for message in (still, refused, allowed)]
    assert f"<!subteam^{CREW}> is operator on `live`, but whether you are in that group is not known" in refused.text
    assert "last said it 7 min" in refused.text
    assert "Type it again in a minute" in refused.text
    assert "(counts for nobody: Slack last said 7 min" in roles.text
    assert f"Whether you are in <!subteam^{CREW}>" in whoami.text
    assert 2 == len(crew.wire)


async def test_group_that_slack_never_told_of_is_a_no(crew: Stage) -> None:
    """
    Without the scope nobody is known to be in a group: a no that says so.
    """
    crew.slack.fail("usergroups.list", error="missing_scope", times=1000)
    await crew.outcome(GRANT, ADMIN)
    refused = await crew.outcome(RECORD, STRANGER)

    assert STRANGER == refused.to
    assert "Slack has not said yet" in refused.text


async def test_what_is_known_is_renewed_before_it_is_too_old(crew: Stage, store: Store) -> None:
    """
    Without any event Slack is asked again in time, so that a missed one does no harm for longer than that.
    """
    await given(crew, store)
    before = await known(store, lambda group: group.size == 1)
    crew.slack.usergroups[CREW].users = []
    crew.time.turn(timedelta(seconds=61))
    await known(store, lambda group: group != before)
    refused = await crew.outcome(RECORD, STRANGER)

    assert STRANGER == refused.to


async def test_several_processes_ask_once(crew: Stage, store: Store) -> None:
    """
    Of several processes one asks; all of them know.
    """
    for _ in range(3):
        await crew.start()
    await given(crew, store)
    before = asked(crew)
    last = await known(store, lambda group: group.size == 1)
    crew.time.turn(timedelta(seconds=61))
    await known(store, lambda group: group != last)

    assert 1 == asked(crew) - before
    assert (await crew.outcome(RECORD, STRANGER)).to is None


async def test_list_that_was_cut_is_asked_for_whole(crew: Stage, store: Store) -> None:
    """
    Where Slack counts more members than it lists, the whole list is asked for.
    """
    crew.slack.usergroups[CREW].users = [STRANGER, VIEWER]
    crew.slack.cut_groups(1)
    await given(crew, store)

    assert 2 == (await known(store, lambda group: group.asked is not None)).size
    assert (await crew.outcome(RECORD, VIEWER)).to is None


async def test_revoked_from_a_group(crew: Stage, store: Store) -> None:
    """
    What is taken from a group is taken from its members, from the next command on.
    """
    await given(crew, store)
    message = await crew.outcome("/agora revoke @crew", ADMIN)
    refused = await crew.outcome(RECORD, STRANGER)

    assert f"<!subteam^{CREW}> is no longer operator on `live`" in message.text
    assert STRANGER == refused.to


async def test_whoami_and_roles_name_the_group(crew: Stage, store: Store) -> None:
    """
    A member reads with which group a role comes, an admin how many people have it.
    """
    await given(crew, store)
    whoami = await crew.outcome("/agora whoami", STRANGER)
    roles = await crew.outcome("/agora roles", ADMIN)

    assert f"operator on `live`, given by <@{ADMIN}>" in whoami.text
    assert f"it comes with <!subteam^{CREW}>" in whoami.text
    assert f"<!subteam^{CREW}>: operator on `live` (1 person)" in roles.text


async def test_role_lost_with_the_group_stops_what_waits(world: Stage, store: Store) -> None:
    """
    What a member of a group was accepted for is decided on again when it begins: who left meanwhile is refused.
    """
    first = await world.start()
    world.slack.add_usergroup(CREW, "crew", [STRANGER])
    await given(world, store)
    await first.stop()
    await world.start(worker=False)
    await world.slash(RECORD, STRANGER)
    await world.slack.change_group(CREW, [])
    await known(store, lambda group: group.size == 0)
    await world.start(web=False)
    refused = await world.told(lambda message: "takes operator" in message.text)

    assert STRANGER == refused.to
    assert [] == world.wire


async def test_slack_checks_where_events_go(stage: Stage) -> None:
    """
    Before it sends events over HTTP Slack sends a word, which comes back.

    https://docs.slack.dev/reference/events/url_verification
    """
    body = b'{"type": "url_verification", "token": "deprecated", "challenge": "example-word"}'
    answer = await stage.slack.post(body, {"Content-Type": "application/json", **stage.slack.sign(body)})

    assert (200, True) == (answer.status, "example-word" in answer.text)
