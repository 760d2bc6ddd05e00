"""A click reaches the bot as Slack sends it, from where the button is."""

import json
from typing import Any

import pytest

from bot.sandbox.slack import SlackStandIn
from bot.sandbox.slack_model import Message
from tests.sandbox.slack_helpers import Clock, TinyBot, actions, button, client_of


async def asked(slack: SlackStandIn, **more: Any) -> Message:
    async with client_of(slack) as client:
        await client.chat_postMessage(channel="C0LIVE", text="Stop?", blocks=[actions(button(value="op-1"))], **more)
    return slack.messages[-1]


def clicked(bot: TinyBot) -> Any:
    return json.loads(bot.forms[-1]["payload"])


async def test_a_click_says_all(slack: SlackStandIn, bot: TinyBot, clock: Clock) -> None:
    """
    A click carries the button, the message and who pressed.
    """
    message = await asked(slack)
    await slack.click(message, "operation_confirm", user="U0OPERATOR")

    payload = clicked(bot)
    assert (
        payload["type"],
        payload["user"],
    ) == ("block_actions", {"id": "U0OPERATOR", "username": "otto", "name": "otto", "team_id": "T0STUDIO"})
    assert {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": "C0LIVE",
        "is_ephemeral": False,
    } == payload["container"]
    assert (payload["message"]["text"], payload["state"]) == ("Stop?", {"values": {}})
    pressed = payload["actions"][0]
    assert ("operation_confirm", "op-1", "button", message.blocks[0]["block_id"]) == (
        pressed["action_id"],
        pressed["value"],
        pressed["type"],
        pressed["block_id"],
    )


async def test_ephemeral_clicks_have_no_message(slack: SlackStandIn, bot: TinyBot) -> None:
    """
    A click on an ephemeral message comes without the message, and from its viewer alone.
    """
    bot.json = {"text": "Stop?", "blocks": [actions(button())]}
    prompt = (await slack.slash("/record off", user="U0OPERATOR")).message
    bot.json = None
    assert prompt is not None
    with pytest.raises(ValueError):
        await slack.click(prompt, "operation_confirm", user="U0ADMIN")
    await slack.click(prompt, "operation_confirm", user="U0ADMIN", unseen=True)

    assert (
        clicked(bot)["user"]["id"],
        clicked(bot)["container"]["is_ephemeral"],
        "message" in clicked(bot),
    ) == ("U0ADMIN", True, False)


async def test_only_buttons_that_are_there_are_pressed(slack: SlackStandIn, bot: TinyBot) -> None:
    """
    A button that an edit took away is pressed by a client that has not drawn the edit, and by nobody else.
    """
    message = await asked(slack)
    async with client_of(slack) as client:
        await client.chat_update(channel="C0LIVE", ts=message.ts, text="Stopped")
    with pytest.raises(ValueError, match="no button operation_confirm"):
        await slack.click(message, "operation_confirm", user="U0OPERATOR")
    await slack.click(message, "operation_confirm", user="U0OPERATOR", blocks=message.history[0][1])

    assert [action["value"] for action in clicked(bot)["actions"]] == ["op-1"]


async def test_buttons_of_attachments_are_pressed(slack: SlackStandIn, bot: TinyBot) -> None:
    """
    A button in an attachment is found; its container says so.
    """
    message = await asked(slack, attachments=[{"color": "#f00"}, {"blocks": [actions(button("operation_retry"))]}])
    await slack.click(message, "operation_retry", user="U0OPERATOR")

    container = clicked(bot)["container"]
    assert (container["type"], container["attachment_id"]) == ("message_attachment", 2)


async def test_a_body_to_a_click_is_noted(slack: SlackStandIn, bot: TinyBot) -> None:
    """
    Slack shows nothing of what is answered to a click.
    """
    bot.text = "Working on it"
    await slack.click(await asked(slack), "operation_confirm", user="U0OPERATOR")

    assert slack.violations == ["ack: operation_confirm was answered with a body, which Slack does not show."]
    assert [message.text for message in slack.messages] == ["Stop?"]
