"""A process that stands still on its way to Slack: what is late by then is not sent."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from bot.sandbox.slack import SlackStandIn
from bot.slack.api import CALL_LIMIT, SlackApi, SlackAway


def clock(*stops: float) -> Iterator[float]:
    """A clock that shows these times, one after the other, and then stands."""
    return itertools.chain(stops, itertools.repeat(stops[-1]))


async def called(slack: SlackStandIn, *stops: float) -> None:
    """Post something while time passes as given: when the call begins, and when its connection stands."""
    times = clock(*stops)
    async with SlackApi(token="xoxb-for-tests", base_url=slack.api_url, ticks=lambda: next(times)) as api:
        await api.call("chat.postMessage", channel="C0LIVE", text="told")


async def test_call_that_is_late_is_not_sent() -> None:
    """
    More time passes before the connection stands than a call may take: nothing is sent, and that is known.
    """
    async with SlackStandIn() as slack:
        with pytest.raises(SlackAway) as away:
            await called(slack, 0, CALL_LIMIT.total_seconds() + 1)

        assert ([], False) == (list(slack.messages), away.value.maybe)


async def test_call_in_time_is_sent() -> None:
    """
    However long it is allowed to take.
    """
    async with SlackStandIn() as slack:
        await called(slack, 0, CALL_LIMIT.total_seconds())

        assert ["told"] == [message.text for message in slack.messages]
