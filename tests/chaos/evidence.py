"""Collecting what was seen, and writing down what the processes logged."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from redis.asyncio import Redis

from bot.audit import Record
from bot.operations.cards import MARKS
from bot.sandbox.slack import Call
from bot.store import connect
from tests.chaos.drill import Drill
from tests.chaos.report import heard, shown
from tests.chaos.stories import Seen
from tests.trails import checked

DIGITS: Final = re.compile(r" *[0-9]+")
Kept = dict[str, dict[str, str]]


async def look(drill: Drill) -> tuple[Seen, Kept]:
    """All that was seen, and what the journal holds by operation id."""
    scene = drill.scene
    records, kept = await _stored(drill.memory.url)
    seen = Seen(
        asked=scene.asked,
        messages=scene.slack.messages,
        calls=scene.agora.calls,
        records=records,
        overlaps=scene.agora.overlaps,
        channels=scene.slack.channels,
        edits=_edits(scene.slack.calls),
        written={name: json.loads(fields["record"])["response_url"] for name, fields in kept.items()},
        violations=scene.slack.violations,
        troubles=scene.fleet.troubles,
        unchained=await _unchained(drill.memory.url),
    )
    return seen, kept


def logged_errors(drill: Drill) -> Counter[str]:
    """What processes logged as errors, by event; a line that is no JSON counts as one, but for Python's warnings."""
    found: Counter[str] = Counter()
    for line in (line for life in drill.scene.fleet.lives for line in life.process.lines):
        try:
            entry = json.loads(line)
        except ValueError:
            warning = "Warning: " in line or line.startswith("  ")  # and the line of code that it is about
            entry = {"level": "warning" if warning else "error", "event": line}
        if entry.get("level") in {"error", "critical"}:
            found[DIGITS.sub("…", str(entry.get("event")))[:60]] += 1
    return found


def write_down(drill: Drill, folder: Path) -> None:
    """Write what the processes logged, what went wrong when, and what Slack and Agora saw."""
    scene = drill.scene
    logs = {"faults": sorted(drill.log)}
    logs["slack"] = [f"{float(one.ts) - drill.began:7.2f} s  {shown(one)}" for one in scene.slack.messages]
    logs["slack-calls"] = [
        f"{call.at - drill.began:7.2f} s  {call.method} {call.status} {call.error or ''} {str(call.arguments)[:300]}"
        for call in scene.slack.calls
    ]
    logs["agora"] = [
        f"{call.at.timestamp() - drill.began:7.2f} s  {heard(call, scene.agora)}  {call.target}"
        for call in scene.agora.calls
    ]
    for name, lines in logs.items():
        (folder / f"{name}.log").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for life in drill.scene.fleet.lives:
        name = life.name.replace(", ", "-").replace(" ", "-")
        (folder / f"{name}.log").write_text(life.process.output, encoding="utf-8")


def _edits(calls: Sequence[Call]) -> dict[tuple[str, str], float]:
    """When each card said first what came of its operation; a change that was cut may have been made."""
    ended = [
        call
        for call in calls
        if call.method == "chat.update" and any(mark in call.arguments["text"] for mark in MARKS.values())
    ]
    found: dict[tuple[str, str], float] = {}
    for call in sorted(ended, key=lambda call: (call.error is not None, call.at)):
        found.setdefault((str(call.arguments["channel"]), str(call.arguments["ts"])), call.at)
    return found


async def _stored(url: str) -> tuple[list[Record], Kept]:
    """The whole audit trail, and every operation that the journal knows."""
    client: Any = Redis.from_url(url, decode_responses=True)  # its types know nothing of decoded answers
    async with client:
        trail = await client.xrange("{agora-bot}:audit")
        keys = [key async for key in client.scan_iter(match="{agora-bot}:operation:*", count=1000)]
        kept = {key.rpartition(":")[2]: await client.hgetall(key) for key in keys}
    return [Record.read(fields) for _, fields in trail], kept


async def _unchained(url: str) -> list[str]:
    """What is wrong with the chain of the audit trail."""
    store = await connect(url)
    try:
        return (await checked(store)).problems
    finally:
        await store.close()
