"""Pages of a list: every row once, in order, and no more of them than a message holds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.operations.paging import CHARACTERS, ROWS, page_of

LISTS = st.lists(st.integers(1, 2000).map("x".__mul__) | st.integers(4000, 5000).map("x".__mul__), max_size=60)


@given(LISTS)
def test_pages_hold_every_row_once(rows: list[str]) -> None:
    """
    Turned from the first to the last, the pages are the list; each says where it stands in it.
    """
    first = page_of(rows, 1)
    pages = [page_of(rows, number) for number in range(1, first.last + 1)]

    assert rows == [row for page in pages for row in page.rows]
    assert list(range(1, first.last + 1)) == [page.number for page in pages]
    assert {len(rows)} == {page.total for page in pages}
    assert all(rows[page.before : page.before + len(page.rows)] == list(page.rows) for page in pages)


@given(LISTS, st.integers(-5, 100))
def test_page_is_no_longer_than_a_message(rows: list[str], number: int) -> None:
    """
    A page has 15 rows at most, and fewer long ones; a row that is too long for any page has one of its own.
    """
    page = page_of(rows, number)

    assert len(page.rows) <= ROWS
    assert len(page.rows) <= 1 or sum(map(len, page.rows)) <= CHARACTERS
    assert page.rows or not rows


def test_buttons_lead_to_the_pages_that_there_are() -> None:
    """
    The first page leads on, the last one back, one between both ways; a list of one page leads nowhere.
    """
    rows = [str(number) for number in range(31)]
    led = [[(button.label, button.page) for button in page_of(rows, number).buttons("op1")] for number in (1, 2, 3)]

    assert [[("Next", 2)], [("Next", 3), ("Previous", 1)], [("Previous", 2)]] == led
    assert () == page_of(rows[:15], 1).buttons("op1")


def test_position_is_said_where_there_is_more() -> None:
    """
    A page says which rows it shows, of how many; all on one page say nothing.
    """
    rows = [str(number) for number in range(1231)]

    said = [page_of(rows, number).position for number in (1, 82, 83)]
    assert ["rows 1–15 of 1,231", "rows 1,216–1,230 of 1,231", "row 1,231 of 1,231"] == said
    assert ["", ""] == [page_of(rows[:count], 1).position for count in (0, 15)]


def test_page_that_is_not_there_is_the_nearest() -> None:
    """
    A number that no page has leads to the first or to the last one.
    """
    rows = [str(number) for number in range(31)]

    assert [1, 1, 3] == [page_of(rows, number).number for number in (-1, 0, 10**30)]
