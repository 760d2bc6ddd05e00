"""Very many streams in one operation: twenty at a time, how far it is, stopped, and done again where it failed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.operations.tally import AT_ONCE
from bot.sandbox.slack import Message
from bot.store import Store
from tests.harness import ADMIN, MANAGER, OPERATOR, STRANGER, VIEWER, Stage
from tests.outside.acts import ended, offers, public, shown_after, trail, whole
from tests.outside.clicking import press
from tests.outside.filling import asked, finished, opened, sent

NAMES = [f"stage-{number:03}" for number in range(60)]
LIST = "\n".join(NAMES)
PACE = "25"  # the stand-in for Agora takes 50 calls a second


async def started(world: Stage) -> Stage:
    await world.start(AGORA_CALLS_PER_S=PACE)
    await world.grant(MANAGER, "manager")
    await world.grant(OPERATOR, "operator")
    await world.grant(VIEWER, "viewer")
    world.slack.messages.clear()
    return world


@pytest.fixture
async def paced(world: Stage) -> Stage:
    """A bot that keeps within what Agora takes."""
    return await started(world)


@pytest.fixture
async def hasty(world: Stage) -> Stage:
    """A bot that shows at once how far it is."""
    world.patience = timedelta(milliseconds=50)
    return await started(world)


async def begun(stage: Stage, *, names: str = LIST) -> Message:
    """Have many asked for at an Agora that takes its time; the card that can be stopped."""
    stage.agora.fault("slow:0.3", method="PUT", times=None)
    await sent(stage, await opened(stage), names=names)
    return await stage.told(lambda message: "operation_stop" in offers(message))


async def end_of(stage: Stage, card: Message) -> Message:
    stage.agora.clear_faults()
    return await stage.told(lambda message: message is card and ended(message))


async def test_sixty_are_one_operation_on_one_card(paced: Stage, store: Store) -> None:
    """
    A long list is one card that counts, and one audit record with every name; its line names how many there are.
    """
    card = await finished(paced, await opened(paced), names=LIST)

    assert sorted(NAMES) == sorted(asked(paced))
    assert "60 of 60 done. ✅" in card.text
    assert "… (60 streams)`" in card.text
    assert "`stage-059`" not in card.text
    assert [card] == public(await shown_after(paced))
    (record,) = await trail(store)
    assert (tuple(NAMES), "succeeded") == (record.streams, record.outcome)
    assert len(record.command_line or "") <= 300


async def test_twenty_are_with_agora_at_once(paced: Stage) -> None:
    """
    While twenty streams wait for Agora's answer no further one is asked for.
    """
    paced.agora.fault("slow:30", method="PUT", times=AT_ONCE)
    await sent(paced, await opened(paced), names=LIST)
    await paced.agora.wait_for(lambda call: call.method == "PUT" and len(asked(paced)) == AT_ONCE)

    await paced.outcome("/record on sports eu other", MANAGER)

    assert AT_ONCE + 1 == len(asked(paced))
    await paced.bots[0].stop()


async def test_card_shows_how_far_it_is(hasty: Stage) -> None:
    """
    The card has a bar and counts while it runs, and is the same message at the end.
    """
    card = await begun(hasty)
    await hasty.told(lambda message: message is card and "▓" in message.text and "left" in message.text)

    await end_of(hasty, card)

    assert "60 of 60 done" in card.text
    assert "░" not in card.text
    assert ["operation_undo"] == offers(card)
    assert [card] == public(await shown_after(hasty))


async def test_failures_are_told_by_cause_and_tried_again(paced: Stage, store: Store) -> None:
    """
    What failed is told by its causes, with counts and names; the button does those again that it can help, no other.
    """
    for name in NAMES[:7]:
        paced.agora.fault("429", method="PUT", stream=name)
    paced.agora.fault("403", method="PUT", stream=NAMES[50])
    card = await finished(paced, await opened(paced), names=LIST)
    before = len(asked(paced))

    assert "52 of 60 done, 8 failed. 🔴" in card.text
    (line,) = [line for line in card.text.splitlines() if line.startswith("7 failed:")]
    assert "(429)" in line
    assert all(f"`{name}`" in line for name in NAMES[:7])
    assert 1 == len([line for line in card.text.splitlines() if line.startswith(f"`{NAMES[50]}`:") and "403" in line])
    assert "Retry 7 of the 8 that failed" in whole(card)
    seen = list(paced.slack.messages)
    await press(paced, card, "operation_retry", OPERATOR)
    again = await paced.told(lambda message: message not in seen and ended(message))
    assert sorted(NAMES[:7]) == sorted(asked(paced)[before:])
    assert "7 of 7 done. ✅" in again.text
    assert ["failed", "succeeded"] == [record.outcome for record in await trail(store)]


async def test_same_failure_is_looked_into_once(paced: Stage) -> None:
    """
    What fails in the same way for many costs Agora one look, and all of them get the cause that it found.
    """
    view = await opened(paced, "/record on lvie eu")

    card = await finished(paced, view, names=LIST)

    assert 60 == len(asked(paced))
    assert 1 == len([call for call in paced.agora.calls if call.method == "GET"])
    assert "60 failed: " in card.text
    assert "Did you mean `live`?" in card.text
    assert "more. 🔴" in card.text


async def test_stopped_by_its_requester(hasty: Stage, store: Store) -> None:
    """
    Stopping lets those end that are with Agora, and begins no other; the card says who stopped it and what is left.
    """
    card = await begun(hasty)
    at_press = len(asked(hasty))

    told = await press(hasty, card, "operation_stop", OPERATOR)
    await end_of(hasty, card)

    assert (OPERATOR, True) == (told.to, "Stopping after the ones that are with Agora now." in told.text)
    done = len(asked(hasty))
    assert at_press <= done <= at_press + 2 * AT_ONCE
    assert len(NAMES) > done
    assert f"{done} of 60 done, {60 - done} not begun; stopped by <@{OPERATOR}>." in card.text
    assert f"Do the {60 - done} that are left" in whole(card)
    assert [card] == public(await shown_after(hasty))
    (record,) = await trail(store)
    assert ("cancelled", True) == (record.outcome, "stopped by" in (record.detail or ""))


async def test_what_was_left_is_done_by_the_button(hasty: Stage) -> None:
    """
    After a stop the button does the rest, and nothing twice.
    """
    card = await begun(hasty)
    await press(hasty, card, "operation_stop", OPERATOR)
    await end_of(hasty, card)
    seen = list(hasty.slack.messages)

    await press(hasty, card, "operation_retry", OPERATOR)
    again = await hasty.told(lambda message: message not in seen and ended(message))

    assert sorted(NAMES) == sorted(asked(hasty))
    assert "not begun" not in again.text


async def test_manager_may_stop_what_somebody_else_began(hasty: Stage) -> None:
    """
    Who is manager there may stop it; the card names who did.
    """
    card = await begun(hasty)

    await press(hasty, card, "operation_stop", MANAGER)
    await end_of(hasty, card)

    assert f"stopped by <@{MANAGER}>" in card.text
    assert f"asked by <@{OPERATOR}>" in card.text


@pytest.mark.parametrize("user", [VIEWER, STRANGER])
async def test_others_may_not_stop_it(hasty: Stage, user: str) -> None:
    """
    Anybody else is told what it takes, and it goes on.
    """
    card = await begun(hasty)

    told = await press(hasty, card, "operation_stop", user)
    await end_of(hasty, card)

    assert (user, True) == (told.to, "takes manager" in told.text)
    assert "60 of 60 done. ✅" in card.text


async def test_stopping_twice_and_too_late_is_explained(hasty: Stage) -> None:
    """
    A second press, and one after the end, are answered; the first one counts.
    """
    card = await begun(hasty)
    blocks = card.blocks
    await press(hasty, card, "operation_stop", OPERATOR)

    second = await press(hasty, card, "operation_stop", MANAGER, blocks=blocks)
    await end_of(hasty, card)
    late = await press(hasty, card, "operation_stop", OPERATOR, blocks=blocks)

    assert "stopping already" in second.text
    assert "nothing left to stop" in late.text
    assert f"stopped by <@{OPERATOR}>" in card.text


async def test_few_have_no_button_to_stop(hasty: Stage) -> None:
    """
    Where all are with Agora from the start there is nothing to stop.
    """
    hasty.agora.fault("slow:0.5", method="PUT", times=None)
    await sent(hasty, await opened(hasty, user=ADMIN), names="\n".join(NAMES[:AT_ONCE]))

    card = await hasty.told(ended)

    assert "20 of 20" in card.text
    assert "operation_stop" not in whole(card)


async def test_stop_reaches_whoever_goes_on_with_it(hasty: Stage) -> None:
    """
    A stop outlives the worker: whoever takes the operation on begins nothing further.
    """
    card = await begun(hasty)
    await press(hasty, card, "operation_stop", OPERATOR)
    await hasty.bots[0].stop()
    hasty.agora.clear_faults()
    await hasty.start(AGORA_CALLS_PER_S=PACE)

    await hasty.slack.wait_for(lambda message: message is card and ended(message), timeout=40)

    assert "not begun; stopped by" in card.text
    assert len(asked(hasty)) <= 3 * AT_ONCE
