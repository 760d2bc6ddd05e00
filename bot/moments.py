"""Which moment is meant by a time that somebody typed, and how it is shown back to them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from bot.kinds import WEEKDAYS
from bot.times import Typed, typed
from bot.wording import ago, code, duration

FARTHEST: Final = timedelta(days=90)
MINUTE: Final = timedelta(minutes=1)  # a time is no past one before its minute is over
DAY: Final = timedelta(days=1)
OFFSET: Final = re.compile("([+-])([0-9]{2}):([0-9]{2})")

Which = Literal["at", "until"]


class Plan(BaseModel):
    """
    When something is done, and turned off again.

    Attributes:
        due: When it is done; None: at once.
        ends: When it is turned off again.
        lasting: The same, counted from when it is done.
        zone: What its times are shown in: a zone's name, or an offset.
    """

    model_config = ConfigDict(frozen=True)

    due: datetime | None = None
    ends: datetime | None = None
    lasting: timedelta | None = None
    zone: str = "UTC"

    @property
    def turned_off(self) -> bool:
        """Whether what is done is turned off again."""
        return self.ends is not None or self.lasting is not None


class NotThen(ValueError):
    """
    There is no such moment, or it can't be meant.

    Attributes:
        which: The argument that it is about.
        advice: What to do instead, where nothing is to be typed in its place.
        instead: What may have been meant, ready to be typed in its place.
    """

    def __init__(self, message: str, which: Which, *, advice: str = "", instead: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.which, self.advice, self.instead = which, advice, tuple(instead)


class NoZone(ValueError):
    """A time without an offset, from somebody whose time zone is not known."""


@dataclass(frozen=True)
class Said:
    """What a command line says about when."""

    at: str | None = None
    lasting: timedelta | None = None
    until: str | None = None

    def __bool__(self) -> bool:
        return self != Said()

    @property
    def turns_off(self) -> bool:
        """Whether what is done is to be turned off again."""
        return self.lasting is not None or self.until is not None

    @property
    def local(self) -> bool:
        """Whether a time zone is needed to understand it."""
        return any(typed(one).zone is None for one in (self.at, self.until) if one)


def said(args: object) -> Said:
    """What *args* say about when; nothing for a command that can't be told: the end of a role or a ban is its own."""
    if not hasattr(args, "at"):
        return Said()
    return Said(*(getattr(args, name, None) for name in ("at", "lasting", "until")))


def at_once(args: dict[str, Any]) -> dict[str, Any]:
    """The same arguments, to be done now."""
    return {**args, "at": None} if "at" in args else args


def plan(said: Said, *, now: datetime, zone: str | None) -> Plan:
    """
    Understand *said*.

    Args:
        said: What was typed.
        now: When it was typed.
        zone: The name of the zone of whoever typed it, if it is known.

    Raises:
        NotThen: There is no such moment, or it is past or too far ahead.
        NoZone: *zone* is needed.
    """
    here = zone_of(zone) if zone else None
    if here is None and said.local:
        raise NoZone
    asking = _Asking(now, here, zone if here and zone else _offset(said))
    due = asking.moment("at", typed(said.at)) if said.at else None
    start = max(due or now, now)
    ends = asking.moment("until", typed(said.until), after=start) if said.until else None
    if due and said.lasting:
        ends = due + said.lasting
    if ends and ends <= start:
        backwards = f"It would end {asking.full(ends)}, and begin {asking.full(start)}."
        raise NotThen(backwards, "until", advice="Type an end that comes after the beginning.")
    asking.check_far("at", due)
    asking.check_far("until", ends or start + (said.lasting or timedelta()))
    return Plan(due=due, ends=ends, lasting=None if due else said.lasting, zone=asking.shown)


@dataclass(frozen=True)
class _Asking:
    """Somebody who typed it *now*, *here*."""

    now: datetime
    here: tzinfo | None
    shown: str

    def moment(self, which: Which, value: Typed, *, after: datetime | None = None) -> datetime:
        """
        The moment that *value* is: not a past one, and the first one *after* if that is given.

        Raises:
            NotThen: There is none.
        """
        first, last = readings = self._readings(value, after)
        if last + MINUTE <= self.now:
            tomorrow = [str(Typed("tomorrow", value.clock))] if value.day == "" else []
            past = f"{self.full(last)} was {ago(last, self.now)}."
            raise NotThen(past, which, advice="Type a time to come.", instead=tomorrow)
        if first == last:
            return first
        local = self._local(value, after)
        there = first.astimezone(self.here).replace(tzinfo=None) == local
        why = "there twice, since the clocks go back" if there else "not there, since the clocks go forward over it"
        instead = [one.astimezone(self.here).isoformat(timespec="minutes") for one in readings]
        changed = f"In {self.shown} {code(f'{local:%H:%M}')} of {_day(local)} is {why}."
        raise NotThen(changed, which, instead=instead)

    def full(self, moment: datetime) -> str:
        return in_full(moment, self.shown)

    def check_far(self, which: Which, moment: datetime | None) -> None:
        if moment and moment - self.now > FARTHEST:
            far = f"{self.full(moment)} is {duration(moment - self.now)} ahead; {FARTHEST.days} days are the most."
            raise NotThen(far, which, advice="Plan it when it is nearer.")

    def _readings(self, value: Typed, after: datetime | None) -> tuple[datetime, datetime]:
        """The first and the last moment that *value* can be; one and the same but where clocks are changed."""
        if value.zone is not None and isinstance(value.day, date):
            exact = datetime.combine(value.day, value.clock, value.zone).astimezone(UTC)
            return exact, exact
        local = self._local(value, after)
        both = [local.replace(tzinfo=self.here, fold=fold).astimezone(UTC) for fold in (0, 1)]
        return min(both), max(both)

    def _local(self, value: Typed, after: datetime | None) -> datetime:
        """The time on the clock that hangs *here*, by the day that was typed."""
        today, clock = self.now.astimezone(self.here).replace(tzinfo=None), value.clock
        if isinstance(value.day, date):
            return datetime.combine(value.day, clock)
        if value.day == "tomorrow":
            return datetime.combine(today + DAY, clock)
        first = after.astimezone(self.here).replace(tzinfo=None) if after else today - MINUTE
        days = (WEEKDAYS.index(value.day) - first.weekday()) % 7 if value.day else 0
        found = datetime.combine(first + days * DAY, clock)
        if found > first or (value.day == "" and after is None):
            return found
        return found + (7 * DAY if value.day else DAY)


def zone_of(name: str) -> tzinfo | None:
    """The zone of this name, or of an offset such as `+01:00`; None where this machine knows none."""
    if offset := OFFSET.fullmatch(name):
        span = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(-span if offset[1] == "-" else span)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not known, no name of a zone, the name of a folder
        return None


def in_full(moment: datetime, zone: str) -> str:
    """A moment with its date and its zone, such as `Sat 28 Nov 2026 20:45 CET (Europe/Berlin)`."""
    here = zone_of(zone)
    local = moment.astimezone(here or UTC)
    named = f" ({zone})" if here and "/" in zone else ""
    return f"{_day(local)} {_clock(local)}{named}"


def in_short(moment: datetime, zone: str, *, beside: datetime) -> str:
    """A moment next to one that is shown in full: without what they share."""
    here = zone_of(zone) or UTC
    local = moment.astimezone(here)
    same_day = local.date() == beside.astimezone(here).date()
    return _clock(local) if same_day else f"{_day(local)} {_clock(local)}"


def _offset(said: Said) -> str:
    """The offset that was typed, as the name of a zone."""
    zone = next((typed(one).zone for one in (said.at, said.until) if one), None)
    return "UTC" if zone in {None, UTC} else str(zone).removeprefix("UTC")


def _day(local: datetime) -> str:
    return f"{local:%a} {local.day} {local:%b %Y}"


def _clock(local: datetime) -> str:
    name = local.tzname() or ""
    prefix = "UTC" if name[:1] in {"+", "-"} else ""  # zones whose hours have no name of their own
    return f"{local:%H:%M}{f':{local:%S}' if local.second else ''} {prefix}{name}"
