"""The table in plain words, and for each breach what was seen of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.sandbox.agora import Call
from bot.sandbox.slack import Message
from tests.chaos.asked import words_of
from tests.chaos.counting import Row
from tests.chaos.stand_ins import Agora
from tests.chaos.stories import Story

MOST_TOLD = 20  # stories of one breach
WIDTH = 42
FACTS = ("state", "starts", "runs", "told", "card")


def table(rows: Sequence[Row]) -> str:
    """One line for each count."""
    return "\n".join(f"{row.name:<{WIDTH}} {row.count:>6}{_verdict(row)}" for row in rows)


def _verdict(row: Row) -> str:
    if not row.breach:
        return ""
    return "   must be 0" if row.broken else "   ok"


def breaches(rows: Sequence[Row], *, agora: Agora, began: float, kept: Mapping[str, Mapping[str, str]]) -> str:
    """All that was seen of what must not be; *kept* is what the journal holds, by operation id."""
    told = [line for row in rows if row.broken for line in _breach(row, agora, began, kept)]
    return "\n".join(told)


def _breach(row: Row, agora: Agora, began: float, kept: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    yield f"\n== {row.name}: {row.count}"
    yield from (f"   {note}" for note in row.notes[:MOST_TOLD])
    for story in row.stories[:MOST_TOLD]:
        yield from _story(story, agora, began, kept)
    if len(row.stories) > MOST_TOLD:
        yield f"   and {len(row.stories) - MOST_TOLD} more"


def _story(story: Story, agora: Agora, began: float, kept: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    asked = story.asked
    yield f"\n   {', '.join(sorted(story.ids)) or 'no operation'}: {asked.line}"
    yield f"   {asked.at - began:7.2f} s  typed by {asked.place.user} in {asked.place.channel} ({asked.kind})"
    for answer in (heard.answer for heard in asked.answers):
        said = answer.error or words_of(answer) or "accepted (empty)"
        yield f"              answer after {answer.took.total_seconds():.2f} s: {_short(said)}"
    events = [(float(message.ts), shown(message)) for message in story.messages]
    events += [(call.at.timestamp(), heard(call, agora)) for call in story.calls]
    events += [(record.at.timestamp(), f"audit    {record.outcome}: {record.detail}") for record in story.records]
    yield from (f"   {at - began:7.2f} s  {_short(text)}" for at, text in sorted(events))
    for operation in sorted(story.ids):
        fields = kept.get(operation, {})
        facts = [f"{name} {fields[name]}" for name in FACTS if name in fields]
        yield f"              journal  {operation}: {', '.join(facts) or 'not there'}"


def shown(message: Message) -> str:
    """A message as it is now."""
    edits = f", edited {message.edits} times" if message.edits else ""
    return f"Slack    {message.kind} by {message.via} in {message.channel}{edits}: " + message.text.replace("\n", " / ")


def heard(call: Call, agora: Agora) -> str:
    """A call at Agora: who made it, and what came of it."""
    took = "still open" if call.duration is None else f"{call.duration.total_seconds():.2f} s"
    came = f"{call.status or 'no answer'}, {call.fault or 'no fault'}, {took}"
    return f"Agora    {call.method} by {agora.caller(call)}: {came}"


def _short(text: str) -> str:
    return text.replace("\n", " / ")[:230]
