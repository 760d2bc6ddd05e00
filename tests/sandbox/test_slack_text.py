"""Messages are shown in a terminal as a person sees them in Slack."""

from typing import Any

from bot.sandbox.slack_blocks import check_blocks
from bot.sandbox.slack_model import Message, Person
from bot.sandbox.slack_text import Button, buttons, plain, render
from tests.sandbox.slack_helpers import actions, button

Json = dict[str, Any]
OTTO = Person("U0OPERATOR", "otto", "T0STUDIO")


def message(*blocks: Json, text: str = "", **more: Any) -> Message:
    return Message("M1", "channel", "C0LIVE", "1.0", text, "chat.postMessage", blocks=list(blocks), **more)


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def shown(*blocks: Json) -> list[str]:
    assert check_blocks(list(blocks)) == []
    return render(message(*blocks), {OTTO.id: OTTO}).split("\n")


def test_rich_text_reads_as_written() -> None:
    """
    Rich text is literal; people have names, times are the words beside them.
    """
    word = {"type": "text", "text": "*Stopped* <!here> by "}
    when = {"type": "date", "timestamp": 1, "format": "{time}", "fallback": "14:05"}
    line: list[Json] = [word, {"type": "user", "user_id": "U0OPERATOR"}, {"type": "text", "text": " at "}, when]
    item = {"type": "rich_text_section", "elements": [{"type": "text", "text": "main"}]}
    parts = [
        {"type": "rich_text_section", "elements": line},
        {"type": "rich_text_list", "style": "bullet", "elements": [item]},
        {"type": "rich_text_list", "style": "ordered", "offset": 1, "elements": [item]},
        {"type": "rich_text_quote", "elements": item["elements"]},
        {"type": "rich_text_preformatted", "elements": item["elements"]},
    ]

    assert shown({"type": "rich_text", "elements": parts}) == [
        "*Stopped* <!here> by @otto at 14:05",
        "• main",
        "2. main",
        "> main",
        "    main",
    ]


def test_mrkdwn_tokens_become_words() -> None:
    """
    Mentions, links, dates and escapes of mrkdwn are shown as words.
    """
    text = (
        "<@U0OPERATOR> in <#C0LIVE|live-ops>, <!date^1^{time}|14:05>, <https://a.b|docs>, <!channel>, 1 &lt; 2 &amp;lt;"
    )

    assert (
        "\n".join(shown({"type": "section", "text": mrkdwn(text)}))
        == "@otto in #live-ops, 14:05, docs (https://a.b), @channel, 1 < 2 &lt;"
    )


def test_every_block_has_lines() -> None:
    """
    Headers, fields, context, dividers and buttons are shown; buttons are numbered.
    """
    blocks: list[Json] = [
        {"type": "header", "text": {"type": "plain_text", "text": "Recording & more"}},
        {"type": "section", "fields": [mrkdwn("Entry"), mrkdwn("live")], "accessory": button("more", "More")},
        {"type": "divider"},
        {"type": "context", "elements": [mrkdwn("op-1"), mrkdwn("200")]},
        actions(button(), button("operation_cancel", "Keep recording")),
    ]

    assert shown(*blocks) == [
        "Recording & more",
        "Entry",
        "live",
        "[1 More]",
        "─" * 40,
        "op-1  200",
        "[2 Stop recording] [3 Keep recording]",
    ]


def test_buttons_come_in_their_order() -> None:
    """
    Buttons are listed in the order of their numbers, with what Slack asks before they count.
    """
    question = {
        "title": {"type": "plain_text", "text": "Sure?"},
        "text": {"type": "plain_text", "text": "Footage is lost."},
        "confirm": {"type": "plain_text", "text": "Stop"},
        "deny": {"type": "plain_text", "text": "Keep"},
    }
    red = button(value="op-1", style="danger", confirm=question)
    attached = [{"color": "#f00", "blocks": [actions(button("operation_retry", "Try again"))]}]

    assert [
        Button("operation_confirm", "Stop recording", "op-1", "danger", "Sure? Footage is lost."),
        Button("operation_retry", "Try again", None, None, None),
    ] == buttons(message(actions(red), attachments=attached))


def test_text_stands_in_for_blocks() -> None:
    """
    Without blocks the text is shown; with an attachment, both.
    """
    attached = [{"color": "#f00", "blocks": [actions(button("operation_retry", "Try again"))]}]

    assert plain([], "Hello <@U0VIEWER>") == "Hello @U0VIEWER"
    assert render(message(text="Failed", attachments=attached), {}) == "Failed\n[1 Try again]"
