"""What the tests of the stand-in for Slack share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.sandbox.slack import SlackStandIn
from tests.sandbox.slack_helpers import Clock, TinyBot, serving


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(clock=clock) as stand_in:
        yield stand_in


@pytest.fixture
async def bot(slack: SlackStandIn) -> AsyncIterator[TinyBot]:
    async with serving(slack, TinyBot()) as tiny:
        yield tiny
