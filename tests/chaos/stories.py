"""Putting together what was seen of each thing that somebody asked for: by Slack, by Agora, in the audit trail."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.audit import Record
from bot.operations.cards import MARKS
from bot.operations.operation import Outcome
from bot.sandbox.agora import Call
from bot.sandbox.slack import BOT_USER, Channel, Message
from tests.chaos.asked import Asked, Told, marks_in
from tests.chaos.stand_ins import Overlap, marks_of

ID: Final = re.compile(r"operation `([0-9a-hjkmnp-tv-z]{4}-[0-9a-hjkmnp-tv-z]{4})`")
WORKING: Final = "⏳"
CANCELLED: Final = "Cancelled. "  # in place of the question
PLAN: Final = "This plan was due"  # its card, once it is over; the outcome is a message of its own
CONFIRMED: Final = "Confirmed by you"
REPEAT: Final = "may be a repeat"
CARRIED_OUT: Final = frozenset({"504-done", "drop-done", "garbage", "empty", "slow"})


@dataclass
class Seen:
    """
    All that was seen.

    Attributes:
        edits: When messages were last changed by `chat.update`, by channel and time stamp; seconds since the epoch.
        unchained: What is wrong with the chain of the audit trail.
        written: The response URLs of operations by their ids, where the journal was looked into; names, and no more.
    """

    asked: Sequence[Asked]
    messages: Sequence[Message] = ()
    calls: Sequence[Call] = ()
    records: Sequence[Record] = ()
    overlaps: Sequence[Overlap] = ()
    channels: Mapping[str, Channel] = field(default_factory=dict)
    edits: Mapping[tuple[str, str], float] = field(default_factory=dict)
    written: Mapping[str, str] = field(default_factory=dict)
    violations: Sequence[str] = ()
    troubles: Sequence[str] = ()
    unchained: Sequence[str] = ()


@dataclass
class Story:
    """
    What was seen of one thing that somebody asked for.

    Attributes:
        ids: Of operations that were made of it: one, if all is well.
        calls: To Agora, those that change something.
    """

    asked: Asked
    ids: set[str] = field(default_factory=set)
    messages: list[Message] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)

    @property
    def outcomes(self) -> list[Message]:
        """The messages that say now what came of it."""
        return [one for one in self.messages if self._ends(one)]

    @property
    def done(self) -> set[str]:
        """The items of it that Agora carried out."""
        heard = [call.target + call.body.decode(errors="replace") for call in self.calls if had_effect(call)]
        return {item for item in self.asked.items if any(names(item, text) for text in heard)}

    @property
    def accepted(self) -> bool:
        """Whether its caller was told so, at once or on a click."""
        return self.asked.told is Told.ACCEPTED or any(CONFIRMED in one.text for one in self.messages)

    @property
    def begun(self) -> bool:
        """Whether anything was seen of an operation, whatever its caller was told."""
        return bool(self.calls or self.records or self.outcomes or any(map(id_in, self.messages)))

    def says(self, *outcomes: Outcome) -> bool:
        """Whether it ended with one of these, as far as Slack shows."""
        return any(MARKS[outcome] in one.text for outcome in outcomes for one in self.outcomes)

    def _ends(self, message: Message) -> bool:
        if message.text.startswith(PLAN):
            return False
        if message.text.startswith(CANCELLED) or any(mark in message.text for mark in MARKS.values()):
            return True
        read = not self.asked.changes and message.answers is self.asked.place
        return read and WORKING not in message.text


def stories(seen: Seen) -> list[Story]:
    """Gather what belongs together: by response URL, by operation id, by mark."""
    found = {id(asked): Story(asked) for asked in seen.asked}
    shelf = _Shelf(list(found.values()), seen.written)
    said = [one for one in seen.messages if one.by_bot and not one.deleted and one.via != "ack"]
    shelf.learn(said, seen.records)
    for message in said:
        shelf.add_message(message)
    for call in seen.calls:
        if call.method != "GET":
            shelf.add_call(call)
    for record in seen.records:
        shelf.add_record(record)
    return list(found.values())


class _Shelf:
    """Finds the story that something belongs to."""

    def __init__(self, all_of_them: Iterable[Story], written: Mapping[str, str]) -> None:
        self._by_place: dict[int, Story] = {}
        self._by_mark: defaultdict[str, list[Story]] = defaultdict(list)
        self._by_id: dict[str, Story] = {}
        by_url = {story.asked.url: story for story in all_of_them}
        for story in by_url.values():
            self._by_place[id(story.asked.place)] = story
            self._by_mark[story.asked.mark].append(story)
        for operation, url in written.items():
            if url in by_url:
                self._name(operation, by_url[url])

    def learn(self, messages: Iterable[Message], records: Iterable[Record]) -> None:
        """Learn which operation is which, where a message or a record shows both its id and its line."""
        for message in messages:
            if (operation := id_in(message)) and (story := self._of(message.text, message)):
                self._name(operation, story)
        for record in records:
            if record.operation and (story := self._of(record.command_line or "")):
                self._name(record.operation, story)

    def add_message(self, message: Message) -> None:
        story = self._by_id.get(id_in(message) or "") or self._of(message.text, message)
        if story:
            story.messages.append(message)

    def add_call(self, call: Call) -> None:
        for story in (story for mark in marks_of(call) for story in self._by_mark.get(mark, [])[:1]):
            story.calls.append(call)

    def add_record(self, record: Record) -> None:
        story = self._by_id.get(record.operation or "") or self._of(record.command_line or "")
        if story:
            story.records.append(record)

    def _of(self, text: str, message: Message | None = None) -> Story | None:
        if message and (story := self._by_place.get(id(message.answers))):
            return story
        candidates = [story for mark in marks_in(text) for story in self._by_mark.get(mark, [])]
        return next((story for story in candidates if f"/{story.asked.command} " in text), None)

    def _name(self, operation: str, story: Story) -> None:
        self._by_id[operation] = story
        story.ids.add(operation)


def id_in(message: Message) -> str | None:
    """The id of the operation that a message is about."""
    if message.metadata:
        return str(message.metadata.get("event_payload", {}).get("operation"))
    found = ID.findall(message.text)
    return str(found[-1]) if found else None


def had_effect(call: Call) -> bool:
    """Whether Agora carried a call out, whatever it answered."""
    if not call.accepted:
        return False
    if call.fault is not None:
        return call.fault.partition(":")[0] in CARRIED_OUT
    return call.status in {200, None}  # None: its caller had left before the answer


def names(item: str, text: str) -> bool:
    """Whether *text* names *item*, and not only one that begins so."""
    return re.search(rf"{re.escape(item)}(?![\w-])", text) is not None


def readable(message: Message, channels: Mapping[str, Channel]) -> bool:
    """Whether the bot may look there for what it said."""
    return message.to is None and BOT_USER in channels[message.channel].members
