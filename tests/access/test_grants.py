"""Grants as values, and how they are kept."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.access.grants import Grant, describe, dump, load
from bot.access.roles import Role
from tests.access.strategies import HOUR, NOW, given_role, grants


@given(st.lists(grants, max_size=4))
def test_grants_are_read_as_they_were_written(held: list[Grant]) -> None:
    """
    What is written is read again as it was.
    """
    assert tuple(held) == load(dump(held))


def test_roles_are_written_as_words() -> None:
    """
    The kept form names roles by their word and times in UTC, for whoever reads the store.
    """
    text = dump([given_role(Role.OPERATOR, until=NOW)])

    assert '"role":"operator"' in text
    assert '"until":"2026-11-20T20:14:00Z"' in text


def test_nothing_kept_is_no_grants() -> None:
    """
    A subject of whom nothing is kept has no grants.
    """
    assert load(None) == load("") == ()


def test_fields_of_a_later_release_are_passed_over() -> None:
    """
    A grant with a field that is not known is read without it, so that releases can run side by side.
    """
    held = given_role(Role.VIEWER, "live")
    text = dump([held]).replace('"role"', '"colour":"red","role"')

    assert load(text) == (held,)


@pytest.mark.parametrize("text", ["{}", "[", '[{"role":"root","by":"shell","at":"2026-11-20T20:14:00Z"}]'])
def test_what_is_no_grants_raises(text: str) -> None:
    """
    What can't be read is an error, not an empty list.
    """
    with pytest.raises(ValueError):
        load(text)


def test_a_grant_holds_its_patterns_in_one_form() -> None:
    """
    Patterns are checked and brought into one form, times into UTC, so that equal grants compare as equal.
    """
    tokyo = timezone(timedelta(hours=9))
    held = Grant(Role.VIEWER, entries="a**", regions="EU", until=NOW.astimezone(tokyo), by="shell", at=NOW)

    assert (held.entries, held.regions, str(held.until)) == ("a*", "eu", "2026-11-20 20:14:00+00:00")


@pytest.mark.parametrize("wrong", [{"entries": ""}, {"regions": "us"}, {"until": datetime(2026, 1, 1)}])  # noqa: DTZ001 - the point
def test_what_can_be_no_grant_is_refused(wrong: dict[str, object]) -> None:
    """
    A grant on no pattern, or with an end in no time zone, can't be made.
    """
    with pytest.raises(ValueError):
        Grant(Role.VIEWER, by="shell", at=NOW, **wrong)  # type: ignore[arg-type] # wrong on purpose


@pytest.mark.parametrize(
    ("grant", "expected"),
    [
        (given_role(Role.ADMIN), "admin"),
        (given_role(Role.OPERATOR, "sports-*"), "operator on `sports-*`"),
        (
            given_role(Role.VIEWER, "a", "eu", until=NOW + HOUR),
            "viewer on `a` in `eu` until 20 Nov 2026 21:14 UTC",
        ),
    ],
)
def test_a_grant_in_words(grant: Grant, expected: str) -> None:
    """
    A grant is told as it would be typed.
    """
    assert describe(grant) == expected
