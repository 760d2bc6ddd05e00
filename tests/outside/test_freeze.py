"""Freezing from outside: nothing changes but by an admin, whoever is refused reads why, and it is lifted again."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bot.access.freezing import Freeze
from bot.access.roles import Role
from bot.app import catalog
from bot.sandbox.slack import Message
from bot.store import Store
from tests.harness import ADMIN, LIVE, MANAGER, OPERATOR, STRANGER, VIEWER, Stage, Time
from tests.outside.acts import ended, offers, public, shown_after, trail
from tests.outside.clicking import OFF, OFF_CALL, actions, confirm, press, recorded
from tests.outside.filling import finished, opened, sent
from tests.outside.test_later import operation_in, planned
from tests.outside.test_refusals import Front, front
from tests.planning import EVENING, KICK_OFF, PLAN, passed, time_at

__all__ = ["front"]
ON = "/record on live eu main-stage"
ON_CALL = "PUT entry_points/live/admin/record/custom/regions/eu/tasks?id=main-stage"
SPORTS = "/record on sports eu main-stage"
WHY = "The final is on air"


@pytest.fixture
def time() -> Time:
    return time_at(EVENING)


async def frozen(stage: Stage, what: str = f"live {WHY}", user: str = MANAGER) -> Message:
    """Freeze, and wait for what the channel reads."""
    seen = list(stage.slack.messages)
    answer = await stage.slash(f"/agora freeze {what}".strip(), user)
    assert answer.message is None, answer.text
    return await stage.told(
        lambda message: message not in seen and message.kind == "channel" and "is frozen: nobody but" in message.text
    )


async def thawed(stage: Stage, what: str = "live", user: str = MANAGER) -> Message:
    card = await stage.outcome(f"/agora unfreeze {what}".strip(), user)
    assert ("channel", "is lifted" in card.text) == (card.kind, True), card.text
    return card


def explains(
    text: str, *, what: str = "`live` is frozen", by: str = MANAGER, lift: str = "/agora unfreeze live"
) -> bool:
    """Whether it says what is frozen, by whom, since when, and what to do."""
    return all(part in text for part in (f"{what} by <@{by}> since <!date^", f"`{lift}`", "only an admin"))


async def test_channel_reads_what_is_frozen(stage: Stage, store: Store) -> None:
    """
    Freezing is told like every change: exactly what, why, what that means, and how it is lifted; and it is audited.
    """
    card = await frozen(stage)

    wanted = ["`live` is frozen", f"`{WHY}`", "What is running goes on", "`/agora unfreeze live`", f"<@{MANAGER}>"]
    assert [] == [part for part in wanted if part not in card.text]
    assert ([], []) == (stage.wire, stage.slack.violations)
    (record,) = await trail(store)
    assert ("agora freeze", "live", MANAGER, "succeeded", LIVE) == (
        record.action,
        record.entry,
        record.actor,
        record.outcome,
        record.channel,
    )
    assert WHY in (record.command_line or "")


async def test_nothing_changes_while_frozen(stage: Stage, store: Store) -> None:
    """
    Whoever could change something there is refused in private, with who froze it, when, why and what to do; nothing
    reaches Agora, and the refusal is audited. Elsewhere everything goes on.
    """
    await frozen(stage)

    for line, user in (
        (ON, OPERATOR),
        (OFF, OPERATOR),
        ("/record auto live off", MANAGER),
        ("/record on live eu", OPERATOR),
    ):
        answer = await stage.slash(line, user)
        assert explains(answer.text), answer.text
        assert ("Nothing was done" in answer.text, f"`{WHY}`" in answer.text) == (True, True)
        assert "can grant" not in answer.text
    assert [] == stage.wire
    assert ["refused"] * 4 == [record.outcome for record in (await trail(store))[1:]]
    assert "✅" in (await stage.outcome(SPORTS)).text


async def test_every_change_is_held_up(front: Front) -> None:
    """
    Whatever changes something is refused while everything is frozen, but for what only keeps things from happening.
    """
    await front.give(MANAGER, Role.MANAGER)
    freeze = Freeze(entry="*", by=ADMIN, at=front.stage.time.now(), operation="k2f2-xtk8", reason=WHY)
    await front.roles.freezes.set(freeze)
    changes = [command for command in catalog() if command.effect.changes and command.role is not Role.ADMIN]

    answers = {command.name: (await front.answer(command.example, MANAGER)).text for command in changes}

    exempt = {"agora cancel", "agora freeze", "agora unfreeze"}
    assert exempt == {name for name, text in answers.items() if "is frozen by" not in text}
    assert front.untouched


async def test_role_comes_first(stage: Stage) -> None:
    """
    Who may not do it anyway is told of the role, not of the freeze.
    """
    await frozen(stage)

    for user in (VIEWER, STRANGER):
        answer = await stage.slash(ON, user)
        assert ("this takes operator" in answer.text, "frozen" in answer.text) == (True, False)


async def test_reads_and_admins_go_on(stage: Stage) -> None:
    """
    Looking works while everything is frozen, and so does whatever an admin does.
    """
    await frozen(stage, "")

    read = await stage.outcome("/transfer get live", VIEWER)
    change = await stage.outcome(ON, ADMIN)

    assert ("frozen" in read.text, "✅" in change.text, [ON_CALL]) == (False, True, stage.wire)


@pytest.mark.parametrize("what", ["", "all", "ALL the finals", "*"])
async def test_everything_is_frozen(stage: Stage, what: str) -> None:
    """
    Without an entry point, or with `all`, every one of them is frozen, and the reply says so.
    """
    card = await frozen(stage, what)

    assert card.text.startswith("Everything is frozen: ")
    assert ("`the finals`" in card.text) == ("finals" in what)
    for line in (ON, SPORTS):
        answer = await stage.slash(line)
        assert explains(answer.text, what="Everything is frozen", lift="/agora unfreeze"), answer.text


async def test_narrowed_manager_freezes_what_is_theirs(world: Stage) -> None:
    """
    A manager of some entry points freezes and unfreezes those, not others, and not everything.
    """
    await world.start()
    await world.grant(MANAGER, "manager on sports")
    await world.grant(OPERATOR, "operator")

    own = await frozen(world, "sports")
    others = [
        await world.slash(f"/agora {line}", MANAGER) for line in ("freeze live", "freeze", "unfreeze live", "unfreeze")
    ]
    operator = await world.slash("/agora freeze live")

    assert "`sports` is frozen" in own.text
    assert all("only `sports`" in answer.text for answer in others), [answer.text for answer in others]
    assert "this takes manager" in operator.text
    assert "✅" in (await world.outcome(ON)).text
    await thawed(world, "sports")


async def test_manager_of_one_region_does_not_freeze_them_all(world: Stage) -> None:
    """
    A freeze reaches all regions, so a role in one of them is not enough.
    """
    await world.start()
    await world.grant(MANAGER, "manager on live in eu")

    answer = await world.slash("/agora freeze live", MANAGER)

    assert "this reaches all regions" in answer.text


async def test_unfreezing_lets_it_change_again(stage: Stage, store: Store) -> None:
    """
    Any manager lifts it; the channel reads who had frozen it and why, and the next command is taken.
    """
    await frozen(stage, user=ADMIN)

    card = await thawed(stage)

    assert [] == [part for part in (f"<@{ADMIN}>", f"`{WHY}`", "`live`") if part not in card.text]
    assert "✅" in (await stage.outcome(ON)).text
    assert ["agora freeze", "agora unfreeze", "record on"] == [record.action for record in await trail(store)]


async def test_freezes_are_lifted_as_they_were_set(stage: Stage) -> None:
    """
    An entry point that was frozen by itself stays so when everything is unfrozen, and the other way round; the reply
    says what is frozen still, and how that is lifted.
    """
    await frozen(stage)
    await frozen(stage, "")

    first = await stage.slash(ON)
    everything = await thawed(stage, "")
    second = await stage.slash(ON)
    await thawed(stage)

    assert ("`/agora unfreeze live` and `/agora unfreeze`" in first.text, explains(second.text)) == (True, True)
    assert ("`live` is frozen" in everything.text, "`/agora unfreeze live`" in everything.text) == (True, True)
    assert "✅" in (await stage.outcome(ON)).text


async def test_what_is_not_frozen_is_not_unfrozen(stage: Stage) -> None:
    """
    Lifting what is not there changes nothing, and says what is frozen instead.
    """
    await frozen(stage)

    other = await stage.outcome("/agora unfreeze sports", MANAGER)
    everything = await stage.outcome("/agora unfreeze", MANAGER)

    assert ("`sports` was not frozen" in other.text, "`live`" in other.text) == (True, False)
    assert "Not everything was frozen" in everything.text
    assert "To lift that: `/agora unfreeze live`." in everything.text
    assert "is frozen" in (await stage.slash(ON)).text


async def test_second_freeze_changes_nothing(stage: Stage) -> None:
    """
    What is frozen already stays as it is, with the reason that was given first, and that is said.
    """
    await frozen(stage)

    card = await stage.outcome("/agora freeze live Another reason", ADMIN)

    assert ("It was frozen already" in card.text, f"`{WHY}`" in card.text) == (True, True)
    refused = await stage.slash(ON)
    assert (True, False) == (explains(refused.text), "Another" in refused.text)


async def test_first_word_that_is_no_entry_point_freezes_nothing(stage: Stage) -> None:
    """
    A reason alone is not mistaken for an entry point: nothing is frozen, and the line that freezes everything is shown.
    """
    slip = await stage.outcome("/agora freeze lvie", MANAGER)
    reason = await stage.outcome("/agora freeze maintenance of the encoder", MANAGER)

    assert ("nothing was frozen" in slip.text, "Did you mean `live`?" in slip.text) == (True, True)
    assert "There is no entry point `maintenance`" in reason.text
    assert "`/agora freeze all maintenance of the encoder`" in reason.text
    assert (MANAGER, MANAGER) == (slip.to, reason.to)
    assert "✅" in (await stage.outcome(ON)).text


async def test_reason_that_begins_with_an_entry_point_is_not_lost(stage: Stage) -> None:
    """
    Where the first word is an entry point that one is frozen, and the reply says that nothing else is.
    """
    card = await frozen(stage, "live is over")

    assert ("`live` is frozen" in card.text, "`is over`" in card.text) == (True, True)
    assert "Everything else is not frozen; that takes `/agora freeze all`." in card.text


@pytest.mark.parametrize("fault", ["hang", "401", "503"])
async def test_freezing_does_not_wait_for_agora(stage: Stage, fault: str) -> None:
    """
    An Agora that does not answer is no reason not to freeze; the reply says what could not be looked up.
    """
    stage.agora.fault(fault, times=None)

    card = await frozen(stage)

    assert "Agora could not be asked" in card.text
    assert explains((await stage.slash(ON)).text)


async def test_reason_is_text_and_not_too_long(stage: Stage) -> None:
    """
    Whatever stands in a reason mentions and formats nothing; one that nobody reads on a phone is cut, for all to see.
    """
    card = await frozen(stage, f"live <!channel> *now* <@{ADMIN}>")
    refused = await stage.slash(ON)
    long = await frozen(stage, f"sports {'very ' * 150}long")

    for text in (card.text, refused.text):
        assert "`@channel *now* " in text
        assert "<!channel" not in text
    assert f"Why: `{'very ' * 39}very…`" in long.text


async def test_waiting_question_can_be_answered_later(stage: Stage) -> None:
    """
    A button that was shown before does nothing while frozen and says why; its question stays open, and counts after it.
    """
    recorded(stage)
    prompt = await stage.prompt(OFF, OPERATOR)
    await frozen(stage)

    refused = await press(stage, prompt, "operation_confirm", OPERATOR)

    assert (explains(refused.text), "operation_confirm" in actions(prompt), []) == (True, True, stage.wire)
    await thawed(stage)
    assert "✅" in (await confirm(stage, prompt, OPERATOR)).text
    assert [OFF_CALL] == stage.wire


async def test_question_can_be_cancelled_while_frozen(stage: Stage) -> None:
    """
    Leaving things as they are is always possible.
    """
    prompt = await stage.prompt(OFF, OPERATOR)
    await frozen(stage)

    told = await press(stage, prompt, "operation_cancel", OPERATOR)

    assert "Cancelled" in told.text


async def test_retry_waits_for_the_thaw(stage: Stage) -> None:
    """
    What failed before is not tried again while frozen; the button stays for later.
    """
    stage.agora.fault("503", method="PUT")
    card = await stage.outcome(ON)
    await frozen(stage)

    refused = await press(stage, card, "operation_retry", OPERATOR)

    assert (explains(refused.text), [ON_CALL], ["operation_retry"]) == (True, stage.wire, actions(card))


async def test_form_that_was_open_is_refused(stage: Stage) -> None:
    """
    A form that was opened before is decided on when it is sent in.
    """
    view = await opened(stage)
    await frozen(stage)

    await sent(stage, view, names="one two")

    shown = json.dumps(view.payload["blocks"], ensure_ascii=False)
    assert [] == [part for part in ("is frozen by", MANAGER, WHY, "/agora unfreeze live") if part not in shown]
    assert ("submit" in view.payload, []) == (False, stage.wire)


async def test_plan_that_comes_due_is_refused_for_all_to_see(stage: Stage, store: Store) -> None:
    """
    A plan whose time comes while frozen is not done: the channel reads why, and it calls whoever planned it.
    """
    card = await planned(stage)
    await frozen(stage)
    seen = list(stage.slack.messages)

    await passed(stage, KICK_OFF)

    told = await stage.told(lambda message: message not in seen and operation_in(card) in message.text)
    assert ("channel", True, True, []) == (told.kind, explains(told.text), f"<@{OPERATOR}>" in told.text, stage.wire)
    assert "refused" == (await trail(store))[-1].outcome


async def test_plan_is_a_change_and_calling_it_off_is_not(stage: Stage) -> None:
    """
    A new plan takes an admin while frozen; calling one off keeps something from happening, so a manager may.
    """
    card = await planned(stage)
    await frozen(stage)

    refused = await stage.slash(f"{PLAN} for 1h")
    await planned(stage, "/record on live eu other at 21:00", ADMIN)
    cancelled = await stage.outcome(f"/agora cancel {operation_in(card)}", MANAGER)

    assert (explains(refused.text), "Cancelled, and not done" in cancelled.text) == (True, True)


async def test_what_runs_goes_on_and_what_waits_behind_it_does_not(stage: Stage) -> None:
    """
    A freeze does not wait its turn: what is with Agora goes on, what was accepted but not begun is refused at its turn.
    """
    stage.agora.fault("slow:5", method="PUT")
    await stage.slash(ON)
    await stage.agora.wait_for(lambda call: call.method == "PUT")
    await stage.slash("/record on live eu second")

    await frozen(stage)

    assert [ON_CALL] == stage.wire
    first = await stage.told(lambda message: "main-stage" in message.text and "✅" in message.text)
    second = await stage.told(lambda message: "`/record on live eu second`" in message.text and ended(message))
    assert ("channel", OPERATOR, True) == (first.kind, second.to, explains(second.text))
    assert [ON_CALL] == stage.wire


async def test_what_runs_can_be_stopped_while_frozen(world: Stage) -> None:
    """
    Stopping many in the middle keeps something from happening, so a manager may, and what was begun is told.
    """
    world.patience = timedelta(milliseconds=50)
    await world.start(AGORA_CALLS_PER_S="25")
    await world.grant(MANAGER, "manager")
    await world.grant(OPERATOR, "operator")
    world.agora.fault("slow:0.3", method="PUT", times=None)
    await sent(world, await opened(world), names="\n".join(f"stage-{number:03}" for number in range(60)))
    card = await world.told(lambda message: "operation_stop" in offers(message))
    await world.slash(f"/agora freeze live {WHY}", MANAGER)
    await world.told(lambda message: "`live` is frozen" in message.text)

    await press(world, card, "operation_stop", MANAGER)
    world.agora.clear_faults()
    await world.told(lambda message: message is card and ended(message))

    assert f"stopped by <@{MANAGER}>" in card.text


async def test_freeze_is_shown_where_people_look(stage: Stage) -> None:
    """
    `/agora entries` marks what is frozen and says why, `/agora whoami` says it to whoever has a role there.
    """
    await frozen(stage)
    stage.slack.messages.clear()

    entries = await stage.outcome("/agora entries", VIEWER)
    me = await stage.outcome("/agora whoami", VIEWER)
    stranger = await stage.outcome("/agora whoami", STRANGER)

    for text in (entries.text, me.text):
        assert f"`live` is frozen by <@{MANAGER}> since <!date^" in text
    assert ("`live`, frozen" in entries.text, "`sports`, frozen" in entries.text) == (True, False)
    assert "frozen" not in stranger.text


async def test_freeze_asks_where_all_changes_do(world: Stage) -> None:
    """
    With `CONFIRM=changes` freezing asks too, and holds from the press on.
    """
    await world.start(CONFIRM="changes")

    prompt = await world.prompt(f"/agora freeze live {WHY}", ADMIN)
    button = str(prompt.blocks)
    told = await confirm(world, prompt, ADMIN)

    assert ("Freeze it" in button, "`live` is frozen" in told.text) == (True, True)


async def test_freeze_outlives_a_restart(stage: Stage) -> None:
    """
    It is kept where roles are: a bot that was started anew knows of it.
    """
    await frozen(stage)
    await stage.bots[-1].stop()
    await stage.start()

    assert explains((await stage.slash(ON)).text)
    assert [] == [message for message in public(await shown_after(stage)) if "main-stage" in message.text]


async def test_form_goes_on_where_it_is_not_frozen(stage: Stage) -> None:
    """
    A freeze of one entry point leaves forms of others alone.
    """
    await frozen(stage)

    card = await finished(stage, await opened(stage, "/record on sports eu"), names="one, two")

    assert "✅" in card.text
