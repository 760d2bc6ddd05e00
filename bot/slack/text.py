"""Sentences to Slack's text: literal values as code, people and times as Slack's own elements, the rest to the letter.

In a `rich_text` block nothing is parsed: no mention, link or format comes of what a person or Agora wrote.
https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

# What `bot.wording` makes: `value`, <@U1>, <#C1>, <!subteam^S1>, <!date^1^format|fallback>.
PIECES: Final = re.compile(
    r"`(?P<code>[^`]+)`|<@(?P<user>[UW][A-Z0-9_]+)>|<!subteam\^(?P<usergroup>S[A-Z0-9_]+)>"
    r"|<#(?P<channel>[CG][A-Z0-9_]+)>"
    r"|(?P<link>https://docs\.agora\.io/[\w./-]+)"  # the one address that is ours to link
    r"|<!date\^(?P<at>\d+)\^(?P<format>[^|>]*)\|(?P<fallback>[^>]*)>"
)

Element = dict[str, Any]


def elements(sentence: str, *, bold: bool = False) -> list[Element]:
    """The elements of a `rich_text_section`."""
    return [_element(piece, bold) for piece in _pieces(sentence)]


def escaped(sentence: str) -> str:
    """
    The sentence for a message's `text` and for `mrkdwn`: our own markup stays, everything else is made inert.

    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    return "".join(_inert(piece) if isinstance(piece, str) else _markup(piece) for piece in _pieces(sentence))


def cut(sentences: list[str], limit: int) -> str:
    """Join *sentences*, escaped, leaving out the last ones rather than cutting within one."""
    kept, length = [], 0
    for sentence in sentences:
        line = escaped(sentence)
        if length + len(line) + 1 > limit - 1:
            kept.append("…")
            break
        kept.append(line)
        length += len(line) + 1
    return "\n".join(kept)


def _pieces(sentence: str) -> Iterator[str | re.Match[str]]:
    position = 0
    for found in PIECES.finditer(sentence):
        if found.start() > position:
            yield sentence[position : found.start()]
        yield found
        position = found.end()
    if position < len(sentence):
        yield sentence[position:]


def _element(piece: str | re.Match[str], bold: bool) -> Element:
    style: dict[str, Any] = {"style": {"bold": True}} if bold else {}
    if isinstance(piece, str):
        return {"type": "text", "text": piece} | style
    if piece["code"]:
        code = {"code": True} | ({"bold": True} if bold else {})
        return {"type": "text", "text": piece["code"], "style": code}
    for kind in ("user", "channel", "usergroup"):
        if piece[kind]:
            return {"type": kind, f"{kind}_id": piece[kind]}
    if piece["link"]:
        return {"type": "link", "url": piece["link"]} | style
    when = {"timestamp": int(piece["at"]), "format": piece["format"], "fallback": piece["fallback"]}
    return {"type": "date"} | when


def _markup(piece: re.Match[str]) -> str:
    return f"`{_inert(piece['code'])}`" if piece["code"] else piece[0]


def _inert(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
