"""The life of a confirmation: asked, confirmed or cancelled, lapsed, and never twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.audit import Audit
from bot.store import Store
from tests.harness import ADMIN, LIVE, MANAGER, OPERATOR, Stage
from tests.outside.clicking import OFF, OFF_CALL, actions, confirm, operation_of, press, recorded, settled


async def test_disruptive_command_asks_its_requester_alone(stage: Stage) -> None:
    """
    A disruptive command shows its requester what it would change, and Agora is changed by nothing yet.
    """
    prompt = await stage.prompt(OFF, OPERATOR)

    assert ("ephemeral", OPERATOR) == (prompt.kind, prompt.to)
    assert [] == [name for name in ("main-stage", "live", "eu") if name not in prompt.text]
    assert [] == await settled(stage)


async def test_prompt_has_two_buttons_that_carry_the_id_alone(stage: Stage) -> None:
    """
    The buttons of a prompt carry the operation's id, which the text names too, and nothing else.
    """
    prompt = await stage.prompt(OFF)

    assert ["operation_confirm", "operation_cancel"] == actions(prompt)
    assert operation_of(prompt) in prompt.text
    assert 9 == len(operation_of(prompt))


async def test_confirmed_operation_reaches_agora_and_the_channel(stage: Stage) -> None:
    """
    Confirming carries it out once and tells the channel who asked for what.
    """
    recorded(stage)
    prompt = await stage.prompt(OFF)
    operation = operation_of(prompt)

    card = await confirm(stage, prompt)

    assert [OFF_CALL] == stage.wire
    assert (LIVE, True) == (card.channel, "✅" in card.text)
    assert [] == [name for name in (f"<@{MANAGER}>", "live", "eu", "main-stage", operation) if name not in card.text]


@pytest.mark.parametrize("button", ["operation_confirm", "operation_cancel"])
async def test_pressing_replaces_the_buttons(stage: Stage, button: str) -> None:
    """
    A press takes the buttons away at once: the prompt itself says what became of it.
    """
    prompt = await stage.prompt(OFF)

    told = await press(stage, prompt, button)

    assert told is prompt
    assert [] == actions(prompt)


async def test_cancelled_operation_changes_nothing(stage: Stage, store: Store) -> None:
    """
    Cancelling ends it: Agora hears nothing, the channel neither, the audit trail says who cancelled.
    """
    prompt = await stage.prompt(OFF)
    operation = operation_of(prompt)

    await press(stage, prompt, "operation_cancel")

    assert [] == await settled(stage)
    (record,) = await Audit(store).recent(10, wanted=lambda record: record.operation == operation)
    assert ("cancelled", MANAGER, "record off") == (record.outcome, record.actor, record.action)
    assert [] == [shown for shown in stage.slack.messages if shown.kind == "channel" and operation in shown.text]


async def test_click_after_the_end_of_the_confirmation_lapses(world: Stage, store: Store) -> None:
    """
    A click later than CONFIRM_TTL_S does nothing, says so, and takes the buttons away.
    """
    await world.start(CONFIRM_TTL_S="60")
    prompt = await world.prompt(OFF, ADMIN)

    world.time.turn(timedelta(seconds=61))
    told = await press(world, prompt, "operation_confirm", ADMIN)

    assert told is prompt
    assert "lapsed" in told.text
    assert [] == actions(prompt)
    await world.slash("/record on live eu settled", ADMIN)
    await world.told(lambda message: message.kind == "channel" and "settled" in message.text)
    assert ["settled"] == [target.rpartition("=")[2] for target in world.wire]


async def test_click_just_before_the_end_counts(world: Stage) -> None:
    """
    Until CONFIRM_TTL_S is over the confirmation stands.
    """
    await world.start(CONFIRM_TTL_S="60")
    prompt = await world.prompt(OFF, ADMIN)

    world.time.turn(timedelta(seconds=50))
    await confirm(world, prompt, ADMIN)

    assert [OFF_CALL] == world.wire


async def test_lapse_is_told_and_audited(world: Stage, store: Store) -> None:
    """
    A question that nobody answers ends by itself; its requester is told, and the audit trail says so.
    """
    await world.start(CONFIRM_TTL_S="1")
    prompt = await world.prompt(OFF, ADMIN)
    operation = operation_of(prompt)

    told = await world.told(lambda shown: shown is not prompt and "lapsed" in shown.text)

    assert ("ephemeral", ADMIN) == (told.kind, told.to)
    (record,) = await Audit(store).recent(10, wanted=lambda record: record.operation == operation)
    assert "lapsed" == record.outcome
    assert [] == world.wire


async def test_end_of_the_confirmation_passes_by_what_was_confirmed(world: Stage) -> None:
    """
    An operation that is still at work when its confirmation would have lapsed is not begun a second time.
    """
    await world.start(CONFIRM_TTL_S="1")
    recorded(world)
    prompt = await world.prompt(OFF, ADMIN)
    world.agora.fault("slow:2.5", method="DELETE")

    await press(world, prompt, "operation_confirm", ADMIN)
    await world.told(lambda shown: shown.kind == "channel" and "✅" in shown.text)

    assert [OFF_CALL] == world.wire


async def test_prompt_survives_a_restart(stage: Stage) -> None:
    """
    A prompt of before a restart can be pressed after it.
    """
    prompt = await stage.prompt(OFF)
    await stage.bots[0].stop()
    await stage.start()

    await confirm(stage, prompt)

    assert [OFF_CALL] == stage.wire


async def test_click_without_a_worker_is_carried_out_later(stage: Stage) -> None:
    """
    What is confirmed while no worker runs is carried out by the next one.
    """
    prompt = await stage.prompt(OFF)
    await stage.bots[0].stop()
    await stage.start(worker=False)
    await press(stage, prompt, "operation_confirm")
    assert [] == stage.wire

    await stage.start(web=False)

    await stage.told(lambda shown: shown.kind == "channel" and "main-stage" in shown.text)
    assert [OFF_CALL] == stage.wire


@pytest.mark.parametrize(
    ("line", "called"),
    [("/record on live eu main-stage", 1), (f"/agora grant <@{OPERATOR}> operator", 0)],
)
async def test_every_change_asks_when_told_to(world: Stage, line: str, called: int) -> None:
    """
    Under CONFIRM=changes a change that is not disruptive asks too, grants among them.
    """
    await world.start(CONFIRM="changes")
    prompt = await world.prompt(line, ADMIN)
    assert [] == world.wire

    card = await confirm(world, prompt, ADMIN)

    assert called == len(world.wire)
    assert f"<@{ADMIN}>" in card.text


async def test_reads_ask_nothing_under_changes(world: Stage) -> None:
    """
    Under CONFIRM=changes a read is answered at once.
    """
    await world.start(CONFIRM="changes")

    answer = await world.outcome("/agora whoami", ADMIN)

    assert [] == actions(answer)
