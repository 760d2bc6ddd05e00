"""Response URLs work as long, as often and as far as Slack lets them."""

import json
from typing import Any

import aiohttp

from bot.sandbox.slack import SlackStandIn
from tests.sandbox.slack_helpers import Clock, TinyBot, actions, button


async def send(url: str, body: Any, **headers: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.post(url, json=body, headers=headers) as response:
        return response.status, await response.text()


def clicked(bot: TinyBot) -> Any:
    return json.loads(bot.forms[-1]["payload"])


async def test_a_response_url_is_used_five_times(slack: SlackStandIn, bot: TinyBot) -> None:
    """
    A response URL takes five messages, and no sixth.
    """
    await slack.slash("/record on", user="U0OPERATOR")
    url = bot.forms[0]["response_url"]
    answers = [await send(url, {"text": str(number)}) for number in range(6)]

    assert answers == [(200, "ok")] * 5 + [(404, "used_url")]
    expected = [("ephemeral", "response_url", str(number)) for number in range(5)]
    assert expected == [(message.kind, message.via, message.text) for message in slack.messages]
    assert slack.violations == []


async def test_a_response_url_lives_thirty_minutes(slack: SlackStandIn, bot: TinyBot, clock: Clock) -> None:
    """
    A response URL works for 30 minutes, and no second longer.
    """
    await slack.slash("/record on", user="U0OPERATOR")
    url = bot.forms[0]["response_url"]
    clock.now += 1800
    in_time = await send(url, {"text": "in time"})
    clock.now += 1

    assert [in_time, await send(url, {"text": "late"})] == [(200, "ok"), (404, "expired_url")]


async def test_a_response_url_reaches_where_the_bot_is_not(slack: SlackStandIn, bot: TinyBot) -> None:
    """
    A response URL posts to a channel that the bot is not in.
    """
    await slack.slash("/record on", user="U0OPERATOR", channel="G0PRIVATE")
    await send(bot.forms[0]["response_url"], {"text": "Recording", "response_type": "in_channel"})

    assert [message.text for message in slack.visible_to("U0VIEWER", "G0PRIVATE")] == ["Recording"]


async def test_a_click_changes_its_message(slack: SlackStandIn, bot: TinyBot) -> None:
    """
    The response URL of a click replaces the message that was pressed, then deletes it.
    """
    bot.json = {"text": "Stop?", "blocks": [actions(button())]}
    prompt = (await slack.slash("/record off", user="U0OPERATOR")).message
    bot.json = None
    assert prompt is not None
    await slack.click(prompt, "operation_confirm", user="U0OPERATOR")
    url = clicked(bot)["response_url"]
    await send(url, {"replace_original": True, "text": "Stopping"})

    assert (prompt.kind, prompt.text, prompt.blocks) == ("ephemeral", "Stopping", [])
    await send(url, {"replace_original": True, "text": "Public", "response_type": "in_channel"})
    await send(url, {"delete_original": True})
    assert (prompt.kind, prompt.deleted) == ("ephemeral", True)
    assert slack.violations == ["response_url: an ephemeral message can't become in_channel; it stays ephemeral."]
    assert len(slack.messages) == 1


async def test_a_command_has_no_original(slack: SlackStandIn, bot: TinyBot) -> None:
    """
    What was typed can't be replaced; a new message is shown, and noted.
    """
    await slack.slash("/record on", user="U0OPERATOR")
    await send(bot.forms[0]["response_url"], {"replace_original": True, "text": "Done"})

    assert [message.text for message in slack.messages] == ["Done"]
    assert slack.violations == ["response_url: a command has no original message to replace or delete."]


async def test_tokens_stay_away_from_response_urls(slack: SlackStandIn, bot: TinyBot) -> None:
    """
    A token that is sent to a response URL is noted, wherever it stands.
    """
    await slack.slash("/record on", user="U0OPERATOR")
    url = bot.forms[0]["response_url"]
    await send(url, {"text": "x"}, Authorization="Bearer xoxb-for-tests")
    await send(url, {"text": "x", "metadata": {"event_type": "xoxb-for-tests", "event_payload": {}}})

    assert slack.violations == [
        "response_url: an Authorization header was sent; a response URL takes none.",
        "response_url: a token was sent; keep it for the Web API.",
    ]


async def test_response_urls_fail_when_told(slack: SlackStandIn, bot: TinyBot) -> None:
    """
    A fault of response URLs does not use them up.
    """
    await slack.slash("/record on", user="U0OPERATOR")
    slack.fail("response_url", status=503)
    status, _ = await send(bot.forms[0]["response_url"], {"text": "x"})

    assert (status, [call.status for call in slack.calls], slack.messages) == (503, [503], [])
