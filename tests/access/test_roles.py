"""The roles and their order."""

from __future__ import annotations

import pytest

from bot.access.roles import Role


def test_roles_are_ordered() -> None:
    """
    Each role stands above the one before it.
    """
    shuffled = [Role.ADMIN, Role.VIEWER, Role.MANAGER, Role.OPERATOR]

    assert sorted(shuffled) == [Role.VIEWER, Role.OPERATOR, Role.MANAGER, Role.ADMIN]
    assert max(shuffled) is Role.ADMIN


@pytest.mark.parametrize("word", ["operator", "Operator", "OPERATOR"])
def test_roles_are_read_without_regard_to_case(word: str) -> None:
    """
    A role is read without regard to case.
    """
    assert Role(word) is Role.OPERATOR


@pytest.mark.parametrize("word", ["", "operators", "root", " operator"])
def test_other_words_are_no_roles(word: str) -> None:
    """
    A word that is no role raises ValueError.
    """
    with pytest.raises(ValueError):
        Role(word)
