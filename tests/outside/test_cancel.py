"""Calling something off: by the button of a plan, or by its id; who may, and what is said where it is too late."""

from __future__ import annotations

import pytest

from bot.operations.journal import Journal
from bot.sandbox.slack import Message
from bot.store import Store
from tests.harness import ADMIN, MANAGER, OPERATOR, STRANGER, VIEWER, Stage, Time
from tests.outside.acts import ended, offers, public, shown_after, trail
from tests.outside.clicking import actions, operation_of, press
from tests.outside.test_later import END, ON, operation_in, outcome, planned
from tests.planning import EVENING, PLAN, passed, time_at


@pytest.fixture
def time() -> Time:
    return time_at(EVENING)


async def called_off(stage: Stage, operation: str, user: str = OPERATOR) -> Message:
    """Type the command, and wait for what comes of it."""
    seen = list(stage.slack.messages)
    await stage.slash(f"/agora cancel {operation}", user)
    return await stage.told(lambda shown: shown not in seen and "/agora cancel" in shown.text)


async def gone(stage: Stage, card: Message) -> bool:
    """Whether nothing comes of a plan any more, and its card has no button."""
    await stage.told(lambda shown: shown is card and "Cancelled by" in shown.text and not actions(shown))
    await passed(stage, END)
    await shown_after(stage)
    return stage.wire == []


@pytest.mark.parametrize("user", [OPERATOR, MANAGER])
async def test_button_calls_a_plan_off(stage: Stage, store: Store, user: str) -> None:
    """
    Who asked for a plan, and managers, cancel it by the button of its card, which says so in the same place.
    """
    card = await planned(stage)

    await press(stage, card, "operation_cancel", user)

    assert f"Cancelled by <@{user}>" in card.text
    assert await gone(stage, card)
    assert [("record on", "cancelled")] == [(record.action, record.outcome) for record in await trail(store)]


@pytest.mark.parametrize("user", [VIEWER, STRANGER])
async def test_button_is_not_for_others(stage: Stage, user: str) -> None:
    """
    Anyone else who presses it is told so, and the plan stays.
    """
    card = await planned(stage)

    told = await press(stage, card, "operation_cancel", user)

    assert (user, ["operation_cancel"]) == (told.to, actions(card))
    assert f"Only <@{OPERATOR}>" in told.text
    await outcome(stage)
    assert [ON] == stage.wire


@pytest.mark.parametrize("user", [OPERATOR, MANAGER])
async def test_command_calls_a_plan_off(stage: Stage, store: Store, user: str) -> None:
    """
    By its id, in capitals and without its dash too; the channel reads it, the plan's card says it, the trail has both.
    """
    card = await planned(stage)
    operation = operation_of(card)

    told = await called_off(stage, operation.upper().replace("-", ""), user)

    assert "channel" == told.kind
    wanted = ["Cancelled, and not done: record `final` on `live`", f"<@{OPERATOR}>", operation]
    assert [] == [part for part in wanted if part not in told.text]
    assert await gone(stage, card)
    records = {(record.action, record.outcome) for record in await trail(store)}
    assert {("agora cancel", "succeeded"), ("record on", "cancelled")} == records


@pytest.mark.parametrize(("user", "why"), [(VIEWER, "this takes manager"), (STRANGER, "There is no operation")])
async def test_command_is_not_for_others(stage: Stage, user: str, why: str) -> None:
    """
    Who may not is told so alone; who may not even look there does not learn that there is something.
    """
    card = await planned(stage)

    told = await called_off(stage, operation_of(card), user)

    assert ("ephemeral", user, True) == (told.kind, told.to, why in told.text)
    assert ["operation_cancel"] == actions(card)


async def test_question_is_called_off_for_whoever_was_asked(stage: Stage) -> None:
    """
    A manager calls off what still waits for its requester, who is told; its button does nothing any more.
    """
    prompt = await stage.prompt(f"{PLAN} for 2h", OPERATOR)
    operation = operation_of(prompt)

    await called_off(stage, operation, MANAGER)

    await stage.told(lambda shown: shown.to == OPERATOR and f"Cancelled by <@{MANAGER}>" in shown.text)
    late = await press(stage, prompt, "operation_confirm", OPERATOR)
    assert "Nothing was done a second time" in late.text
    await passed(stage, END)
    assert [] == stage.wire


async def test_end_is_called_off_and_recording_goes_on(stage: Stage) -> None:
    """
    The end of a recording is called off by its id, which its beginning names.
    """
    await planned(stage, f"{PLAN} for 2h")
    on = await outcome(stage)
    after = on.text.split("`/agora cancel ")[1][:9]

    told = await called_off(stage, after)

    assert "Cancelled, and not done: stop recording `final` on `live`" in told.text
    await passed(stage, END)
    shown = public(await shown_after(stage))
    assert ([ON], 3) == (stage.wire, len(shown)), shown


async def test_waiting_operation_is_called_off(stage: Stage, store: Store) -> None:
    """
    What stands in line behind another is called off before its turn.
    """
    stage.agora.fault("slow:3", method="PUT", times=1)
    await stage.slash("/record on live eu first")
    await stage.agora.wait_for(lambda call: call.stream == "first")
    await stage.slash("/record on live eu second")
    _, second = await Journal(store).open_before(stage.time.now(), 10)

    await called_off(stage, second)

    await stage.told(lambda shown: "first" in shown.text and ended(shown))
    await shown_after(stage)
    assert ["first"] == [call.rpartition("=")[2] for call in stage.wire]


async def test_what_has_begun_is_not_called_off(stage: Stage) -> None:
    """
    What is being done can't be cancelled any more; that is said, and it goes on.
    """
    stage.agora.fault("slow:3", method="PUT", times=1)
    await stage.slash("/record on live eu final")
    card = await stage.told(lambda shown: "Working on it" in shown.text)

    told = await called_off(stage, operation_in(card))

    assert "It has begun" in told.text
    await stage.told(lambda shown: shown is card and ended(shown))
    assert ([ON], "✅" in card.text) == (stage.wire, True)


async def test_what_is_over_is_not_called_off(stage: Stage) -> None:
    """
    What has ended says how; so does the button of a card that lags behind.
    """
    card = await planned(stage)
    blocks = card.blocks
    done = await outcome(stage)

    told = await called_off(stage, operation_in(done))
    pressed = await press(stage, card, "operation_cancel", OPERATOR, blocks=blocks)

    assert "It ended" in told.text
    assert "Recording is asked for" in told.text
    assert "It ended" in pressed.text
    assert [ON] == stage.wire


async def test_called_off_twice_is_called_off_once(stage: Stage, store: Store) -> None:
    """
    The second time it is said that it is over.
    """
    card = await planned(stage)
    await called_off(stage, operation_of(card))
    await stage.told(lambda shown: shown is card and "Cancelled by" in shown.text)

    again = await called_off(stage, operation_in(card))

    assert "It ended" in again.text
    assert ["cancelled"] == [record.outcome for record in await trail(store) if record.action == "record on"]


@pytest.mark.parametrize("operation", ["zzzz-zzzz", "0000-0000"])
async def test_unknown_operation_is_said(stage: Stage, operation: str) -> None:
    """
    An id that belongs to nothing is answered with where the ids are.
    """
    told = await called_off(stage, operation)

    assert f"There is no operation `{operation}`" in told.text
    assert "`/agora planned`" in told.text


@pytest.mark.parametrize("text", ["final", "k2f2", "k2f2-xtk8x", "k2f2-xtku", "<@U0OTTO|otto>"])
async def test_what_is_no_id_is_refused(stage: Stage, text: str) -> None:
    """
    What can't be an id is refused at once.
    """
    answer = await stage.slash(f"/agora cancel {text}")

    assert "is not the id of an operation" in answer.text


async def test_role_is_needed_no_longer_for_ones_own(stage: Stage) -> None:
    """
    Who planned something may call it off, even when they may not do it any more.
    """
    card = await planned(stage)
    await stage.outcome(f"/agora revoke <@{OPERATOR}>", ADMIN)

    await called_off(stage, operation_of(card))

    assert await gone(stage, card)


async def test_cancelling_asks_where_all_changes_do(world: Stage) -> None:
    """
    Where all changes ask first, this one does.
    """
    await world.start(CONFIRM="changes")
    prompt = await world.outcome(PLAN, ADMIN)
    seen = list(world.slack.messages)
    await press(world, prompt, "operation_confirm", ADMIN)
    card = await world.told(lambda shown: shown not in seen and "Planned: " in shown.text)

    question = await world.prompt(f"/agora cancel {operation_of(card)}", ADMIN)

    assert ["operation_confirm", "operation_cancel"] == offers(question)
    await press(world, question, "operation_confirm", ADMIN)
    assert await gone(world, card)
