"""Kinds of arguments: what each takes, what it says of anything else."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import kinds
from bot.access.roles import Role
from bot.kinds import Kind, NotThis
from bot.words import Word, split


def kind(declared: Any) -> Kind:
    return next(mark for mark in declared.__metadata__ if isinstance(mark, Kind))


ENTRY, STREAM, REGION, SWITCH = map(kind, (kinds.Entry, kinds.Streams, kinds.Region, kinds.OnOff))
ADDRESS, ROLE, SUBJECT = map(kind, (kinds.Address, kinds.RoleName, kinds.Subject))
ENTRIES, REGIONS, SPAN, TIME = map(kind, (kinds.EntryPattern, kinds.RegionPattern, kinds.Span, kinds.Instant))
BAN_END = kind(kinds.BanEnd)
ALL = (BAN_END, ENTRY, STREAM, REGION, SWITCH, ADDRESS, ROLE, SUBJECT, ENTRIES, REGIONS, SPAN, TIME)
MENTIONS = ["<@U0OTTO|otto>", "<!subteam^S0OPS|@ops>", "<#C0LIVE|live-ops>", "<!channel>"]


def read(one: Kind, sent: str) -> Any:
    (word,) = split(sent)
    return one.read(word)


def refusal(one: Kind, word: Word) -> NotThis:
    with pytest.raises(NotThis) as refused:
        one.read(word)
    return refused.value


def test_all_kinds_are_here() -> None:
    """
    Every kind that is declared is in these tests.
    """
    declared = [value for value in vars(kinds).values() if any(isinstance(mark, Kind) for mark in get_args(value))]

    assert set(ALL) == {kind(one) for one in declared}


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.shown)
def test_sample_is_read_and_printed(one: Kind) -> None:
    """
    Each kind's sample is one of it, and comes back from being printed.
    """
    value = one.read(Word(one.sample))

    assert value == one.read(Word(one.print(value)))


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.shown)
@given(sent=st.text(max_size=60))
def test_nothing_but_a_refusal_comes_of_odd_words(one: Kind, sent: str) -> None:
    """
    Any word is a value that survives being printed, or is refused.
    """
    try:
        value = one.read(Word(sent))
    except NotThis:
        return

    assert value == one.read(Word(one.print(value)))


@pytest.mark.parametrize("one", [ENTRY, STREAM])
@pytest.mark.parametrize(
    "name", ["live", "a/b", "100%", "%2F", "舞台", "مسرح", "🎬", "👩‍🚀", "...", "a b", "-", "<!channel>"]
)
def test_names_may_be_odd(one: Kind, name: str) -> None:
    """
    Names are taken to the letter, in any script.
    """
    assert name == one.read(Word(name))


@pytest.mark.parametrize("one", [ENTRY, STREAM])
@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "\xa0",
        ".",
        "..",
        "a\nb",
        "a\x00b",
        "a\x7fb",
        "a\x85b",
        "a\ud800b",
        "a\u202eb",
        "a\u2066b",
        "a\u2028b",
        "a\u2061b",
        "a\ufffbb",
        "a\U000e0041b",
        "n" * 129,
    ],
)
def test_names_that_a_path_swallows_or_nobody_sees_are_refused(one: Kind, name: str) -> None:
    """
    Empty names, dots that a path would swallow, control characters, turned-around text and endless names are refused.
    """
    assert one.shown in str(refusal(one, Word(name)))


@pytest.mark.parametrize("one", [ENTRY, STREAM, ENTRIES, REGIONS])
@pytest.mark.parametrize("sent", MENTIONS)
def test_mention_is_no_name(one: Kind, sent: str) -> None:
    """
    A mention where a name belongs is refused: what it stands for can't be what was meant.
    """
    (word,) = split(sent)

    assert "mention" in str(refusal(one, word))


@pytest.mark.parametrize("sent", ["<http://a.b|a.b>", "a.b"])
def test_name_that_slack_made_a_link_is_the_name(sent: str) -> None:
    """
    Slack makes links of what looks like a host; the name is what was typed.
    """
    assert "a.b" == read(STREAM, sent)


@pytest.mark.parametrize(("typed", "region"), [("eu", "eu"), ("EU", "eu"), ("Cn", "cn"), ("na", "na"), ("AP", "ap")])
def test_region_is_read_in_any_case(typed: str, region: str) -> None:
    """
    Regions are Agora's codes, without regard to case.
    """
    assert region == REGION.read(Word(typed))


@pytest.mark.parametrize(("typed", "meant"), [("ue", "eu"), ("euu", "eu"), ("an", "na"), ("cnn", "cn"), ("xyz", None)])
def test_other_region_is_explained(typed: str, meant: str | None) -> None:
    """
    What is no region gets the regions there are, in words, and the one that was probably meant.
    """
    refused = refusal(REGION, Word(typed))

    assert all(part in str(refused) for part in (f"`{typed}`", "`eu` (Europe)", "`na`", "`cn`", "`ap`"))
    assert meant == refused.instead


@pytest.mark.parametrize(("typed", "meant"), [("onn", "on"), ("of", "off"), ("yes", None)])
def test_other_switch_is_explained(typed: str, meant: str | None) -> None:
    """
    A switch is on or off, nothing else.
    """
    assert meant == refusal(SWITCH, Word(typed)).instead
    assert ["on", "off"] == [SWITCH.read(Word(word)) for word in ("ON", "Off")]


@pytest.mark.parametrize("typed", ["operator", "OPERATOR", "Operator"])
def test_role_is_read_in_any_case(typed: str) -> None:
    """
    Roles are read without regard to case.
    """
    assert Role.OPERATOR is ROLE.read(Word(typed))


def test_other_role_is_explained() -> None:
    """
    What is no role gets the roles there are.
    """
    refused = refusal(ROLE, Word("operatr"))

    assert all(f"`{role}`" in str(refused) for role in Role)
    assert "operator" == refused.instead


@pytest.mark.parametrize(
    ("sent", "subject"),
    [
        ("<@U0OTTO|otto>", "U0OTTO"),
        ("<@W0OTTO>", "W0OTTO"),
        ("<!subteam^S0OPS|@ops>", "S0OPS"),
        ("U0OTTO", "U0OTTO"),
        ("<@UADMIN>", "UADMIN"),
    ],
)
def test_subject_is_an_id(sent: str, subject: str) -> None:
    """
    Roles go to ids, never to names that anyone could take.
    """
    assert subject == read(SUBJECT, sent)


@pytest.mark.parametrize(
    "sent",
    [
        "otto",
        "&lt;@U0OTTO&gt;",
        "u0otto",
        "<#C0LIVE|live-ops>",
        "<!channel>",
        "U",
        "U0OTTO.",
        "*",
        "WILLIAM",
        "STEPHEN",
    ],
)
def test_what_is_no_id_is_no_subject(sent: str) -> None:
    """
    A name, a channel, everybody: none of them can be given a role.
    """
    (word,) = split(sent)

    refusal(SUBJECT, word)


@pytest.mark.parametrize("typed", ["sports-*", "*", "live", "a**b"])
def test_patterns_are_read(typed: str) -> None:
    """
    Patterns hold stars; several in a row are one.
    """
    assert typed.replace("**", "*") == ENTRIES.read(Word(typed))


@pytest.mark.parametrize("typed", ["", " ", "a\nb", "x" * 129])
def test_other_patterns_are_refused(typed: str) -> None:
    """
    A pattern is short, and can be seen.
    """
    refusal(ENTRIES, Word(typed))


def test_pattern_that_matches_no_region_is_refused() -> None:
    """
    A pattern of regions that matches none would be a grant of nothing.
    """
    assert "no region" in str(refusal(REGIONS, Word("x*")))
    assert "eu" == refusal(REGIONS, Word("ue")).instead
    assert "e*" == REGIONS.read(Word("E*"))


@pytest.mark.parametrize(
    ("sent", "address"),
    [
        ("<https://hooks.example.com/t?a=1&amp;b=2>", "https://hooks.example.com/t?a=1&b=2"),
        ("<http://hooks.example.com|hooks.example.com>", "http://hooks.example.com"),
        ("https://hooks.example.com:8443/t", "https://hooks.example.com:8443/t"),
    ],
)
def test_address_is_where_the_link_goes(sent: str, address: str) -> None:
    """
    Of a link the address counts, not its label.
    """
    assert address == read(ADDRESS, sent)


@pytest.mark.parametrize(
    "typed",
    [
        "hooks.example.com",
        "ftp://hooks.example.com",
        "https://",
        "https://[::1",
        "https://hooks.example.com:99999",
        "https://hooks.example.com:x",
        "https://hooks example.com",
        "https://ada:secret@hooks.example.com",
        "javascript:alert(1)",
        "",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    """
    What Agora can't call is refused before anything is sent, and a password in an address as well.
    """
    refusal(ADDRESS, Word(typed))


def test_password_in_an_address_is_not_repeated() -> None:
    """
    The refusal of an address with a password does not repeat it.
    """
    assert "example-password" not in str(refusal(ADDRESS, Word("https://ada:example-password@hooks.example.com")))


def test_address_is_shown_without_its_query() -> None:
    """
    Others read an address without what may be a secret in it.
    """
    assert ADDRESS.display is not None
    shown = ADDRESS.display("https://a.example:8443/t?key=example-key#example-key")
    assert shown.startswith("https://a.example:8443/")
    assert shown.endswith("…")
    assert "example-key" not in shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://bot.example/agora/transfer/example-token", "https://bot.example/agora/transfer/…"),
        ("https://bot.example/a/agora/transfer/example-token?x=1#y", "https://bot.example/a/agora/transfer/…"),
        ("https://bot.example/agora/transfer/example-token/", "https://bot.example/agora/transfer/…"),
        ("https://a.example/some/path", "https://a.example/some/path"),
        ("https://a.example/some/path?key=example-key", "https://a.example/some/path?…"),
        ("https://a.example/agora/transfer/", "https://a.example/agora/transfer/"),
    ],
)
def test_token_of_our_own_callback_is_not_shown(address: str, shown: str) -> None:
    """
    The last part of our own callback's address is a secret; other addresses keep their path, and lose their query.
    """
    assert ADDRESS.display is not None
    assert shown == ADDRESS.display(address)


@pytest.mark.parametrize(
    ("typed", "span"),
    [
        ("30m", timedelta(minutes=30)),
        ("2H", timedelta(hours=2)),
        ("3d", timedelta(days=3)),
        ("90m", timedelta(minutes=90)),
    ],
)
def test_spans_are_read_and_printed(typed: str, span: timedelta) -> None:
    """
    Lengths of time are minutes, hours or days.
    """
    assert span == SPAN.read(Word(typed))
    assert typed.lower() == SPAN.print(span)


@pytest.mark.parametrize("typed", ["0m", "3x", "3", "d", "-3d", "1.5h", "100000d", "³d", ""])
def test_other_spans_are_refused(typed: str) -> None:
    """
    A length of time is a whole number of them, more than none.
    """
    refusal(SPAN, Word(typed))


@pytest.mark.parametrize(
    ("typed", "time"),
    [
        ("2030-01-01", datetime(2030, 1, 1, 23, 59, 59, tzinfo=UTC)),
        ("2030-01-01T10:00Z", datetime(2030, 1, 1, 10, 0, tzinfo=UTC)),
        ("2030-01-01T10:00+02:00", datetime(2030, 1, 1, 8, 0, tzinfo=UTC)),
    ],
)
def test_times_are_read(typed: str, time: datetime) -> None:
    """
    A date lasts to its end in UTC; a time says its zone.
    """
    assert time == TIME.read(Word(typed))


@pytest.mark.parametrize("day", range(7))
def test_weekday_is_the_next_one(day: int) -> None:
    """
    A weekday is the next one of its name, today included, to its end.
    """
    found = TIME.read(Word(kinds.WEEKDAYS[day].upper()))

    assert (day, 23) == (found.weekday(), found.hour)
    assert timedelta(seconds=-1) <= found - datetime.now(UTC) < timedelta(days=7)


@pytest.mark.parametrize(
    "typed", ["tomorrow", "2030-13-01", "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00", "", "25:00"]
)
def test_other_times_are_refused(typed: str) -> None:
    """
    What is no time, or lies outside of the calendar, is refused in words.
    """
    refusal(TIME, Word(typed))


def test_time_without_a_zone_is_asked_for_one() -> None:
    """
    Whose eight o'clock is not guessed.
    """
    assert "2030-01-01T20:45Z" == refusal(TIME, Word("2030-01-01T20:45")).instead
