"""A day on which something is planned, for tests: what time it is, and how it passes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.harness import Stage, Time

EVENING = datetime(2026, 3, 10, 17, 0, tzinfo=UTC)  # Tue 10 Mar 2026 18:00 in Berlin, where everybody is
KICK_OFF = datetime(2026, 3, 10, 19, 45, tzinfo=UTC)  # 20:45 there
PLAN = "/record on live eu final at 20:45"


def time_at(moment: datetime) -> Time:
    """A clock that shows *moment*, and goes on from there."""
    time = Time()
    time.turn(moment - datetime.now(UTC))
    return time


async def passed(stage: Stage, until: datetime) -> None:
    """Let it be *until*, and have the bot look for what is due."""
    stage.time.turn(until - stage.time.now() + timedelta(seconds=1))
    await stage.bots[-1].sweep()
