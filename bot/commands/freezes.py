"""What the commands about freezes share."""

from __future__ import annotations

from typing import Annotated, Final, Protocol

from bot.access.freezing import ALL, Freeze
from bot.access.patterns import EVERYTHING
from bot.command import Context
from bot.kinds import Kind, NotThis, name
from bot.undo import Found
from bot.words import Word

LONGEST: Final = 200  # characters of a reason: it stands in every refusal
MOST_WORDS: Final = 4000  # more than a command holds


class OfEntry(Protocol):
    """The arguments of a command about one freeze."""

    entry: str


async def read(args: OfEntry, ctx: Context) -> Found:
    """By which operation it is frozen, and why; nothing if it is not frozen by itself."""
    return found_of(next((freeze for freeze in await ctx.roles.freezes.all() if freeze.entry == args.entry), None))


def found_of(freeze: Freeze | None) -> Found:
    """What undo compares."""
    return {"frozen": {"operation": freeze.operation, "reason": freeze.reason} if freeze else None}


def says(found: Found) -> str:
    """As people read it."""
    return "frozen" if found["frozen"] else "not frozen"


def entry_or_all(word: Word) -> str:
    """The name of an entry point; `all` and `*` are everything, and in quotes a name as any other."""
    everything = not word.quoted and word.text.casefold() in {ALL, EVERYTHING}
    return EVERYTHING if everything else name("entry")(word)


def reason(word: Word) -> str:
    """Any words. What is too long is cut, and shown so: nobody who is in a hurry is sent back for it."""
    text = " ".join(word.text.split())
    if not text:
        raise NotThis("The reason is empty. Leave it out, or say why.")
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"


EntryOrAll = Annotated[
    str,
    Kind("<entry>", entry_or_all, lambda entry: ALL if entry == EVERYTHING else entry, sample="live"),
]
Reason = Annotated[str, Kind("<reason>", reason, sample="show", words=MOST_WORDS)]
