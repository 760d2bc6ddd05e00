"""Slack's command text, cut into words.

Slack hands over what a person typed with three characters encoded and with names turned into markup:
https://docs.slack.dev/interactivity/implementing-slash-commands
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from bot.errors import BadArguments
from bot.wording import code

DOUBLE: Final = '"“”„‟'
SINGLE: Final = "'‘’‚‛"
# Left behind by copy and paste, never typed on purpose.
INVISIBLE: Final = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u2060\ufeff]")
MARKUP: Final = re.compile(r"<([^<>|\s][^<>|]*)(?:\|([^<>]*))?>")
LINE_LIMIT: Final = 300  # a longer line is not copied from a phone
ENTITIES: Final = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}

Kind = Literal["text", "link", "person", "group", "channel", "broadcast"]


@dataclass(frozen=True)
class Word:
    """
    One word of a command line.

    Attributes:
        text: What the person meant to type: markup and encoding undone.
        kind: What Slack took it for.
        target: The address of a link, the id of a person, group or channel.
        quoted: It stood in quotes.
    """

    text: str
    kind: Kind = "text"
    target: str = ""
    quoted: bool = False

    @property
    def retyped(self) -> str:
        """What to type for the same word again: an id for who is mentioned, else what was typed."""
        if self.kind == "link":  # Slack links `a.b` by itself, and shows it as it was typed
            return self.text if self.target.endswith(f"/{self.text}") else self.target
        return self.target if self.kind in {"person", "group"} else self.text


class OpenQuote(BadArguments):
    """A double quote is opened and not closed; *closed* is how it reads with a quote at its end."""

    def __init__(self, message: str, *, closed: list[Word]) -> None:
        super().__init__(message)
        self.closed = closed


def split(text: str) -> list[Word]:
    """
    Cut *text*, as Slack sent it, at blanks of every kind; quotes, straight or curly, hold blanks together.

    Raises:
        OpenQuote: A double quote is opened and not closed.
    """
    try:
        return [_word(raw, quoted=quoted) for raw, quoted in _cut(INVISIBLE.sub("", text))]
    except BadArguments as error:
        raise OpenQuote(error.message, closed=split(f'{text.rstrip()}"')) from None


def retype(line: str) -> str | None:
    """The hint to type *line*; None for one that is too long, or can't be shown letter by letter."""
    shown = code(line, limit=LINE_LIMIT)
    return f"Type: {shown}" if shown == f"`{line}`" else None


def join(words: list[str]) -> str:
    """Print *words* so that `split` reads the same words again."""
    return " ".join(quote(word) for word in words)


def quote(word: str, *, always: bool = False) -> str:
    """Print one word so that `split` reads it again, in quotes where it needs them."""
    # A bare `@ana` or `#show` comes back as a mention, a bare `help` as the wish for it.
    taken = not word or word[0] in f"{DOUBLE}{SINGLE}@#" or word.casefold() == "help"
    if not (always or taken or any(letter.isspace() for letter in word)):
        return word
    mark = "'" if re.search(f"[{DOUBLE}](?=\\s)", word) else '"'
    return f"{mark}{word}{mark}"


def _cut(text: str) -> list[tuple[str, bool]]:
    pieces, position = [], 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        end, quoted = _end_of_word(text, position)
        pieces.append((text[position + 1 : end - 1] if quoted else text[position:end], quoted))
        position = end
    return pieces


def _end_of_word(text: str, start: int) -> tuple[int, bool]:
    for marks in (DOUBLE, SINGLE):
        if text[start] in marks:
            end = _closing(text, start, marks)
            if end:
                return end, True
            if marks is DOUBLE:
                raise BadArguments(
                    f"The quote before {code(_word(text[start + 1 :], quoted=True).text, limit=40)} is not closed."
                )
    position = start
    while position < len(text) and not text[position].isspace():
        link = MARKUP.match(text, position)
        position = link.end() if link else position + 1
    return position, False


def _closing(text: str, start: int, marks: str) -> int:
    """Where the quoted word ends; a quote closes only before a blank or the end, so that `a"b` is a name."""
    for position in range(start + 1, len(text)):
        if text[position] in marks and (position + 1 == len(text) or text[position + 1].isspace()):
            return position + 1
    return 0


def _word(raw: str, *, quoted: bool) -> Word:
    whole = MARKUP.fullmatch(raw)
    if whole and not quoted:
        return _marked(whole)
    # Encoding is undone once, and only outside of Slack's own markup.
    text, position = [], 0
    for link in MARKUP.finditer(raw):
        text += [_decoded(raw[position : link.start()]), _marked(link).text]
        position = link.end()
    return Word("".join([*text, _decoded(raw[position:])]), quoted=quoted)


def _marked(link: re.Match[str]) -> Word:
    target, label = _decoded(link[1]), _decoded(link[2] or "")
    match target[0]:
        case "@":
            return Word(f"@{label or target[1:]}", "person", target[1:])
        case "#":
            return Word(f"#{label or target[1:]}", "channel", target[1:])
        case "!" if target.startswith("!subteam^"):
            return Word(label or target[9:], "group", target.removeprefix("!subteam^"))
        case "!":
            return Word(f"@{label or target[1:]}", "broadcast", target[1:])
        case _:
            return Word(label or target.removeprefix("mailto:"), "link", target)


def _decoded(text: str) -> str:
    return re.sub("&(?:lt|gt|amp);", lambda entity: ENTITIES[entity[0]], text)
