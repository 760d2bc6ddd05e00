"""The documented calls: what goes on the wire and what is read from the answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from bot.agora import (
    AgoraClient,
    AnswerTooLarge,
    Audience,
    OnlineStream,
    Push,
    Quality,
    RecordingSettings,
    Storage,
    Transfer,
    UnreadableAnswer,
)
from tests.agora.parts import BASE, Agora, answer, client_of

Use = Callable[[AgoraClient], Awaitable[Any]]
LIVE = f"{BASE}/entry_points/live"
TASKS = f"{LIVE}/admin/record/custom/regions/eu/tasks"
NOON = datetime(2026, 8, 25, 12, tzinfo=UTC)
HOOK = "https://hooks.example.com/transfer"
# Times are sent in UTC, whatever zone they are given in.
FROM, TO = datetime(2026, 1, 7, 12, tzinfo=timezone(timedelta(hours=8))), datetime(2026, 1, 7, 18, tzinfo=UTC)
RANGE = "start_time=2026-01-07T04%3A00%3A00Z&end_time=2026-01-07T18%3A00%3A00Z&stream_name=a%26b"
READS: list[tuple[Use, str]] = [
    (lambda c: c.entry_points(), f"{BASE}/entry_points"),
    (lambda c: c.recording_settings("live", "eu"), f"{LIVE}/settings/record/custom/regions/eu"),
    (lambda c: c.transfer("live"), f"{LIVE}/settings/transfer"),
    (lambda c: c.online_streams("live"), f"{LIVE}/reports/online_streams"),
    (lambda c: c.online_stream("live", "a/b"), f"{LIVE}/reports/online_streams/a%2Fb"),
    (lambda c: c.publish_history("live", "a&b", start=FROM, end=TO), f"{LIVE}/reports/publish_history?{RANGE}"),
    (lambda c: c.publish_quality("live", "a&b", start=FROM, end=TO), f"{LIVE}/reports/publish_quality?{RANGE}"),
    (lambda c: c.play_statistic("live", "a&b", start=FROM, end=TO), f"{LIVE}/reports/stream_play_statistic?{RANGE}"),
    (lambda c: c.banned_streams("live"), f"{LIVE}/admin/banned_streams"),
]
CHANGES: list[tuple[Use, str, str, bytes]] = [
    (lambda c: c.enable_recording("live", "eu", "é %&+"), "PUT", f"{TASKS}?id=%C3%A9%20%25%26%2B", b""),
    (lambda c: c.disable_recording("live", "eu", "a/b?c#d"), "DELETE", f"{TASKS}/a%2Fb%3Fc%23d", b""),
    (
        lambda c: c.set_automatic_recording("live", enabled=False),
        "PATCH",
        f"{LIVE}/settings/record/custom/auto",
        b'{"enabled":false}',
    ),
    (
        lambda c: c.set_transfer("live", enabled=True, callback_url=HOOK),
        "PATCH",
        f"{LIVE}/settings/transfer",
        b'{"enabled":true,"callbackUrl":"https://hooks.example.com/transfer"}',
    ),
    (
        lambda c: c.set_transfer("live", enabled=False, callback_url=None),
        "PATCH",
        f"{LIVE}/settings/transfer",
        b'{"enabled":false}',
    ),
]


@pytest.mark.parametrize(("use", "target"), READS)
async def test_reads(use: Use, target: str) -> None:
    """A read is a GET without a body on the documented path."""
    agora = Agora([answer(200, {})])
    async with client_of(agora) as client:
        await use(client)

    (request,) = agora.requests
    assert (request.method, request.url.raw_path.decode(), request.content) == ("GET", target, b"")
    assert "Content-Type" not in request.headers


@pytest.mark.parametrize(("use", "method", "target", "body"), CHANGES)
async def test_changes(use: Use, method: str, target: str, body: bytes) -> None:
    """A change has the documented method, path and body, and its empty answer is a success."""
    agora = Agora([answer(200)])
    async with client_of(agora) as client:
        await use(client)

    (request,) = agora.requests
    assert (request.method, request.url.raw_path.decode(), request.content) == (method, target, body)
    assert request.headers.get("Content-Type") == ("application/json" if body else None)


@pytest.mark.parametrize("body", [b"", b"not json", b"{}", b"x" * 2_000_000])
@pytest.mark.parametrize(("use", "method", "target", "body_sent"), CHANGES)
async def test_change_is_not_read(use: Use, method: str, target: str, body_sent: bytes, body: bytes) -> None:
    """Any 2xx answer to a change is a success, whatever is in it."""
    done = answer(201)
    agora = Agora([type(done)(202, content=body)])
    async with client_of(agora) as client:
        await use(client)

    assert [request.method for request in agora.requests] == [method]


@pytest.mark.parametrize(
    ("use", "told", "expected"),
    [
        (READS[0][0], {"entryPointList": [{"name": "live", "new": 1}, {"name": "sports"}]}, ("live", "sports")),
        (READS[0][0], {"entryPointList": None}, ()),
        (READS[2][0], {"enabled": True, "callbackUrl": HOOK}, Transfer(enabled=True, callback_url=HOOK)),
        (READS[2][0], {"callbackUrl": ""}, Transfer(enabled=False, callback_url=None)),
        (READS[2][0], {"enabled": None, "callbackUrl": None}, Transfer(enabled=False, callback_url=None)),
        (
            READS[3][0],
            {"streamList": [{"name": "a", "startTime": "2026-11-29T19:00:00+08:00"}, {"name": "b"}]},
            (OnlineStream("a", datetime(2026, 11, 29, 11, tzinfo=UTC)), OnlineStream("b", None)),
        ),
        (READS[3][0], {"streamList": [{"name": "a", "startTime": "yesterday"}]}, (OnlineStream("a", None),)),
        (READS[3][0], {"streamList": [{"name": "a", "startTime": "2026-11-29T19:00:00"}]}, (OnlineStream("a", None),)),
        (READS[3][0], {"streamList": [{"name": "a", "startTime": 5}]}, (OnlineStream("a", None),)),
        (
            READS[4][0],
            {"startTime": "2026-11-29T11:00:00Z"},
            OnlineStream("a/b", datetime(2026, 11, 29, 11, tzinfo=UTC)),
        ),
        (
            READS[5][0],
            {
                "publishHistory": [
                    {
                        "name": "a&b",
                        "startTime": "2026-08-25T12:19:23+08:00",
                        "endTime": "2026-08-25T14:42:58+08:00",
                        "duration": 8616,
                    },
                    {"startTime": "2026-08-25T12:00:00Z", "endTime": "2026-08-25T12:00:30Z", "duration": None},
                    {"startTime": "yesterday", "duration": "12"},
                    {"duration": -1},
                    {"duration": 1e300},
                ]
            },
            (
                Push(
                    datetime(2026, 8, 25, 4, 19, 23, tzinfo=UTC),
                    datetime(2026, 8, 25, 6, 42, 58, tzinfo=UTC),
                    timedelta(seconds=8616),
                ),
                Push(NOON, NOON + timedelta(seconds=30), timedelta(seconds=30)),
                Push(None, None, timedelta(seconds=12)),
                Push(None, None, None),
                Push(None, None, None),
            ),
        ),
        (READS[5][0], {"publishHistory": None}, ()),
        # Both spellings of the documentation: that of its sample, that of its table.
        (
            READS[6][0],
            {
                "QualityHistory": [
                    {
                        "time": "2026-08-25T12:00:00Z",
                        "bitrate": 1123388,
                        "framerate": 31,
                        "cdnIp": "192.0.2.10",
                        "clientIp": "198.51.100.7",
                    }
                ]
            },
            (Quality(NOON, 1123388, 31, "192.0.2.10", "198.51.100.7"),),
        ),
        (
            READS[6][0],
            {
                "publishHistory": [
                    {"time": "2026-08-25T12:00:00Z", "bitrate": "1123388.5", "frameRate": 31.2, "cdnIp": 7},
                    {"bitrate": "much"},
                ]
            },
            (Quality(NOON, 1123388, 31, None, None), Quality(None, None, None, None, None)),
        ),
        (
            READS[7][0],
            {"playStatistic": [{"time": "2026-08-25T12:00:00Z", "linkNum": 3}, {}]},
            (Audience(NOON, 3), Audience(None, None)),
        ),
        (READS[1][0], {}, RecordingSettings(mp4=False, hls=False, storage=None)),
        (
            READS[1][0],
            {
                "hlsConfig": {"enabled": True},
                "mp4Config": {"enabled": False},
                "storageConfig": {"vendor": 1, "region": 7, "accessKey": "EXAMPLE-ACCESS-KEY", "secretKey": "EXAMPLE"},
            },
            RecordingSettings(
                mp4=False, hls=True, storage=Storage("Amazon S3", "EU_CENTRAL_1", None, "•••-KEY", "•••")
            ),
        ),
        (
            READS[1][0],
            {
                "mp4Config": {"enabled": True},
                "storageConfig": {"vendor": 99, "region": 0, "bucket": "b", "accessKey": "short"},
            },
            RecordingSettings(mp4=True, hls=False, storage=Storage("unknown vendor", None, "b", "•••", None)),
        ),
    ],
)
async def test_tolerant_reading(use: Use, told: Any, expected: Any) -> None:
    """Missing, empty and unknown fields are no reason to fail; times are UTC; keys are masked."""
    async with client_of(Agora([answer(200, told)])) as client:
        assert await use(client) == expected


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"<html>", b"\xff\xfe", b'{"entryPointList": [{}]}', b'{"entryPointList": 5}', b"[" * 9999],
)
async def test_unreadable(body: bytes) -> None:
    """A read whose answer can't be understood is an error, and is not tried again."""
    agora = Agora([type(answer(200))(200, content=body)])
    async with client_of(agora) as client:
        with pytest.raises(UnreadableAnswer) as caught:
            await client.entry_points()

    assert (caught.value.status, caught.value.changed, len(agora.requests)) == (200, "unchanged", 1)


async def test_secrets_of_an_unreadable_answer() -> None:
    """What an answer held does not get into the error, nor into what it comes from."""
    told = {"storageConfig": {"secretKey": "fake-storage-key", "vendor": "no number fake-storage-key"}}
    async with client_of(Agora([answer(200, told)])) as client:
        with pytest.raises(UnreadableAnswer) as caught:
            await client.recording_settings("live", "eu")

    assert (
        "fake-storage-key" not in f"{caught.value!r} {caught.value} {caught.value.__context__} {caught.value.__cause__}"
    )


async def test_packed_answer() -> None:
    """A compressed answer, which was not asked for, is not unpacked."""
    agora = Agora([type(answer(200))(200, headers={"Content-Encoding": "br"}, content=b"\x00")])
    async with client_of(agora) as client:
        with pytest.raises(UnreadableAnswer):
            await client.entry_points()

    assert agora.requests[0].headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("size", [1024 * 1024, 1024 * 1024 + 1])
async def test_largest_answer(size: int) -> None:
    """An answer of 1 MiB is read, one more byte is too much."""
    body = b'{"entryPointList":[]}'.ljust(size)
    async with client_of(Agora([type(answer(200))(200, content=body)])) as client:
        if size == 1024 * 1024:
            assert await client.entry_points() == ()
        else:
            with pytest.raises(AnswerTooLarge):
                await client.entry_points()


@pytest.mark.parametrize("name", ["", ".", ".."])
async def test_names_that_no_encoding_saves(name: str) -> None:
    """Names that the way to Agora would resolve are refused before anything is sent."""
    agora = Agora([answer(200)])
    async with client_of(agora) as client:
        with pytest.raises(ValueError, match="can't be a name"):
            await client.disable_recording("live", "eu", name)

    assert agora.requests == []


@pytest.mark.parametrize(
    "base_url", ["", "api.agora.io", "ftp://a.b", "https://", "https://u:p@a.b", "https://a.b?c=d"]
)
async def test_base_url_is_checked(base_url: str) -> None:
    """An address that is none is refused at the start, without repeating what may be a password in it."""
    with pytest.raises(ValueError, match="has to look like") as caught:
        async with client_of(Agora([answer(200)]), base_url=base_url):
            pass

    assert "u:p" not in str(caught.value)


async def test_base_url_with_a_path() -> None:
    """What stands before `/v1` in the address is part of the path."""
    agora = Agora([answer(200, {})])
    async with client_of(agora, base_url="http://127.0.0.1:3000/agora/") as client:
        await client.entry_points()

    assert str(agora.requests[0].url) == f"http://127.0.0.1:3000/agora{BASE}/entry_points"
