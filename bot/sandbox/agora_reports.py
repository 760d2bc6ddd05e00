"""
The reports of Agora's API: what is live, what was, and how it came in.

https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/stream-reports
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from bot.sandbox.agora_answers import Answer, RefusedError, found, rfc3339
from bot.sandbox.agora_memory import EntryPoint, Memory
from bot.sandbox.agora_routes import Request, query_of

_PARAMETERS: Final = {"start_time", "end_time", "stream_name"}
_TIME: Final = TypeAdapter(AwareDatetime)
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Window:
    """How far a report reaches back, how much of it one query can ask for and gets without times, how late it is."""

    reaches: timedelta
    span: timedelta
    usual: timedelta
    late: timedelta


HISTORY: Final = Window(timedelta(days=60), timedelta(days=30), timedelta(days=7), timedelta(hours=2))
# The text says 6 days, the table of parameters 60.
QUALITY: Final = Window(timedelta(days=6), timedelta(hours=6), timedelta(hours=6), timedelta(minutes=3))
PLAYERS: Final = Window(timedelta(days=30), timedelta(hours=2), timedelta(hours=2), timedelta(minutes=3))


@dataclass(frozen=True)
class _Asked:
    entry: EntryPoint
    stream: str
    start: datetime
    end: datetime


def list_online_streams(memory: Memory, request: Request) -> Answer:
    """Answer with the streams that are live now."""
    request.takes_nothing()
    streams = request.entry(memory).streams
    return found({"streamList": [{"name": name, "startTime": rfc3339(since)} for name, since in streams.items()]})


def get_online_stream(memory: Memory, request: Request) -> Answer:
    """Answer with the start of one stream; 404 if it is not live, where the documentation is silent."""
    request.takes_nothing()
    since = request.entry(memory).streams.get(request.name("stream_name"))
    if since is None:
        raise RefusedError(404, "stream not found")
    return found({"startTime": rfc3339(since)})


def publish_history(memory: Memory, request: Request) -> Answer:
    """Answer with the pushes that ended in the time asked for, the newest end first; nothing for an unknown stream."""
    asked = _asked(memory, request, HISTORY)
    known = memory.clock() - HISTORY.late
    ended = [push for push in asked.entry.pushes if push.stream == asked.stream and push.end <= min(asked.end, known)]
    rows = [
        {
            "name": push.stream,
            "startTime": rfc3339(push.start),
            "endTime": rfc3339(push.end),
            "duration": int((push.end - push.start).total_seconds()),
        }
        for push in sorted(ended, key=lambda push: push.end, reverse=True)
        if push.end >= asked.start
    ]
    return found({"publishHistory": rows})


def publish_quality(memory: Memory, request: Request) -> Answer:
    """Answer with a row for each minute, the newest first, named as in the documentation's sample."""
    asked = _asked(memory, request, QUALITY)
    signal = asked.entry.signal
    rows = [
        {
            "name": asked.stream,
            "time": rfc3339(minute),
            "bitrate": signal.bitrate,
            "framerate": signal.frame_rate,
            "cdnIp": signal.cdn_ip,
            "clientIp": signal.client_ip,
        }
        for minute in _minutes(asked, memory.clock() - QUALITY.late)
    ]
    return found({"QualityHistory": rows})


def play_statistic(memory: Memory, request: Request) -> Answer:
    """Answer with the number of players for each minute, the newest first."""
    asked = _asked(memory, request, PLAYERS)
    minutes = _minutes(asked, memory.clock() - PLAYERS.late)
    rows = [
        {"name": asked.stream, "time": rfc3339(minute), "linkNum": asked.entry.signal.players} for minute in minutes
    ]
    return found({"playStatistic": rows})


def _asked(memory: Memory, request: Request, window: Window) -> _Asked:
    request.takes_no_body()
    query = query_of(request.query)
    if query.keys() - _PARAMETERS or not query.get("stream_name"):
        raise RefusedError(400, "the query takes stream_name, which is required, start_time and end_time")
    entry, now = request.entry(memory), memory.clock()
    end = _time(query, "end_time") or now
    start = _time(query, "start_time") or end - window.usual
    if not start <= end <= now:
        raise RefusedError(400, "start_time is after end_time, or end_time is in the future")
    if end - start > window.span or start < now - window.reaches:
        raise RefusedError(400, "the time range is too long, or begins too early")
    return _Asked(entry, query["stream_name"], start, end)


def _time(query: dict[str, str], name: str) -> datetime | None:
    if name not in query:
        return None
    try:
        return _TIME.validate_json(f'"{query[name]}"')
    except ValidationError:
        raise RefusedError(400, f"{name} is not RFC 3339") from None


def _minutes(asked: _Asked, known: datetime) -> Iterator[datetime]:
    """The whole minutes in which the stream was live, as far as they are *known*, the newest first."""
    pushes = [(push.start, push.end) for push in asked.entry.pushes if push.stream == asked.stream]
    if (since := asked.entry.streams.get(asked.stream)) is not None:
        pushes.append((since, known))
    minute = min(asked.end, known).replace(second=0, microsecond=0)
    while minute >= asked.start:
        if any(start <= minute <= end for start, end in pushes):
            yield minute
        minute -= _MINUTE
