"""Lists of names as people paste them and keep them in files."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kinds import name
from bot.names import Names, merged, read
from bot.words import Word

STREAM = name("stream")
GOOD = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters='"“”„‟,;'), min_size=1, max_size=20)


def found(text: str) -> tuple[str, ...]:
    """The names in *text*, which is all good."""
    names = read(text, STREAM)
    assert "" == names.problem
    return names.names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a\nb\nc", ("a", "b", "c")),
        ("a,b;c\td", ("a", "b", "c", "d")),
        (" a , b\n\n\n c;;, ", ("a", "b", "c")),
        ("\ufeffa\r\nb\rc\r\n", ("a", "b", "c")),
        ("main stage\nside stage", ("main stage", "side stage")),
        ('"a, b" ; "c;d"\t"e ""f""" ', ("a, b", "c;d", 'e "f"')),
        ("“a, b”, „c”\n“d”", ("a, b", "c", "d")),
        ('a"b, 5" screen, it\'s', ('a"b', '5" screen', "it's")),
        ("a\u200b, b\u200e", ("a", "b")),
        ("舞台, 🎬, <!channel>, a & b, @otto", ("舞台", "🎬", "<!channel>", "a & b", "@otto")),
        ('"x, “a”, y"; z', ("x, “a”, y", "z")),
        ("", ()),
        (" ,;\t\n", ()),
    ],
)
def test_what_separates_names(text: str, names: tuple[str, ...]) -> None:
    """
    Line ends, commas, semicolons and tabs separate names; quotes, straight or curly, hold them together.
    """
    assert names == found(text)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("stream\na\nb", ("a", "b")),
        ("Stream_Name\na", ("a",)),
        ('"name"\na', ("a",)),
        ("streams, a, b", ("a", "b")),
        ("stream_name;region\na;eu\nb;eu", ("a", "b")),
        ("region\tname\neu\ta\neu\tb", ("a", "b")),
        ("a, stream, b\nc", ("a", "stream", "b", "c")),
        ("a\nstream", ("a", "stream")),
    ],
)
def test_heading_is_no_name(text: str, names: tuple[str, ...]) -> None:
    """
    A heading is passed over, and of a table its column alone is read; the same word further on is a name.
    """
    assert names == found(text)


@given(st.lists(GOOD, max_size=20), st.sampled_from(["\n", ", ", ";", "\t", "\r\n"]))
def test_names_come_back(names: list[str], between: str) -> None:
    """
    Whatever names are joined by a separator are read again, in their order.
    """
    assert names == list(found(between.join(["first", *names]))[1:])


@given(st.lists(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=20), min_size=1))
def test_table_of_any_names_comes_back(names: list[str]) -> None:
    """
    What a spreadsheet writes is read again, whatever stands in the names; blanks around them are dropped.
    """
    table = io.StringIO()
    csv.writer(table, quoting=csv.QUOTE_ALL).writerows([["first"], *([one] for one in names)])
    kept = [one.strip().replace("\u00ad", "") for one in names]

    assert [one for one in kept if one not in {"", ".", ".."}] == list(read(table.getvalue(), STREAM).names)[1:]


@given(st.text(max_size=400))
def test_any_text_is_read_or_explained(text: str) -> None:
    """
    Nothing that can be pasted breaks the reader, and what it takes for names are names.
    """
    for one in read(text, STREAM).names:
        assert one == STREAM(Word(one, quoted=True))


def test_problems_name_their_line() -> None:
    """
    What can't be a name is told with its line and the reason; of many the first three, and how many there are.
    """
    few = read("a\n..\n\nb, " + "x" * 129, STREAM)
    many = read("\n".join([".."] * 10), STREAM)

    assert ("a", "b") == few.names
    assert (
        "Line 2: `..` can't be the name for <stream>. "
        "Line 4: The name for <stream> has 129 characters; 128 are the most."
    ) == few.problem
    assert many.problem.endswith("And 7 more lines like that.")


@pytest.mark.parametrize("text", ['a\n"b\nc', 'a\n"b"c', 'a\n"b" "c"'])
def test_quotes_that_make_no_sense_are_told(text: str) -> None:
    """
    A quote that is not closed, or closed within a name, is told with the line where it begins; nothing is guessed.
    """
    names = read(text, STREAM)

    assert () == names.names
    assert "The quotes from line 2 on make no sense" in names.problem


def test_list_that_is_far_too_long_is_not_read() -> None:
    """
    What is far longer than all names that may be in it is refused as a whole.
    """
    assert "This has 200,002 characters; 200,000 are the most." == read("a," * 100_001, STREAM).problem


def test_lists_are_one_without_repeats() -> None:
    """
    Several lists are one, each name once and in order; those that were there more often stand once more at the end.
    """
    lists = [Names(("a", "b", "a", "c")), Names(()), Names(("d", "b", "a"))]

    assert ("a", "b", "c", "d", "a", "b") == merged(lists)
