"""Clicks that do not count: of others, repeated, late, forged, of people who lost their role."""

from __future__ import annotations

import asyncio

import pytest

from bot.access.decide import Person
from bot.access.rolemap import RoleMap
from bot.sandbox.slack_text import buttons
from bot.store import Store
from tests.harness import ADMIN, LIVE, MANAGER, OPERATOR, VIEWER, Stage
from tests.outside.clicking import OFF, OFF_CALL, actions, confirm, forged, operation_of, press, settled


@pytest.mark.parametrize("button", ["operation_confirm", "operation_cancel"])
@pytest.mark.parametrize("other", [ADMIN, VIEWER])
async def test_foreign_click_is_told_so_and_changes_nothing(stage: Stage, button: str, other: str) -> None:
    """
    Only its requester may press a prompt's buttons, whatever role somebody else holds; the prompt still works.
    """
    prompt = await stage.prompt(OFF)

    told = await press(stage, prompt, button, other, unseen=True)

    assert ("ephemeral", other) == (told.kind, told.to)
    assert f"<@{MANAGER}>" in told.text
    assert [] == await settled(stage)
    assert ["operation_confirm", "operation_cancel"] == actions(prompt)
    await confirm(stage, prompt)
    assert OFF_CALL == stage.wire[-1]


async def test_click_from_another_workspace_does_nothing(stage: Stage) -> None:
    """
    In a channel that is shared with another workspace, its people can't press our buttons.
    """
    stage.slack.add_person("U0GUEST", "gus", team="T0OTHER")
    stage.slack.channels[LIVE].members.add("U0GUEST")
    prompt = await stage.prompt(OFF)

    told = await press(stage, prompt, "operation_confirm", "U0GUEST", unseen=True)

    assert ("ephemeral", "U0GUEST") == (told.kind, told.to)
    assert [] == await settled(stage)
    assert ["operation_confirm", "operation_cancel"] == actions(prompt)


async def test_double_click_is_one_operation(stage: Stage) -> None:
    """
    A second click, from a client that has not drawn the first one's answer, is explained and does nothing.
    """
    prompt = await stage.prompt(OFF)
    blocks = prompt.blocks
    await confirm(stage, prompt)

    told = await press(stage, prompt, "operation_confirm", blocks=blocks)

    assert told is not prompt
    assert "main-stage" in told.text
    assert [OFF_CALL] == await settled(stage)


async def test_twenty_clicks_at_once_on_two_bots_are_one_operation(stage: Stage) -> None:
    """
    However many clicks arrive at the same time, and at whichever process, one counts and each is answered.
    """
    urls = [stage.slack.bot_url]
    await stage.start()
    urls.append(stage.slack.bot_url)
    prompt = await stage.prompt(OFF)
    before, blocks, clicks = list(stage.slack.messages), prompt.blocks, []

    for number in range(20):
        stage.slack.bot_url = urls[number % 2]
        clicks.append(asyncio.create_task(stage.slack.click(prompt, "operation_confirm", user=MANAGER, blocks=blocks)))
        await asyncio.sleep(0)  # it has read the address by now
    answers = await asyncio.gather(*clicks)

    def told() -> int:
        return prompt.edits + sum(shown.to == MANAGER for shown in stage.slack.messages if shown not in before)

    await stage.told(lambda _: told() >= 20)
    assert [200] * 20 == [answer.status for answer in answers]
    assert [] == actions(prompt)
    assert [OFF_CALL] == await settled(stage)
    assert 1 == sum(shown.kind == "channel" and "main-stage" in shown.text for shown in stage.slack.messages)


async def test_confirming_what_was_cancelled_does_nothing(stage: Stage) -> None:
    """
    Confirm, pressed by a client that still shows it after the cancel, is explained and does nothing.
    """
    prompt = await stage.prompt(OFF)
    blocks = prompt.blocks
    await press(stage, prompt, "operation_cancel")

    told = await press(stage, prompt, "operation_confirm", blocks=blocks)

    assert "Cancelled" in told.text
    assert [] == await settled(stage)


async def test_cancelling_what_was_done_does_nothing(stage: Stage) -> None:
    """
    Cancel, pressed by a client that still shows it after the end, says how it ended.
    """
    prompt = await stage.prompt(OFF)
    blocks = prompt.blocks
    await confirm(stage, prompt)

    told = await press(stage, prompt, "operation_cancel", blocks=blocks)

    assert told is not prompt
    assert "ended" in told.text
    assert [OFF_CALL] == await settled(stage)


async def test_cancelling_what_has_not_begun_takes_it_back(stage: Stage) -> None:
    """
    Cancel, pressed after the confirmation and before anything was begun, still cancels.
    """
    prompt = await stage.prompt(OFF)
    blocks = prompt.blocks
    await stage.bots[0].stop()
    await stage.start(worker=False)
    await press(stage, prompt, "operation_confirm")

    told = await press(stage, prompt, "operation_cancel", blocks=blocks)
    await stage.start()

    assert "Cancelled" in told.text
    assert [] == await settled(stage)


@pytest.mark.parametrize(
    "value", ["", "zzzz-zzzz", "x" * 2000, "a:b", "{agora-bot}:open", "..", "\n", "\x00", "\ud800", "<!channel>"]
)
async def test_forged_id_does_nothing(stage: Stage, value: str) -> None:
    """
    An id that the bot never gave is explained, without repeating it, and does nothing.
    """
    prompt = await stage.prompt(OFF)

    for button in ("operation_confirm", "operation_cancel"):
        told = await press(stage, prompt, button, blocks=forged(prompt, value))
        assert "no operation" in told.text
        assert "<!" not in told.text

    assert [] == await settled(stage)
    assert ["operation_confirm", "operation_cancel"] == actions(prompt)


@pytest.mark.parametrize("value", [None, 7, True, ["zzzz-zzzz"], {"id": "zzzz-zzzz"}])
async def test_value_that_is_no_text_does_nothing(stage: Stage, value: object) -> None:
    """
    A value of a kind that Slack never sends is taken and passed over.
    """
    prompt = await stage.prompt(OFF)

    answer = await stage.slack.click(prompt, "operation_confirm", user=MANAGER, blocks=forged(prompt, value))

    assert 200 == answer.status
    assert [] == await settled(stage)
    assert ["operation_confirm", "operation_cancel"] == actions(prompt)


async def test_role_lost_before_the_click_refuses_it(stage: Stage) -> None:
    """
    A click is decided anew: who lost the role is told so, and the prompt works again with the role.
    """
    prompt = await stage.prompt(OFF, OPERATOR)
    await stage.outcome(f"/agora revoke <@{OPERATOR}>", ADMIN)

    told = await press(stage, prompt, "operation_confirm", OPERATOR)

    assert told is not prompt
    assert "operator" in told.text
    assert [] == await settled(stage)
    await stage.grant(OPERATOR, "operator")
    await confirm(stage, prompt, OPERATOR)
    assert OFF_CALL == stage.wire[-1]


async def test_role_lost_between_click_and_start_refuses_it(stage: Stage, store: Store) -> None:
    """
    What was confirmed and has not begun is decided once more when it begins.
    """
    prompt = await stage.prompt(OFF, OPERATOR)
    operation = operation_of(prompt)
    await stage.bots[0].stop()
    await stage.start(worker=False)
    await press(stage, prompt, "operation_confirm", OPERATOR)
    roles = RoleMap(store, admins=frozenset({ADMIN}), clock=stage.time.now)
    await roles.revoke(
        OPERATOR, role=None, entries=None, actor=Person(ADMIN), channel=None, operation="revoked-meanwhile"
    )

    await stage.start()

    told = await stage.told(lambda shown: shown is not prompt and operation in shown.text)
    assert ("ephemeral", OPERATOR) == (told.kind, told.to)
    assert "operator" in told.text
    assert [] == await settled(stage)


async def test_button_of_another_release_is_explained(stage: Stage) -> None:
    """
    A button that this release does not know does nothing and says so.
    """
    prompt = await stage.prompt(OFF)
    blocks = [dict(block) for block in forged(prompt, operation_of(prompt))]
    for block in (block for block in blocks if block["type"] == "actions"):
        block["elements"] = [{**block["elements"][0], "action_id": "operation_frobnicate"}]

    told = await press(stage, prompt, "operation_frobnicate", blocks=blocks)

    assert "Nothing was done" in told.text
    assert ["operation_confirm", "operation_cancel"] == [button.action_id for button in buttons(prompt)]
    assert [] == await settled(stage)
