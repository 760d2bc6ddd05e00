"""Counting what came of a round, and finding what must not be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.operations.operation import Outcome
from tests.chaos.asked import Told
from tests.chaos.order import Passed, done_out_of_turn, told_out_of_turn
from tests.chaos.stand_ins import Overlap, marks_of
from tests.chaos.stories import REPEAT, WORKING, Seen, Story, readable, stories

NOTHING_DONE = (Outcome.CANCELLED, Outcome.LAPSED, Outcome.REFUSED)


@dataclass(frozen=True)
class Row:
    """
    One line of the table.

    Attributes:
        breach: It must be 0.
        stories: Those that make it up, to be told where it is a breach.
        notes: What is to be said besides.
    """

    name: str
    count: int
    breach: bool = False
    stories: tuple[Story, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def broken(self) -> bool:
        """Whether something is that must not be."""
        return self.breach and self.count > 0


def count(seen: Seen) -> list[Row]:
    """The table, from what was seen."""
    told = stories(seen)

    def row(name: str, which: Callable[[Story], bool], *, breach: bool = False) -> Row:
        found = tuple(story for story in told if which(story))
        return Row(name, len(found), breach, found if breach else ())

    return [
        Row("asked for", len(told)),
        row("accepted", lambda story: story.accepted),
        row("no answer: may have been accepted", lambda story: story.asked.told is Told.NO_ANSWER),
        row("turned away: nothing was done", lambda story: story.asked.told is Told.TURNED_AWAY),
        row("carried out", lambda story: bool(story.done)),
        row("told", lambda story: bool(story.outcomes)),
        row("told again, marked as a possible repeat", lambda story: told_again(story) > 0),
        row("told that it is not known", lambda story: story.says(Outcome.UNKNOWN)),
        row("told twice", lambda story: told_twice(story, seen), breach=True),
        _overlaps(seen.overlaps, told),
        row("lost", lost, breach=True),
        row("audit records missing, or too many", badly_audited, breach=True),
        Row("breaks in the chain of the audit trail", len(seen.unchained), breach=True, notes=tuple(seen.unchained)),
        _out_of_turn("done out of turn", done_out_of_turn(told)),
        _out_of_turn("told out of turn", told_out_of_turn(told, seen)),
        row("told otherwise than it was", told_wrong, breach=True),
        row("done although turned away", done_after_all, breach=True),
        row("made two operations", lambda story: len(story.ids) > 1, breach=True),
        row("left saying that it works", left_working, breach=True),
        Row("rules of Slack's broken", len(seen.violations), breach=True, notes=tuple(seen.violations)),
        Row("processes that ended badly", len(seen.troubles), breach=True, notes=tuple(seen.troubles)),
    ]


def _out_of_turn(name: str, found: Sequence[Passed]) -> Row:
    late = {id(one): one for one, _ in found}
    notes = tuple(f"{_line(one)} came before {_line(first)}" for one, first in found)
    concerned = {id(story): story for passed in found for story in passed}
    return Row(name, len(late), breach=True, stories=tuple(concerned.values()), notes=notes)


def _line(story: Story) -> str:
    return f"{', '.join(sorted(story.ids)) or 'no operation'} ({story.asked.line})"


def told_again(story: Story) -> int:
    """How often it was told once more than needed, and said so."""
    return min(sum(REPEAT in one.text for one in story.outcomes), max(0, len(story.outcomes) - 1))


def told_twice(story: Story, seen: Seen) -> bool:
    """
    Whether its outcome stands there twice.

    A message that says that it may be a repeat is none, but where the bot can look for the first one it has to.
    """
    plain = [one for one in story.outcomes if REPEAT not in one.text]
    needless = [one for one in story.outcomes if one not in plain and readable(one, seen.channels)]
    return len(plain) > 1 or (len(story.outcomes) > 1 and bool(needless))


def lost(story: Story) -> bool:
    """Whether its caller was told that it is accepted, or something was seen of it, and nothing of what came of it."""
    return (story.accepted or story.begun) and not story.outcomes


def badly_audited(story: Story) -> bool:
    """
    Whether an accepted change has not exactly one audit record of its outcome; of what had no answer there may be none.

    A record that it was told elsewhere than in its channel is another thing; there may be one of it.
    """
    if not story.asked.changes or story.asked.told is Told.TURNED_AWAY:
        return False
    elsewhere = sum(record.outcome == "told" for record in story.records)
    outcomes, certain = len(story.records) - elsewhere, story.accepted or story.begun
    return elsewhere > 1 or (outcomes != 1 if certain else outcomes > 1)


def told_wrong(story: Story) -> bool:
    """Whether Slack shows another outcome than Agora knows."""
    if not story.asked.items or not story.outcomes:
        return False
    if story.says(Outcome.SUCCEEDED) and not story.says(Outcome.FAILED, Outcome.UNKNOWN):
        return story.done != set(story.asked.items)
    one = len(story.asked.items) == 1
    return bool(story.done) and (story.says(*NOTHING_DONE) or (one and story.says(Outcome.FAILED)))


def done_after_all(story: Story) -> bool:
    """Whether something was done of what nothing would be."""
    return story.asked.told is Told.TURNED_AWAY and story.begun


def left_working(story: Story) -> bool:
    """Whether a card never ended."""
    return any(WORKING in one.text and one.kind != "ephemeral" for one in story.messages)


def _overlaps(overlaps: Sequence[Overlap], told: Sequence[Story]) -> Row:
    marks = {mark for overlap in overlaps for call in (overlap.first, overlap.second) for mark in marks_of(call)}
    notes = tuple(
        f"{overlap.entry}: {overlap.second.method} for {_names(marks_of(overlap.second))} by {overlap.second_by}, "
        f"while {overlap.first.method} for {_names(marks_of(overlap.first))} by {overlap.first_by} was open"
        for overlap in overlaps
    )
    found = tuple(story for story in told if story.asked.mark in marks)
    return Row("run twice at the same time", len(overlaps), breach=True, stories=found, notes=notes)


def _names(marks: set[str]) -> str:
    return ", ".join(sorted(marks)) or "something"
