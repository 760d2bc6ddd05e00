"""Pressing buttons from outside, the right ones and others."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from bot.sandbox.slack import Message
from bot.sandbox.slack_text import buttons
from tests.harness import MANAGER, Stage

Blocks = Sequence[dict[str, Any]]

OFF = "/record off live eu main-stage"
OFF_CALL = "DELETE entry_points/live/admin/record/custom/regions/eu/tasks/main-stage"


def recorded(stage: Stage) -> None:
    """Have the stream of `OFF` recorded, so that there is something to turn off."""
    stage.agora.entry_points["live"].record("eu", "main-stage", stage.time.now())


async def press(
    stage: Stage,
    message: Message,
    button: str,
    user: str = MANAGER,
    *,
    value: str | None = None,
    blocks: Blocks | None = None,
    unseen: bool = False,
) -> Message:
    """Press a button, and wait for what the presser is told: in place of the message, or in one of their own."""
    before, edits = list(stage.slack.messages), message.edits
    answer = await stage.slack.click(message, button, user=user, value=value, blocks=blocks, unseen=unseen)
    assert (200, None) == (answer.status, answer.error)

    def told(shown: Message) -> bool:
        return (shown is message and shown.edits > edits) or (shown not in before and shown.to == user)

    return await stage.told(told)


async def turn(stage: Stage, message: Message, label: str, user: str, *, unseen: bool = False) -> Message:
    """Press *Next* or *Previous*, and wait for what the presser is told."""
    (value,) = [button.value for button in buttons(message) if button.text == label]
    return await press(stage, message, "operation_page", user, value=value, unseen=unseen)


async def confirm(stage: Stage, prompt: Message, user: str = MANAGER) -> Message:
    """Press the button that does it, and wait for the outcome in the channel."""
    before = list(stage.slack.messages)
    await press(stage, prompt, "operation_confirm", user)
    return await stage.told(lambda shown: shown.kind == "channel" and shown not in before)


async def settled(stage: Stage, entry: str = "live") -> list[str]:
    """What reached Agora by the time that one more change of the entry point, which waits its turn, is over."""
    line = f"/record on {entry} eu settled"
    before = list(stage.slack.messages)
    await stage.slash(line, user=MANAGER)
    await stage.told(lambda shown: shown not in before and shown.kind == "channel" and "settled" in shown.text)
    assert stage.wire[-1].endswith("id=settled")
    return stage.wire[:-1]


def actions(message: Message) -> list[str]:
    """What can be pressed."""
    return [button.action_id for button in buttons(message)]


def operation_of(message: Message) -> str:
    """The id that the buttons of a message carry."""
    (value,) = {button.value for button in buttons(message)}
    assert value is not None
    return value


def forged(message: Message, value: object) -> Blocks:
    """The blocks of a message with another value in all of its buttons."""
    blocks = deepcopy(list(message.blocks))
    for element in (element for block in blocks if block["type"] == "actions" for element in block["elements"]):
        element["value"] = value
    return blocks
