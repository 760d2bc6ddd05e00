"""Sentences: what came from outside stays harmless, what we make is what Slack reads."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wording import ago, code, duration, listing, moment, person, plural, suggestion

EVENING = datetime(2026, 11, 20, 20, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("live", "`live`"),
        (503, "`503`"),
        ("", "`(empty)`"),
        ("\u200b\u202e", "`(empty)`"),
        ("a`b", "`a\u02cbb`"),
        ("two\nlines\tand", "`two␣lines␣and`"),
        ("bell\x07 nul\x00", "`bell nul`"),
        ("right\u202eleft\u2066\u200b\ufeff", "`rightleft`"),
        ("tag\U000e0041 filler\u3164", "`tag filler`"),
        ("half \ud800 letter", "`half  letter`"),
        ("Ünïcödé 東京 🎥", "`Ünïcödé 東京 🎥`"),
        ("<!channel> & <@U1>", "`<!channel> & <@U1>`"),
    ],
)
def test_value_is_shown_in_backticks(value: object, shown: str) -> None:
    """
    A value stands in backticks that it can't close, on one line, without characters that can't be seen.
    """
    assert shown == code(value)


def test_long_value_is_cut() -> None:
    """
    A value longer than the limit is cut to it, the mark of the cut included.
    """
    assert "`abcd…`" == code("abcdefgh", limit=5)
    assert "`abcde`" == code("abcde", limit=5)
    assert 152 == len(code("x" * 1000))


@given(st.text())
def test_no_value_gets_out_of_its_backticks(value: str) -> None:
    """
    Whatever the value is, there is one backtick at each end, something between them, and no line break.
    """
    shown = code(value)

    assert 2 == shown.count("`")
    assert (shown[0], shown[-1]) == ("`", "`")
    assert 1 == len(shown.splitlines())
    assert 3 <= len(shown.encode())


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("U012AB3CD", "<@U012AB3CD>"),
        ("W1", "<@W1>"),
        ("S1", "<!subteam^S1>"),
        ("U1> <!channel", "`U1> <!channel`"),
        ("U1\n", "`U1␣`"),
        ("C1", "`C1`"),
        ("shell", "`shell`"),
        ("u1", "`u1`"),
    ],
)
def test_only_ids_are_mentioned(subject: str, shown: str) -> None:
    """
    A user id and a user group's id are mentions; anything else is a value.
    """
    assert shown == person(subject)


def test_moment_is_a_date_token() -> None:
    """
    A time is shown in the reader's zone, and where that can't be, in UTC.
    """
    seconds = int(EVENING.timestamp())

    assert f"<!date^{seconds}^{{date_short_pretty}} {{time}}|20 Nov 2026 20:14 UTC>" == moment(EVENING)
    assert f"<!date^{seconds}^{{date_short}} {{time_secs}}|20 Nov 2026 20:14:05 UTC>" == moment(EVENING, style="full")


def test_moment_of_another_zone_is_the_same_moment() -> None:
    """
    The zone a time came in makes no difference.
    """
    assert moment(EVENING) == moment(EVENING.astimezone(timezone(timedelta(hours=9))))


def test_moment_without_zone_is_refused() -> None:
    """
    A naive time is a mistake of ours and raises.
    """
    with pytest.raises(ValueError, match="without a zone"):
        moment(EVENING.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("parts", "shown"), [([], ""), (["a"], "a"), (["a", "b"], "a or b"), (["a", "b", "c"], "a, b or c")]
)
def test_listing_reads_like_a_sentence(parts: list[str], shown: str) -> None:
    """
    The last two are joined by a word, the others by commas.
    """
    assert shown == listing(iter(parts), "or")


@pytest.mark.parametrize(
    ("span", "shown"),
    [
        (timedelta(seconds=-1), "0 s"),
        (timedelta(milliseconds=900), "0 s"),
        (timedelta(seconds=45), "45 s"),
        (timedelta(seconds=60), "1 min"),
        (timedelta(seconds=90), "1 min 30 s"),
        (timedelta(hours=2, minutes=5, seconds=59), "2 h 5 min"),
        (timedelta(hours=24), "1 d"),
        (timedelta(days=10, minutes=5), "10 d"),
        (timedelta(days=10, hours=10), "10 d 10 h"),
    ],
)
def test_duration_has_two_units(span: timedelta, shown: str) -> None:
    """
    A span is shown by its largest unit and the one after it, where that counts anything.
    """
    assert shown == duration(span)


@pytest.mark.parametrize(
    ("offset", "shown"),
    [(timedelta(0), "just now"), (timedelta(minutes=-5), "5 min ago"), (timedelta(hours=3), "in 3 h")],
)
def test_ago_looks_both_ways(offset: timedelta, shown: str) -> None:
    """
    The past is so long ago, the future comes in so long.
    """
    assert shown == ago(EVENING + offset, EVENING)


def test_plural_counts() -> None:
    """
    One is singular; none and many are not.
    """
    assert ["0 streams", "1 stream", "2 streams"] == [plural(count, "stream") for count in range(3)]
    assert ["1 entry", "2 entries"] == [plural(count, "entry", "entries") for count in (1, 2)]


@pytest.mark.parametrize(
    ("word", "options", "meant"),
    [
        ("ue", ["na", "eu", "ap"], "eu"),
        ("lvie", ["sports", "live"], "live"),
        ("SPORTS-1", ["sports-2", "Sports-1"], "Sports-1"),
        ("recrod", ["record", "transfer"], "record"),
        ("zebra", ["live", "sports"], None),
        ("live", [], None),
        ("", ["live"], None),
    ],
)
def test_suggestion_is_the_closest(word: str, options: list[str], meant: str | None) -> None:
    """
    The closest option is suggested, without regard to case; nothing where none is close.
    """
    assert meant == suggestion(word, options)
