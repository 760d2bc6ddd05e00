"""Notices as Slack messages: blocks for the eye, the whole of it as text for notifications and screen readers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from bot.notice import Button, Notice
from bot.slack.text import cut, elements, escaped

# chat.update takes 4,000 characters of text: https://docs.slack.dev/reference/methods/chat.update
TEXT_LIMIT: Final = 3900
PART_LIMIT: Final = 8000  # characters of paragraphs or rows that a card can carry and still be read
SMALL_LIMIT: Final = (
    2900  # a text object takes 3,000: https://docs.slack.dev/reference/block-kit/composition-objects/text-object
)
LABEL_LIMIT: Final = 75  # https://docs.slack.dev/reference/block-kit/block-elements/button-element
CONFIRM_LIMIT: Final = 300  # https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object

Block = dict[str, Any]


@dataclass(frozen=True)
class Message:
    """What Slack's methods take."""

    text: str
    blocks: list[Block] = field(default_factory=list)

    def fields(self) -> dict[str, Any]:
        """As arguments of a method."""
        return {"text": self.text, "blocks": self.blocks}


def render(notice: Notice) -> Message:
    """Make a message of *notice*."""
    lines, rows, after = _fitting(notice.lines), _fitting(notice.rows), _fitting(notice.after)
    small = tuple(filter(None, notice.small))
    blocks = [_paragraphs([notice.headline], bold=True)]
    blocks += [_body(lines, rows, after)] if lines or rows or after else []
    blocks += _actions(notice.buttons)
    blocks += [_small(small)] if small else []
    return Message(_text([notice.headline, *lines, *rows, *after], small), blocks)


def _text(sentences: list[str], small: tuple[str, ...]) -> str:
    """All of it; where that is too much the small print stays, since it says who asked, and for what."""
    last = cut([" · ".join(small)], TEXT_LIMIT) if small else ""
    body = cut([sentence for sentence in sentences if sentence], TEXT_LIMIT - len(last) - 1)
    return f"{body}\n{last}" if last else body


def _paragraphs(lines: list[str], *, bold: bool = False) -> Block:
    return {"type": "rich_text", "elements": [_section(lines, bold=bold)]}


def _body(lines: list[str], rows: list[str], after: list[str]) -> Block:
    parts = [_section(lines)] if lines else []
    if rows:
        items = [{"type": "rich_text_section", "elements": elements(row)} for row in rows]
        parts.append({"type": "rich_text_list", "style": "bullet", "elements": items})
    parts += [_section(after)] if after else []
    return {"type": "rich_text", "elements": parts}


def _section(lines: list[str], *, bold: bool = False) -> Block:
    joined = [element for line in lines for element in [*elements(line, bold=bold), {"type": "text", "text": "\n"}]]
    return {"type": "rich_text_section", "elements": joined[:-1]}


def _actions(buttons: tuple[Button, ...]) -> list[Block]:
    """One row, and another for a button of the same action: within a block each has its own."""
    rows: list[dict[str, Button]] = []
    for button in buttons:
        row = next((row for row in rows if button.action not in row), None)
        if row is None:
            rows.append(row := {})
        row[button.action] = button
    return [{"type": "actions", "elements": [_button(button) for button in row.values()]} for row in rows]


def _button(button: Button) -> Block:
    block: Block = {
        "type": "button",
        "action_id": button.action,
        "text": {"type": "plain_text", "text": button.label[:LABEL_LIMIT], "emoji": False},
        "value": button.value,
    }
    if button.style:
        block["style"] = button.style
    if button.confirm:
        block["confirm"] = {
            "title": {"type": "plain_text", "text": f"{button.label}?"[:100]},
            "text": {"type": "plain_text", "text": button.confirm[:CONFIRM_LIMIT], "emoji": False},
            "confirm": {"type": "plain_text", "text": button.label[:30]},
            "deny": {"type": "plain_text", "text": "Leave it as it is"},
        }
    return block


def _small(parts: tuple[str, ...]) -> Block:
    text = " · ".join(cut([part], SMALL_LIMIT) for part in parts)
    kept = text if len(text) <= SMALL_LIMIT else escaped(parts[-1])
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": kept, "verbatim": True}]}


def _fitting(sentences: tuple[str, ...]) -> list[str]:
    """Those that say something, as far as there is room."""
    kept: list[str] = []
    said = [sentence for sentence in sentences if sentence]
    for number, sentence in enumerate(said):
        if sum(map(len, kept)) + len(sentence) > PART_LIMIT:
            return [*kept, f"and {len(said) - number} more"]
        kept.append(sentence)
    return kept
