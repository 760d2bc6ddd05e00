"""`/agora why`: whether somebody may do something, and why, in plain words; it does nothing."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bot.store import Store
from tests.harness import ADMIN, MANAGER, OPERATOR, STRANGER, VIEWER, Stage
from tests.outside.acts import public
from tests.outside.crew import CREW, known

RECORD = "/record on live eu main-stage"


async def why(stage: Stage, line: str = RECORD, who: str = "sam", user: str = MANAGER) -> str:
    message = await stage.outcome(f"/agora why @{who} {line}", user)
    assert user == message.to, message.text
    return message.text


async def test_yes_names_the_grant(stage: Stage) -> None:
    """
    Who may is told with the grant that allows it, and who gave it.
    """
    said = await why(stage, who="otto")

    assert f"<@{OPERATOR}> may type `{RECORD}`." in said
    assert f"operator, given by <@{ADMIN}>: this allows it" in said


async def test_no_says_of_each_grant_why_not(stage: Stage) -> None:
    """
    Who may not is told with what they would read, and of each grant with the pattern, the region, the end or the role.
    """
    await stage.grant(STRANGER, "operator on sports-*")
    await stage.grant(STRANGER, "operator on live in na")
    await stage.grant(STRANGER, "viewer on live")
    await stage.grant(STRANGER, "manager on live in eu for 1m")
    stage.time.turn(timedelta(minutes=2))
    said = await why(stage)

    assert f"<@{STRANGER}> may not type `{RECORD}`." in said
    assert "It takes operator. They would read: “Your operator role on `live` covers only `na`" in said
    assert "operator on `sports-*`, given by <@U0ADMIN>: `sports-*` does not cover `live`" in said
    assert "operator on `live` in `na`, given by <@U0ADMIN>: `na` does not cover `eu`" in said
    assert "viewer on `live`, given by <@U0ADMIN>: this takes operator" in said
    assert "it ended on " in said
    assert f"<@{ADMIN}> can grant it." in said


async def test_change_of_all_regions(stage: Stage) -> None:
    """
    A role for one region is not enough for what reaches all of them, and that is said.
    """
    await stage.grant(STRANGER, "manager on live in eu")
    said = await why(stage, "/stream ban live main-stage")

    assert "it is for `eu` alone, and this reaches all regions" in said


async def test_nobody_and_the_bootstrap_admin(stage: Stage) -> None:
    """
    Who was given nothing, and who is admin by the settings, are told as such; what is for anyone, too.
    """
    assert "They were given no role." in await why(stage)
    assert "by the bot's setting BOT_ADMINS: this allows it" in await why(stage, who="ada")
    assert "it is for anyone" in await why(stage, "/agora whoami")
    assert "it is for its requester, or manager" in await why(stage, "/agora cancel k2f2-xtk8")


async def test_group_is_named(stage: Stage, store: Store) -> None:
    """
    Which group allows it, and which group would: that somebody is not in it, or that it is disabled.
    """
    stage.slack.add_usergroup(CREW, "crew", [STRANGER])
    await stage.outcome("/agora grant @crew operator on live", ADMIN)
    await known(store, lambda group: group.asked is not None)
    inside, outside = await why(stage), await why(stage, who="vera")
    await stage.slack.change_group(CREW, disabled=True)
    await known(store, lambda group: not group.active)
    disabled = await why(stage)

    assert f"<@{STRANGER}> may type" in inside
    assert f"operator on `live`, by <!subteam^{CREW}>, which they are in: this allows it" in inside
    assert f"<@{VIEWER}> may not type" in outside
    assert f"operator on `live`, by <!subteam^{CREW}>: they are not in that group" in outside
    assert f"operator on `live`, by <!subteam^{CREW}>: that group is disabled in Slack" in disabled


async def test_group_that_is_not_known_is_named(stage: Stage, store: Store) -> None:
    """
    A group that would allow it, but of which it is not known who is in it, is named with how old that is.
    """
    stage.slack.add_usergroup(CREW, "crew", [STRANGER])
    await stage.outcome("/agora grant @crew operator on live", ADMIN)
    await known(store, lambda group: group.asked is not None)
    stage.slack.fail("usergroups.list", status=503, times=1000)
    stage.time.turn(timedelta(minutes=6))
    said = await why(stage)

    assert f"<@{STRANGER}> may not type" in said
    assert "whether they are in it is not known (Slack last said it 6 min" in said


async def test_nothing_is_done(stage: Stage) -> None:
    """
    The command that is asked about is not carried out, and only whoever asked reads the answer.
    """
    for line in (RECORD, "/agora grant @vera admin", "/stream ban live main-stage", "/record on live eu"):
        assert "may type" in await why(stage, line, who="ada")
    whoami = await stage.outcome("/agora whoami", VIEWER)

    assert [] == stage.agora.calls
    assert [] == public(stage.slack.messages)
    assert "admin" not in whoami.text


@pytest.mark.parametrize("user", [OPERATOR, VIEWER, STRANGER])
async def test_it_is_for_managers(stage: Stage, user: str) -> None:
    """
    It tells what others hold, so it takes a manager.
    """
    message = await stage.outcome(f"/agora why @otto {RECORD}", user)

    assert user == message.to
    assert "takes manager" in message.text


async def test_manager_of_one_entry_point_asks_about_that_one(stage: Stage) -> None:
    """
    Who manages one entry point hears nothing of what people may do on another.
    """
    await stage.grant(STRANGER, "manager on sports")
    inside = await why(stage, "/record on sports eu cam", "otto", STRANGER)
    outside = await why(stage, RECORD, "otto", STRANGER)

    assert f"<@{OPERATOR}> may type" in inside
    assert "That is for managers of what it is about." in outside
    assert OPERATOR not in outside.partition("`/agora why")[0]


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("/agora why @otto", "`&lt;command&gt;` is missing"),
        ("/agora why @otto /nothing here", "`/nothing` is not the beginning of a command"),
        ("/agora why @otto record", "`record` is not the beginning of a command"),
        ("/agora why @otto /record onn live eu main-stage", "Did you mean `/record on`?"),
        ("/agora why @otto /record on live ue main-stage", "`ue` is not a region"),
        ("/agora why @crew /record on live eu main-stage", "is a user group"),
        ("/agora why otto /record on live eu main-stage", "`otto` is not a person"),
    ],
)
async def test_bad_line_is_explained(stage: Stage, line: str, part: str) -> None:
    """
    What can't be read is answered with what was wrong.
    """
    stage.slack.add_usergroup(CREW, "crew", [])
    message = await stage.outcome(line, MANAGER)

    assert MANAGER == message.to
    assert part in message.text


async def test_secret_of_the_line_is_not_repeated(stage: Stage, store: Store) -> None:
    """
    What may be a secret in the line stands in no message.
    """
    said = await why(stage, "/transfer set live on https://hooks.example.com/t?key=example-key", "mia")

    shown = json.dumps([[message.text, message.blocks] for message in stage.slack.messages])
    assert f"<@{MANAGER}> may type" in said
    assert "example-key" not in shown
