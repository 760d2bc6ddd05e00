"""What the tests of the counting plant: one thing that somebody asked for, and what was seen of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from multidict import CIMultiDict

from bot.audit import Record
from bot.sandbox.agora import Call
from bot.sandbox.slack import Answer, Channel, Message
from bot.sandbox.slack_model import Place
from tests.chaos.asked import Asked, Heard
from tests.chaos.counting import Row, count
from tests.chaos.stories import Seen

MARK: Final = "X000077"
HERE, ELSEWHERE = "C0LIVE", "C0SHOW"
CHANNELS: Final = {HERE: Channel(HERE, "live", members={"U0BOT"}), ELSEWHERE: Channel(ELSEWHERE, "show")}
START: Final = datetime(2026, 11, 20, tzinfo=UTC)
TASKS: Final = "/v1/projects/a/fls/entry_points/live/admin/record/custom/regions/eu/tasks"


def answer(text: str = "", *, error: str | None = None) -> Answer:
    return Answer(0 if error else 200, {}, text, {"text": text} if text else None, timedelta(), error=error)


def asked(*answers: Answer, mark: str = MARK, at: float = 0, channel: str = HERE) -> Asked:
    """A recording asked for; each answer comes at once."""
    heard = [Heard(at, at + 0.1, one) for one in answers]
    return Asked("record on", line(mark), mark, (mark,), True, Place("U0MIA", channel), f"url-{mark}", at, None, heard)


def read() -> Asked:
    return replace(asked(answer()), line="/agora entries", mark="", items=(), changes=False)


def message(
    text: str = "Recording is asked for ✅",
    *,
    mark: str = MARK,
    at: float = 1,
    channel: str = HERE,
    to: str | None = None,
) -> Message:
    small = f"{text}\n`{line(mark)}` · operation `{operation(mark)}`"
    shown = Message("M1", "channel", channel, f"{at:.6f}", small, "response_url", to=to)
    return replace(shown, kind="ephemeral") if to else shown


def call(*, mark: str = MARK, at: float = 0.5, status: int | None = 200, fault: str | None = None) -> Call:
    when, target, heads = START + timedelta(seconds=at), f"{TASKS}?id={mark}", CIMultiDict[str]()
    made = Call(when, "PUT", target, TASKS, {"id": mark}, heads, b"", "hmac", mark, "r", status=status, fault=fault)
    return replace(made, accepted=True)


def record(outcome: str = "succeeded", *, mark: str = MARK) -> Record:
    typed, made = line(mark), operation(mark)
    return Record(at=START, actor="U0MIA", action="record on", outcome=outcome, command_line=typed, operation=made)


def line(mark: str) -> str:
    return f"/record on live eu {mark}"


def operation(mark: str) -> str:
    """An operation's id, made of a mark."""
    return f"aaa{mark[1]}-{mark[-4:]}"


def broken(seen: Seen) -> list[str]:
    """The breaches that the table shows."""
    return [row.name for row in count(seen) if row.broken]


def row(seen: Seen, name: str) -> Row:
    return next(row for row in count(seen) if row.name.startswith(name))
