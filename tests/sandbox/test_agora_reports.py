"""
The stand-in's reports: what was live, how it came in, and how far back each can be asked.

https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/stream-reports
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from urllib.parse import urlencode

import pytest

from tests.sandbox.agora_by_hand import LIVE, Caller, calling, message

HISTORY, QUALITY, PLAYERS = "publish_history", "publish_quality", "stream_play_statistic"
EACH = pytest.mark.parametrize("report", [HISTORY, QUALITY, PLAYERS])


@pytest.fixture
async def call() -> AsyncIterator[Caller]:
    async with calling() as caller:
        caller.agora.entry_points["live"].pushes.clear()
        yield caller


def target(report: str, **query: str | datetime) -> str:
    sent = {name: value if isinstance(value, str) else value.isoformat() for name, value in query.items()}
    return f"{LIVE}/reports/{report}?{urlencode(sent)}"


async def test_history(call: Caller) -> None:
    """
    Pushes that have ended are listed with their length, the newest end first, those of one stream alone.
    """
    call.agora.stop_push("live", "main-stage")
    call.agora.push("live", "other")
    call.clock.advance(hours=1)
    call.agora.push("live", "main-stage")
    call.agora.stop_push("live", "other")
    call.clock.advance(minutes=5)
    call.agora.stop_push("live", "main-stage")
    call.clock.advance(hours=2)

    response = await call("GET", target(HISTORY, stream_name="main-stage"))

    assert {
        "publishHistory": [
            {
                "name": "main-stage",
                "startTime": "2024-01-02T04:04:05Z",
                "endTime": "2024-01-02T04:09:05Z",
                "duration": 300,
            },
            {
                "name": "main-stage",
                "startTime": "2024-01-02T02:44:05Z",
                "endTime": "2024-01-02T03:04:05Z",
                "duration": 1200,
            },
        ]
    } == response.json()


async def test_history_is_late(call: Caller) -> None:
    """
    A push shows up two hours after its end, and one that goes on does not.
    """
    call.agora.stop_push("live", "main-stage")
    call.agora.push("live", "main-stage")
    call.clock.advance(hours=1, minutes=59)
    before = await call("GET", target(HISTORY, stream_name="main-stage"))
    call.clock.advance(minutes=1)
    after = await call("GET", target(HISTORY, stream_name="main-stage"))

    assert [0, 1] == [len(response.json()["publishHistory"]) for response in (before, after)]


async def test_ban_ends_a_push(call: Caller) -> None:
    """
    A push that a ban has cut is one that has ended.
    """
    await call("PATCH", f"{LIVE}/admin/banned_streams/main-stage", b"{}")
    call.clock.advance(hours=2)
    response = await call("GET", target(HISTORY, stream_name="main-stage"))

    assert [1200] == [push["duration"] for push in response.json()["publishHistory"]]


async def test_quality(call: Caller) -> None:
    """
    A live stream has a row for each minute up to three minutes ago, the newest first.
    """
    start = call.clock.now - timedelta(minutes=5)
    response = await call("GET", target(QUALITY, stream_name="main-stage", start_time=start, end_time=call.clock.now))

    row = {"name": "main-stage", "bitrate": 2500000, "framerate": 30, "cdnIp": "192.0.2.10", "clientIp": "198.51.100.7"}
    times = ["2024-01-02T03:01:00Z", "2024-01-02T03:00:00Z"]
    assert {"QualityHistory": [row | {"time": time} for time in times]} == response.json()


async def test_players(call: Caller) -> None:
    """
    Viewers are counted minute by minute, two hours of them without times.
    """
    response = await call("GET", target(PLAYERS, stream_name="main-stage"))

    rows = response.json()["playStatistic"]
    assert {"name": "main-stage", "time": "2024-01-02T03:01:00Z", "linkNum": 3} == rows[0]
    assert 17 == len(rows)


@EACH
async def test_stream_that_never_was(call: Caller, report: str) -> None:
    """
    A stream that nobody pushed has an empty report; the documentation is silent.
    """
    response = await call("GET", target(report, stream_name="other"))

    assert (200, [[]]) == (response.status_code, list(response.json().values()))


@EACH
@pytest.mark.parametrize(
    "query",
    [
        {},
        {"stream_name": ""},
        {"stream_name": "a", "page": "1"},
        {"stream_name": "a", "start_time": "yesterday"},
        {"stream_name": "a", "start_time": "2024-01-02T03:00:00"},
        {"stream_name": "a", "end_time": "2024-01-02T03:04:06Z"},
        {"stream_name": "a", "start_time": "2024-01-02T03:04:05Z", "end_time": "2024-01-02T03:04:04Z"},
    ],
)
async def test_query_that_is_none(call: Caller, report: str, query: dict[str, str]) -> None:
    """
    A name is required; times are RFC 3339 with an offset, in their order, and not in the future.
    """
    assert 400 == (await call("GET", target(report, **query))).status_code


@pytest.mark.parametrize(
    ("report", "reaches", "span"),
    [
        (HISTORY, timedelta(days=60), timedelta(days=30)),
        (QUALITY, timedelta(days=6), timedelta(hours=6)),
        (PLAYERS, timedelta(days=30), timedelta(hours=2)),
    ],
)
async def test_range_is_limited(call: Caller, report: str, reaches: timedelta, span: timedelta) -> None:
    """
    Each report reaches back so far, and gives so much at once; a second more is refused.
    """
    now, second = call.clock.now, timedelta(seconds=1)
    ranges = [
        (now - reaches, span),
        (now - span, span),
        (now - reaches - second, span),
        (now - span - second, span + second),
    ]

    found = [
        await call("GET", target(report, stream_name="a", start_time=start, end_time=start + length))
        for start, length in ranges
    ]

    assert [200, 200, 400, 400] == [response.status_code for response in found]
    assert (400, "the time range is too long, or begins too early") == message(found[2])


@EACH
async def test_unknown_entry_point(call: Caller, report: str) -> None:
    """
    An entry point that there is not gives 404.
    """
    response = await call("GET", target(report, stream_name="a").replace("/live/", "/lvie/"))

    assert (404, "entry point not found") == message(response)


@EACH
async def test_stream_of_a_report_is_told(call: Caller, report: str) -> None:
    """
    A call is kept with the stream that it is about, so that trouble can be made for it.
    """
    call.agora.fault("504", stream="a b")
    response = await call("GET", target(report, stream_name="a b"))

    assert (504, "a b") == (response.status_code, call.agora.calls[0].stream)
