"""Where an outcome is read when Slack does not take it where it belongs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.sandbox.slack import Message
from bot.store import Store
from tests.harness import ADMIN, LIVE, MANAGER, OPERATOR, PRIVATE, SHOW, Stage
from tests.outside.acts import confirm, ended, public, shown_after, trail
from tests.outside.clicking import settled

RECORD = "/record on live eu main-stage"
SET = "/transfer set live on https://hooks.example.com/transfer"


async def confirmed_in(stage: Stage, channel: str) -> Message:
    """Set transfer from *channel*, and wait for the outcome."""
    return await confirm(stage, await stage.prompt(SET, MANAGER, channel))


@pytest.mark.parametrize("channel", [SHOW, PRIVATE])
async def test_outcome_reaches_a_channel_without_the_bot(stage: Stage, store: Store, channel: str) -> None:
    """
    Where the bot is no member, the outcome comes as the answer to the command, for all in the channel to see.
    """
    message = await stage.outcome(RECORD, OPERATOR, channel)

    assert ("channel", channel, "response_url") == (message.kind, message.channel, message.via)
    assert f"<@{OPERATOR}>" in message.text
    assert [message] == public(await shown_after(stage))
    assert [(channel, "succeeded"), (channel, "told")] == [
        (record.channel, record.outcome) for record in await trail(store)
    ]


@pytest.mark.parametrize("channel", [SHOW, PRIVATE])
async def test_confirmed_outcome_reaches_a_channel_without_the_bot(stage: Stage, channel: str) -> None:
    """
    The question and the outcome of a disruptive command find their ways there too.
    """
    message = await confirmed_in(stage, channel)

    assert ("channel", channel, "response_url") == (message.kind, message.channel, message.via)
    assert 1 == len(stage.wire)


async def test_outcome_in_an_archived_channel(stage: Stage) -> None:
    """
    A channel that was archived meanwhile takes no messages of the bot; the outcome is told another way.
    """
    stage.slack.channels[LIVE].archived = True

    message = await stage.outcome(RECORD)

    assert "response_url" == message.via
    assert f"<@{OPERATOR}>" in message.text


@pytest.mark.parametrize("channel", [SHOW, PRIVATE])
async def test_outcome_ends_in_a_direct_message(stage: Stage, store: Store, channel: str) -> None:
    """
    Where the answer to the command has lapsed as well, the requester is told in a direct message.
    """
    stage.slack.fail("response_url", status=404, error="expired_url")

    message = await stage.outcome(RECORD, OPERATOR, channel)

    assert ("dm", "D0OTTO") == (message.kind, message.channel)
    assert "`main-stage`" in message.text
    succeeded, told = await trail(store)
    assert ("succeeded", "told") == (succeeded.outcome, told.outcome)
    assert "Told by direct message" in str(told.detail)
    assert "expired_url" in str(told.detail)


async def test_command_in_a_direct_message_is_answered_there(stage: Stage) -> None:
    """
    Somebody who types to the bot itself reads the outcome right there.
    """
    message = await stage.outcome(RECORD, OPERATOR, "D0OTTO")

    assert ("dm", "D0OTTO") == (message.kind, message.channel)


@pytest.mark.parametrize("trouble", [{"retry_after": 1}, {"status": 500}, {"error": "internal_error"}, {"abort": True}])
async def test_outcome_is_told_later_while_slack_is_busy(stage: Stage, store: Store, trouble: dict[str, int]) -> None:
    """
    While Slack is busy the outcome waits and is posted once; Agora is not asked a second time.
    """
    stage.slack.fail("chat.postMessage", **trouble)  # type: ignore[arg-type]

    message = await stage.outcome(RECORD)

    assert ("channel", LIVE, "chat.postMessage") == (message.kind, message.channel, message.via)
    assert [message] == public(await shown_after(stage))
    assert 1 == len(stage.wire)
    assert ["succeeded"] == [record.outcome for record in await trail(store)]


async def test_outcomes_that_waited_come_in_order(stage: Stage) -> None:
    """
    What could not be told for a while is told in the order in which it was asked for.
    """
    stage.slack.fail("chat.postMessage", retry_after=3)

    await stage.slash("/record on live eu one")
    await stage.slash("/record on live eu two")
    one = await stage.told(lambda message: "`one`" in message.text)
    two = await stage.told(lambda message: "`two`" in message.text)

    assert [one, two] == public(stage.slack.messages)


@pytest.mark.parametrize("trouble", [{"abort": True}, {"status": 500}, {"error": "internal_error"}])
async def test_outcome_that_slack_took_without_saying_so_is_found(stage: Stage, trouble: dict[str, Any]) -> None:
    """
    Where Slack takes the message and does not say so, the bot looks before it repeats it, and finds it.
    """
    stage.slack.fail("chat.postMessage", after_processing=True, **trouble)

    message = await stage.outcome(RECORD)
    await settled(stage)

    assert [message] == [shown for shown in public(stage.slack.messages) if "`main-stage`" in shown.text]
    assert "repeat" not in message.text


@pytest.mark.parametrize("refused", ["missing_scope", "not_in_channel", "channel_not_found"])
async def test_outcome_that_may_be_a_repeat_says_so(stage: Stage, refused: str) -> None:
    """
    Where a connection broke after Slack took the message, and the bot may not read there, the next one says so.
    """
    stage.slack.fail("chat.postMessage", abort=True, after_processing=True)
    stage.slack.fail("conversations.history", error=refused)

    first = await stage.outcome(RECORD)
    second = await stage.told(lambda message: message is not first and ended(message))

    assert "repeat" not in first.text
    assert "may be a repeat" in second.text
    assert [first, second] == public(await shown_after(stage))


async def test_outcome_by_another_way_may_be_a_repeat_too(stage: Stage) -> None:
    """
    What went out as the answer to a command can't be looked up: told again it says so.
    """
    stage.slack.fail("response_url", abort=True, after_processing=True)

    first = await stage.outcome(RECORD, OPERATOR, SHOW)
    second = await stage.told(lambda message: message is not first and ended(message))

    assert ["response_url"] * 2 == [first.via, second.via]
    assert "may be a repeat" in second.text


async def test_outcome_that_slack_turned_away_is_no_repeat(stage: Stage) -> None:
    """
    Told to wait, the bot knows that nothing was shown: it neither looks nor says that it may be a repeat.
    """
    stage.slack.fail("response_url", retry_after=1)

    message = await stage.outcome(RECORD, OPERATOR, SHOW)

    assert "repeat" not in message.text
    assert [] == [call for call in stage.slack.calls if call.method == "conversations.history"]


async def test_outcome_without_any_way_is_kept(stage: Stage, store: Store) -> None:
    """
    Where Slack takes it nowhere it is still in the audit trail, and the next command is carried out.
    """
    stage.slack.fail("response_url", status=404, error="expired_url")
    stage.slack.fail("chat.postMessage", error="account_inactive", times=2)

    await stage.slash(RECORD)
    message = await stage.outcome("/record on live eu second-stage")

    assert "`second-stage`" in message.text
    records = await trail(store)
    assert ["succeeded", "told", "succeeded"] == [record.outcome for record in records]
    assert "Told nowhere" in str(records[1].detail)


async def test_question_is_shown_by_another_way(stage: Stage) -> None:
    """
    Where the answer to the command is not taken, the question comes as an ephemeral message.
    """
    stage.slack.fail("response_url", status=404, error="expired_url")

    prompt = await stage.prompt(SET)
    via, kind = prompt.via, prompt.kind
    message = await confirm(stage, prompt)

    assert ("chat.postEphemeral", "ephemeral") == (via, kind)
    assert "channel" == message.kind


async def test_click_without_an_answer_counts(stage: Stage) -> None:
    """
    A click is carried out although Slack does not take the answer to it.
    """
    prompt = await stage.prompt(SET)
    stage.slack.fail("response_url", status=500)

    message = await confirm(stage, prompt)

    assert "channel" == message.kind
    assert 1 == len(stage.wire)


@pytest.mark.parametrize("way", ["chat.postMessage", "chat.update", "chat.postEphemeral", "response_url"])
async def test_trouble_while_telling_never_repeats_the_change(stage: Stage, way: str) -> None:
    """
    Whatever Slack does, a change that was carried out is carried out once.
    """
    stage.slack.fail(way, status=500, times=1)

    await stage.slash(RECORD)
    await stage.told(ended)
    await shown_after(stage, ADMIN)

    assert 1 == len(stage.wire)


async def slow(world: Stage) -> None:
    """A bot that shows its card at once, and an Agora that takes its time."""
    world.patience = timedelta(milliseconds=50)
    await world.start()
    world.agora.fault("slow:1", method="PUT")


@pytest.mark.parametrize("channel", [SHOW, PRIVATE])
@pytest.mark.parametrize("streams", ["main-stage", "one two"])
async def test_slow_change_where_no_card_can_stand(world: Stage, channel: str, streams: str) -> None:
    """
    Where the bot can't post a card, one message comes, when the outcome is there.
    """
    await slow(world)

    message = await world.outcome(f"/record on live eu {streams}", ADMIN, channel)

    assert ended(message)
    assert [message] == public(await shown_after(world))


async def test_card_that_was_deleted_is_posted_anew(world: Stage) -> None:
    """
    If somebody deletes the card while it says that it works, the outcome is a message of its own.
    """
    await slow(world)
    running = await world.outcome(RECORD, ADMIN)
    running.deleted = True

    message = await world.told(ended)

    assert running is not message
    assert ("channel", LIVE) == (message.kind, message.channel)


@pytest.mark.parametrize("trouble", [{"retry_after": 1}, {"status": 500}, {"abort": True}])
async def test_card_that_can_not_be_updated_now_is_updated_later(world: Stage, trouble: dict[str, int]) -> None:
    """
    While Slack is busy the card keeps saying that it works; the outcome takes its place in the end.
    """
    world.patience = timedelta(milliseconds=300)
    await world.start()
    world.agora.fault("slow:0.5", method="PUT")
    world.slack.fail("chat.update", **trouble)  # type: ignore[arg-type]

    running = await world.outcome(RECORD, ADMIN)
    message = await world.told(ended)

    assert running is message
    assert [message] == public(await shown_after(world))
    assert 1 == len(world.wire)
