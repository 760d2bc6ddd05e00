"""What the commands about freezes share."""

from __future__ import annotations

from typing import Annotated, Final

from bot.access.freezing import ALL
from bot.access.patterns import EVERYTHING
from bot.kinds import Kind, NotThis, name
from bot.words import Word

LONGEST: Final = 200  # characters of a reason: it stands in every refusal
MOST_WORDS: Final = 100


def entry_or_all(word: Word) -> str:
    """The name of an entry point; `all` and `*` are everything, and in quotes a name as any other."""
    everything = not word.quoted and word.text.casefold() in {ALL, EVERYTHING}
    return EVERYTHING if everything else name("entry")(word)


def reason(word: Word) -> str:
    """Any words, up to a length that can be read on a phone."""
    text = " ".join(word.text.split())
    if not text:
        raise NotThis("The reason is empty. Leave it out, or say why.")
    if len(text) > LONGEST:
        short = f"{text[: LONGEST - 1].rstrip()}…"
        raise NotThis(f"The reason has {len(text)} characters; {LONGEST} are the most.", instead=short)
    return text


EntryOrAll = Annotated[
    str,
    Kind("<entry>", entry_or_all, lambda entry: ALL if entry == EVERYTHING else entry, sample="live"),
]
Reason = Annotated[str, Kind("<reason>", reason, sample="show", words=MOST_WORDS)]
