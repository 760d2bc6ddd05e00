"""Which moment is meant: by the clock and the zone of whoever typed it, and never a guess."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import moments
from bot.moments import FARTHEST, MINUTE, NotThen, NoZone, Plan, Said, in_full, in_short
from bot.times import typed
from tests.planning import EVENING
from tests.test_times import TYPED

BERLIN = "Europe/Berlin"
ZONES = [BERLIN, "America/St_Johns", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]
SPANS = st.integers(1, 99999).map(lambda minutes: timedelta(minutes=minutes))


def planned(at: str | None = None, until: str | None = None, *, lasting: timedelta | None = None,
            now: datetime = EVENING, zone: str | None = BERLIN) -> Plan:  # fmt: skip
    return moments.plan(Said(at, lasting, until), now=now, zone=zone)


def refused(at: str | None = None, until: str | None = None, *, now: datetime = EVENING) -> NotThen:
    with pytest.raises(NotThen) as problem:
        planned(at, until, now=now)
    return problem.value


def local(moment: datetime | None, zone: str = BERLIN) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%a %d %b %Y %H:%M") if moment else ""


@pytest.mark.parametrize(
    ("at", "due"),
    [  # it is Tuesday 18:00
        ("20:45", "Tue 10 Mar 2026 20:45"),
        ("18:00", "Tue 10 Mar 2026 18:00"),
        ("tomorrow 09:00", "Wed 11 Mar 2026 09:00"),
        ("tuesday 19:00", "Tue 10 Mar 2026 19:00"),
        ("tuesday 17:00", "Tue 17 Mar 2026 17:00"),
        ("monday 09:00", "Mon 16 Mar 2026 09:00"),
        ("2026-03-29 03:00", "Sun 29 Mar 2026 03:00"),
        ("2026-03-11T20:45Z", "Wed 11 Mar 2026 21:45"),
        ("2026-03-11T20:45-05:00", "Thu 12 Mar 2026 02:45"),
    ],
)
def test_time_is_that_of_whoever_typed_it(at: str, due: str) -> None:
    """
    A time without an offset is one on the clock where its author is; a weekday is the next one with that time.
    """
    assert due == local(planned(at).due)


def test_day_is_that_of_whoever_typed_it() -> None:
    """
    Tomorrow begins at midnight where its author is, whatever day it is elsewhere.
    """
    late = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)  # the 11th in Berlin, the 10th in New York

    assert "Thu 12 Mar 2026 09:00" == local(planned("tomorrow 09:00", now=late).due)
    assert datetime(2026, 3, 11, 13, 0, tzinfo=UTC) == planned("tomorrow 09:00", now=late, zone="America/New_York").due


@pytest.mark.parametrize(
    ("at", "until", "ends"),
    [
        (None, "19:00", "Tue 10 Mar 2026 19:00"),
        (None, "17:00", "Wed 11 Mar 2026 17:00"),
        ("20:45", "23:30", "Tue 10 Mar 2026 23:30"),
        ("20:45", "01:30", "Wed 11 Mar 2026 01:30"),
        ("tomorrow 20:45", "22:45", "Wed 11 Mar 2026 22:45"),
        ("tomorrow 20:45", "friday 09:00", "Fri 13 Mar 2026 09:00"),
        ("friday 20:45", "friday 20:00", "Fri 20 Mar 2026 20:00"),
        ("20:45", "tomorrow 09:00", "Wed 11 Mar 2026 09:00"),
        ("20:45", "2026-03-10T22:00Z", "Tue 10 Mar 2026 23:00"),
    ],
)
def test_end_is_the_first_such_time_after_the_beginning(at: str | None, until: str, ends: str) -> None:
    """
    What ends after midnight needs no date.
    """
    assert ends == local(planned(at, until).ends)


def test_length_counts_from_the_beginning() -> None:
    """
    What is planned for two hours ends two hours after it is due; what is done at once, when it has been done.
    """
    span = timedelta(hours=2)
    later, now = planned("20:45", lasting=span), planned(lasting=span)

    assert (later.due, None) == ((later.ends or EVENING) - span, later.lasting)
    assert (None, None, span) == (now.due, now.ends, now.lasting)


@pytest.mark.parametrize(
    ("at", "why", "instead"),
    [
        ("17:59", "Tue 10 Mar 2026 17:59 CET (Europe/Berlin) was 1 min ago.", ("tomorrow 17:59",)),
        ("09:00", "Tue 10 Mar 2026 09:00 CET (Europe/Berlin) was 9 h ago.", ("tomorrow 09:00",)),
        ("2026-03-09 20:45", "Mon 9 Mar 2026 20:45 CET (Europe/Berlin) was 21 h 15 min ago.", ()),
        ("2026-03-10T10:00Z", "Tue 10 Mar 2026 11:00 CET (Europe/Berlin) was 7 h ago.", ()),
        ("2026-06-09 20:45", "Tue 9 Jun 2026 20:45 CEST (Europe/Berlin) is 91 d 1 h ahead; 90 days are the most.", ()),
        ("2999-12-31 23:59", "31 Dec 2999 23:59 CET (Europe/Berlin) is 355677 d 5 h ahead; 90 days are the most.", ()),
    ],
)  # fmt: skip
def test_past_and_far_times_are_refused(at: str, why: str, instead: tuple[str, ...]) -> None:
    """
    A time that is over is refused with the one that was probably meant; one that is too far ahead, too.
    """
    problem = refused(at)

    assert (True, instead) == (why in str(problem), problem.instead)
    assert problem.instead or problem.advice
    assert all(planned(one).due for one in problem.instead)


def test_minute_that_it_is_now_is_not_past() -> None:
    """
    Who types the time that it is means now.
    """
    late = EVENING + timedelta(seconds=59)

    assert EVENING == planned("18:00", now=late).due
    assert ("tomorrow 18:00",) == refused("18:00", now=EVENING + MINUTE).instead


@pytest.mark.parametrize(("at", "until"), [("20:45", "2026-03-10 20:00"), ("tomorrow 20:45", "tomorrow 20:00")])
def test_end_before_the_beginning_is_refused(at: str, until: str) -> None:
    """
    What would end before it begins is refused, with both times.
    """
    assert str(refused(at, until)).startswith("It would end ")


SPRING = datetime(2026, 3, 28, 17, 0, tzinfo=UTC)  # the night before the clocks go forward
AUTUMN = datetime(2026, 10, 24, 17, 0, tzinfo=UTC)  # and back


@pytest.mark.parametrize("at", ["tomorrow 02:30", "sunday 02:30", "2026-03-29 02:30"])
def test_hour_that_is_left_out_is_refused(at: str) -> None:
    """
    Where the clocks go forward over a time, what it may have been before and after is shown.
    """
    problem = refused(at, now=SPRING)

    assert "In Europe/Berlin `02:30` of Sun 29 Mar 2026 is not there, since the clocks go forward" in str(problem)
    assert ("2026-03-29T01:30+01:00", "2026-03-29T03:30+02:00") == problem.instead
    assert all(planned(one, now=SPRING).due for one in problem.instead)


@pytest.mark.parametrize("at", ["tomorrow 02:30", "sunday 02:30", "2026-10-25 02:30"])
def test_hour_that_comes_twice_is_refused(at: str) -> None:
    """
    Where the clocks go back a time is there twice, and both are shown.
    """
    problem = refused(at, now=AUTUMN)

    assert "In Europe/Berlin `02:30` of Sun 25 Oct 2026 is there twice, since the clocks go back." == str(problem)
    assert ("2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00") == problem.instead
    hour = timedelta(hours=1)
    first, second = (planned(one, now=AUTUMN).due for one in problem.instead)
    assert first
    assert first + hour == second


def test_hours_beside_a_change_are_as_long_as_the_clock_says() -> None:
    """
    The day on which clocks are changed has 23 or 25 hours, and times on it are those on the clock.
    """
    assert datetime(2026, 3, 29, 18, 45, tzinfo=UTC) == planned("tomorrow 20:45", now=SPRING).due
    assert datetime(2026, 10, 25, 19, 45, tzinfo=UTC) == planned("tomorrow 20:45", now=AUTUMN).due
    assert ("tomorrow 02:30",) == refused("02:30", now=SPRING + timedelta(days=1)).instead


@pytest.mark.parametrize("zone", [None, "Nowhere/Else", "Europe", "../etc/passwd", "", "\0"])
def test_zone_that_is_not_known_is_not_guessed(zone: str | None) -> None:
    """
    A time without an offset from somebody whose zone nobody knows is no time; one with an offset needs none.
    """
    with pytest.raises(NoZone):
        planned("20:45", zone=zone)
    with pytest.raises(NoZone):
        planned("2026-03-11T20:45Z", "23:00", zone=zone)

    exact = planned("2026-03-11T20:45+01:00", "2026-03-11T23:00+01:00", zone=zone)
    assert "Wed 11 Mar 2026 20:45 UTC+01:00" == in_full(exact.due or EVENING, exact.zone)


@given(at=st.none() | TYPED, until=st.none() | TYPED, span=st.none() | SPANS, zone=st.sampled_from(ZONES),
       minutes=st.integers(-5 * 525_600, 5 * 525_600))  # fmt: skip
def test_plan_is_in_order_or_refused(
    at: object, until: object, span: timedelta | None, zone: str, minutes: int
) -> None:
    """
    Whatever is typed wherever, a plan comes of it that lies ahead in its order, or a refusal with what can be typed.
    """
    said = Said(str(at) if at else None, span if not until else None, str(until) if until else None)
    here = EVENING + timedelta(minutes=minutes)
    try:
        plan = moments.plan(said, now=here, zone=zone)
    except NotThen as problem:
        assert problem.instead or problem.advice  # noqa: PT017 - that it is refused is no rule, how it is refused is one
        assert [str(typed(one)) for one in problem.instead] == list(problem.instead)  # noqa: PT017
        return
    due, ends = plan.due or here, plan.ends or here + FARTHEST
    assert here - MINUTE < due < ends or due == ends == here + FARTHEST
    assert ends - here <= FARTHEST + (plan.lasting or timedelta())
    assert plan == Plan.model_validate_json(plan.model_dump_json())


def test_moments_are_shown_in_full_and_beside_each_other() -> None:
    """
    What is shown back names day, date, time and zone; beside it, only what is different.
    """
    later = EVENING + timedelta(hours=8)

    assert "Tue 10 Mar 2026 18:00 CET (Europe/Berlin)" == in_full(EVENING, BERLIN)
    assert "Tue 10 Mar 2026 14:00 UTC-03 (America/Sao_Paulo)" == in_full(EVENING, "America/Sao_Paulo")
    assert "Tue 10 Mar 2026 14:30 UTC-02:30" == in_full(EVENING, "-02:30")
    assert "Tue 10 Mar 2026 17:00:07 UTC" == in_full(EVENING + timedelta(seconds=7), "UTC")
    assert "Tue 10 Mar 2026 17:00 UTC" == in_full(EVENING, "Nowhere/Else")
    assert "20:00 CET" == in_short(EVENING + timedelta(hours=2), BERLIN, beside=EVENING)
    assert "Wed 11 Mar 2026 02:00 CET" == in_short(later, BERLIN, beside=EVENING)
    assert in_full(EVENING, "+01:00") == in_full(EVENING.astimezone(timezone(timedelta(hours=3))), "+01:00")
