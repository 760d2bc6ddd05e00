"""Forms from outside: opened by a command, filled in, sent."""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack import Answer, Message, View
from tests.harness import LIVE, OPERATOR, Stage
from tests.outside.acts import ended

ON, OFF = "/record on live eu", "/record off live eu"


async def opened(stage: Stage, line: str = ON, user: str = OPERATOR, channel: str = LIVE) -> View:
    """Type a command that lacks what its form asks for, and wait until that is open."""
    before = list(stage.slack.views)
    answer = await stage.slash(line, user, channel)
    assert (200, "") == (answer.status, answer.text)
    return await stage.slack.wait_for_view(lambda view: view not in before)


async def sent(stage: Stage, view: View, **values: Any) -> Answer:
    """Send a form in; what the bot answers is one that Slack understands."""
    answer = await stage.slack.submit_view(view, values)
    assert (200, None) == (answer.status, answer.error)
    return answer


async def finished(stage: Stage, view: View, *, timeout: float = 10, **values: Any) -> Message:
    """Send a form in, and wait for the card that says what came of it."""
    before = list(stage.slack.messages)
    await sent(stage, view, **values)
    assert not view.open, view.errors
    return await stage.slack.wait_for(lambda message: message not in before and ended(message), timeout=timeout)


def asked(stage: Stage) -> list[str]:
    """The streams of all calls that change something, in their order."""
    return [str(call.stream) for call in stage.agora.calls if call.method != "GET"]
