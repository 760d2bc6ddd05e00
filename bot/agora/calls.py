"""The documented calls as values: what goes on the wire, and what it is in words."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal
from urllib.parse import quote, urlsplit

from bot.agora.models import REGIONS, Region, Transfer
from bot.agora.plain import quoted

CallName = Literal[
    "entry_points",
    "enable_recording",
    "disable_recording",
    "set_automatic_recording",
    "recording_settings",
    "transfer",
    "set_transfer",
    "online_streams",
    "online_stream",
    "publish_history",
    "publish_quality",
    "play_statistic",
    "banned_streams",
    "ban",
    "unban",
]
Method = Literal["GET", "PUT", "PATCH", "DELETE"]
# Shorter pieces of an address are words, not secrets.
SHORTEST_SECRET: Final = 12
_WORDS: Final = dict(REGIONS)


@dataclass(frozen=True, kw_only=True)
class Call:
    """
    One call of Agora's API.

    Attributes:
        target: Path behind `/v1/projects/{appid}/fls` and query, percent-encoded once.
        words: What it does, "turn on recording of `main-stage` …"; goes on after "to".
        body: What is sent. Not in the repr, it may hold the address of a callback.
        wanted: What a change of the transfer settings asks for.
        until: When a ban is to end.
        secrets: Pieces of the body that may not be shown.
    """

    name: CallName
    method: Method
    target: str
    words: str
    entry: str | None = None
    region: Region | None = None
    stream: str | None = None
    body: bytes = field(default=b"", repr=False)
    wanted: Transfer | None = None
    until: datetime | None = None
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def changes(self) -> bool:
        """Whether the call changes something at Agora."""
        return self.method != "GET"

    def __str__(self) -> str:
        return self.words


def entry_points() -> Call:
    """`GET /entry_points`."""
    return Call(name="entry_points", method="GET", target="/entry_points", words="list the entry points")


def enable_recording(entry: str, region: Region, stream: str) -> Call:
    """`PUT …/tasks?id={stream}`: the name goes into the query here."""
    return Call(
        name="enable_recording",
        method="PUT",
        target=f"{_tasks(entry, region)}?id={encoded(stream)}",
        words=f"turn on recording of {_stream(entry, region, stream)}",
        entry=entry,
        region=region,
        stream=stream,
    )


def disable_recording(entry: str, region: Region, stream: str) -> Call:
    """`DELETE …/tasks/{stream}`: the name is a path segment here."""
    return Call(
        name="disable_recording",
        method="DELETE",
        target=f"{_tasks(entry, region)}/{encoded(stream)}",
        words=f"turn off recording of {_stream(entry, region, stream)}",
        entry=entry,
        region=region,
        stream=stream,
    )


def set_automatic_recording(entry: str, *, enabled: bool) -> Call:
    """`PATCH …/settings/record/custom/auto`."""
    return Call(
        name="set_automatic_recording",
        method="PATCH",
        target=f"{_entry(entry)}/settings/record/custom/auto",
        words=f"turn automatic recording of {quoted(entry)} {'on' if enabled else 'off'}",
        entry=entry,
        body=_json({"enabled": enabled}),
    )


def recording_settings(entry: str, region: Region) -> Call:
    """`GET …/settings/record/custom/regions/{region}`."""
    return Call(
        name="recording_settings",
        method="GET",
        target=f"{_entry(entry)}/settings/record/custom/regions/{encoded(region)}",
        words=f"read the recording settings of {quoted(entry)} in {in_words(region)}",
        entry=entry,
        region=region,
    )


def transfer(entry: str) -> Call:
    """`GET …/settings/transfer`."""
    words = f"read the transfer settings of {quoted(entry)}"
    return Call(name="transfer", method="GET", target=f"{_entry(entry)}/settings/transfer", words=words, entry=entry)


def set_transfer(entry: str, *, enabled: bool, callback_url: str | None) -> Call:
    """`PATCH …/settings/transfer`, with both fields where the address is known."""
    address = {} if callback_url is None else {"callbackUrl": callback_url}
    return Call(
        name="set_transfer",
        method="PATCH",
        target=f"{_entry(entry)}/settings/transfer",
        words=f"turn transfer of {quoted(entry)} {'on' if enabled else 'off'}",
        entry=entry,
        body=_json({"enabled": enabled, **address}),
        wanted=Transfer(enabled=enabled, callback_url=callback_url),
        secrets=_secrets_of(callback_url),
    )


def online_streams(entry: str) -> Call:
    """`GET …/reports/online_streams`."""
    words = f"list the live streams of {quoted(entry)}"
    target = f"{_entry(entry)}/reports/online_streams"
    return Call(name="online_streams", method="GET", target=target, words=words, entry=entry)


def online_stream(entry: str, stream: str) -> Call:
    """`GET …/reports/online_streams/{stream}`."""
    return Call(
        name="online_stream",
        method="GET",
        target=f"{_entry(entry)}/reports/online_streams/{encoded(stream)}",
        words=f"look whether {quoted(stream)} of {quoted(entry)} is live",
        entry=entry,
        stream=stream,
    )


def publish_history(entry: str, stream: str, *, start: datetime, end: datetime) -> Call:
    """`GET …/reports/publish_history?…`."""
    return Call(
        name="publish_history",
        method="GET",
        target=f"{_entry(entry)}/reports/publish_history?{_range(stream, start, end)}",
        words=f"read when {quoted(stream)} of {quoted(entry)} was live",
        entry=entry,
        stream=stream,
    )


def publish_quality(entry: str, stream: str, *, start: datetime, end: datetime) -> Call:
    """`GET …/reports/publish_quality?…`."""
    return Call(
        name="publish_quality",
        method="GET",
        target=f"{_entry(entry)}/reports/publish_quality?{_range(stream, start, end)}",
        words=f"read how {quoted(stream)} of {quoted(entry)} comes in",
        entry=entry,
        stream=stream,
    )


def play_statistic(entry: str, stream: str, *, start: datetime, end: datetime) -> Call:
    """`GET …/reports/stream_play_statistic?…`."""
    return Call(
        name="play_statistic",
        method="GET",
        target=f"{_entry(entry)}/reports/stream_play_statistic?{_range(stream, start, end)}",
        words=f"count the viewers of {quoted(stream)} of {quoted(entry)}",
        entry=entry,
        stream=stream,
    )


def banned_streams(entry: str) -> Call:
    """`GET …/admin/banned_streams`."""
    words = f"list the banned streams of {quoted(entry)}"
    return Call(name="banned_streams", method="GET", target=_banned(entry), words=words, entry=entry)


def ban(entry: str, stream: str, *, until: datetime) -> Call:
    """`PATCH …/admin/banned_streams/{stream}`; a time is always sent, since Agora's own is a week."""
    return Call(
        name="ban",
        method="PATCH",
        target=f"{_banned(entry)}/{encoded(stream)}",
        words=f"ban {quoted(stream)} of {quoted(entry)}",
        entry=entry,
        stream=stream,
        body=_json({"resumeTime": _time(until)}),
        until=until,
    )


def unban(entry: str, stream: str) -> Call:
    """`DELETE …/admin/banned_streams/{stream}`."""
    return Call(
        name="unban",
        method="DELETE",
        target=f"{_banned(entry)}/{encoded(stream)}",
        words=f"lift the ban of {quoted(stream)} of {quoted(entry)}",
        entry=entry,
        stream=stream,
    )


def encoded(name: str) -> str:
    """
    Percent-encode *name* as one path segment or one query value.

    Raises:
        ValueError: It is empty, `.` or `..` (no encoding saves these from being resolved on the way), or not Unicode.
    """
    if name in {"", ".", ".."}:
        raise ValueError(f"{quoted(name)} can't be a name at Agora. Give one that is not empty, `.` or `..`.")
    return quote(name, safe="")


def in_words(region: Region) -> str:
    """Name the region: "Europe" for `eu`."""
    return _WORDS.get(region, region)


def _entry(entry: str) -> str:
    return f"/entry_points/{encoded(entry)}"


def _banned(entry: str) -> str:
    return f"{_entry(entry)}/admin/banned_streams"


def _tasks(entry: str, region: Region) -> str:
    return f"{_entry(entry)}/admin/record/custom/regions/{encoded(region)}/tasks"


def _stream(entry: str, region: Region, stream: str) -> str:
    return f"{quoted(stream)} of {quoted(entry)} in {in_words(region)}"


def _range(stream: str, start: datetime, end: datetime) -> str:
    return f"start_time={encoded(_time(start))}&end_time={encoded(_time(end))}&stream_name={encoded(stream)}"


def _time(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def _secrets_of(address: str | None) -> tuple[str, ...]:
    """List the address and each long piece of its path and query, as Agora might repeat them."""
    if address is None:
        return ()
    try:
        parts = urlsplit(address)
    except ValueError:
        return (address,)
    pieces = [*parts.path.split("/"), *parts.query.replace("=", "&").split("&")]
    return (address, *(piece for piece in pieces if len(piece) >= SHORTEST_SECRET))
