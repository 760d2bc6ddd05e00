"""Entry points that are protected: what can cost footage or audience there takes two people."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.sandbox.slack import Message
from bot.store import Store
from tests.harness import ADMIN, LIVE, MANAGER, OPERATOR, STRANGER, VIEWER, Stage
from tests.outside.acts import confirmed, ended, offers, trail
from tests.outside.clicking import OFF, OFF_CALL, actions, press, recorded, settled

SECOND = MANAGER


@pytest.fixture
async def guarded(stage: Stage) -> Stage:
    """`live` is protected, and there is a second operator."""
    await stage.outcome("/agora protect live", ADMIN)
    recorded(stage)
    return stage


async def asked(stage: Stage, line: str = OFF, user: str = OPERATOR) -> Message:
    """Type it, and wait for the question that everybody sees."""
    before = list(stage.slack.messages)
    await stage.slash(line, user)
    prompt = await stage.told(lambda shown: shown not in before and "operation_confirm" in offers(shown))
    assert ("channel", LIVE) == (prompt.kind, prompt.channel)
    return prompt


async def done(stage: Stage, prompt: Message, user: str) -> None:
    """Confirm it, and wait until the question has become the outcome."""
    await stage.slack.click(prompt, "operation_confirm", user=user)
    await stage.told(lambda shown: shown is prompt and ended(shown))


async def test_somebody_else_confirms(guarded: Stage, store: Store) -> None:
    """
    The question stands in the channel and says whom it takes; what becomes of it stands in its place, with both names.
    """
    prompt = await asked(guarded)
    question = prompt.text

    await done(guarded, prompt, SECOND)

    assert [] == [part for part in (f"<@{OPERATOR}>", "somebody else who is operator") if part not in question]
    assert [] == [part for part in (f"<@{OPERATOR}>", f"confirmed by <@{SECOND}>", "✅") if part not in prompt.text]
    assert [OFF_CALL] == guarded.wire
    record = (await trail(store))[-1]
    assert (OPERATOR, True) == (record.actor, f"Confirmed by <@{SECOND}>" in str(record.detail))


async def test_never_whoever_asked(guarded: Stage) -> None:
    """
    Whoever asked is told that it takes somebody else, admins too, and the question stays open.
    """
    for user in (OPERATOR, ADMIN):
        prompt = await asked(guarded, user=user)
        told = await press(guarded, prompt, "operation_confirm", user)
        assert ("ephemeral", user) == (told.kind, told.to)
        assert "somebody else" in told.text
        assert ["operation_confirm", "operation_cancel"] == actions(prompt)

    assert [] == await settled(guarded)


@pytest.mark.parametrize("user", [VIEWER, STRANGER])
async def test_nobody_without_the_role(guarded: Stage, user: str) -> None:
    """
    Who could not ask for it can't confirm it, nor call it off.
    """
    prompt = await asked(guarded)

    for button in ("operation_confirm", "operation_cancel"):
        told = await press(guarded, prompt, button, user)
        assert ("ephemeral", user, True) == (told.kind, told.to, "operator" in told.text)

    await done(guarded, prompt, MANAGER)
    assert [OFF_CALL] == guarded.wire


@pytest.mark.parametrize("user", [OPERATOR, SECOND])
async def test_either_can_call_it_off(guarded: Stage, user: str) -> None:
    """
    Whoever asked and whoever could confirm can leave it as it is; everybody sees who did.
    """
    prompt = await asked(guarded)

    await guarded.slack.click(prompt, "operation_cancel", user=user)
    await guarded.told(lambda shown: shown is prompt and ended(shown))

    assert [] == [part for part in ("Cancelled", f"<@{user}>", "Nothing was changed") if part not in prompt.text]
    assert [] == await settled(guarded)


async def test_question_that_lapses(guarded: Stage) -> None:
    """
    Nobody confirmed in time: it is said in the place of the question, which has no button any more.
    """
    prompt = await asked(guarded)
    guarded.time.turn(timedelta(minutes=6))

    told = await press(guarded, prompt, "operation_confirm", SECOND)

    assert "lapsed" in told.text
    assert [] == guarded.wire


async def test_only_what_is_disruptive_and_only_there(guarded: Stage) -> None:
    """
    What loses nothing is done at once, and other entry points are asked about as ever.
    """
    on = await guarded.outcome("/record on live eu main-stage")
    elsewhere = await guarded.prompt("/record off sports eu main-stage", OPERATOR)

    assert "✅" in on.text
    assert ("ephemeral", OPERATOR) == (elsewhere.kind, elsewhere.to)


async def test_undo_takes_two_as_well(guarded: Stage) -> None:
    """
    To turn a recording back is to stop it.
    """
    card = await guarded.outcome("/record on live eu main-stage")
    before = list(guarded.slack.messages)

    await guarded.slack.click(card, "operation_undo", user=OPERATOR)
    prompt = await guarded.told(lambda shown: shown not in before and "operation_confirm" in offers(shown))
    told = await press(guarded, prompt, "operation_confirm", OPERATOR)

    assert "channel" == prompt.kind
    assert "somebody else" in told.text


async def test_protected_after_the_question(stage: Stage) -> None:
    """
    A question that one person was asked before the protection is not answered by that person alone.
    """
    recorded(stage)
    prompt = await stage.prompt(OFF, OPERATOR)
    await stage.outcome("/agora protect live", ADMIN)

    told = await press(stage, prompt, "operation_confirm", OPERATOR)

    assert "was protected after you were asked" in told.text
    assert [] == await settled(stage)


async def test_where_nobody_else_can_see_it(guarded: Stage) -> None:
    """
    In a channel that the bot is not in it can't be asked: nothing is done, and whoever asked reads what to do.
    """
    guarded.slack.fail("chat.postMessage", error="not_in_channel", times=5)

    told = await guarded.outcome(OFF, OPERATOR)

    assert (OPERATOR, True) == (told.to, "Invite the bot" in told.text)
    assert [] == guarded.wire


async def test_protection_is_for_admins_and_shows(guarded: Stage) -> None:
    """
    Only admins set and lift it; it shows where people look, and each turns the other back.
    """
    refused = await guarded.outcome("/agora unprotect live", MANAGER)
    entries = await guarded.outcome("/agora entries", VIEWER)
    status = await guarded.outcome("/agora status live", VIEWER)
    again = await guarded.outcome("/agora protect live", ADMIN)
    unknown = await guarded.outcome("/agora protect lvie", ADMIN)
    lifted = await guarded.outcome("/agora unprotect live", ADMIN)
    twice = await guarded.outcome("/agora unprotect live", ADMIN)

    assert "admin" in refused.text
    assert "`live`, protected" in entries.text
    assert f"is protected by <@{ADMIN}>" in status.text
    assert ("protected already" in again.text, actions(again)) == (True, [])
    assert "Did you mean `live`" in unknown.text
    assert ("is lifted" in lifted.text, actions(lifted)) == (True, ["operation_undo"])
    assert "was not protected" in twice.text
    await confirmed(guarded, OFF)
    assert [OFF_CALL] == guarded.wire


async def test_retry_takes_a_second_person_if_nobody_has_been_that(stage: Stage) -> None:
    """
    What one person confirmed before the protection is asked about anew, in the channel, before it is tried again.
    """
    recorded(stage)
    stage.agora.fault("503", method="DELETE")
    failed = await confirmed(stage, OFF, OPERATOR)
    await stage.outcome("/agora protect live", ADMIN)
    before = list(stage.slack.messages)

    await stage.slack.click(failed, "operation_retry", user=OPERATOR)
    prompt = await stage.told(lambda shown: shown not in before and "operation_confirm" in offers(shown))
    told = await press(stage, prompt, "operation_confirm", OPERATOR)

    assert ("channel", True) == (prompt.kind, "somebody else" in told.text)
    assert [OFF_CALL] == await settled(stage)


async def test_retry_of_what_two_confirmed(guarded: Stage) -> None:
    """
    What two people confirmed is tried again without another question.
    """
    guarded.agora.fault("503", method="DELETE")
    prompt = await asked(guarded)
    await done(guarded, prompt, SECOND)
    before = list(guarded.slack.messages)

    await guarded.slack.click(prompt, "operation_retry", user=OPERATOR)
    again = await guarded.told(lambda shown: shown not in before and ended(shown))

    assert ("✅" in again.text, [OFF_CALL, OFF_CALL]) == (True, guarded.wire)


async def test_refusals_of_buttons_are_in_the_trail(guarded: Stage, store: Store) -> None:
    """
    Who may not press is written down, as for a command: who, what, why.
    """
    prompt = await asked(guarded)
    await press(guarded, prompt, "operation_confirm", VIEWER)
    await press(guarded, prompt, "operation_confirm", OPERATOR)

    refused = [record for record in await trail(store) if record.outcome == "refused"]
    assert [(VIEWER, "record off", "live"), (OPERATOR, "record off", "live")] == [
        (record.actor, record.action, record.entry) for record in refused
    ]


async def test_in_a_conversation_with_the_bot(guarded: Stage) -> None:
    """
    Where nobody else can be, it can't be asked.
    """
    guarded.slack.add_channel("D0OTTO", "otto", kind="im", members=[OPERATOR, "U0BOT"])

    told = await guarded.outcome(OFF, OPERATOR, channel="D0OTTO")

    assert (OPERATOR, True) == (told.to, "it takes a second person" in told.text)
