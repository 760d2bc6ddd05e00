"""Sentences as Slack's text and elements: only what the bot itself means is a mention or a date."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.slack_blocks import check_blocks
from bot.slack.text import cut, elements, escaped
from bot.wording import channel, code, moment, person

HOSTILE = ["<!channel>", "<!here|x>", "<@U0OTTO>", "<#C0LIVE|x>", "<https://evil.example|safe>", "a & b", "*b* _i_ ~s~"]


@pytest.mark.parametrize("value", HOSTILE)
def test_value_is_inert_in_text(value: str) -> None:
    """
    In a message's text the three characters that Slack acts on are encoded, once.

    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    shown = escaped(f"{code(value)} is not a name.")

    assert not re.search("[<>]", shown)
    assert value == shown.split("`")[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


@pytest.mark.parametrize("value", HOSTILE)
def test_value_is_literal_in_elements(value: str) -> None:
    """
    In rich text a value is text in the style of code, whatever it looks like.
    """
    assert {"type": "text", "text": value, "style": {"code": True}} == elements(f"Not {code(value)}.")[1]


def test_people_times_and_channels_are_elements_of_their_own() -> None:
    """
    What the wording makes of ids and times arrives as mentions and a date.
    """
    at = datetime(2026, 11, 20, 20, 14, tzinfo=UTC)
    sentence = f"{person('U0OTTO')} and {person('S0OPS')} {moment(at)} {channel('C0LIVE')}"

    assert ["user", "text", "usergroup", "text", "date", "text", "channel"] == [
        element["type"] for element in elements(sentence)
    ]
    assert sentence == escaped(sentence)


@pytest.mark.parametrize(
    "sentence", ["<!channel>", "<!here>", "<@U0OTTO|x>", "<@u0otto>", "<!date^x^y|z>", "<#c0live>", "<#D0DIRECT>", "`"]
)
def test_what_only_looks_like_our_markup_is_text(sentence: str) -> None:
    """
    Anything but the exact shape that the wording makes is encoded, even outside of backticks.
    """
    assert not re.search("[<>]", escaped(sentence))
    assert [{"type": "text", "text": sentence}] == elements(sentence)


@given(st.text(min_size=1))
def test_any_value_makes_valid_elements(value: str) -> None:
    """
    Whatever is shown, Slack takes the elements, and none of them mentions or links.
    """
    made = elements(f"{code(value)} is not a name.")

    assert [] == check_blocks([{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": made}]}])
    assert {"text"} == {element["type"] for element in made}
    assert not re.search("[<>]", escaped(code(value)))


def test_whole_sentences_are_cut() -> None:
    """
    Text that is too long loses its last sentences whole, so that no encoding is cut in two.
    """
    kept = cut(["first & foremost", "&" * 20, "last"], 40)

    assert "first &amp; foremost\n…" == kept
    assert len(kept) <= 40
