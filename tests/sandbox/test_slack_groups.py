"""User groups in the stand-in for Slack: who is in them, and the events of a change."""

import json

import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.slack import SlackStandIn
from tests.sandbox.slack_helpers import TinyBot, client_of, serving


async def test_change_is_an_event_with_the_whole_group_and_one_with_the_difference() -> None:
    """
    The bot hears what the group is now, and who came and went; where nobody did, only the first.

    https://docs.slack.dev/reference/events/subteam_members_changed
    https://docs.slack.dev/reference/events/subteam_updated
    """
    async with SlackStandIn() as slack, serving(slack, TinyBot()) as bot:
        slack.add_usergroup("S0CREW", "crew", ["U0OPERATOR", "U0VIEWER"])
        await slack.change_group("S0CREW", ["U0VIEWER", "U0STRANGER"])
        await slack.change_group("S0CREW", disabled=True)

    updated, changed, disabled = (json.loads(body)["event"] for body, _ in bot.requests)
    assert ("subteam_updated", "S0CREW", 0) == (
        updated["type"], updated["subteam"]["id"], updated["subteam"]["date_delete"])  # fmt: skip
    assert ["U0VIEWER", "U0STRANGER"] == updated["subteam"]["users"]
    assert ("subteam_members_changed", "S0CREW", ["U0STRANGER"], ["U0OPERATOR"]) == (
        changed["type"], changed["subteam_id"], changed["added_users"], changed["removed_users"])  # fmt: skip
    assert disabled["subteam"]["date_delete"] > 0


async def test_disabled_group_is_shown_to_who_asks_for_it() -> None:
    """
    A group that is disabled is left out, unless disabled ones are asked for.

    https://docs.slack.dev/reference/methods/usergroups.list
    """
    async with SlackStandIn() as slack, client_of(slack) as client:
        slack.add_usergroup("S0CREW", "crew", ["U0OPERATOR"]).disabled = True
        shown = (await client.usergroups_list())["usergroups"]
        (whole,) = (await client.usergroups_list(include_disabled=True))["usergroups"]
        with pytest.raises(SlackApiError, match="no_such_subteam"):
            await client.usergroups_users_list(usergroup="S0CREW")
        people = (await client.usergroups_users_list(usergroup="S0CREW", include_disabled=True))["users"]

    assert ([], ["U0OPERATOR"]) == (shown, people)
    assert whole["date_delete"] > 0


async def test_list_can_be_cut() -> None:
    """
    A list that is cut still says how many there are; the other method gives all.
    """
    async with SlackStandIn() as slack, client_of(slack) as client:
        slack.add_usergroup("S0CREW", "crew", ["U0OPERATOR", "U0VIEWER"])
        slack.cut_groups(1)
        (group,) = (await client.usergroups_list(include_users=True, include_count=True))["usergroups"]
        people = (await client.usergroups_users_list(usergroup="S0CREW"))["users"]

    assert (["U0OPERATOR"], "2") == (group["users"], group["user_count"])
    assert ["U0OPERATOR", "U0VIEWER"] == people
