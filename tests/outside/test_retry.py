"""The button that tries a failed change again."""

from __future__ import annotations

import asyncio

from bot.access.decide import Person
from bot.access.rolemap import RoleMap
from bot.sandbox.slack import Message
from bot.sandbox.slack_text import buttons
from bot.store import Store
from tests.harness import ADMIN, LIVE, MANAGER, OPERATOR, STRANGER, VIEWER, Stage
from tests.outside.clicking import OFF, OFF_CALL, actions, confirm, operation_of, press, recorded, settled

ON = "/record on live eu main-stage"
ON_CALL = "PUT entry_points/live/admin/record/custom/regions/eu/tasks?id=main-stage"


async def failed(stage: Stage, line: str = ON, fault: str = "503") -> Message:
    """A card of a change that failed for a passing reason."""
    stage.agora.fault(fault, method="PUT")
    card = await stage.outcome(line)
    assert ["operation_retry"] == actions(card), card.text
    return card


async def retried(stage: Stage, card: Message, user: str) -> Message:
    """Press the button, and wait for the card of the second operation."""
    before = list(stage.slack.messages)
    await press(stage, card, "operation_retry", user)
    return await stage.told(lambda shown: shown.kind == "channel" and shown not in before)


async def test_retry_is_a_new_operation_of_whoever_pressed(stage: Stage) -> None:
    """
    Trying again is an operation of its own: its outcome names who pressed, and what it repeats.
    """
    card = await failed(stage)
    first = operation_of(card)

    again = await retried(stage, card, MANAGER)

    assert [ON_CALL, ON_CALL] == stage.wire
    assert (LIVE, True) == (again.channel, "✅" in again.text)
    assert [] == [name for name in (f"<@{MANAGER}>", first, "main-stage") if name not in again.text]
    assert f"<@{OPERATOR}>" not in again.text


async def test_retry_takes_its_button_away(stage: Stage) -> None:
    """
    The card that was pressed still says what failed and who asked, and has no button any more.
    """
    card = await failed(stage)

    await retried(stage, card, MANAGER)

    assert [] == actions(card)
    assert [] == [name for name in ("503", f"<@{OPERATOR}>") if name not in card.text]


async def test_retry_works_once(stage: Stage) -> None:
    """
    A second press, by whoever still sees the button, is explained and does nothing.
    """
    card = await failed(stage)
    blocks = card.blocks
    await retried(stage, card, MANAGER)

    told = await press(stage, card, "operation_retry", OPERATOR, blocks=blocks)

    assert ("ephemeral", OPERATOR) == (told.kind, told.to)
    assert [ON_CALL, ON_CALL] == await settled(stage)


async def test_retry_that_fails_can_be_tried_again(stage: Stage) -> None:
    """
    Each failure has a button of its own.
    """
    card = await failed(stage)
    stage.agora.fault("503", method="PUT")

    second = await retried(stage, card, OPERATOR)
    third = await retried(stage, second, OPERATOR)

    assert 3 == len(stage.wire)
    assert ["operation_undo"] == actions(third)


async def test_retry_is_refused_without_the_role(stage: Stage) -> None:
    """
    Who lacks the role is told so; nothing happens, and the button still works for others.
    """
    card = await failed(stage)

    for user in (VIEWER, STRANGER):
        told = await press(stage, card, "operation_retry", user)
        assert ("ephemeral", user) == (told.kind, told.to)
        assert "operator" in told.text

    assert [ON_CALL] == await settled(stage)
    await retried(stage, card, MANAGER)
    assert [ON_CALL] == stage.wire[2:]


async def test_retry_is_refused_outside_of_the_grant(stage: Stage, store: Store) -> None:
    """
    A role on another entry point does not do.
    """
    roles = RoleMap(store, admins=frozenset({ADMIN}), clock=stage.time.now)
    await roles.revoke(OPERATOR, role=None, entries=None, actor=Person(ADMIN), channel=None, operation="narrowed")
    await stage.grant(OPERATOR, "operator on sports")
    stage.slack.messages.clear()
    stage.agora.fault("503", method="PUT")
    card = await stage.outcome(ON, MANAGER)

    told = await press(stage, card, "operation_retry", OPERATOR)

    assert ("ephemeral", OPERATOR) == (told.kind, told.to)
    assert [ON_CALL] == await settled(stage)


async def test_retry_from_another_workspace_does_nothing(stage: Stage) -> None:
    """
    People of another workspace who share the channel can't press it.
    """
    stage.slack.add_person("U0GUEST", "gus", team="T0OTHER")
    stage.slack.channels[LIVE].members.add("U0GUEST")
    card = await failed(stage)

    told = await press(stage, card, "operation_retry", "U0GUEST")

    assert ("ephemeral", "U0GUEST") == (told.kind, told.to)
    assert [ON_CALL] == await settled(stage)


async def test_retry_repeats_what_failed_alone(stage: Stage) -> None:
    """
    Of several streams only those that failed are tried again.
    """
    stage.agora.fault("503", method="PUT", stream="b")
    await stage.slash("/record on live eu a b c")
    card = await stage.told(lambda shown: "operation_retry" in actions(shown))

    again = await retried(stage, card, OPERATOR)

    assert ["a", "b", "c"] == sorted(target.rpartition("=")[2] for target in stage.wire[:3])
    assert ["b"] == [target.rpartition("=")[2] for target in stage.wire[3:]]
    assert "`a`" not in again.text


async def test_disruptive_retry_asks_in_slack_first(stage: Stage) -> None:
    """
    The button of a disruptive change asks before it sends the click, since no prompt follows; others do not.
    """
    recorded(stage)
    stage.agora.fault("503", method="DELETE")
    card = await confirm(stage, await stage.prompt(OFF))
    plain = await failed(stage)

    assert "main-stage" in str(buttons(card)[0].confirm)
    assert buttons(plain)[0].confirm is None
    await retried(stage, card, MANAGER)
    assert [OFF_CALL, ON_CALL, OFF_CALL] == stage.wire


async def test_retry_stays_with_what_can_be_helped(stage: Stage) -> None:
    """
    What would fail again has no button.
    """
    stage.agora.fault("400", method="PUT")

    card = await stage.outcome(ON)

    assert [] == actions(card)


async def test_retry_after_a_restart(stage: Stage) -> None:
    """
    The button works after a restart too.
    """
    card = await failed(stage)
    await stage.bots[0].stop()
    await stage.start()

    again = await retried(stage, card, OPERATOR)

    assert "✅" in again.text


async def test_retry_pressed_by_several_at_once_is_one_operation(stage: Stage) -> None:
    """
    However many press at the same time, it is tried again once, and each of them is answered.
    """
    card = await failed(stage)
    blocks, users = card.blocks, [OPERATOR, MANAGER, ADMIN] * 3

    clicks = [stage.slack.click(card, "operation_retry", user=user, blocks=blocks) for user in users]
    answers = await asyncio.gather(*clicks)

    def told() -> int:
        return card.edits + sum(shown.kind == "ephemeral" for shown in stage.slack.messages)

    await stage.told(lambda _: told() >= len(users))
    assert [200] * len(users) == [answer.status for answer in answers]
    assert [ON_CALL, ON_CALL] == await settled(stage)
