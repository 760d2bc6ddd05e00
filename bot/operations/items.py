"""What came of several items, in words: counts, failures by their cause, and what trying again would do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from bot.operations.operation import ItemResult, Outcome
from bot.wording import code, listing

WORDS: Final = {
    Outcome.SUCCEEDED: "done",
    Outcome.FAILED: "failed",
    Outcome.UNKNOWN: "not known",
    Outcome.CANCELLED: "not begun",
}
WORST_FIRST: Final = (Outcome.FAILED, Outcome.UNKNOWN, Outcome.CANCELLED)
SHOWN_ITEMS: Final = 25  # of more than these, those that went well are only counted
MOST_CAUSES: Final = 10  # that have a row of their own
NAMES_ROOM: Final = 400  # characters of names in one row
ALL_NAMES_ROOM: Final = 1200  # in all rows


def counted(items: Sequence[ItemResult]) -> str:
    """Such as `990 of 1,000 done, 7 failed, 3 not known`."""
    counts = Counter(item.outcome for item in items)
    others = [f"{counts[outcome]:,} {WORDS[outcome]}" for outcome in WORST_FIRST if counts[outcome]]
    return ", ".join([f"{counts[Outcome.SUCCEEDED]:,} of {len(items):,} done", *others])


def rows(items: Sequence[ItemResult]) -> list[tuple[Outcome, str]]:
    """A row for each way in which items went wrong, the worst and the commonest first; then those that went well."""
    groups = _by_cause([item for item in items if item.outcome is not Outcome.SUCCEEDED])
    told, rest = groups[:MOST_CAUSES], [item for group in groups[MOST_CAUSES:] for item in group]
    room = min(NAMES_ROOM, ALL_NAMES_ROOM // max(1, len(told)))
    good = [item for item in items if item.outcome is Outcome.SUCCEEDED]
    return [
        *((group[0].outcome, _row(group, room)) for group in told),
        *((one.outcome, f"{len(rest):,} others, for other reasons.") for one in rest[:1]),
        *((item.outcome, item.sentence) for item in good if len(items) <= SHOWN_ITEMS),
    ]


def again(items: Sequence[ItemResult]) -> str:
    """What the button says that does again what can be helped by it."""
    helped = [item for item in items if item.retry]
    outcomes = {item.outcome for item in helped}
    count = f"{len(helped):,}"
    if Outcome.CANCELLED in outcomes:
        return f"Do the {count} that are left" if len(helped) > 1 else "Do the one that is left"
    if outcomes == {Outcome.UNKNOWN}:
        return f"Try the {count} again that are not known" if len(helped) > 1 else "Try the one again that is not known"
    if outcomes == {Outcome.FAILED}:
        failed = sum(item.outcome is Outcome.FAILED for item in items)
        if len(helped) < failed:
            return f"Retry {count} of the {failed:,} that failed"
        return f"Retry the {count} that failed" if failed > 1 else "Retry the one that failed"
    return f"Retry the {count} that did not go well"


def named(names: Sequence[str], room: int) -> str:
    """As many of *names* as there is room for, at least one, and how many more there are."""
    shown: list[str] = []
    for name in map(code, names):
        room -= len(name) + 2
        if shown and room < 0:
            break
        shown.append(name)
    more = len(names) - len(shown)
    return listing([*shown, f"{more:,} more"] if more else shown)


def _by_cause(items: Sequence[ItemResult]) -> list[list[ItemResult]]:
    groups: dict[tuple[Outcome, str], list[ItemResult]] = {}
    for item in items:
        cause = item.cause or ("" if item.outcome is Outcome.CANCELLED else item.sentence)
        groups.setdefault((item.outcome, cause), []).append(item)
    return sorted(groups.values(), key=lambda group: (WORST_FIRST.index(group[0].outcome), -len(group)))


def _row(group: Sequence[ItemResult], room: int) -> str:
    first = group[0]
    if len(group) == 1:
        return first.sentence
    names = named([item.item for item in group], room)
    count = f"{len(group):,} {WORDS[first.outcome]}"
    return f"{count}: {first.cause} These are {names}." if first.cause else f"{count}: {names}."
