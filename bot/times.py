"""Times as people type them: `20:45`, `tomorrow 09:00`, `2026-12-24T20:45+01:00`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from typing import Annotated, Final

from bot.kinds import WEEKDAYS, Kind, NotThis
from bot.wording import code, suggestion
from bot.words import Word

YEARS: Final = range(2000, 3000)  # leaves room for every offset
DAYS: Final = ("today", "tomorrow", *WEEKDAYS)
SHORTEST: Final = 3  # letters that a day can be known by

CLOCK: Final = re.compile("([01]?[0-9]|2[0-3]):([0-5][0-9])")
# With an offset it is that of RFC 3339, which also takes a blank for the T: https://www.rfc-editor.org/rfc/rfc3339#section-5.6
EXACT: Final = re.compile(
    "([0-9]{4}-[0-9]{2}-[0-9]{2})[ t]([0-9]{1,2}:[0-9]{2})(:[0-9]{2})?(?:[.][0-9]+)?(z|[+-][0-9]{2}:[0-9]{2})?",
    re.IGNORECASE,
)
DATE: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
# As it is written elsewhere: 20.45, 20h45, 8pm, 8:45 pm.
ELSEWHERE: Final = re.compile("([0-9]{1,2})(?:[:.h]([0-5][0-9]))? ?(am|pm)?", re.IGNORECASE)


@dataclass(frozen=True)
class Typed:
    """
    A time as it was typed; which moment it is depends on when, and in which zone.

    Attributes:
        day: A date, `tomorrow` or a weekday; nothing for the day that it is.
        zone: That of an offset, if one was typed.
    """

    day: date | str
    clock: time
    zone: tzinfo | None = None

    def __str__(self) -> str:
        if not isinstance(self.day, date):
            return f"{self.day} {self.clock:%H:%M}".lstrip()
        moment = datetime.combine(self.day, self.clock, self.zone)
        exact = moment.isoformat("T" if self.zone else " ", "seconds" if self.clock.second else "minutes")
        return f"{exact.removesuffix('+00:00')}Z" if self.zone == UTC else exact


def typed(text: str) -> Typed:
    """
    Read a time.

    Raises:
        NotThis: It is none.
    """
    text = " ".join(text.split())
    if exact := EXACT.fullmatch(text):
        return _exact(text, exact)
    front, _, back = text.partition(" ")
    for day, clock in ((front, back), (back, front)) if back else (("", front),):
        found, meant = CLOCK.fullmatch(clock), _day(day)
        if found and meant is not None:
            return Typed(meant, time(int(found[1]), int(found[2])))
    raise _none(text)


def when(word: Word) -> str:
    """A time, printed in the one way that `typed` reads as the same."""
    if word.kind not in {"text", "link"}:
        raise NotThis(f"{code(word.text)} is a mention, not a time.")
    return str(typed(word.text))


def _exact(text: str, found: re.Match[str]) -> Typed:
    day, clock, seconds, offset = found.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock.zfill(5)}{seconds or ''}{(offset or '').upper()}")
    except ValueError:
        raise NotThis(f"{code(text)} is not in the calendar, or not on the clock.") from None
    if moment.year not in YEARS:
        raise NotThis(f"{code(text)} is not a time that anyone will see.")
    return Typed(moment.date(), moment.time(), moment.tzinfo)


def _day(text: str) -> str | None:
    """The whole word for a day, from its first letters too; today is the day that it is."""
    if not text:
        return ""
    found = [day for day in DAYS if day.startswith(text.casefold()) and len(text) >= SHORTEST]
    return (found[0] if found[0] != "today" else "") if len(found) == 1 else None


def _none(text: str) -> NotThis:
    """Why *text* is no time, and what was probably meant."""
    if (text and _day(text) is not None) or DATE.fullmatch(text):
        return NotThis(f"{code(text)} lacks the time of day, as in {code(f'{text} 09:00', limit=60)}.")
    return NotThis(
        f"{code(text)} is not a time such as `20:45`, `tomorrow 09:00`, `friday 09:00` or `2026-12-24T20:45+01:00`.",
        instead=_meant(text),
    )


def _meant(text: str) -> str | None:
    if found := ELSEWHERE.fullmatch(text):
        return _clock(int(found[1]), int(found[2] or 0), found[3]) if found[2] or found[3] else None
    front, _, back = text.partition(" ")
    for day, clock in ((front, back), (back, front)):
        found = ELSEWHERE.fullmatch(clock)
        told = _clock(int(found[1]), int(found[2] or 0), found[3]) if found else None
        near = suggestion(day.casefold(), DAYS)
        if near and told:
            return f"{near} {told}"
    return None


def _clock(hour: int, minute: int, half: str | None) -> str | None:
    if hour not in (range(1, 13) if half else range(24)):
        return None
    return f"{hour % 12 + 12 * (half.casefold() == 'pm') if half else hour:02}:{minute:02}"


When = Annotated[str, Kind("<time>", when, sample="20:45", words=2)]
