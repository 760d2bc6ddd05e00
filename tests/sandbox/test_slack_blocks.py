"""Blocks and views are refused where Slack refuses them."""

from typing import Any

import pytest

from bot.sandbox.slack_blocks import check_blocks, check_view
from tests.sandbox.slack_helpers import actions, button

Json = dict[str, Any]


def plain(length: int) -> Json:
    return {"type": "plain_text", "text": "x" * length}


def mrkdwn(length: int) -> Json:
    return {"type": "mrkdwn", "text": "x" * length}


def section(length: int) -> Json:
    return {"type": "section", "text": mrkdwn(length)}


def fields(count: int, length: int = 1) -> Json:
    return {"type": "section", "fields": [mrkdwn(length)] * count}


def confirm(title: int, text: int, yes: int, no: int) -> Json:
    question = {"title": plain(title), "text": plain(text), "confirm": plain(yes), "deny": plain(no)}
    return actions(button(confirm=question))


def select(options: int, text: int = 1, value: int = 1) -> Json:
    choices = [{"text": plain(text), "value": "v" * value}] * options
    return actions({"type": "static_select", "action_id": "choose", "options": choices})


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": list(elements)}


def paragraph(*elements: Json) -> Json:
    return rich({"type": "rich_text_section", "elements": list(elements)})


def named(count: int) -> Json:
    return actions(*(button(f"a{number}") for number in range(count)))


DIVIDER: Json = {"type": "divider"}

# https://docs.slack.dev/reference/block-kit/blocks and the pages it leads to
LIMITS = {
    "blocks": ([DIVIDER] * 50, [DIVIDER] * 51),
    "section text": ([section(3000)], [section(3001)]),
    "field text": ([fields(1, 2000)], [fields(1, 2001)]),
    "fields": ([fields(10)], [fields(11)]),
    "header": ([{"type": "header", "text": plain(150)}], [{"type": "header", "text": plain(151)}]),
    "context": (
        [{"type": "context", "elements": [mrkdwn(1)] * 10}],
        [{"type": "context", "elements": [mrkdwn(1)] * 11}],
    ),
    "actions": ([named(25)], [named(26)]),
    "button text": ([actions(button(text="x" * 75))], [actions(button(text="x" * 76))]),
    "button value": ([actions(button(value="x" * 2000))], [actions(button(value="x" * 2001))]),
    "button label": (
        [actions(button(accessibility_label="x" * 75))],
        [actions(button(accessibility_label="x" * 76))],
    ),
    "action_id": ([actions(button("x" * 255))], [actions(button("x" * 256))]),
    "block_id": ([{**DIVIDER, "block_id": "x" * 255}], [{**DIVIDER, "block_id": "x" * 256}]),
    "confirm title": ([confirm(100, 1, 1, 1)], [confirm(101, 1, 1, 1)]),
    "confirm text": ([confirm(1, 300, 1, 1)], [confirm(1, 301, 1, 1)]),
    "confirm yes": ([confirm(1, 1, 30, 1)], [confirm(1, 1, 31, 1)]),
    "confirm no": ([confirm(1, 1, 1, 30)], [confirm(1, 1, 1, 31)]),
    "options": ([select(100)], [select(101)]),
    "option text": ([select(1, text=75)], [select(1, text=76)]),
    "option value": ([select(1, value=150)], [select(1, value=151)]),
    "markdown in all": (
        [{"type": "markdown", "text": "x" * 6000}] * 2,
        [{"type": "markdown", "text": "x" * 6000}, {"type": "markdown", "text": "x" * 6001}],
    ),
}

WRONG: dict[str, Json] = {
    "unknown block": {"type": "fancy"},
    "no type": {"text": plain(1)},
    "unknown key": {**DIVIDER, "colour": "red"},
    "empty text": section(0),
    "empty section": {"type": "section"},
    "null": {"type": "section", "text": mrkdwn(1), "accessory": None},
    "mrkdwn header": {"type": "header", "text": mrkdwn(1)},
    "mrkdwn button": actions({"type": "button", "text": mrkdwn(1), "action_id": "a"}),
    "unknown style": actions(button(style="warning")),
    "value no text": actions(button(value=1)),
    "same action_id": actions(button("a"), button("a")),
    "no elements": actions(),
    "button in context": {"type": "context", "elements": [button()]},
    "unknown element": actions({"type": "slider", "action_id": "a"}),
    "rich word without text": paragraph({"type": "text", "text": ""}),
    "rich word with mrkdwn": paragraph({"type": "text", "text": "x", "verbatim": True}),
    "rich user by name": paragraph({"type": "user", "user_id": "@ada"}),
    "rich user with text": paragraph({"type": "user", "text": "U0ADMIN"}),
    "rich date without tokens": paragraph({"type": "date", "timestamp": 1, "format": "today"}),
    "rich date with unknown token": paragraph({"type": "date", "timestamp": 1, "format": "{hour}"}),
    "rich date of text": paragraph({"type": "date", "timestamp": "1", "format": "{time}"}),
    "rich broadcast to all": paragraph({"type": "broadcast", "range": "all"}),
    "rich link without address": paragraph({"type": "link", "text": "here"}),
    "words right in rich text": rich({"type": "text", "text": "x"}),
    "user in preformatted": rich({"type": "rich_text_preformatted", "elements": [{"type": "user", "user_id": "U1"}]}),
    "list of words": rich({"type": "rich_text_list", "style": "bullet", "elements": [{"type": "text", "text": "x"}]}),
}


@pytest.mark.parametrize("limit", LIMITS)
def test_blocks_at_a_limit_pass(limit: str) -> None:
    """
    What is exactly as long or many as Slack allows passes.
    """
    assert check_blocks(LIMITS[limit][0]) == []


@pytest.mark.parametrize("limit", LIMITS)
def test_blocks_over_a_limit_are_refused(limit: str) -> None:
    """
    One more than Slack allows is refused.
    """
    assert len(check_blocks(LIMITS[limit][1])) == 1


@pytest.mark.parametrize("case", WRONG)
def test_wrong_blocks_are_refused(case: str) -> None:
    """
    Unknown types, unknown keys, empty texts and wrong structures are refused.
    """
    assert check_blocks([WRONG[case]]) != []


def test_every_kind_of_rich_text_passes() -> None:
    """
    Rich text as Slack documents it passes.

    https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
    """
    words: list[Json] = [
        {"type": "text", "text": "Stopped by ", "style": {"bold": True}},
        {"type": "user", "user_id": "U0OPERATOR"},
        {"type": "channel", "channel_id": "C0LIVE"},
        {"type": "usergroup", "usergroup_id": "S0CREW"},
        {"type": "broadcast", "range": "here"},
        {"type": "emoji", "name": "red_circle"},
        {"type": "link", "url": "https://example.com", "text": "more"},
        {"type": "date", "timestamp": 1_800_000_000, "format": "{date_short} {time}", "fallback": "then"},
    ]
    parts: list[Json] = [
        {"type": "rich_text_section", "elements": words},
        {"type": "rich_text_list", "style": "ordered", "elements": [{"type": "rich_text_section", "elements": words}]},
        {"type": "rich_text_quote", "elements": words},
        {"type": "rich_text_preformatted", "elements": [words[0]], "border": 0},
    ]

    assert check_blocks([rich(*parts)]) == []


def test_a_problem_says_where_it_is() -> None:
    """
    A refusal points to the part that is wrong.
    """
    blocks = [DIVIDER, actions(button(), button("b", text="x" * 76))]

    (problem,) = check_blocks(blocks)
    assert problem.endswith(" [json-pointer:/blocks/1/elements/1/text]")


def test_same_block_id_is_refused() -> None:
    """
    A block id stands in a message once.
    """
    twice = [{**DIVIDER, "block_id": "a"}] * 2

    assert check_blocks(twice) == ["[ERROR] `block_id` 'a' already exists [json-pointer:/blocks]"]


def modal(**more: Any) -> Json:
    return {"type": "modal", "title": plain(24), "blocks": [DIVIDER], **more}


INPUT: Json = {"type": "input", "label": plain(1), "element": {"type": "plain_text_input", "action_id": "a"}}


@pytest.mark.parametrize(
    "view",
    [
        modal(blocks=[DIVIDER] * 100),
        modal(private_metadata="x" * 3000, callback_id="x" * 255),
        modal(blocks=[INPUT], submit=plain(24), close=plain(24)),
        {"type": "home", "blocks": [DIVIDER]},
    ],
)
def test_views_at_a_limit_pass(view: Json) -> None:
    """
    Views within Slack's limits pass.
    """
    assert check_view(view) == []


@pytest.mark.parametrize(
    "view",
    [
        modal(blocks=[DIVIDER] * 101),
        modal(private_metadata="x" * 3001),
        modal(callback_id="x" * 256),
        modal(title=plain(25)),
        modal(submit=plain(25)),
        modal(blocks=[INPUT]),
        modal(blocks=[{"type": "markdown", "text": "x"}]),
        modal(colour="red"),
        {"type": "modal", "blocks": [DIVIDER]},
        {"type": "home", "blocks": [DIVIDER], "title": plain(1)},
        "modal",
    ],
)
def test_wrong_views_are_refused(view: Json) -> None:
    """
    Views beyond Slack's limits, or without what they need, are refused.
    """
    assert check_view(view) != []
