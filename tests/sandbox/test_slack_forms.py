"""Forms are opened, submitted and answered as in Slack."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import SlackStandIn, View
from tests.sandbox.slack_helpers import Clock, TinyBot, client_of

Json = dict[str, Any]


def form(title: str = "Add a target", **more: Any) -> Json:
    text = {"type": "plain_text_input", "action_id": "address", "max_length": 100}
    options = [{"text": {"type": "plain_text", "text": name}, "value": name} for name in ("one", "two")]
    choice = {"type": "radio_buttons", "action_id": "which", "options": options, "initial_option": options[0]}
    label = {"type": "plain_text", "text": "Address"}
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": title},
        "submit": {"type": "plain_text", "text": "Add"},
        "private_metadata": "op-1",
        "blocks": [
            {"type": "input", "block_id": "address-block", "label": label, "element": text},
            {"type": "input", "block_id": "which-block", "label": label, "element": choice},
        ],
        **more,
    }


@pytest.fixture
async def client(slack: SlackStandIn) -> AsyncIterator[AsyncWebClient]:
    async with client_of(slack) as one:
        yield one


async def trigger(slack: SlackStandIn, bot: TinyBot) -> str:
    await slack.slash("/transfer add", user="U0OPERATOR")
    return bot.forms[-1]["trigger_id"]


async def opened(slack: SlackStandIn, bot: TinyBot, client: AsyncWebClient, **more: Any) -> View:
    await client.views_open(trigger_id=await trigger(slack, bot), view=form(**more))
    return slack.views[-1]


async def refused(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def test_a_trigger_opens_one_form(slack: SlackStandIn, bot: TinyBot, client: AsyncWebClient) -> None:
    """
    A trigger opens a form for whom it was given to, once.
    """
    given = await trigger(slack, bot)
    await client.views_open(trigger_id=given, view=form())

    assert [(view.user, view.open) for view in slack.views] == [("U0OPERATOR", True)]
    assert await refused(client.views_open(trigger_id=given, view=form())) == "exchanged_trigger_id"
    assert await refused(client.views_open(trigger_id="1.2.unknown", view=form())) == "invalid_trigger_id"


async def test_a_trigger_lives_three_seconds(
    slack: SlackStandIn, bot: TinyBot, client: AsyncWebClient, clock: Clock
) -> None:
    """
    A trigger opens a form after three seconds, and not a moment later.
    """
    early, late = await trigger(slack, bot), await trigger(slack, bot)
    clock.now += 3
    await client.views_open(trigger_id=early, view=form())
    clock.now += 0.1

    assert await refused(client.views_open(trigger_id=late, view=form())) == "expired_trigger_id"


async def test_a_wrong_form_is_refused(slack: SlackStandIn, bot: TinyBot, client: AsyncWebClient) -> None:
    """
    A form beyond Slack's limits is not opened, and says where it is wrong.
    """
    with pytest.raises(SlackApiError) as caught:
        await client.views_open(trigger_id=await trigger(slack, bot), view=form(title="x" * 25))

    assert caught.value.response["error"] == "invalid_arguments"
    (problem,) = caught.value.response["response_metadata"]["messages"]
    assert problem.endswith("[json-pointer:/view/title]")


async def test_a_submission_carries_the_inputs(slack: SlackStandIn, bot: TinyBot, client: AsyncWebClient) -> None:
    """
    A submission carries what was typed, what was chosen from the start, and the form's own notes; then it closes.
    """
    view = await opened(slack, bot, client)
    await slack.submit_view(view, {"address": "rtmp://example.com/live"})

    payload = json.loads(bot.forms[-1]["payload"])
    values = payload["view"]["state"]["values"]
    assert (
        payload["type"],
        payload["user"]["id"],
        payload["view"]["private_metadata"],
    ) == ("view_submission", "U0OPERATOR", "op-1")
    assert values["address-block"]["address"] == {"type": "plain_text_input", "value": "rtmp://example.com/live"}
    assert values["which-block"]["which"]["selected_option"]["value"] == "one"
    assert not view.open


async def test_required_inputs_hold_a_form_back(slack: SlackStandIn, bot: TinyBot, client: AsyncWebClient) -> None:
    """
    Slack does not submit a form whose required input is empty or too long, or whose choice or input does not exist.
    """
    view = await opened(slack, bot, client)
    for values in ({}, {"address": "x" * 101}, {"address": "x", "which": "three"}, {"address": "x", "colour": "red"}):
        with pytest.raises(ValueError):
            await slack.submit_view(view, values)

    assert len(bot.forms) == 1


async def test_errors_keep_a_form_open(slack: SlackStandIn, bot: TinyBot, client: AsyncWebClient) -> None:
    """
    Errors are shown at their inputs; the form stays.
    """
    view = await opened(slack, bot, client)
    bot.json = {"response_action": "errors", "errors": {"address-block": "This is no address."}}
    await slack.submit_view(view, {"address": "x"})

    assert (view.open, view.errors) == (True, {"address-block": "This is no address."})
    assert slack.violations == []


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"address": "by action id"}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "close"},
        {"response_action": "update", "view": {"type": "modal"}},
        {"text": "Done"},
    ],
)
async def test_wrong_answers_to_a_form_are_noted(
    slack: SlackStandIn, bot: TinyBot, client: AsyncWebClient, answer: Json
) -> None:
    """
    An answer that Slack does not understand leaves the form as it is, and is noted.
    """
    view = await opened(slack, bot, client)
    bot.json = answer
    await slack.submit_view(view, {"address": "x"})

    assert (view.open, len(slack.violations)) == (True, 1)


async def test_answers_update_push_and_clear(slack: SlackStandIn, bot: TinyBot, client: AsyncWebClient) -> None:
    """
    An answer changes the form, puts another on top (three at most), or closes all.
    """
    view = await opened(slack, bot, client)
    for answer in (
        {"response_action": "update", "view": form("Second")},
        {"response_action": "push", "view": form("Third")},
        {"response_action": "push", "view": form("Fourth")},
    ):
        bot.json = answer
        await slack.submit_view(slack.views[-1], {"address": "x"})
    titles = [shown.payload["title"]["text"] for shown in slack.views]
    await slack.submit_view(slack.views[-1], {"address": "x"})

    assert titles == ["Second", "Third", "Fourth"]
    assert slack.violations == ["ack: push_limit_reached"]
    bot.json = {"response_action": "clear"}
    await slack.submit_view(slack.views[-1], {"address": "x"})
    assert ([False] * 3, view.id) == ([shown.open for shown in slack.views], slack.views[-1].root_id)


async def test_updates_notice_newer_forms(slack: SlackStandIn, bot: TinyBot, client: AsyncWebClient) -> None:
    """
    An update with the hash of an older state is refused.
    """
    view = await opened(slack, bot, client)
    seen = view.hash
    await client.views_update(view_id=view.id, hash=seen, view=form("Newer"))

    assert await refused(client.views_update(view_id=view.id, hash=seen, view=form("Older"))) == "hash_conflict"
    assert view.payload["title"]["text"] == "Newer"


async def test_external_ids_are_unique(slack: SlackStandIn, bot: TinyBot, client: AsyncWebClient) -> None:
    """
    Two open forms never share an external id.
    """
    await opened(slack, bot, client, external_id="op-1")
    again = client.views_open(trigger_id=await trigger(slack, bot), view=form(external_id="op-1"))

    assert await refused(again) == "duplicate_external_id"


async def test_a_closed_form_is_told_if_wanted(slack: SlackStandIn, bot: TinyBot, client: AsyncWebClient) -> None:
    """
    The bot hears of a closed form that asked for it, and of no other.
    """
    await slack.close_view(await opened(slack, bot, client))
    view = await opened(slack, bot, client, notify_on_close=True)
    await slack.close_view(view)

    kinds = [json.loads(form["payload"])["type"] for form in bot.forms if "payload" in form]
    assert (kinds, view.open) == (["view_closed"], False)


async def test_a_home_tab_is_published_anew(slack: SlackStandIn, client: AsyncWebClient) -> None:
    """
    A person has one home tab; publishing changes it.
    """
    for title in ("One", "Two"):
        header = {"type": "header", "text": {"type": "plain_text", "text": title}}
        await client.views_publish(user_id="U0ADMIN", view={"type": "home", "blocks": [header]})

    assert [view.payload["blocks"][0]["text"]["text"] for view in slack.views] == ["Two"]
