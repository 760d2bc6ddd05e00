"""Streams that are live, in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.agora import OnlineStream
from bot.commands.live import count_live, live_now, since
from bot.wording import moment

NOW = datetime(2026, 11, 20, 20, 14, tzinfo=UTC)
STREAMS = [OnlineStream(f"cam-{number}", None) for number in range(7)]


def test_since_when() -> None:
    """
    A stream is live since a time that each reader sees in their zone, and for how long; where Agora says none, that.
    """
    began = NOW - timedelta(hours=2, minutes=5)

    assert f"since {moment(began)} (2 h 5 min)" == since(OnlineStream("a", began), NOW)
    assert "since when, Agora does not say" == since(OnlineStream("a", None), NOW)


def test_how_many() -> None:
    """
    None, one and many make a sentence.
    """
    assert ["no stream is", "1 stream is", "7 streams are"] == [count_live(STREAMS[:count]) for count in (0, 1, 7)]


def test_who_would_notice() -> None:
    """
    The first five are named, the others counted; where there are none, or none could be read, nobody is warned.
    """
    warned = "7 streams are live on `live` now: `cam-0`, `cam-1`, `cam-2`, `cam-3`, `cam-4` and 2 more."

    assert [(warned,), (), ()] == [live_now("live", online) for online in (STREAMS, [], None)]
