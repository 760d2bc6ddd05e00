"""Long lists, page by page: as much as a phone shows and a message's text holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.notice import Button, Notice

ROWS: Final = 15
# Of the 3,900 that `text` holds (see bot.slack.blocks); the rest is for what stands around the list.
CHARACTERS: Final = 3000
MOST_KEPT: Final = 1000  # rows that are kept with the outcome; nobody turns more pages
GONE: Final = Notice(
    headline="The bot keeps an answer for 7 days, and this one is gone.",
    after=("Type the command again: it shows what is there now.",),
)


@dataclass(frozen=True)
class Page:
    """
    One page of a list.

    Attributes:
        number: From 1.
        last: The number of the last page.
        before: How many rows stand on the pages before it.
        total: How many rows there are on all pages.
    """

    rows: tuple[str, ...]
    number: int
    last: int
    before: int
    total: int

    @property
    def position(self) -> str:
        """Such as "rows 1–15 of 120"; nothing where all of it is on one page."""
        if self.last == 1:
            return ""
        first, end = self.before + 1, self.before + len(self.rows)
        return f"{f'row {end:,}' if first == end else f'rows {first:,}–{end:,}'} of {self.total:,}"

    def buttons(self, operation: str) -> tuple[Button, ...]:
        """To the next page and back; the way on comes first, so that it stands in one place."""
        on = (Button("operation_page", "Next", operation, page=self.number + 1),) if self.number < self.last else ()
        back = (Button("operation_page", "Previous", operation, page=self.number - 1),) if self.number > 1 else ()
        return (*on, *back)


def page_of(rows: Sequence[str], number: int) -> Page:
    """The page of that *number*, from 1; for a number that is too low or too high the first or the last one."""
    starts = [0]
    length = 0
    for index, row in enumerate(rows):
        length += len(row)
        if index > starts[-1] and (index - starts[-1] == ROWS or length > CHARACTERS):
            starts.append(index)
            length = len(row)
    number = min(max(number, 1), len(starts))
    start, *after = starts[number - 1 : number + 1]
    end = after[0] if after else len(rows)
    return Page(tuple(rows[start:end]), number, len(starts), start, len(rows))
