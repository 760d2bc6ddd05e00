"""Notices as messages: valid for Slack, whole in the fallback text, within every limit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.notice import Button, Notice
from bot.sandbox.slack_blocks import check_blocks
from bot.sandbox.slack_content import UPDATE_TEXT_LIMIT, read_content
from bot.slack.blocks import render
from bot.wording import code

WORDS = st.lists(st.text(min_size=1, max_size=30).map(code), max_size=4).map(tuple)


def with_each_part(said: tuple[str, ...]) -> list[Notice]:
    """A notice for each part that can say it."""
    head = "head"
    return [Notice(head, lines=said), Notice(head, rows=said), Notice(head, after=said), Notice(head, small=said)]


def test_everything_is_in_the_text() -> None:
    """
    The text, all that a screen reader reads, holds every part, in order.
    """
    message = render(Notice("head", ("line",), ("row",), ("after",), ("small", "print")))

    assert "head\nline\nrow\nafter\nsmall · print" == message.text


def test_headline_alone_is_enough() -> None:
    """
    A notice of one sentence is one block.
    """
    assert ["rich_text"] == [block["type"] for block in render(Notice("head")).blocks]


def test_buttons_carry_the_operation_and_nothing_else() -> None:
    """
    A button's value is the id of its operation.
    """
    message = render(Notice("head", buttons=(Button("operation_retry", "Try again", "op1", confirm="Sure?"),)))

    (button,) = message.blocks[1]["elements"]
    assert ("operation_retry", "op1") == (button["action_id"], button["value"])
    assert "Sure?" == button["confirm"]["text"]["text"]
    assert [] == check_blocks(message.blocks)


def test_buttons_of_one_action_stand_in_rows_of_their_own() -> None:
    """
    Slack takes an action once in a block; what a button leads to is in its value.
    """
    on, back = (Button("operation_page", label, "op1", page=page) for label, page in (("Next", 3), ("Previous", 1)))
    message = render(Notice("head", buttons=(on, back, Button("operation_stop", "Stop", "op1"))))

    rows = [[button["value"] for button in block["elements"]] for block in message.blocks[1:]]
    assert [["op1:3", "op1"], ["op1:1"]] == rows
    assert [] == check_blocks(message.blocks)


def test_small_print_is_not_parsed() -> None:
    """
    Slack is told not to look for names and addresses in the small print.

    https://docs.slack.dev/reference/block-kit/composition-objects/text-object
    """
    (text,) = render(Notice("head", small=("https://evil.example",))).blocks[-1]["elements"]

    assert text["verbatim"] is True


@pytest.mark.parametrize("notice", with_each_part(("",)))
def test_empty_sentence_is_left_out(notice: Notice) -> None:
    """
    A sentence that says nothing does not make a message that Slack refuses.
    """
    message = render(notice)

    assert [] == check_blocks(message.blocks)
    assert "head" == message.text


@pytest.mark.parametrize("notice", with_each_part(tuple(f"`{'&' * 150}` {number}" for number in range(1000))))
def test_endless_parts_are_cut(notice: Notice) -> None:
    """
    However much there is to say, the message stays one that Slack takes, and says that there was more.
    """
    message = render(notice)

    assert [] == check_blocks(message.blocks)
    assert len(message.text) <= UPDATE_TEXT_LIMIT
    assert len(str(message.blocks)) < 40_000


def test_long_labels_are_cut() -> None:
    """
    Labels of buttons and their questions are cut to what Slack shows.
    """
    button = Button("operation_retry", "x" * 200, "op1", confirm="y" * 2000)

    assert [] == check_blocks(render(Notice("head", buttons=(button,))).blocks)


@given(lines=WORDS, rows=WORDS, after=WORDS, small=WORDS)
def test_any_notice_is_valid(
    lines: tuple[str, ...], rows: tuple[str, ...], after: tuple[str, ...], small: tuple[str, ...]
) -> None:
    """
    Whatever the parts, Slack takes the message, and its text is not empty.
    """
    content = read_content(render(Notice("head", lines, rows, after, small)).fields())

    assert not content.lacks_fallback
