"""The small pieces of sentences: values, people, times, lists.

A sentence is a plain `str`. What came from a person or from Agora stands in it only by way of `code`, so that whoever
shows the sentence may trust everything outside of backticks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from difflib import SequenceMatcher
from typing import Final, Literal

USER_ID: Final = re.compile(r"[UW][A-Z0-9_]+")
CHANNEL_ID: Final = re.compile(r"[CG][A-Z0-9_]+")
GROUP_ID: Final = re.compile(r"S[A-Z0-9_]+")
# Letters and marks that take no ink although Unicode does not class them as control characters.
UNSEEN: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
UNITS_S: Final = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
SHORT: Final = 3  # characters; one slip in so few weighs more than in a long word
LONGEST_GUESS: Final = 128  # comparing takes time with the square of the length

# https://docs.slack.dev/messaging/formatting-message-text#date-formatting
MOMENTS: Final = {
    "time": ("{date_short_pretty} {time}", "%H:%M"),
    "full": ("{date_short} {time_secs}", "%H:%M:%S"),
}


def code(value: object, limit: int = 150) -> str:
    """
    Put a value from outside in backticks, where it can't mention, link, format or hide anything.

    Args:
        value: Anything; its `str` is shown.
        limit: The most characters to show, the cut mark included.
    """
    text = "".join(map(_visible, UNSEEN.sub("", str(value))))
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    return f"`{text or '(empty)'}`"


def person(subject: str) -> str:
    """Mention a user by id, or a user group; anything that is no id is shown as a value."""
    if USER_ID.fullmatch(subject):
        return f"<@{subject}>"
    if GROUP_ID.fullmatch(subject):
        return f"<!subteam^{subject}>"
    return code(subject)


def channel(place: str) -> str:
    """Mention a channel by id; a direct message has no name."""
    if CHANNEL_ID.fullmatch(place):
        return f"<#{place}>"
    return "a direct message" if place.startswith("D") else code(place)


def moment(when: datetime, *, style: Literal["time", "full"] = "time") -> str:
    """
    Show a time in each reader's own zone; where that can't be, in UTC.

    Args:
        when: An aware datetime.
        style: `time` to the minute, with words such as "yesterday"; `full` to the second, with the date.

    Raises:
        ValueError: *when* is not aware.
    """
    if when.tzinfo is None:
        raise ValueError("A time without a zone can't be shown. Pass an aware datetime.")
    pattern, clock = MOMENTS[style]
    utc = when.astimezone(UTC)
    return f"<!date^{int(utc.timestamp())}^{pattern}|{utc.day} {utc:%b %Y {clock}} UTC>"


def listing(parts: Iterable[str], word: str = "and") -> str:
    """Join *parts* as a sentence does: `a, b and c`."""
    *front, last = [*parts] or [""]
    return f"{', '.join(front)} {word} {last}" if front else last


def named(names: Iterable[str], *, most: int = 10) -> str:
    """Name streams, each once; more than *most* are counted."""
    unique = list(dict.fromkeys(names))
    return listing(map(code, unique)) if len(unique) <= most else plural(len(unique), "stream")


def sentence(words: str) -> str:
    """Begin a sentence with *words*: its first letter is a capital, all others stay as they are."""
    return words[:1].upper() + words[1:]


def duration(span: timedelta) -> str:
    """Show a span by its two largest units, such as `2 h 5 min`; less than a second, or less than nothing, is `0 s`."""
    left_s = max(0, int(span.total_seconds()))
    first = next((index for index, (_, size) in enumerate(UNITS_S) if left_s >= size), len(UNITS_S) - 1)
    shown = []
    for unit, size in UNITS_S[first : first + 2]:
        count, left_s = divmod(left_s, size)
        shown.append(f"{count} {unit}")
    return " ".join(part for index, part in enumerate(shown) if index == 0 or not part.startswith("0 "))


def ago(then: datetime, now: datetime) -> str:
    """Show how long before *now* something was, or how long after it will be."""
    if abs(now - then) < timedelta(seconds=1):
        return "just now"
    return f"{duration(now - then)} ago" if then < now else f"in {duration(then - now)}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """Count things: `1 stream`, `1,000 streams`; *many* where an s is not enough."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def suggestion(word: str, options: Sequence[str]) -> str | None:
    """Find the option that *word* was probably meant to be, without regard to case."""
    wanted = word.casefold()[:LONGEST_GUESS]
    rated = [(_likeness(wanted, option.casefold()), option) for option in options]
    likeness, best = max(rated, key=lambda pair: pair[0], default=(0.0, ""))
    return best if likeness >= (0.5 if len(wanted) <= SHORT else 0.6) else None


def _likeness(word: str, option: str) -> float:
    if word == option:
        return 2.0
    # `ue` for `eu`: swapped letters are the commonest slip, and the ratio alone thinks little of them.
    if sorted(word) == sorted(option):
        return 1.0
    return SequenceMatcher(None, word, option).ratio()


def _visible(letter: str) -> str:
    if letter == "`":
        return "\N{MODIFIER LETTER GRAVE ACCENT}"
    if letter in "\n\r\t\v\f\x85\u2028\u2029":
        return "␣"
    return "" if unicodedata.category(letter) in {"Cc", "Cf", "Cs"} else letter
