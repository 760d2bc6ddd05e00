"""What several tests from outside do, and how they look at what came of it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from bot.audit import Audit, Record
from bot.operations.cards import MARKS
from bot.sandbox.slack import Message
from bot.sandbox.slack_text import buttons
from bot.store import Store
from tests.harness import ADMIN, MANAGER, Stage


async def confirmed(stage: Stage, line: str, user: str = MANAGER, channel: str = "C0LIVE") -> Message:
    """Type a command that asks first, press the button that does it, and wait for the outcome."""
    prompt = await stage.prompt(line, user, channel)
    return await confirm(stage, prompt, user)


async def confirm(stage: Stage, prompt: Message, user: str = MANAGER) -> Message:
    """Press the button that does it, and wait for the outcome."""
    before = list(stage.slack.messages)
    await stage.slack.click(prompt, "operation_confirm", user=user)
    return await stage.told(lambda message: message not in before)


async def shown_after(stage: Stage, user: str = ADMIN) -> Sequence[Message]:
    """Everything that was shown by the time that a harmless further command is answered, without its answer."""
    before = list(stage.slack.messages)
    await stage.slash("/agora whoami", user)
    # Known by what it says: the next message might be just the one that should not have come.
    answer = await stage.told(lambda message: message not in before and f"id `{user}`" in message.text)
    return [message for message in stage.slack.messages if message is not answer]


async def trail(store: Store) -> list[Record]:
    """The audit trail without the grants that a stage begins with, oldest first."""
    records = await Audit(store).recent(1000)
    return [record for record in reversed(records) if record.channel is None or record.action != "agora grant"]


def offers(message: Message) -> list[str]:
    """What can be pressed."""
    return [button.action_id for button in buttons(message)]


def public(messages: Sequence[Message]) -> list[Message]:
    """Those that everybody in the channel sees."""
    return [message for message in messages if message.kind == "channel"]


def whole(message: Message) -> str:
    """All that was ever in a message."""
    return json.dumps([message.text, message.blocks, message.history, message.metadata], ensure_ascii=False)


def ended(message: Message) -> bool:
    """Whether a message is an outcome: not a question, and not a card that still says that it works."""
    return any(mark in message.text for mark in MARKS.values())
