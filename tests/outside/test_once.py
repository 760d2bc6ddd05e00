"""Once is once: replayed requests, Slack's own repeats, and what only looks like one."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import urlencode

from bot.sandbox.slack import Answer
from bot.sandbox.slack_model import Place
from bot.sandbox.slack_payloads import click_payload, find_button, slash_form
from tests.harness import LIVE, MANAGER, OPERATOR, Stage
from tests.outside.clicking import OFF, OFF_CALL, settled

ON = "/record on live eu main-stage"
ON_CALL = "PUT entry_points/live/admin/record/custom/regions/eu/tasks?id=main-stage"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def command(stage: Stage, line: str) -> bytes:
    """The body of a typed command, to be sent more than once."""
    workspace, place = stage.slack._workspace, Place(OPERATOR, LIVE)
    return urlencode(slash_form(workspace, line, place, stage.slack._response_url(place))).encode()


async def sent(stage: Stage, body: bytes, headers: dict[str, str] | None = None) -> Answer:
    """Post a signed body; with *headers*, those of before."""
    return await stage.slack.post(body, {**FORM, **(headers or stage.slack.sign(body))})


async def test_replayed_command_is_not_done_twice(stage: Stage) -> None:
    """
    The same signed request again, within the five minutes that its signature holds, does nothing and says so.
    """
    body = command(stage, ON)
    headers = stage.slack.sign(body)
    first = await sent(stage, body, headers)
    await stage.told(lambda shown: shown.kind == "channel")

    stage.time.turn(timedelta(minutes=4))
    again = await sent(stage, body, headers)

    assert (200, "") == (first.status, first.text)
    assert again.json is not None
    assert (200, "ephemeral") == (again.status, again.json["response_type"])
    assert "operation" in again.json["text"]
    assert [ON_CALL] == await settled(stage)


async def test_replay_of_a_command_that_still_runs_is_not_done_twice(stage: Stage) -> None:
    """
    The same, while the first one is still with Agora.
    """
    stage.agora.fault("slow:0.5", method="PUT")
    body = command(stage, ON)
    answers = [await sent(stage, body, stage.slack.sign(body)) for _ in range(3)]

    assert [True, False, False] == [answer.text == "" for answer in answers]
    assert [ON_CALL] == await settled(stage)


async def test_old_request_is_turned_away(stage: Stage) -> None:
    """
    After five minutes a signature holds no more.
    """
    body = command(stage, ON)
    headers = stage.slack.sign(body)
    stage.time.turn(timedelta(minutes=5, seconds=1))

    answer = await sent(stage, body, headers)

    assert 401 == answer.status
    assert [] == await settled(stage)


async def test_command_that_slack_repeats_is_not_done_twice(stage: Stage) -> None:
    """
    The same use of a command (its trigger is the same) with a new signature is the same operation.
    """
    body = command(stage, ON)
    now = int(stage.time.seconds())

    first = await sent(stage, body, stage.slack.sign(body, now))
    again = await sent(stage, body, stage.slack.sign(body, now + 1))

    assert (True, False) == (first.text == "", again.text == "")
    assert [ON_CALL] == await settled(stage)


async def test_repeat_at_another_process_is_not_done_twice(stage: Stage) -> None:
    """
    Two processes on one Redis know of each other's operations.
    """
    body = command(stage, ON)
    await sent(stage, body)
    await stage.start()

    again = await sent(stage, body)

    assert "" != again.text
    assert [ON_CALL] == await settled(stage)


async def test_repeated_prompt_is_shown_once(stage: Stage) -> None:
    """
    A command that asks, repeated by Slack, asks once.
    """
    body = command(stage, OFF)
    await sent(stage, body)
    await stage.told(lambda shown: "operation_confirm" in str(shown.blocks))

    await sent(stage, body)

    assert [] == await settled(stage)
    assert 1 == sum("operation_confirm" in str(shown.blocks) for shown in stage.slack.messages)


async def test_same_line_typed_twice_is_done_twice(stage: Stage) -> None:
    """
    What a person types again, they mean again.
    """
    first = await stage.outcome(ON)
    second = await stage.outcome(ON)

    assert [ON_CALL, ON_CALL] == stage.wire
    assert first is not second


async def test_replayed_click_counts_once(stage: Stage) -> None:
    """
    The same signed click again is explained and does nothing.
    """
    prompt = await stage.prompt(OFF)
    workspace, place = stage.slack._workspace, Place(MANAGER, LIVE, prompt)
    pressed = find_button(prompt.all_blocks(), "operation_confirm", None)
    payload = click_payload(workspace, prompt, pressed, MANAGER, stage.slack._response_url(place))
    body = urlencode({"payload": json.dumps(payload)}).encode()
    headers = stage.slack.sign(body)

    answers = [await sent(stage, body, headers) for _ in range(3)]

    assert [200, 200, 200] == [answer.status for answer in answers]
    assert [OFF_CALL] == await settled(stage)
