"""Text to arguments and back, over every command there is."""

from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app import catalog
from bot.arguments import Args, Missing, Parameter, hint, parameters, part, read, usage, write
from bot.command import AnyCommand
from bot.errors import BadArguments
from bot.kinds import Address, Entry, Keyword, OnOff, Region, RoleName, Streams, Subject
from bot.words import Word, join, split

COMMANDS = {command.name: command for command in catalog()}
NAMES = [
    "live",
    "main stage",
    "舞台",
    "🎬",
    "100%",
    "a/b",
    "it's",
    "<!channel>",
    "&amp;",
    "on",
    "help",
    "@otto",
    "#1",
    '"',
]
# What else than its sample a kind of argument may be; a kind that is not here has its sample alone.
WORDS = {
    "<entry>": NAMES,
    "<stream>": NAMES,
    "<region>": ["cn", "ap", "eu", "na"],
    "on|off": ["on", "off"],
    "<role>": ["viewer", "operator", "manager", "admin"],
    "<entry-pattern>": ["*", "sports-*", "on", "in", "a b"],
    "<region-pattern>": ["*", "eu", "*n"],
    "<duration>": ["30m", "2h", "3d", "90m"],
    "<callback-url>": ["https://hooks.example.com/t?a=1&b=2", "http://a.b"],
    "<duration>|<time>": ["2h", "7d", "2030-01-01T20:00Z", "2030-01-01T21:30+01:00"],
    "<reason>": ["show", "on air", "it's live", "a"],
    "<count>": ["1", "20", "1000"],
}


class Everything(Args):
    """Most kinds of arguments at once."""

    entry: Entry
    region: Region
    switch: OnOff
    who: Annotated[Subject | None, Keyword("to")] = None
    role: Annotated[RoleName | None, Keyword("as")] = None
    url: Annotated[Address | None, Keyword("via")] = None


class Several(Args):
    """One that may be repeated."""

    entry: Entry
    streams: Streams


class Addressed(Args):
    """One that may be repeated, and one behind a keyword."""

    streams: Streams
    who: Annotated[Subject | None, Keyword("to")] = None


def encoded(text: str) -> str:
    """As Slack encodes what was typed."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def said(args: type[Args], typed: str) -> BadArguments:
    with pytest.raises(BadArguments) as refused:
        read(args, split(typed), start="/test it")
    return refused.value


@st.composite
def lines(draw: st.DrawFn, command: AnyCommand) -> list[str]:
    """The words of one line of a command: some of what may be left out is."""
    every = parameters(command.args)
    given = [one for one in every if one.required or draw(st.booleans())]
    ends = [one for one in given if one.keyword in {"for", "until"}]  # a role ends once
    return [word for one in given if one not in ends[1:] for word in draw(words(one))]


@st.composite
def words(draw: st.DrawFn, one: Parameter) -> list[str]:
    choices = st.sampled_from([one.kind.sample, *WORDS.get(one.kind.shown, [])])
    values = draw(st.lists(choices, min_size=1, max_size=3) if one.many else st.tuples(choices))
    return [*([one.keyword] if one.keyword else []), *values]


@pytest.mark.parametrize("name", COMMANDS)
@given(data=st.data())
def test_what_is_read_is_printed_and_read_again(name: str, data: st.DataObject) -> None:
    """
    The arguments of each command come back the same when they are printed, encoded by Slack and read again.
    """
    command = COMMANDS[name]
    typed = join(data.draw(lines(command)))
    args = read(command.args, split(encoded(typed)), start=f"/{name}")

    assert args == read(command.args, split(encoded(write(args))), start=f"/{name}")
    assert args == command.args.model_validate(args.model_dump(mode="json"))


@pytest.mark.parametrize("name", COMMANDS)
@given(
    sent=st.text(max_size=80) | st.lists(st.sampled_from([*NAMES, "eu", "to", "in", "until", "<!here>"])).map(" ".join)
)
def test_no_text_raises_anything_else(name: str, sent: str) -> None:
    """
    Whatever is typed behind a command, it is read or refused with a sentence and with what to type.
    """
    try:
        read(COMMANDS[name].args, split(sent), start=f"/{name}")
    except BadArguments as refused:
        assert refused.message  # noqa: PT017 - that it is refused is no rule, how it is refused is one
        assert refused.hint is None or refused.hint.startswith(("Type: `", "Usage: `"))  # noqa: PT017


@given(
    group=st.sampled_from(["/record", "/transfer", "/stream", "/agora"]),
    sent=st.text(min_size=1, max_size=40)
    | st.lists(st.sampled_from([*NAMES, *(name.split()[1] for name in COMMANDS), "?"]), min_size=1).map(" ".join),
)
def test_no_verb_raises_anything_else(group: str, sent: str) -> None:
    """
    Whatever stands first behind a slash command, it is a command or is refused with a sentence.
    """
    typed = [word for word in sent.split() if word]
    if not typed:
        return
    try:
        catalog().find(group, [Word(word) for word in typed])
    except BadArguments as refused:
        assert refused.message  # noqa: PT017 - as above


@pytest.mark.parametrize("name", COMMANDS)
def test_thousands_of_words_are_refused(name: str) -> None:
    """
    As many words as Slack lets through are read or refused like any others.
    """
    try:
        read(COMMANDS[name].args, split("on x in y eu live " * 160), start=f"/{name}")
    except BadArguments as refused:
        assert (refused.hint or "").startswith("Usage: `")  # noqa: PT017 - as above


def test_usage_shows_what_may_be_left_out() -> None:
    """
    The usage line names the arguments in order; brackets stand for "may be left out", dots for "may be repeated".
    """
    assert "<entry> <region> on|off [to <@user|@usergroup>] [as <role>] [via <callback-url>]" == usage(Everything)
    assert "<entry> <stream>..." == usage(Several)


def test_keywords_come_in_any_order_and_case() -> None:
    """
    What stands behind a word of its own may come in any order.
    """
    args = read(Everything, split("live eu on AS viewer To U0OTTO"), start="/test it")

    assert ("U0OTTO", "viewer") == (args.who, str(args.role))


def test_keyword_in_quotes_is_a_value() -> None:
    """
    A word in quotes is never the keyword that it looks like.
    """
    args = read(Addressed, split('live "to" stage to U0OTTO'), start="/test it")

    assert (("live", "to", "stage"), "U0OTTO") == (args.streams, args.who)


@pytest.mark.parametrize(
    ("typed", "named", "line"),
    [
        ("live ue on", "`ue`", "/test it live eu on"),
        ("eu live on", "`live`", "/test it live eu on"),
        ("live on eu", "`on`", "/test it live eu on"),
        ("eu euro on", "`euro`", "/test it euro eu on"),
        ("live eu onn", "`onn`", "/test it live eu on"),
        ("live euu onn", "`euu`", "/test it live eu on"),
        ("live eu on more", "`more`", "/test it live eu on"),
        ("live eu on more to U0OTTO", "`more`", "/test it live eu on to U0OTTO"),
        ("live eu on to <@U0OTTO|otto> as viewr", "`viewr`", "/test it live eu on to U0OTTO as viewer"),
        ("live eu on to U0OTTO to U0VERA", "`to`", None),
        ('"a b" ue on', "`ue`", '/test it "a b" eu on'),
        ("<http://a.b|a.b> ue on", "`ue`", "/test it a.b eu on"),
        ("&lt;b&gt; ue on", "`ue`", "/test it <b> eu on"),
    ],
)
def test_corrected_line_works(typed: str, named: str, line: str | None) -> None:
    """
    A refusal names the word that is wrong, and the line that it gives instead can be typed.
    """
    refused = said(Everything, typed)

    assert named in refused.message
    if line is not None:
        assert f"Type: `{line}`" == refused.hint
        read(Everything, split(encoded(line.removeprefix("/test it "))), start="/test it")


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("", "`<entry>`, `<region>` and `on|off` are missing"),
        ("live", "`<region>` and `on|off` are missing"),
        ("live eu", "`on|off` is missing"),
        ("live eu on to", "`to` needs `<@user|@usergroup>`"),
        ("live xyz on", "`xyz` is not a region"),
        ("<@U0OTTO|otto> eu on", "`@otto` is a mention"),
        ("live eu on to otto", "`otto` is not a person"),
        ("li`ve ue on", "`ue` is not a region"),
        ("❤\ufe0f ue on", "`ue` is not a region"),
        (f"{'n' * 128} ue {'x' * 200}", "`ue` is not a region"),
    ],
)
def test_usage_is_shown_where_no_line_can_be(typed: str, named: str) -> None:
    """
    Where the right line is not known, or could not be shown to the letter, the refusal shows how the command is typed.
    """
    refused = said(Everything, typed)

    assert named in refused.message
    assert f"Usage: `/test it {usage(Everything)}`" == refused.hint


def test_mention_is_never_turned_into_a_name() -> None:
    """
    The corrected line does not make a name of the id behind a mention: nobody asked to record `C0LIVE`.
    """
    for sent in ("<#C0LIVE|live-ops>", "<@U0OTTO|otto>", "<!channel>"):
        assert hint(Several, [Word("live"), *split(sent)], start="/test it").startswith("Usage: ")


def test_repeated_argument_takes_the_rest() -> None:
    """
    An argument that may be repeated takes all that is left.
    """
    args: Any = read(Several, split('live one "two three" one'), start="/test it")

    assert ("one", "two three", "one") == args.streams


@pytest.mark.parametrize(("count", "fits"), [(1000, True), (1001, False)])
def test_thousand_are_the_most(count: int, fits: bool) -> None:
    """
    An argument that may be repeated takes 1,000 different values, however often each of them is there.
    """
    words = split(" ".join(f"s{number}" for number in range(count)))
    if fits:
        assert count == len(set(read(Addressed, [*words, *words], start="/x on").streams))
        return

    with pytest.raises(BadArguments, match="1,001 streams are named; 1,000 are the most at once") as refused:
        read(Addressed, words, start="/x on")

    assert "Usage: `/x on <stream>... [to <@user|@usergroup>]`" == refused.value.hint


def test_what_is_missing_is_told_with_what_was_found() -> None:
    """
    Whoever can ask for what is missing learns what it is, and keeps the rest.
    """
    with pytest.raises(Missing, match="`<stream>` is missing") as lacking:
        read(Addressed, split("to U0OTTO"), start="/x on")

    assert (("streams",), {"who": "U0OTTO"}) == (lacking.value.fields, lacking.value.found)
    assert "to U0OTTO" == write(part(Addressed, lacking.value.found, start="/x on"))


@pytest.mark.parametrize(
    ("streams", "shown"),
    [
        (("a", "b"), "a b to U0OTTO"),
        (("a b", "@c"), '"a b" "@c" to U0OTTO'),
        (tuple("abcdefghij" * 20), "a b … (10 streams) to U0OTTO"),
        (("n" * 128, "m" * 128), f"{'n' * 128} … (2 streams) to U0OTTO"),
    ],
)
def test_many_are_shown_as_far_as_there_is_room(streams: tuple[str, ...], shown: str) -> None:
    """
    For others to read a long list is cut, and counted; what is carried out is never cut.
    """
    args = Addressed(streams=streams, who="U0OTTO")

    assert shown == write(args, display=True, room=30)
    assert args == read(Addressed, split(write(args)), start="/x on")
