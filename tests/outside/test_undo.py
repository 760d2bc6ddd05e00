"""The button that turns a change back: to what was there before, and only if nobody has changed it since."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.sandbox.agora_memory import Transfer
from bot.sandbox.slack import Message
from bot.store import Store
from tests.harness import ADMIN, MANAGER, OPERATOR, VIEWER, Stage
from tests.outside.acts import confirmed, ended, trail
from tests.outside.clicking import OFF, OFF_CALL, actions, confirm, operation_of, press, recorded, settled

ON = "/record on live eu main-stage"
ON_CALL = "PUT entry_points/live/admin/record/custom/regions/eu/tasks?id=main-stage"
SET = "/transfer set live on https://hooks.example.com/new"
FORMER = "https://hooks.example.com/former"
BAN = "/stream ban live main-stage 2h"


async def asked_back(stage: Stage, card: Message, user: str = OPERATOR) -> Message:
    """Press Undo where that is disruptive, and wait for the question."""
    before = list(stage.slack.messages)
    await stage.slack.click(card, "operation_undo", user=user)
    prompt = await stage.told(lambda shown: shown not in before and shown.to == user)
    assert ["operation_confirm", "operation_cancel"] == actions(prompt), prompt.text
    return prompt


async def undone(stage: Stage, card: Message, user: str = OPERATOR) -> Message:
    """Press Undo where that is not disruptive, and wait for its outcome."""
    before = list(stage.slack.messages)
    await stage.slack.click(card, "operation_undo", user=user)
    return await stage.told(lambda shown: shown not in before and shown.kind == "channel")


async def test_recording_is_turned_off_again(stage: Stage) -> None:
    """
    Undo of a recording stops it, so it asks first; the outcome names who pressed and what was turned back.
    """
    card = await stage.outcome(ON)
    first = operation_of(card)

    prompt = await asked_back(stage, card, MANAGER)
    asked = prompt.text
    outcome = await confirm(stage, prompt, MANAGER)

    assert "Stop recording `main-stage`" in asked
    assert [ON_CALL, OFF_CALL] == stage.wire
    assert [] == [part for part in (f"<@{MANAGER}>", f"turns back `{first}`", "✅") if part not in outcome.text]
    assert ["operation_undo"] == actions(outcome)


async def test_recording_is_turned_on_again(stage: Stage) -> None:
    """
    Undo of a stop records again: nothing can be lost by it, so it is done at once, and whoever pressed reads as what.
    """
    recorded(stage)
    card = await confirmed(stage, OFF)

    told = await press(stage, card, "operation_undo", OPERATOR)
    outcome = await stage.told(lambda shown: shown.kind == "channel" and "Recording is asked for" in shown.text)

    assert [OFF_CALL, ON_CALL] == stage.wire
    assert (f"`{ON}`" in told.text, operation_of(outcome) in told.text, told.to) == (True, True, OPERATOR)


async def test_transfer_gets_its_former_address_and_state(stage: Stage) -> None:
    """
    Undo restores what was read before the change, not the opposite: on stays on, with the former address.
    """
    stage.agora.entry_points["live"].transfer = Transfer(enabled=True, callback_url=FORMER)
    card = await confirmed(stage, SET)

    prompt = await asked_back(stage, card, MANAGER)
    asked = prompt.text
    await confirm(stage, prompt)

    assert Transfer(enabled=True, callback_url=FORMER) == stage.agora.entry_points["live"].transfer
    assert [] == [part for part in ("hooks.example.com/former", "hooks.example.com/new") if part not in asked]


async def test_what_was_changed_by_others_is_not_asked_for(stage: Stage) -> None:
    """
    If what Agora holds is no longer what the change left, undo is refused and says what is there now.
    """
    stage.agora.entry_points["live"].transfer = Transfer(enabled=True, callback_url=FORMER)
    card = await confirmed(stage, SET)
    stage.agora.entry_points["live"].transfer = Transfer(enabled=True, callback_url="https://hooks.example.com/theirs")

    told = await press(stage, card, "operation_undo", MANAGER)

    assert ("ephemeral", MANAGER, []) == (told.kind, told.to, actions(told))
    for part in ("Not turned back", "not by this bot", "hooks.example.com/theirs", "hooks.example.com/new"):
        assert part in told.text
    assert 1 == len(await settled(stage))


async def test_what_others_change_while_it_is_asked_is_left(stage: Stage) -> None:
    """
    It is looked at again once the question is answered.
    """
    stage.agora.entry_points["live"].transfer = Transfer(enabled=True, callback_url=FORMER)
    card = await confirmed(stage, SET)
    prompt = await asked_back(stage, card, MANAGER)
    theirs = Transfer(enabled=False, callback_url=FORMER)
    stage.agora.entry_points["live"].transfer = theirs

    before = list(stage.slack.messages)
    await stage.slack.click(prompt, "operation_confirm", user=MANAGER)
    told = await stage.told(lambda shown: shown not in before and "Not turned back" in shown.text)

    assert "off" in told.text
    assert theirs == stage.agora.entry_points["live"].transfer


async def test_what_cannot_be_read_is_known_from_the_trail(stage: Stage) -> None:
    """
    Agora does not say what is recorded; what was done here by commands since is known, and by whom.
    """
    card = await stage.outcome(ON)
    await confirmed(stage, OFF)
    await stage.outcome("/record on live eu other")
    await stage.outcome("/record on live na main-stage")
    untouched = await stage.outcome("/record on live eu untouched")

    told = await press(stage, card, "operation_undo", OPERATOR)

    assert [] == [part for part in ("Not turned back", f"<@{MANAGER}>", f"`{OFF}`") if part not in told.text]
    await asked_back(stage, untouched)


async def test_ban_is_lifted_or_gets_its_former_end(stage: Stage) -> None:
    """
    Undo of a ban lifts it, unless there was one before: then that one's end is restored, which asks first.
    """
    first = await confirmed(stage, BAN)
    end = stage.agora.entry_points["live"].bans["main-stage"]
    second = await confirmed(stage, "/stream ban live main-stage 7d")

    await confirm(stage, await asked_back(stage, second, MANAGER))
    assert end == stage.agora.entry_points["live"].bans["main-stage"]

    await undone(stage, first, MANAGER)
    assert {} == stage.agora.entry_points["live"].bans


async def test_lifted_ban_comes_back(stage: Stage) -> None:
    """
    Undo of a lifted ban bans until the end that was read before it was lifted.
    """
    await confirmed(stage, BAN)
    end = stage.agora.entry_points["live"].bans["main-stage"]
    card = await stage.outcome("/stream unban live main-stage", MANAGER)

    await confirm(stage, await asked_back(stage, card, MANAGER))

    assert end == stage.agora.entry_points["live"].bans["main-stage"]


async def test_only_what_was_done_is_turned_back(stage: Stage) -> None:
    """
    Of several streams of which some failed, undo is about the others.
    """
    stage.agora.fault("404", method="PUT", path="id=second")
    await stage.slash("/record on live eu first second third")
    card = await stage.told(ended)

    prompt = await asked_back(stage, card)
    asked = prompt.text
    shown = await confirm(stage, prompt, OPERATOR)
    await stage.told(lambda message: message is shown and ended(message))

    assert ("`first`" in asked, "second" in asked, "`third`" in asked) == (True, False, True)
    assert {"first", "third"} == {call.rpartition("/")[2] for call in stage.wire if call.startswith("DELETE")}


async def test_what_changed_nothing_has_no_undo(stage: Stage) -> None:
    """
    Where all was so before there is nothing to turn back.
    """
    stage.agora.entry_points["live"].transfer = Transfer(enabled=True, callback_url="https://hooks.example.com/new")

    assert [] == actions(await confirmed(stage, SET))


async def test_change_does_not_wait_for_a_look(stage: Stage) -> None:
    """
    Where what is there can't be read the change is made all the same, and is not offered back.
    """
    stage.agora.fault("503", method="GET", path="live/settings/transfer", times=None)
    card = await confirmed(stage, SET)

    assert ("✅" in card.text, actions(card)) == (True, [])


async def test_question_that_came_to_nothing_can_be_asked_again(stage: Stage) -> None:
    """
    A cancelled question uses nothing up; once it is turned back a further press says so.
    """
    card = await stage.outcome(ON)
    await press(stage, await asked_back(stage, card), "operation_cancel", OPERATOR)
    prompt = await asked_back(stage, card)
    while_asked = await press(stage, card, "operation_undo", OPERATOR)
    await confirm(stage, prompt, OPERATOR)

    again = await press(stage, card, "operation_undo", OPERATOR)

    assert f"<@{OPERATOR}> is being asked" in while_asked.text
    assert ("ephemeral", OPERATOR) == (again.kind, again.to)
    assert "turned back already" in again.text
    assert [ON_CALL, OFF_CALL] == await settled(stage)


async def test_undo_takes_the_role_of_what_it_does(stage: Stage) -> None:
    """
    Who may not lift a ban may not undo one either; they are told what it takes, and nothing happens.
    """
    card = await confirmed(stage, BAN)
    bans = dict(stage.agora.entry_points["live"].bans)

    for user in (OPERATOR, VIEWER):
        told = await press(stage, card, "operation_undo", user)
        assert ("ephemeral", user, True) == (told.kind, told.to, "manager" in told.text)

    assert bans == stage.agora.entry_points["live"].bans


async def test_undo_can_be_turned_back(stage: Stage) -> None:
    """
    What was turned back is a change like any other.
    """
    card = await stage.outcome(ON)
    off = await confirm(stage, await asked_back(stage, card), OPERATOR)

    await undone(stage, off)

    assert [ON_CALL, OFF_CALL, ON_CALL] == stage.wire


async def test_undo_is_in_the_trail(stage: Stage, store: Store) -> None:
    """
    The trail has the undo as what it is: a command of whoever pressed.
    """
    recorded(stage)
    card = await confirmed(stage, OFF)

    await undone(stage, card)

    done = [(record.actor, record.action, record.command_line) for record in await trail(store)]
    assert [(MANAGER, "record off", OFF), (OPERATOR, "record on", ON)] == done


async def test_undo_after_a_week(stage: Stage, store: Store) -> None:
    """
    Records go after a week; a button that is older says so.
    """
    card = await stage.outcome(ON)
    await store.do("DEL", store.key("operation", operation_of(card)))

    told = await press(stage, card, "operation_undo", OPERATOR)

    assert "no operation that the bot knows" in told.text


@pytest.mark.parametrize("line", ["/record auto live on", "/record auto live off"])
async def test_switch_that_nobody_can_read_is_turned_the_other_way(stage: Stage, line: str) -> None:
    """
    Agora does not say how automatic recording stood before, and the question before it is turned back says so.
    """
    card = await confirmed(stage, line)

    prompt = await asked_back(stage, card, MANAGER)

    assert "Agora does not say" in prompt.text
    stage.time.turn(timedelta(seconds=1))
    await confirm(stage, prompt)
    assert 2 == len(stage.wire)


async def test_role_is_taken_away_again_or_gets_its_former_end(stage: Stage) -> None:
    """
    Undo of a grant takes it away, or gives it the end that it had; undo of that gives it again.
    """
    first = await stage.outcome("/agora grant @sam operator on live until 2030-01-01T00:00Z", ADMIN)
    longer = await stage.outcome("/agora grant @sam operator on live", ADMIN)

    shorter = await undone(stage, longer, ADMIN)
    gone = await undone(stage, first, ADMIN)
    again = await undone(stage, gone, ADMIN)

    end = "1 Jan 2030 00:00 UTC"
    assert [True, True] == [end in message.text for message in (shorter, again)]
    assert "is no longer operator on `live`" in gone.text


async def test_role_that_others_changed_is_left(stage: Stage) -> None:
    """
    What somebody has been given since is not touched by turning back an older grant.
    """
    card = await stage.outcome("/agora grant @sam operator on live", ADMIN)
    await stage.outcome("/agora grant @sam viewer", ADMIN)

    await stage.slack.click(card, "operation_undo", user=ADMIN)
    told = await stage.told(lambda shown: "Not turned back" in shown.text)

    assert (ADMIN, True) == (told.to, "viewer" in told.text)


async def test_several_roles_are_not_given_back_at_once(stage: Stage) -> None:
    """
    No one command gives back what took away several grants, so that has no button.
    """
    await stage.outcome("/agora grant @sam operator on live", ADMIN)
    await stage.outcome("/agora grant @sam viewer", ADMIN)

    assert [] == actions(await stage.outcome("/agora revoke @sam", ADMIN))


async def test_freeze_is_lifted_and_set_again(stage: Stage) -> None:
    """
    A freeze and its lifting turn each other back; the reason comes back, too. A second freeze changed nothing.
    """
    card = await stage.outcome("/agora freeze live The final is on air", MANAGER)
    second = await stage.outcome("/agora freeze live Something else", MANAGER)

    lifted = await undone(stage, card, MANAGER)
    again = await undone(stage, lifted, MANAGER)

    assert [] == actions(second)
    assert "is lifted" in lifted.text
    assert "The final is on air" in again.text


async def test_retry_of_an_undo_leaves_what_others_changed(stage: Stage) -> None:
    """
    An undo that failed and is tried again still finds out that somebody has changed it meanwhile.
    """
    stage.agora.entry_points["live"].transfer = Transfer(enabled=True, callback_url=FORMER)
    card = await confirmed(stage, SET)
    prompt = await asked_back(stage, card, MANAGER)
    stage.agora.fault("503", method="PATCH")
    failed = await confirm(stage, prompt)
    theirs = Transfer(enabled=False, callback_url="https://hooks.example.com/theirs")
    stage.agora.entry_points["live"].transfer = theirs

    await stage.slack.click(failed, "operation_retry", user=MANAGER)
    await stage.told(lambda shown: "Not turned back" in shown.text)

    assert theirs == stage.agora.entry_points["live"].transfer


async def test_part_of_a_failed_change_counts(stage: Stage) -> None:
    """
    Of a later change that failed for another stream, what was done to this one counts; what failed does not.
    """
    done = await stage.outcome(ON)
    other = await stage.outcome("/record on live eu other")
    stage.agora.fault("404", method="DELETE", path="tasks/other")
    prompt = await stage.prompt("/record off live eu main-stage other", MANAGER)
    outcome = await confirm(stage, prompt)
    await stage.told(lambda shown: shown is outcome and ended(shown))

    told = await press(stage, done, "operation_undo", OPERATOR)

    assert "Not turned back" in told.text
    await asked_back(stage, other)


async def test_retry_of_the_failed_ones_is_no_change_to_the_others(stage: Stage) -> None:
    """
    The streams that were done can be turned back, though the one that failed was tried again since.
    """
    stage.agora.fault("503", method="PUT", path="id=second")
    await stage.slash("/record on live eu first second")
    card = await stage.told(ended)
    before = list(stage.slack.messages)
    await stage.slack.click(card, "operation_retry", user=OPERATOR)
    await stage.told(lambda shown: shown not in before and ended(shown))

    prompt = await asked_back(stage, card)

    assert ("`first`" in prompt.text, "second" in prompt.text) == (True, False)


async def test_what_was_to_end_it_is_called_off(stage: Stage) -> None:
    """
    A recording for two hours that is turned back needs no end any more, and has none.
    """
    card = await confirmed(stage, "/record on live eu main-stage for 2h", OPERATOR)

    await confirm(stage, await asked_back(stage, card), OPERATOR)
    planned = await stage.outcome("/agora planned", OPERATOR)

    assert "Nothing is planned" in planned.text
    stage.time.turn(timedelta(hours=3))
    assert [ON_CALL, OFF_CALL] == await settled(stage)


async def test_role_that_has_ended_is_none(stage: Stage) -> None:
    """
    A grant that ended counts for nothing: the same given again is taken away by undo, not given its former end.
    """
    await stage.outcome("/agora grant @sam operator on live for 1h", ADMIN)
    stage.time.turn(timedelta(hours=2))
    card = await stage.outcome("/agora grant @sam operator on live", ADMIN)

    gone = await undone(stage, card, ADMIN)

    assert "is no longer operator on `live`" in gone.text


async def test_undo_of_which_nobody_knows_can_be_tried_again(stage: Stage) -> None:
    """
    Agora does not answer an undo, and can't be asked: trying again is the safe way, and is not taken for a change by
    somebody else.
    """
    card = await stage.outcome(ON)
    prompt = await asked_back(stage, card)
    stage.agora.fault("504", method="DELETE")
    unknown = await confirm(stage, prompt, OPERATOR)
    before = list(stage.slack.messages)

    await stage.slack.click(unknown, "operation_retry", user=OPERATOR)
    again = await stage.told(lambda shown: shown not in before and ended(shown))

    assert "Not known" in unknown.text
    assert [ON_CALL, OFF_CALL, OFF_CALL] == stage.wire
    assert "Not turned back" not in again.text
