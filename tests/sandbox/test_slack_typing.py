"""What people type reaches the bot as Slack sends it, and answers are shown as Slack shows them."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from slack_sdk.signature import Clock as SlackClock
from slack_sdk.signature import SignatureVerifier

from bot.sandbox.slack import SlackStandIn
from bot.sandbox.slack_model import Message
from tests.sandbox.slack_helpers import Clock, TinyBot, actions, button, client_of, serving


async def asked(slack: SlackStandIn, **more: Any) -> Message:
    async with client_of(slack) as client:
        await client.chat_postMessage(channel="C0LIVE", text="Stop?", blocks=[actions(button(value="op-1"))], **more)
    return slack.messages[-1]


async def test_a_command_is_signed(slack: SlackStandIn, bot: TinyBot, clock: Clock) -> None:
    """
    Slack's own verifier takes a command for genuine.
    """

    class Now(SlackClock):
        def now(self) -> float:
            return clock.now

    await slack.slash("/record on live eu main", user="U0OPERATOR")

    body, headers = bot.requests[0]
    verifier = SignatureVerifier("signing-secret-for-tests", Now())
    assert verifier.is_valid_request(body.decode(), headers)
    assert not verifier.is_valid_request(body.decode() + "x", headers)


async def test_a_command_says_who_and_where(slack: SlackStandIn, bot: TinyBot) -> None:
    """
    A command arrives as a form with Slack's fields.
    """
    await slack.slash("/record  on live", user="U0OPERATOR", channel="G0PRIVATE", team_domain="payload")

    form = bot.forms[0]
    assert tuple(form[key] for key in ("command", "text", "user_id", "channel_id", "channel_name", "team_domain")) == (
        "/record",
        "on live",
        "U0OPERATOR",
        "G0PRIVATE",
        "privategroup",
        "payload",
    )
    assert {"team_id", "response_url", "trigger_id", "api_app_id", "is_enterprise_install", "user_name"} <= form.keys()


@pytest.mark.parametrize(
    ("typed", "arrives"),
    [
        ("grant @otto viewer", "grant <@U0OPERATOR|otto> viewer"),
        ("grant @crew viewer", "grant <!subteam^S0CREW|@crew> viewer"),
        ("in #live-ops and #private", "in <#C0LIVE|live-ops> and <#G0PRIVATE|>"),
        ("a & b < c", "a &amp; b &lt; c"),
        ("set https://a.b/c?d&e", "set <https://a.b/c?d&amp;e>"),
        ("grant <@U0VIEWER> &amp;", "grant <@U0VIEWER> &amp;amp;"),
        ("@nobody", "@nobody"),
    ],
)
async def test_names_are_escaped(slack: SlackStandIn, bot: TinyBot, typed: str, arrives: str) -> None:
    """
    Names and addresses arrive as `should_escape` makes them.
    """
    slack.add_usergroup("S0CREW", "crew")
    await slack.slash(f"/agora {typed}", user="U0ADMIN")

    assert arrives == bot.forms[0]["text"]


async def test_text_answers_are_private(slack: SlackStandIn, bot: TinyBot) -> None:
    """
    A body is shown to the caller alone.
    """
    bot.text = "Working on it"
    answer = await slack.slash("/record on", user="U0OPERATOR")

    assert answer.message is slack.messages[0]
    assert (
        slack.messages[0].kind,
        slack.messages[0].to,
        slack.messages[0].text,
        slack.messages[0].via,
    ) == ("ephemeral", "U0OPERATOR", "Working on it", "ack")


async def test_json_answers_can_be_public(slack: SlackStandIn, bot: TinyBot) -> None:
    """
    An answer of the type in_channel is for everybody; an empty one shows nothing.
    """
    await slack.slash("/record on", user="U0OPERATOR")
    bot.json = {"response_type": "in_channel", "text": "Recording"}
    await slack.slash("/record on", user="U0OPERATOR")

    assert [(m.kind, m.to, m.text) for m in slack.messages] == [("channel", None, "Recording")]


@pytest.mark.parametrize(("status", "error"), [(404, "http_client_error"), (500, "http_service_error")])
async def test_other_answers_are_failures(slack: SlackStandIn, bot: TinyBot, status: int, error: str) -> None:
    """
    The caller is told of an answer other than 200, and does not see its body.
    """
    bot.status, bot.text = status, "Not here"
    answer = await slack.slash("/record on", user="U0OPERATOR")

    assert error == answer.error
    assert [f'/record failed with the error "{error}"'] == [message.text for message in slack.messages]


async def test_no_answer_in_time_is_a_timeout() -> None:
    """
    An answer that does not come in time is an operation_timeout.
    """
    never = asyncio.Event()

    async def wait(_: web.Request) -> web.StreamResponse:
        await never.wait()
        return web.Response()

    async with SlackStandIn(answer_limit=timedelta(milliseconds=50)) as slack, serving(slack, TinyBot(wait)):
        answer = await slack.slash("/record on", user="U0OPERATOR")
        never.set()

    assert (answer.status, answer.error) == (0, "operation_timeout")
    assert [(m.kind, m.via, m.by_bot) for m in slack.messages] == [("ephemeral", "slack", False)]


async def test_no_bot_is_a_failed_dispatch(slack: SlackStandIn) -> None:
    """
    A bot that does not listen is a dispatch_failed.
    """
    async with serving(slack, TinyBot()):
        pass
    answer = await slack.slash("/record on", user="U0OPERATOR")

    assert answer.error == "dispatch_failed"


async def test_a_wrong_answer_is_noted(slack: SlackStandIn, bot: TinyBot) -> None:
    """
    Blocks that Slack refuses are not shown; the caller sees a failure.
    """
    bot.json = {"text": "x", "blocks": [{"type": "fancy"}]}
    answer = await slack.slash("/record on", user="U0OPERATOR")

    assert answer.error == "invalid_blocks"
    assert [text[:19] for text in slack.violations] == ["ack: invalid_blocks"]


async def test_who_is_not_there_types_nothing(slack: SlackStandIn, bot: TinyBot) -> None:
    """
    Only a person of the workspace who is in the channel can type.
    """
    slack.add_person("U0FAR", "far")
    for user, channel in (("U0NOBODY", "C0LIVE"), ("U0FAR", "C0LIVE"), ("U0ADMIN", "C0NOWHERE")):
        with pytest.raises(ValueError):
            await slack.slash("/record on", user=user, channel=channel)

    assert bot.requests == []


async def test_forged_requests_arrive_as_they_are(slack: SlackStandIn, bot: TinyBot) -> None:
    """
    A forged request arrives with the headers it was given.
    """
    bot.status = 401
    answer = await slack.post(b"text=x", slack.sign(b"text=y", timestamp=5))

    body, headers = bot.requests[0]
    assert (answer.status, body, headers["X-Slack-Request-Timestamp"]) == (401, b"text=x", "5")
    assert slack.messages == []


async def test_an_event_arrives_signed(slack: SlackStandIn, bot: TinyBot) -> None:
    """
    An event arrives as JSON, a repeated one with Slack's retry header.
    """
    await slack.event({"type": "app_home_opened", "user": "U0ADMIN"}, retry=1)

    body, headers = bot.requests[0]
    assert (json.loads(body)["type"], json.loads(body)["event"]["type"]) == ("event_callback", "app_home_opened")
    assert (headers["X-Slack-Retry-Num"], "X-Slack-Signature" in headers) == ("1", True)


async def test_waiting_sees_edits(slack: SlackStandIn) -> None:
    """
    Waiting for a message ends when a message becomes what is waited for.
    """
    message = await asked(slack)
    waiting = asyncio.create_task(slack.wait_for(lambda m: m.text == "Stopped"))
    async with client_of(slack) as client:
        await client.chat_update(channel="C0LIVE", ts=message.ts, text="Stopped")

    assert message is await waiting


async def test_waiting_in_vain_says_what_was_shown(slack: SlackStandIn) -> None:
    """
    Waiting for what does not come fails and lists what was shown.
    """
    await asked(slack)

    with pytest.raises(AssertionError, match=r"channel C0LIVE chat\.postMessage 'Stop\?'"):
        await slack.wait_for(lambda _: False, timeout=0)


async def test_a_stand_in_comes_back(slack: SlackStandIn) -> None:
    """
    A stand-in that is stopped and started on the same port remembers everything.
    """
    await asked(slack)
    address = slack.api_url
    await slack.stop()
    await slack.start(port=int(address.split(":")[2].partition("/")[0]))
    await asked(slack)

    assert (address, 2) == (slack.api_url, len(slack.messages))
