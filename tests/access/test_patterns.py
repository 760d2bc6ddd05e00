"""Patterns of entry points and regions, against every name of a small alphabet."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.access.patterns import (
    CODES,
    covers,
    covers_regions,
    matches,
    regions_of,
    validate_pattern,
    validate_region_pattern,
)
from tests.access.strategies import entry_patterns, names, region_patterns

# `c` is in no pattern, so that a star can always stand for something that its pattern doesn't spell out.
NAMES = ["".join(letters) for length in range(1, 6) for letters in itertools.product("abc/", repeat=length)]


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("live", "live", True),
        ("live", "Live", False),
        ("live", "live2", False),
        ("sports-*", "sports-a", True),
        ("sports-*", "sports-", True),
        ("sports-*", "a-sports-b", False),
        ("*-hd", "cup-hd", True),
        ("a*b*c", "a-b-b-c", True),
        ("a*b*c", "a-c-b", False),
        ("*", "live", True),
        ("*", "sports/eu", True),
        ("sports*", "sports/eu", False),
        ("sports/*", "sports/eu", True),
        ("sports/*", "sports/eu/1", False),
        ("*/eu", "sports/eu", True),
        ("a.c", "abc", False),
        ("[ab]", "a", False),
        ("a?", "ab", False),
        ("пор*", "портал", True),
    ],
)
def test_what_patterns_match(pattern: str, name: str, *, expected: bool) -> None:
    """
    A star is any run of characters within a segment, alone it is everything, and nothing else is special.
    """
    assert expected is matches(pattern, name)


@given(entry_patterns, names)
def test_patterns_match_as_their_plain_expression_does(pattern: str, name: str) -> None:
    """
    A pattern means the regular expression in which each star is a run of anything but `/`.
    """
    plain = re.fullmatch(re.escape(pattern).replace(r"\*", "[^/]*"), name) is not None

    assert matches(pattern, name) is (pattern == "*" or plain)


def test_many_stars_cost_no_more_than_few() -> None:
    """
    The worst pattern that fits is matched at once; tried one way after the other it would not end.
    """
    assert not matches("*a" * 63 + "*b", "a" * 128)


@given(entry_patterns.map(validate_pattern), entry_patterns.map(validate_pattern))
def test_a_pattern_covers_another_if_it_matches_all_of_its_names(outer: str, inner: str) -> None:
    """
    `covers` says yes exactly if there is no name that the inner pattern matches and the outer one doesn't.
    """
    missed = [name for name in NAMES if matches(inner, name) and not matches(outer, name)]

    assert covers(outer, inner) is not bool(missed), missed[:3]


@given(region_patterns, region_patterns)
def test_regions_are_covered_one_by_one(outer: str, inner: str) -> None:
    """
    A pattern of regions covers another if it is about each of its regions.
    """
    assert covers_regions(outer, inner) is all(region in regions_of(outer) for region in regions_of(inner))


def test_regions_have_no_case() -> None:
    """
    A pattern of regions is read without regard to case, and `*` is all of them.
    """
    assert validate_region_pattern("EU") == "eu"
    assert regions_of("E*") == {"eu"}
    assert regions_of("*") == CODES


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("a\nb", "can't be seen"),
        ("a\u2028b", "can't be seen"),
        ("\0", "can't be seen"),
        ("a" * 129, "129 characters"),
    ],
)
def test_what_is_no_pattern(text: str, wrong: str) -> None:
    """
    What can't be a pattern is refused with a sentence that says why.
    """
    with pytest.raises(ValueError, match=wrong):
        validate_pattern(text)


@pytest.mark.parametrize("text", ["us", "europe", "e", "e*p"])
def test_a_pattern_of_regions_matches_one(text: str) -> None:
    """
    A pattern that no region matches is refused, and the regions are named.
    """
    with pytest.raises(ValueError, match="`ap`, `cn`, `eu`, `na`"):
        validate_region_pattern(text)


@given(st.text("ab*", min_size=1, max_size=8))
def test_stars_in_a_row_are_one(text: str) -> None:
    """
    Several stars in a row mean what one means.
    """
    assert "**" not in validate_pattern(text)
    assert validate_pattern(text).replace("*", "") == text.replace("*", "")
