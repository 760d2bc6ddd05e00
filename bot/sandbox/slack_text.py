"""Messages as plain text, for a terminal: what a person would see, and what they could press."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

from bot.sandbox.slack_model import Channel, Json, Message, Person
from bot.sandbox.slack_payloads import pressables

_TOKEN: Final = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
Names = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Button:
    """A button that can be pressed; *confirm* is the question that Slack asks before."""

    action_id: str
    text: str
    value: str | None
    style: str | None
    confirm: str | None


def buttons(message: Message) -> list[Button]:
    """The buttons of a message, in the order of their numbers in its text (from 1)."""
    return [_button(element) for _, element in pressables(message.all_blocks())]


def render(
    message: Message, people: Mapping[str, Person], *, channels: Mapping[str, Channel] | None = None, first: int = 1
) -> str:
    """What a person sees of *message*; people and channels are shown by name, buttons are numbered from *first*."""
    names = {person.id: person.name for person in people.values()}
    names |= {channel.id: channel.name for channel in (channels or {}).values()}
    body = plain(message.all_blocks(), message.text, names=names, first=first)
    extra = [_mrkdwn(str(part.get("text") or ""), names) for part in message.attachments if "blocks" not in part]
    if message.attachments and not message.blocks and message.text:
        extra.insert(0, _mrkdwn(message.text, names))
        body = body if message.all_blocks() else ""
    return "\n".join(line for line in [*extra[:1], body, *extra[1:]] if line)


def plain(message_blocks: Sequence[Json], text: str, *, names: Names | None = None, first: int = 1) -> str:
    """Blocks as lines of text, or *text* where there are none; *names* are of people and channels, by id."""
    known = names or {}
    if not message_blocks:
        return _mrkdwn(text, known)
    numbers = count(first)
    return "\n".join(_Renderer(known, numbers).block(block) for block in message_blocks)


class _Renderer:
    """Renders blocks one after the other; buttons are numbered through."""

    def __init__(self, names: Names, numbers: Iterator[int]) -> None:
        self._names = names
        self._numbers = numbers

    def block(self, block: Json) -> str:
        """The lines of one block."""
        kinds: dict[str, Callable[[Json], str]] = {
            "divider": lambda _: "─" * 40,
            "header": lambda b: self._text(b["text"]),
            "section": self._section,
            "context": lambda b: "  ".join(self._element(e) for e in b["elements"]),
            "actions": lambda b: " ".join(self._element(e) for e in b["elements"]),
            "image": lambda b: f"[image: {b['alt_text']}]",
            "input": lambda b: f"{self._text(b['label'])}: [{b['element']['type']}]",
            "markdown": lambda b: str(b["text"]),
            "rich_text": lambda b: "\n".join(self._rich(e) for e in b["elements"]),
        }
        kind = str(block["type"])
        return kinds[kind](block) if kind in kinds else f"[{kind}]"

    def _section(self, block: Json) -> str:
        lines = [self._text(block["text"])] if "text" in block else []
        lines += [self._text(entry) for entry in block.get("fields", [])]
        if "accessory" in block:
            lines.append(self._element(block["accessory"]))
        return "\n".join(lines)

    def _element(self, element: Json) -> str:
        kind = element["type"]
        if kind == "button":
            return f"[{next(self._numbers)} {_button(element).text}]"
        if kind == "image":
            return f"[image: {element['alt_text']}]"
        return self._text(element) if kind in {"plain_text", "mrkdwn"} else f"[{kind}]"

    def _text(self, text: Json) -> str:
        return _mrkdwn(text["text"], self._names) if text["type"] == "mrkdwn" else str(text["text"])

    def _rich(self, part: Json) -> str:
        if part["type"] == "rich_text_list":
            return "\n".join(self._items(part))
        line = "".join(self._inline(element) for element in part["elements"])
        if part["type"] == "rich_text_quote":
            return "\n".join(f"> {one}" for one in line.split("\n"))
        return "\n".join(f"    {one}" for one in line.split("\n")) if part["type"] == "rich_text_preformatted" else line

    def _items(self, part: Json) -> Iterator[str]:
        for number, item in enumerate(part["elements"], 1 + part.get("offset", 0)):
            mark = f"{number}." if part["style"] == "ordered" else "•"
            yield f"{'  ' * part.get('indent', 0)}{mark} {self._rich(item)}"

    def _inline(self, element: Json) -> str:
        kinds: dict[str, Callable[[Json], str]] = {
            "text": lambda e: str(e["text"]),
            "link": lambda e: f"{e['text']} ({e['url']})" if e.get("text") else str(e["url"]),
            "user": lambda e: f"@{self._names.get(e['user_id'], e['user_id'])}",
            "channel": lambda e: f"#{self._names.get(e['channel_id'], e['channel_id'])}",
            "usergroup": lambda e: f"@{e['usergroup_id']}",
            "broadcast": lambda e: f"@{e['range']}",
            "emoji": lambda e: f":{e['name']}:",
            "date": lambda e: str(e.get("fallback") or e["timestamp"]),
            "color": lambda e: str(e["value"]),
        }
        return kinds[element["type"]](element)


def _button(element: Json) -> Button:
    confirm = element.get("confirm")
    question = f"{confirm['title']['text']} {confirm['text']['text']}" if confirm else None
    return Button(element["action_id"], element["text"]["text"], element.get("value"), element.get("style"), question)


def _mrkdwn(text: str, names: Names) -> str:
    """https://docs.slack.dev/messaging/formatting-message-text."""
    shown = _TOKEN.sub(lambda found: _token(found.group(1), found.group(2), names), text)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _token(target: str, label: str | None, names: Names) -> str:
    if target.startswith("@"):
        return f"@{names.get(target[1:], label or target[1:])}"
    if target.startswith("#"):
        return f"#{label or target[1:]}"
    if target.startswith("!subteam^"):
        return label or f"@{target.removeprefix('!subteam^')}"
    if target.startswith("!"):
        return label or f"@{target[1:]}"
    return f"{label} ({target})" if label else target
