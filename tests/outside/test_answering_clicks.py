"""A click is never met with silence, whatever Slack does with the answer."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from bot.sandbox.slack import Answer, Message
from tests.harness import ADMIN, MANAGER, OPERATOR, STRANGER, VIEWER, Stage
from tests.outside.acts import ended, offers, shown_after
from tests.outside.clicking import OFF, OFF_CALL, operation_of, press, recorded, settled

BUTTONS = ["operation_confirm", "operation_cancel"]


async def pressed_without_a_response_url(stage: Stage, message: Message, button: str) -> Answer:
    """Press a button in a place where Slack gives no response URL along."""
    payload = {
        "type": "block_actions",
        "user": {"id": MANAGER, "team_id": "T0STUDIO"},
        "team": {"id": "T0STUDIO"},
        "channel": {"id": message.channel},
        "container": {"type": "message", "channel_id": message.channel},
        "actions": [{"type": "button", "action_id": button, "block_id": "b", "value": operation_of(message)}],
    }
    body = urlencode({"payload": json.dumps(payload)}).encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return await stage.slack.post(body, {**kind, **stage.slack.sign(body)})


async def came_of(stage: Stage, button: str) -> None:
    """See that the button has done what it says."""
    assert ([OFF_CALL] if button == "operation_confirm" else []) == await settled(stage)


@pytest.mark.parametrize("button", BUTTONS)
async def test_busy_slack_is_waited_for(stage: Stage, button: str) -> None:
    """
    While Slack has no time the answer waits, and takes the place of the buttons then.
    """
    recorded(stage)
    prompt = await stage.prompt(OFF)
    stage.slack.fail("response_url", retry_after=1, times=2)

    told = await press(stage, prompt, button)

    assert (prompt, []) == (told, offers(prompt))
    assert ("Confirmed" if button == "operation_confirm" else "Cancelled") in prompt.text
    await came_of(stage, button)


@pytest.mark.parametrize("button", BUTTONS)
async def test_dead_response_url_is_got_around(stage: Stage, button: str) -> None:
    """
    Where Slack takes no answer to the click, it comes as a message that its presser alone sees.
    """
    recorded(stage)
    prompt = await stage.prompt(OFF)
    stage.slack.fail("response_url", status=404, error="expired_url")

    told = await press(stage, prompt, button)

    assert ("ephemeral", MANAGER, "chat.postEphemeral") == (told.kind, told.to, told.via)
    assert ("Confirmed" if button == "operation_confirm" else "Cancelled") in told.text
    await came_of(stage, button)


@pytest.mark.parametrize("button", BUTTONS)
async def test_missing_response_url_is_got_around(stage: Stage, button: str) -> None:
    """
    The same where Slack gave none along.
    """
    recorded(stage)
    prompt = await stage.prompt(OFF)
    before = list(stage.slack.messages)

    answer = await pressed_without_a_response_url(stage, prompt, button)
    told = await stage.told(lambda shown: shown not in before and shown.to == MANAGER)

    assert 200 == answer.status
    assert ("ephemeral", "chat.postEphemeral") == (told.kind, told.via)
    assert ("Confirmed" if button == "operation_confirm" else "Cancelled") in told.text
    await came_of(stage, button)


async def test_refusal_of_a_click_names_who_can_help(stage: Stage) -> None:
    """
    Who may not press reads which role it takes, and who can grant it.
    """
    prompt = await stage.prompt(OFF, OPERATOR)
    await stage.outcome(f"/agora revoke <@{OPERATOR}>", ADMIN)
    stage.agora.fault("503", method="PUT")
    card = await stage.outcome("/record on live eu main-stage", MANAGER)

    confirming = await press(stage, prompt, "operation_confirm", OPERATOR)
    retrying = await press(stage, card, "operation_retry", STRANGER)

    for told in (confirming, retrying):
        assert "operator" in told.text
        assert f"<@{ADMIN}>" in told.text


async def failed_read(stage: Stage) -> Message:
    """The answer to a read that Agora had no time for."""
    stage.agora.fault("503", method="GET")
    answer = await stage.outcome("/record config live eu", VIEWER)
    assert (VIEWER, ["operation_retry"]) == (answer.to, offers(answer))
    return answer


async def test_failed_read_is_tried_again_in_private(stage: Stage) -> None:
    """
    A read that failed has a button; what it finds the second time is for whoever pressed alone.
    """
    answer = await failed_read(stage)

    await stage.slack.click(answer, "operation_retry", user=VIEWER)
    again = await stage.told(lambda shown: "example-recordings" in shown.text)

    assert ("ephemeral", VIEWER, []) == (again.kind, again.to, offers(again))
    assert [] == offers(answer)
    assert {VIEWER} == {shown.to for shown in await shown_after(stage, VIEWER)}


async def test_failed_read_is_tried_again_by_who_may(stage: Stage) -> None:
    """
    The role is looked at when the button is pressed: who lost it is told who can help, and Agora hears nothing.
    """
    answer = await failed_read(stage)
    await stage.outcome(f"/agora revoke <@{VIEWER}>", ADMIN)
    asked = len(stage.agora.calls)

    told = await press(stage, answer, "operation_retry", VIEWER)

    assert ("ephemeral", VIEWER) == (told.kind, told.to)
    for part in ("viewer", f"<@{ADMIN}>"):
        assert part in told.text
    await shown_after(stage)
    assert asked == len(stage.agora.calls)


async def test_question_that_no_way_takes_ends_in_words_about_that(stage: Stage) -> None:
    """
    Where Slack takes the question nowhere, its requester reads so, as soon as there is a way.
    """
    stage.slack.fail("response_url", status=404, error="expired_url")
    stage.slack.fail("chat.postEphemeral", error="channel_not_found")
    stage.slack.fail("chat.postMessage", error="channel_not_found")

    message = await stage.outcome(OFF, MANAGER)

    assert (MANAGER, []) == (message.to, offers(message))
    assert "could not be shown" in message.text
    assert "Nobody confirmed" not in message.text
    assert [] == stage.wire


async def test_outcome_that_waits_for_slack_holds_no_call_up(stage: Stage) -> None:
    """
    While an outcome waits for Slack the next operation of the entry point reaches Agora; its outcome keeps its place.
    """
    stage.slack.fail("chat.postMessage", retry_after=60)
    await stage.slash("/record on live eu one")
    await stage.agora.wait_for(lambda call: call.stream == "one" and call.duration is not None)

    await stage.slash("/record on live eu two")
    await stage.agora.wait_for(lambda call: call.stream == "two" and call.duration is not None)
    elsewhere = await stage.outcome("/record on live eu three", channel="D0OTTO")

    assert "`three`" in elsewhere.text
    assert ["one", "two", "three"] == [call.stream for call in stage.agora.calls if call.method == "PUT"]
    assert [elsewhere] == list(filter(ended, stage.slack.messages))
