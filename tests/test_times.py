"""Times as they are typed: what is one, what is not, and that each comes back from being printed."""

from __future__ import annotations

from datetime import UTC, date, time, timedelta, timezone
from typing import Annotated, Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.arguments import Args, read, write
from bot.errors import BadArguments
from bot.kinds import WEEKDAYS, Keyword, Kind, NotThis, Streams
from bot.times import Typed, When, typed, when
from bot.words import Word, split

(KIND,) = (mark for mark in get_args(When) if isinstance(mark, Kind))


class Timed(Args):
    """Something that may be told when."""

    streams: Streams
    at: Annotated[When | None, Keyword("at")] = None
    until: Annotated[When | None, Keyword("until")] = None


def said(sent: str) -> BadArguments:
    with pytest.raises(BadArguments) as refused:
        read(Timed, split(sent), start="/test it")
    return refused.value


def refusal(text: str, **more: Any) -> NotThis:
    with pytest.raises(NotThis) as refused:
        when(Word(text, **more))
    return refused.value


OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
CLOCKS = st.times().map(lambda found: found.replace(microsecond=0))
MINUTES = CLOCKS.map(lambda found: found.replace(second=0))
DATES = st.dates(date(2000, 1, 1), date(2999, 12, 31))
TYPED = (
    st.builds(Typed, st.sampled_from(["", "tomorrow", *WEEKDAYS]), MINUTES)
    | st.builds(Typed, DATES, CLOCKS)
    | st.builds(Typed, DATES, CLOCKS, OFFSETS)
)


@given(one=TYPED)
def test_time_is_printed_and_read_again(one: Typed) -> None:
    """
    Every time that can be typed comes back the same from being printed.
    """
    assert one == typed(str(one))
    assert str(one) == KIND.print(when(Word(str(one))))


@given(one=TYPED, end=TYPED)
def test_line_with_times_is_printed_and_read_again(one: Typed, end: Typed) -> None:
    """
    A time of two words stands in a line without quotes, and is one value there.
    """
    args = Timed(streams=("at", "final"), at=str(one), until=str(end))

    assert f'"at" final at {one} until {end}' == write(args)
    assert args == read(Timed, split(write(args)), start="/test it")


@given(sent=st.text(max_size=40) | st.lists(st.sampled_from(["at", "fri", "20:45", "8", "pm", "Z", "x"])).map(" ".join))
def test_nothing_but_a_refusal_comes_of_odd_words(sent: str) -> None:
    """
    Whatever is typed where a time should be is one, or is refused in words.
    """
    try:
        when(Word(sent))
    except NotThis as refused:
        assert str(refused).startswith("`")  # noqa: PT017 - that it is refused is no rule, how it is refused is one
        assert refused.instead is None or when(Word(refused.instead)) == refused.instead  # noqa: PT017


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("20:45", "20:45"),
        ("8:05", "08:05"),
        ("today 20:45", "20:45"),
        ("Tomorrow 09:00", "tomorrow 09:00"),
        ("09:00  tomorrow", "tomorrow 09:00"),
        ("friday 9:00", "friday 09:00"),
        ("FRI 09:00", "friday 09:00"),
        ("2026-12-24 20:45", "2026-12-24 20:45"),
        ("2026-12-24T20:45", "2026-12-24 20:45"),
        ("2026-12-24T20:45+01:00", "2026-12-24T20:45+01:00"),
        ("2026-12-24 20:45+01:00", "2026-12-24T20:45+01:00"),
        ("2026-12-24t20:45:07.25z", "2026-12-24T20:45:07Z"),
        ("2026-12-24T20:45:00-00:00", "2026-12-24T20:45Z"),
    ],
)
def test_times_are_read(text: str, printed: str) -> None:
    """
    A time of day, with a day or a date before it, or RFC 3339 with an offset.
    """
    assert printed == when(Word(text))


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("8pm", "20:00"),
        ("8:45 pm", "20:45"),
        ("12am", "00:00"),
        ("12 pm", "12:00"),
        ("20.45", "20:45"),
        ("20h45", "20:45"),
        ("tomorow 09:00", "tomorrow 09:00"),
        ("9pm tomorrow", "tomorrow 21:00"),
        ("frday 8pm", "friday 20:00"),
    ],
)
def test_what_was_probably_meant_is_said(text: str, instead: str) -> None:
    """
    A time that is written as elsewhere, or with a slip, is refused with the one that was meant.
    """
    assert instead == refusal(text).instead


@pytest.mark.parametrize("text", ["tomorrow", "friday", "fri", "2026-12-24"])
def test_day_without_a_time_is_asked_for_one(text: str) -> None:
    """
    Which hour of a day is meant is not guessed.
    """
    assert "lacks the time of day" in str(refusal(text))


@pytest.mark.parametrize(
    "text",
    ["", "20", "2045", "24:00", "25:00", "20:60", "20:45:00", "13pm", "t 09:00", "in 2h", "24.12. 20:45", "٢٠:٤٥",
     "2026-02-30 10:00", "2026-12-24T24:45Z", "2026-12-24T20:45+24:00", "1999-12-31 20:45", "9999-12-31T23:59-14:00"],
)  # fmt: skip
def test_other_times_are_refused(text: str) -> None:
    """
    What is no time, or lies outside of the calendar, is refused, and nothing is made of it.
    """
    assert refusal(text).instead is None


def test_mention_is_no_time() -> None:
    """
    Who is mentioned is no time, nor a part of one.
    """
    assert "`@otto` is a mention" in str(refusal("@otto", kind="person"))
    assert "`@otto` is a mention" in said("final at <@U0OTTO|otto> 20:45").message
    assert "`@otto` is one word too many" in said("final at 20:45 <@U0OTTO|otto>").message


@pytest.mark.parametrize(
    ("sent", "at", "until"),
    [
        ("final at 20:45", "20:45", None),
        ("final at tomorrow 09:00 until 11:00", "tomorrow 09:00", "11:00"),
        ("final until tomorrow 09:00 at 20:45", "20:45", "tomorrow 09:00"),
        ('final at "tomorrow 09:00"', "tomorrow 09:00", None),
        ("final AT “friday 09:00”", "friday 09:00", None),
        ("final at 20:45 tomorrow until 23:00", "tomorrow 20:45", "23:00"),
        ("final at 2026-12-24 20:45", "2026-12-24 20:45", None),
    ],
)
def test_time_may_be_two_words(sent: str, at: str, until: str | None) -> None:
    """
    As many words are taken for a time as make one together; a keyword ends it.
    """
    args = read(Timed, split(sent), start="/test it")

    assert (("final",), at, until) == (args.streams, args.at, args.until)


@pytest.mark.parametrize(
    ("sent", "line"),
    [
        ("final at 8pm", "final at 20:00"),
        ("final at tomorow 09:00 until 11:00", "final at tomorrow 09:00 until 11:00"),
        ("final at 8 pm until 11 pm", "final at 20:00 until 23:00"),
        ("final at 20:45 tomorow", "final at tomorrow 20:45"),
        ("final at 20:45 more", "final at 20:45"),
        ('"until" at 8pm', '"until" at 20:00'),
    ],
)
def test_corrected_line_works(sent: str, line: str) -> None:
    """
    A refusal gives the line that can be typed instead.
    """
    hint = said(sent).hint

    assert f"Type: `/test it {line}`" == hint
    read(Timed, split(line), start="/test it")


@pytest.mark.parametrize("sent", ["final at", "final at until 20:45", "final at tomorrow until 20:45", "at 20:45"])
def test_time_that_is_missing_is_asked_for(sent: str) -> None:
    """
    Where the right line is not known, the refusal shows how the command is typed.
    """
    assert "Usage: `/test it <stream>... [at <time>] [until <time>]`" == said(sent).hint


def test_typed_is_what_it_says() -> None:
    """
    What is read says no more than what was typed: no day that was not named, no zone that was not typed.
    """
    assert Typed("", time(20, 45)) == typed("20:45")
    assert Typed(date(2026, 12, 24), time(20, 45), UTC) == typed("2026-12-24T20:45Z")
    assert Typed(date(2026, 12, 24), time(20, 45)) == typed("2026-12-24T20:45")
