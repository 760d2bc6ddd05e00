"""Recording later, from outside: planned, seen by all, done at its time, turned off again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.sandbox.slack import Message
from bot.store import Store
from tests.harness import ADMIN, LIVE, OPERATOR, VIEWER, Stage, Time
from tests.outside.acts import ended, public, shown_after, trail
from tests.outside.clicking import actions, operation_of, press
from tests.planning import EVENING, KICK_OFF, PLAN, passed, time_at

ON = "PUT entry_points/live/admin/record/custom/regions/eu/tasks?id=final"
OFF = "DELETE entry_points/live/admin/record/custom/regions/eu/tasks/final"
END = KICK_OFF + timedelta(hours=2)


@pytest.fixture
def time() -> Time:
    return time_at(EVENING)


async def planned(stage: Stage, line: str = PLAN, user: str = OPERATOR) -> Message:
    """Type a plan, confirm it if it asks, and wait for its card."""
    message = await stage.outcome(line, user)
    if "operation_confirm" in actions(message):
        seen = list(stage.slack.messages)
        await press(stage, message, "operation_confirm", user)
        message = await stage.told(lambda shown: shown not in seen and "Planned: " in shown.text)
    assert "Planned: " in message.text, message.text
    return message


async def outcome(stage: Stage, until: datetime = KICK_OFF) -> Message:
    """Let it be the time, and wait for what comes of the plan."""
    seen = list(stage.slack.messages)
    await passed(stage, until)
    return await stage.told(lambda shown: shown not in seen and ended(shown))


def operation_in(message: Message) -> str:
    """The id in a card that may have no button."""
    return message.text.rsplit("operation `", 1)[1][:9]


async def test_plan_is_seen_by_all_and_nothing_is_done(stage: Stage) -> None:
    """
    A recording for later is shown in the channel: what, when in full, who asked; nothing reaches Agora.
    """
    card = await planned(stage)

    assert ("channel", LIVE, ["operation_cancel"]) == (card.kind, card.channel, actions(card))
    wanted = ["`final`", "`live`", "`eu`", "Tue 10 Mar 2026 20:45 CET (Europe/Berlin)", f"<@{OPERATOR}>"]
    assert [] == [part for part in [*wanted, operation_of(card)] if part not in card.text]
    assert ([card], []) == (public(await shown_after(stage)), stage.wire)


async def test_plan_is_done_at_its_time(stage: Stage, store: Store) -> None:
    """
    At its time it is done once; the outcome is a new message, and the plan's card says that it is over.
    """
    card = await planned(stage)

    told = await outcome(stage)

    assert ([ON], "channel") == (stage.wire, told.kind)
    assert [] == [part for part in ("✅", f"<@{OPERATOR}>", operation_in(card)) if part not in told.text]
    assert ("This plan was due" in card.text, "✅" in card.text, []) == (True, True, actions(card))
    await passed(stage, END)
    assert [card, told] == public(await shown_after(stage))
    assert [("record on", "succeeded", OPERATOR)] == [
        (record.action, record.outcome, record.actor) for record in await trail(store)
    ]


async def test_end_is_asked_for_once_and_done_by_itself(stage: Stage, store: Store) -> None:
    """
    What turns off again asks its requester alone, once, in full; both are done without another question.
    """
    prompt = await stage.prompt(f"{PLAN} for 2h", OPERATOR)
    wanted = "Record `final` on `live`, region `eu`, from Tue 10 Mar 2026 20:45 CET (Europe/Berlin) to 22:45 CET?"
    assert (True, "ephemeral", OPERATOR) == (wanted in prompt.text, prompt.kind, prompt.to)
    seen = list(stage.slack.messages)
    await press(stage, prompt, "operation_confirm", OPERATOR)
    await stage.told(lambda shown: shown not in seen and "Planned: " in shown.text)

    on = await outcome(stage)
    off = await outcome(stage, END)

    assert [ON, OFF] == stage.wire
    assert "Tue 10 Mar 2026 22:45 CET (Europe/Berlin)" in on.text
    assert operation_in(off) in on.text
    assert operation_in(on) in off.text
    assert "operation_confirm" not in actions(off)
    assert ["record on", "record off"] == [record.action for record in await trail(store)]


async def test_end_without_a_beginning_begins_now(stage: Stage) -> None:
    """
    Without `at` it is on at once, when that is confirmed, and its end is planned.
    """
    prompt = await stage.prompt("/record on live eu final for 2h", OPERATOR)
    seen = list(stage.slack.messages)
    await press(stage, prompt, "operation_confirm", OPERATOR)
    await stage.told(lambda shown: shown not in seen and ended(shown))

    off = await outcome(stage, END)

    assert ([ON, OFF], "✅" in off.text) == (stage.wire, True)


async def test_only_its_requester_confirms_a_plan(stage: Stage) -> None:
    """
    The question before a plan is one like any other: cancelled, nothing is planned.
    """
    prompt = await stage.prompt(f"{PLAN} until 22:45", OPERATOR)
    foreign = await press(stage, prompt, "operation_confirm", VIEWER, unseen=True)
    assert "can press that button" in foreign.text

    await press(stage, prompt, "operation_cancel", OPERATOR)
    await passed(stage, END)

    assert ([], []) == (public(await shown_after(stage)), stage.wire)


async def test_plan_confirmed_twice_is_one(stage: Stage) -> None:
    """
    A second press of the button is told that it is planned already.
    """
    prompt = await stage.prompt(f"{PLAN} for 2h", OPERATOR)
    blocks = prompt.blocks
    seen = list(stage.slack.messages)
    await press(stage, prompt, "operation_confirm", OPERATOR)
    await stage.told(lambda shown: shown not in seen and "Planned: " in shown.text)

    again = await press(stage, prompt, "operation_confirm", OPERATOR, blocks=blocks)

    assert "It is planned for" in again.text
    await passed(stage, KICK_OFF)
    await stage.told(lambda shown: ended(shown) and shown.kind == "channel")
    assert [ON] == stage.wire


@pytest.mark.parametrize("confirm", ["disruptive", "changes"])
async def test_plan_asks_where_all_changes_do(world: Stage, confirm: str) -> None:
    """
    Where all changes ask first, a plan without an end does too; it asks when it is typed, not when it is due.
    """
    await world.start(CONFIRM=confirm)

    message = await world.outcome(PLAN, ADMIN)

    assert (confirm == "changes") == ("operation_confirm" in actions(message))
    assert (confirm == "disruptive") == ("Planned: " in message.text)


@pytest.mark.parametrize(
    ("line", "named", "typed"),
    [
        ("at 17:00", "was 1 h ago", "at tomorrow 17:00"),
        ("at 2026-03-29 02:30", "the clocks go forward", "at 2026-03-29T01:30+01:00"),
        ("at 2026-12-24 20:45", "90 days are the most", None),
        ("at 20:45 until 2026-03-10 20:00", "It would end", None),
    ],
)
async def test_time_that_can_not_be_is_refused(stage: Stage, line: str, named: str, typed: str | None) -> None:
    """
    Which time can't be meant is said to its caller alone, with the line to type where there is one; that line works.
    """
    seen = list(stage.slack.messages)
    refused = await stage.outcome(f"/record on live eu final {line}")

    assert ("ephemeral", OPERATOR) == (refused.kind, refused.to)
    assert named in refused.text
    assert ([], []) == (public([shown for shown in stage.slack.messages if shown not in seen]), stage.wire)
    if typed:
        assert f"`/record on live eu final {typed}`" in refused.text
        await planned(stage, f"/record on live eu final {typed}")


@pytest.mark.parametrize("line", ["for 2h until 23:00", "until 23:00 for 2h"])
async def test_two_ends_are_refused_at_once(stage: Stage, line: str) -> None:
    """
    Something ends once; that is said before anything is written down.
    """
    answer = await stage.slash(f"{PLAN} {line}")

    assert answer.message is not None
    assert "ends once" in answer.message.text
    assert "Usage: `/record on" in answer.message.text


async def test_zone_comes_from_slack_once_a_day(stage: Stage) -> None:
    """
    The time zone of whoever types is Slack's, and is asked for once a day.
    """
    for minute in range(3):
        await planned(stage, f"/record on live eu final at 20:4{minute}")
    first = [call.arguments["user"] for call in stage.slack.calls if call.method == "users.info"]

    await planned(stage, "/record on live eu final at 20:45", ADMIN)

    users = [call.arguments["user"] for call in stage.slack.calls if call.method == "users.info"]
    assert ([OPERATOR], [OPERATOR, ADMIN]) == (first, users)


async def test_time_with_its_offset_needs_no_zone(stage: Stage) -> None:
    """
    Who types an offset is not looked up, and reads it back.
    """
    card = await planned(stage, "/record on live eu final at 2026-03-10T20:45+01:00")

    assert "Tue 10 Mar 2026 20:45 UTC+01:00" in card.text
    assert [] == [call for call in stage.slack.calls if call.method == "users.info"]


@pytest.mark.parametrize("trouble", [{"error": "missing_scope"}, {"status": 503, "times": 2}])
async def test_zone_that_slack_does_not_say_is_not_guessed(stage: Stage, trouble: dict[str, Any]) -> None:
    """
    Where Slack does not say the zone, the refusal says what to type instead; the next time Slack is asked again.
    """
    stage.slack.fail("users.info", **trouble)

    refused = await stage.outcome(PLAN)

    assert "Slack did not say your time zone." in refused.text
    assert "`2026-12-24T20:45+01:00`" in refused.text
    await planned(stage)


async def test_refusal_at_its_time_calls_who_planned_it(stage: Stage) -> None:
    """
    A role that is gone by then ends the plan in a message for all, that calls its requester.
    """
    await planned(stage)
    await stage.outcome(f"/agora revoke <@{OPERATOR}>", ADMIN)

    told = await outcome(stage)

    assert ("channel", []) == (told.kind, stage.wire)
    assert f"<@{OPERATOR}>, what you planned did not happen." in told.text


async def test_failure_at_its_time_can_be_tried_again(stage: Stage) -> None:
    """
    What failed at its time is tried again at once by its button, and has its end planned then.
    """
    await planned(stage, f"{PLAN} for 2h")
    stage.agora.fault("503", method="PUT", times=1)
    failed = await outcome(stage)
    seen = list(stage.slack.messages)

    await press(stage, failed, "operation_retry", OPERATOR)
    again = await stage.told(lambda shown: shown not in seen and ended(shown) and shown.kind == "channel")
    await outcome(stage, END)

    assert [ON, ON, OFF] == stage.wire
    assert "turned off again" in again.text


async def test_plan_in_a_foreign_channel_is_told_by_other_ways(stage: Stage) -> None:
    """
    Where the bot may not post, the plan is told through the command, and what comes of it, hours later, in person.
    """
    stage.slack.channels["G0PRIVATE"].members.discard("U0BOT")
    message = await stage.outcome(PLAN, OPERATOR, "G0PRIVATE")
    assert ("Planned: " in message.text, "response_url") == (True, message.via)

    told = await outcome(stage)

    assert ([ON], "dm") == (stage.wire, told.kind)
