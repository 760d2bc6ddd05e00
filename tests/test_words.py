"""Command text to words and back: blanks, quotes, Slack's encoding and markup."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadArguments
from bot.words import INVISIBLE, Word, join, split

BLANKS = " \t\n\r\v\f\x85\xa0\u1680\u2000\u2007\u2009\u2028\u2029\u202f\u205f\u3000"


def texts(text: str) -> list[str]:
    return [word.text for word in split(text)]


def encoded(text: str) -> str:
    """As Slack encodes what was typed: https://docs.slack.dev/messaging/formatting-message-text#escaping."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@pytest.mark.parametrize("blank", BLANKS)
def test_blanks_of_every_kind_separate(blank: str) -> None:
    """
    Whatever kind of blank a keyboard, a phone or a copied text puts in, it ends a word.
    """
    assert ["on", "live", "eu"] == texts(f"{blank}on{blank}live{blank}{blank}eu{blank}")


@pytest.mark.parametrize("quotes", ['""', "“”", "„“", "„”", "””", "''", "‘’", "‚‘", "’’"])
def test_quotes_hold_blanks_together(quotes: str) -> None:
    """
    Quotes may be straight or curly, as clients make them.
    """
    assert [Word("on"), Word("main stage", quoted=True), Word("x")] == split(f"on {quotes[0]}main stage{quotes[1]} x")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("it's", ["it's"]),
        ("'tis", ["'tis"]),
        ('a"b', ['a"b']),
        ('"a"b"', ['a"b']),
        ('""', [""]),
        ("'main \"big\" stage'", ['main "big" stage']),
        ('"it\'s on"', ["it's on"]),
        ("", []),
        ("   ", []),
    ],
)
def test_quotes_within_a_word_belong_to_it(typed: str, words: list[str]) -> None:
    """
    A quote opens at the beginning of a word and closes at its end; anywhere else it is a letter.
    """
    assert words == texts(typed)


@pytest.mark.parametrize("typed", ['on live eu "main stage', "on live eu “main stage", '"', f'"{"x" * 3000}'])
def test_open_quote_is_named(typed: str) -> None:
    """
    A double quote that is not closed is refused, and what stands behind it is shown in short.
    """
    with pytest.raises(BadArguments, match="quote") as refused:
        split(typed)

    assert len(refused.value.message) < 100


@pytest.mark.parametrize(
    ("sent", "word"),
    [
        ("<@U0OTTO>", Word("@U0OTTO", "person", "U0OTTO")),
        ("<@U0OTTO|otto>", Word("@otto", "person", "U0OTTO")),
        ("<@W0OTTO|otto>", Word("@otto", "person", "W0OTTO")),
        ("<!subteam^S0OPS|@ops>", Word("@ops", "group", "S0OPS")),
        ("<!subteam^S0OPS>", Word("S0OPS", "group", "S0OPS")),
        ("<#C0LIVE|live-ops>", Word("#live-ops", "channel", "C0LIVE")),
        ("<#C0LIVE>", Word("#C0LIVE", "channel", "C0LIVE")),
        ("<#C0LIVE|>", Word("#C0LIVE", "channel", "C0LIVE")),
        ("<!channel>", Word("@channel", "broadcast", "channel")),
        ("<!here|here>", Word("@here", "broadcast", "here")),
        ("<http://a.b|a.b>", Word("a.b", "link", "http://a.b")),
        ("<https://a.b/c?d=1&amp;e=2>", Word("https://a.b/c?d=1&e=2", "link", "https://a.b/c?d=1&e=2")),
        ("<mailto:a@b.example|a@b.example>", Word("a@b.example", "link", "mailto:a@b.example")),
        ("<mailto:a@b.example>", Word("a@b.example", "link", "mailto:a@b.example")),
    ],
)
def test_markup_of_slack_is_undone(sent: str, word: Word) -> None:
    """
    Mentions carry the id, links are the name that was typed.

    https://docs.slack.dev/interactivity/implementing-slash-commands
    """
    assert [word] == split(sent)


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ("&lt;b&gt;", "<b>"),
        ("&amp;lt;", "&lt;"),
        ("&amp;amp;", "&amp;"),
        ("a&amp;b", "a&b"),
        ("&quot;", "&quot;"),
        ("&lt;!channel&gt;", "<!channel>"),
        ("db1.<http://a.b|a.b>", "db1.a.b"),
    ],
)
def test_encoding_is_undone_once(sent: str, text: str) -> None:
    """
    Slack encodes three characters, once; what a person typed as an entity stays one, and makes no markup.
    """
    assert [Word(text)] == split(sent)


def test_markup_in_quotes_is_its_words() -> None:
    """
    What stands in quotes is meant to the letter: a mention there is its name.
    """
    assert [Word("@otto and a.b", quoted=True)] == split('"<@U0OTTO|otto> and <http://a.b|a.b>"')


@pytest.mark.parametrize("letter", ["\u200b", "\u2060", "\ufeff", "\u00ad", "\u061c", "\u200e", "\u200f"])
def test_letters_that_copying_leaves_behind_are_dropped(letter: str) -> None:
    """
    Zero-width blanks, soft hyphens and marks of direction are never typed on purpose, and end no word.
    """
    assert ["main-stage"] == texts(f"{letter}main{letter}-stage{letter}")


@pytest.mark.parametrize("name", ["@otto", "#show", "help", "HELP", "'tis", '"', "“", "a b", ""])
def test_what_would_be_read_as_something_else_is_printed_in_quotes(name: str) -> None:
    """
    A printed line can be typed again: mentions, channels and the word for help stand in quotes there.
    """
    (word,) = split(join([name]))

    assert Word(name, quoted=True) == word


@given(st.lists(st.text()))
def test_what_was_read_is_printed_and_read_again(names: list[str]) -> None:
    """
    Words that were read once come back the same when they are printed, encoded by Slack and read again.
    """
    typed = " ".join(f'"{INVISIBLE.sub("", name)}"' for name in names)
    try:
        words = texts(encoded(typed))
    except BadArguments:  # a quote within a name opened a word
        return

    assert words == texts(encoded(join(words)))


@given(st.text(alphabet=st.sampled_from("a<>@#!|^&;lgtmp\"'“’ \n\u200b"), max_size=40))
def test_no_text_is_too_odd(sent: str) -> None:
    """
    Any text is words, or a quote that is not closed; one more quote at its end closes it.
    """
    try:
        split(sent)
    except BadArguments:
        split(f'{sent.rstrip()}"')
