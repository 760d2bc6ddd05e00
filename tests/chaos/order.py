"""Whether everything came in its turn: at Agora by when it was accepted, in a channel by when it came about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from bot.operations.operation import Outcome
from tests.chaos.asked import Told, told
from tests.chaos.stand_ins import entry_of
from tests.chaos.stories import CONFIRMED, REPEAT, Seen, Story

Passed: TypeAlias = tuple[Story, Story]  # one that came out of turn, and one that it passed


def done_out_of_turn(stories: Iterable[Story]) -> list[Passed]:
    """
    Who reached Agora before an earlier one of their entry point was through with it.

    Earlier is what was acknowledged before the later one was sent; of two at the same time either may be first.
    """
    by_entry: defaultdict[str, list[Story]] = defaultdict(list)
    for story in stories:
        if story.calls:
            by_entry[entry_of(story.calls[0])].append(story)
    return [(late, first) for line in by_entry.values() for late in line for first in line if _passed(first, late)]


def told_out_of_turn(stories: Iterable[Story], seen: Seen) -> list[Passed]:
    """
    Whose outcome stood in their channel before one that came about earlier.

    The audit trail says what came about earlier. A change of the role map is recorded before its operation ends; that a
    plan was called off takes the place of the plan, wherever that stands.
    """
    place = {id(record): number for number, record in enumerate(seen.records)}
    by_channel: defaultdict[str, list[tuple[int, float, Story]]] = defaultdict(list)
    for story in stories:
        first = next((one for one in story.outcomes if one.kind == "channel" and REPEAT not in one.text), None)
        records = [place[id(record)] for record in story.records if record.outcome != "told"]
        called_off = story.asked.due is not None and story.says(Outcome.CANCELLED)
        if first and records and story.asked.items and not called_off:
            at = seen.edits.get((first.channel, first.ts), float(first.ts))
            by_channel[first.channel].append((records[0], at, story))
    return [passed for line in by_channel.values() for passed in _overtaken(line)]


def _passed(first: Story, late: Story) -> bool:
    accepted = _accepted_at(first)
    if first is late or accepted is None or accepted >= _sent_at(late):
        return False
    return max(call.at for call in first.calls) > min(call.at for call in late.calls)


def _accepted_at(story: Story) -> float | None:
    """When its requester was told so for sure; None if they never were, or if it is planned: its turn begins later."""
    if story.asked.due is not None:
        return None
    confirms = story.asked.confirms
    if confirms:  # the last press has replaced the question, or an earlier one did
        sure = any(CONFIRMED in one.text for one in story.messages) and not confirms[-1].answer.error
        return confirms[-1].at if sure else None
    return min((heard.at for heard in story.asked.answers if told(heard.answer) is Told.ACCEPTED), default=None)


def _sent_at(story: Story) -> float:
    if story.asked.due is not None:
        return story.asked.due
    sent = story.asked.confirms or story.asked.answers
    return min((heard.sent for heard in sent), default=story.asked.at)


def _overtaken(line: list[tuple[int, float, Story]]) -> Iterator[Passed]:
    last: tuple[float, Story] | None = None
    for _, at, story in sorted(line, key=lambda one: one[0]):
        if last is not None and at < last[0]:
            yield story, last[1]
        else:
            last = (at, story)
