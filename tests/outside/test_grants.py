"""Giving and taking roles, and that it holds at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.audit import Audit
from bot.store import Store
from tests.harness import ADMIN, LIVE, MANAGER, OPERATOR, STRANGER, Stage
from tests.outside.acts import public, shown_after

RECORD = "/record on live eu main-stage"
COLLEAGUE = "U0SECOND"


async def test_grant_is_told_to_the_channel_and_audited(stage: Stage, store: Store) -> None:
    """
    A grant is one message for all to see, and one audit record: who gave what to whom, where.
    """
    message = await stage.outcome("/agora grant @sam operator on live in eu", ADMIN)

    (record,) = await Audit(store).recent(1)
    assert ("channel", LIVE) == (message.kind, message.channel)
    for part in (f"<@{STRANGER}>", "operator", "`live`", "`eu`", f"<@{ADMIN}>", str(record.operation)):
        assert part in message.text
    assert [message] == public(await shown_after(stage))
    assert (ADMIN, "agora grant", "succeeded", LIVE) == (record.actor, record.action, record.outcome, record.channel)
    assert STRANGER in f"{record.command_line} {record.detail}"


async def test_grant_holds_from_the_next_command_on(stage: Stage) -> None:
    """
    A role can be used as soon as it is given, where it was given, and nowhere else.
    """
    before = await stage.outcome(RECORD, STRANGER)
    await stage.grant(STRANGER, "operator on live in eu")
    after = await stage.outcome(RECORD, STRANGER)
    other_region = await stage.outcome("/record on live na main-stage", STRANGER)
    other_entry = await stage.outcome("/record on sports eu main-stage", STRANGER)

    assert STRANGER == before.to
    assert "channel" == after.kind
    assert [STRANGER, STRANGER] == [other_region.to, other_entry.to]
    assert 1 == len(stage.wire)


async def test_revocation_holds_from_the_next_command_on(stage: Stage) -> None:
    """
    A role that was taken away can't be used any more, and the channel reads who took it.
    """
    message = await stage.outcome("/agora revoke @otto", ADMIN)
    refusal = await stage.outcome(RECORD, OPERATOR)

    assert "channel" == message.kind
    assert f"<@{OPERATOR}>" in message.text
    assert f"<@{ADMIN}>" in message.text
    assert OPERATOR == refusal.to
    assert [] == stage.wire


async def test_revoke_takes_only_what_is_named(stage: Stage) -> None:
    """
    One role on one pattern goes, the others stay, and what is left is said.
    """
    await stage.grant(STRANGER, "operator on live")
    await stage.grant(STRANGER, "viewer on sports")

    message = await stage.outcome("/agora revoke @sam operator on live", ADMIN)
    who = await stage.outcome("/agora whoami", STRANGER)

    assert "`sports`" in message.text
    assert ("`live`" in who.text, "`sports`" in who.text) == (False, True)


async def test_grant_ends_by_itself(stage: Stage) -> None:
    """
    A role that was given for a while ends when that is over.
    """
    await stage.grant(STRANGER, "operator on live for 2m")
    before = await stage.outcome(RECORD, STRANGER)
    stage.time.turn(timedelta(minutes=3))
    after = await stage.outcome(RECORD, STRANGER)

    assert ("channel", None) == (before.kind, before.to)
    assert STRANGER == after.to
    assert "ended" in after.text
    assert 1 == len(stage.wire)


async def test_grant_says_when_it_ends(stage: Stage) -> None:
    """
    The end of a role is told in each reader's own time.
    """
    message = await stage.outcome("/agora grant @sam operator until 2040-01-02T03:04Z", ADMIN)

    assert "<!date^2209086240^" in message.text


async def test_grant_in_the_past_is_refused(stage: Stage, store: Store) -> None:
    """
    A role that would have ended already is not given.
    """
    before = await Audit(store).recent(100)

    message = await stage.outcome("/agora grant @sam operator until 2020-01-01", ADMIN)
    who = await stage.outcome("/agora whoami", STRANGER)

    assert ADMIN == message.to
    assert "past" in message.text
    assert "no role" in who.text
    assert ["succeeded"] * len(before) == [record.outcome for record in before]


async def test_same_grant_again_changes_nothing(stage: Stage) -> None:
    """
    A role that somebody has already is not given twice, and the outcome says so.
    """
    await stage.grant(STRANGER, "operator on live")

    message = await stage.outcome("/agora grant @sam operator on live", ADMIN)
    roles = await stage.outcome("/agora roles", ADMIN)

    assert "Nothing was changed" in message.text
    assert 1 == len([line for line in roles.text.splitlines() if f"<@{STRANGER}>" in line])


async def test_revoking_what_nobody_has_changes_nothing(stage: Stage) -> None:
    """
    Where there is nothing to take away, that is what is said.
    """
    message = await stage.outcome("/agora revoke @sam", ADMIN)

    assert "Nothing was changed" in message.text
    assert f"<@{STRANGER}>" in message.text


@pytest.mark.parametrize("user", [MANAGER, STRANGER])
@pytest.mark.parametrize("line", ["/agora grant @sam admin", "/agora revoke @vera"])
async def test_only_admins_change_roles(stage: Stage, store: Store, user: str, line: str) -> None:
    """
    Anybody else is refused in private, told whom to ask, and the attempt is in the audit trail.
    """
    message = await stage.outcome(line, user)

    (record,) = await Audit(store).recent(1)
    assert user == message.to
    assert "admin" in message.text
    assert f"<@{ADMIN}>" in message.text
    assert (user, "refused") == (record.actor, record.outcome)


async def test_nobody_gives_more_than_they_hold(stage: Stage) -> None:
    """
    An admin of some entry points can't make anybody admin of more, nor take away what reaches further.
    """
    await stage.grant(STRANGER, "admin on sports*")
    given = await stage.outcome("/agora grant @vera operator on sports", STRANGER)
    more = await stage.outcome("/agora grant @vera operator on live", STRANGER)
    taken = await stage.outcome("/agora revoke @otto", STRANGER)

    assert ["channel", "ephemeral", "ephemeral"] == [given.kind, more.kind, taken.kind]
    assert (await stage.outcome(RECORD, OPERATOR)).kind == "channel"


async def test_last_admin_stays(world: Stage) -> None:
    """
    With no admin in the settings the last one of the role map can't be taken away, not even by themselves.
    """
    first = await world.start()
    await world.grant(STRANGER, "admin")
    await first.stop()
    await world.start(BOT_ADMINS="")

    message = await world.outcome("/agora revoke @sam", STRANGER)
    roles = await world.outcome("/agora roles", STRANGER)

    assert STRANGER == message.to
    assert f"<@{STRANGER}>" in roles.text


async def test_second_admin_may_go(world: Stage) -> None:
    """
    While somebody else is admin everywhere, an admin can be taken away.
    """
    first = await world.start()
    await world.grant(STRANGER, "admin")
    await world.grant(MANAGER, "admin")
    await first.stop()
    await world.start(BOT_ADMINS="")

    await world.outcome("/agora revoke @sam", MANAGER)
    refusal = await world.outcome("/agora roles", STRANGER)

    assert STRANGER == refusal.to
    assert "admin" in refusal.text


async def test_person_without_a_name_in_the_workspace_can_be_given_a_role(stage: Stage) -> None:
    """
    A mention by id is enough; nothing is looked up in Slack.
    """
    stage.slack.add_person(COLLEAGUE, "second")

    message = await stage.outcome(f"/agora grant <@{COLLEAGUE}> viewer", ADMIN)

    assert f"<@{COLLEAGUE}>" in message.text
    assert [] == [call.method for call in stage.slack.calls if call.method.startswith("users")]


async def test_each_change_makes_a_new_version(stage: Stage) -> None:
    """
    The role map counts its changes, so that a list can be told from a later one.
    """
    before = await stage.outcome("/agora roles", ADMIN)
    await stage.grant(STRANGER, "viewer")
    after = await stage.outcome("/agora roles", ADMIN)

    assert "version 3" in before.text
    assert "version 4" in after.text
