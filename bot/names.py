"""Lists of names, as people paste them or keep them in files, with the same rules as for typed ones."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from bot.kinds import NotThis
from bot.wording import plural
from bot.words import INVISIBLE, Word

HEADS: Final = {"name", "names", "stream", "streams", "stream name", "stream_name", "streamname"}
SHOWN_PROBLEMS: Final = 3
LONGEST: Final = 200_000  # characters; more than a thousand names have, and read in no time
# A cell in quotes, the same in those that keyboards make of them, or one of the separators that `csv` does not know.
PIECES: Final = re.compile(
    r'(?P<straight>(?<![^,;\t\n]) *"(?:[^"]|"")*")(?: +(?=[,;\t\n]|\Z))?'
    r'|(?<![^,;\t\n]) *[“„‟”](?P<curly>[^“”„‟"\n]*)[“”‟] *(?=[,;\t\n]|\Z)'
    r"|[;\t]"
)

Cell = tuple[int, str]  # and the line in which it begins, from 1
Reader = Callable[[Word], str]


@dataclass(frozen=True)
class Names:
    """What a list holds, and what is wrong with it: sentences that name the line."""

    names: tuple[str, ...]
    problems: tuple[str, ...] = ()

    @property
    def problem(self) -> str:
        """What is wrong, in one text."""
        more = len(self.problems) - SHOWN_PROBLEMS
        rest = (f"And {plural(more, 'more line')} like that.",) if more > 0 else ()
        return " ".join((*self.problems[:SHOWN_PROBLEMS], *rest))


def read(text: str, reader: Reader) -> Names:
    """
    Read names that stand in lines of their own, or between commas, semicolons or tabs; quotes hold one together.

    Args:
        text: A list, or a table with a heading: then its column of names.
        reader: One name, as for a typed word; raises `NotThis`.
    """
    if len(text) > LONGEST:
        return Names((), (f"This has {len(text):,} characters; {LONGEST:,} are the most.",))
    try:
        rows = list(_rows(text))
    except _Unreadable as error:
        return Names((), (str(error),))
    names, problems = [], []
    for line, cell in _cells(rows):
        try:
            names.append(reader(Word(cell, quoted=True)))
        except NotThis as problem:
            problems.append(f"Line {line}: {problem}")
    return Names(tuple(names), tuple(problems))


def merged(lists: Iterable[Names]) -> tuple[str, ...]:
    """All names once, in their order; those that are there more often once more at the end, so that it can be told."""
    counts = Counter(name for one in lists for name in one.names)
    return (*counts, *(name for name, count in counts.items() if count > 1))


class _Unreadable(Exception):
    """Quotes that make no sense."""


def _rows(text: str) -> Iterator[list[Cell]]:
    plain = INVISIBLE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    lines = io.StringIO(PIECES.sub(_plain, plain))
    rows, begins = csv.reader(lines, skipinitialspace=True, strict=True), 1
    while True:
        try:
            row = next(rows, None)
        except csv.Error:
            hint = "close each quote, and put nothing but a comma or the end of the line behind it"
            raise _Unreadable(f"The quotes from line {begins} on make no sense: {hint}.") from None
        if row is None:
            return
        cells = [(begins, cell.strip()) for cell in row]
        if any(cell for _, cell in cells):
            yield cells
        begins = rows.line_num + 1


def _plain(piece: re.Match[str]) -> str:
    """The same with commas and straight quotes."""
    return piece["straight"] or (f'"{piece["curly"]}"' if piece["curly"] is not None else ",")


def _cells(rows: list[list[Cell]]) -> Iterator[Cell]:
    """Those that hold a name: not the heading, and of a table the one column."""
    heads = [number for number, (_, cell) in enumerate(rows[0]) if cell.casefold() in HEADS] if rows else []
    width = len(rows[0]) if rows else 0
    if heads and width > 1 and len(rows) > 1 and all(len(row) == width for row in rows):
        rows = [[row[heads[0]]] for row in rows[1:]]
    elif heads[:1] == [0]:
        rows = [rows[0][1:], *rows[1:]]
    return (cell for row in rows for cell in row if cell[1])
