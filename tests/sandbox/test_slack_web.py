"""The Web API answers Slack's own client as Slack would."""

from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.slack import SlackStandIn
from tests.sandbox.slack_helpers import actions, button, client_of


async def refused(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def test_what_slack_lets_pass_is_noted() -> None:
    """
    A message without fallback text and an unknown argument pass, and are noted; `team_id` is not.
    """
    async with SlackStandIn() as slack, aiohttp.ClientSession() as session:
        body = {"channel": "C0LIVE", "blocks": [actions(button())], "colour": "red", "team_id": "T0STUDIO"}
        headers = {"Authorization": "Bearer xoxb-for-tests"}
        async with session.post(f"{slack.api_url}chat.postMessage", json=body, headers=headers) as response:
            assert True is (await response.json())["ok"]

        assert slack.violations == [
            "chat.postMessage: there is no argument `colour`; leave it out.",
            "chat.postMessage: a message without fallback text; give `text` too.",
        ]


@pytest.mark.parametrize(
    ("token", "error"),
    [("", "not_authed"), ("xoxb-wrong-for-tests", "invalid_auth"), ("xapp-for-tests", "not_allowed_token_type")],
)
async def test_a_wrong_token_is_refused(token: str, error: str) -> None:
    """
    Only the bot's token opens the bot's methods.
    """
    async with SlackStandIn() as slack, client_of(slack, token) as client:
        assert error == await refused(client.auth_test())
        assert [call.token_ok for call in slack.calls] == [False]


async def test_a_missing_scope_is_named() -> None:
    """
    A method whose scope was not granted says which one it needs.
    """
    async with SlackStandIn(scopes={"commands"}) as slack, client_of(slack) as client:
        with pytest.raises(SlackApiError) as caught:
            await client.chat_postMessage(channel="C0LIVE", text="x")

        answer = caught.value.response
        assert (answer["error"], answer["needed"], answer["provided"]) == ("missing_scope", "chat:write", "commands")
        assert answer.headers["X-OAuth-Scopes"] == "commands"


async def test_unknown_methods_are_refused() -> None:
    """
    A method that is not served is said to be unknown.
    """
    async with SlackStandIn() as slack, client_of(slack) as client:
        assert await refused(client.api_call("chat.scheduleMessage")) == "unknown_method"


async def test_people_groups_and_channels_are_found() -> None:
    """
    The workspace can be looked up.
    """
    async with SlackStandIn() as slack, client_of(slack) as client:
        slack.add_usergroup("S0CREW", "crew", ["U0OPERATOR"])
        slack.add_person("U0GUEST", "gus", team="T0OTHER", is_restricted=True)
        guest = (await client.users_info(user="U0GUEST"))["user"]
        group = (await client.usergroups_list(include_users=True))["usergroups"][0]
        show = (await client.conversations_info(channel="C0SHOW"))["channel"]

        assert (guest["team_id"], guest["is_restricted"], guest["is_stranger"]) == ("T0OTHER", True, False)
        assert (group["handle"], group["users"]) == ("crew", ["U0OPERATOR"])
        assert (await client.usergroups_users_list(usergroup="S0CREW"))["users"] == ["U0OPERATOR"]
        assert (show["name"], show["is_member"]) == ("show", False)
        assert await refused(client.users_info(user="U0NOBODY")) == "user_not_found"
        assert await refused(client.conversations_history(channel="C0SHOW")) == "not_in_channel"


async def test_faults_come_when_told() -> None:
    """
    A fault comes as often as it was asked for; then all is well again.
    """
    async with SlackStandIn() as slack, client_of(slack) as client:
        slack.fail("chat.postMessage", retry_after=7)
        slack.fail("chat.postMessage", error="fatal_error", times=2)
        with pytest.raises(SlackApiError) as caught:
            await client.chat_postMessage(channel="C0LIVE", text="x")
        errors = [await refused(client.chat_postMessage(channel="C0LIVE", text="x")) for _ in range(2)]
        await client.chat_postMessage(channel="C0LIVE", text="at last")

        assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "7")
        assert errors == ["fatal_error", "fatal_error"]
        assert [message.text for message in slack.messages] == ["at last"]
        assert [call.status for call in slack.calls] == [429, 200, 200, 200]


@pytest.mark.parametrize(("after_processing", "shown"), [(False, []), (True, ["x"])])
async def test_a_cut_connection_may_come_too_late(after_processing: bool, shown: list[str]) -> None:
    """
    A connection is cut before Slack does what was asked, or after.
    """
    async with SlackStandIn() as slack, client_of(slack) as client:
        slack.fail("chat.postMessage", abort=True, after_processing=after_processing)
        with pytest.raises(aiohttp.ClientError):
            await client.chat_postMessage(channel="C0LIVE", text="x")

        assert shown == [message.text for message in slack.messages]
        assert [call.status for call in slack.calls] == [0]


async def test_form_only_methods_do_not_read_json() -> None:
    """
    A method that takes forms alone misses its arguments in JSON.
    """
    async with SlackStandIn() as slack, client_of(slack) as client:
        error = await refused(client.api_call("users.info", json={"user": "U0ADMIN"}))

        assert error == "invalid_arguments"
        assert slack.violations == ["users.info: JSON is not read by this method; send a form."]
