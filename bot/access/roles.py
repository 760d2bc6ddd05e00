"""The four roles, in their order."""

from __future__ import annotations

from enum import Enum
from functools import total_ordering


@total_ordering
class Role(Enum):
    """
    What a person may do; each role holds all of the one before it.

    `Role("Operator")` reads a word without regard to case, and raises ValueError for what is no role.
    """

    VIEWER = "viewer"
    OPERATOR = "operator"
    MANAGER = "manager"
    ADMIN = "admin"

    @classmethod
    def _missing_(cls, value: object) -> Role | None:
        word = value.casefold() if isinstance(value, str) else None
        return next((role for role in cls if role.value == word), None)

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Role):
            return NotImplemented
        ranks = list(Role)
        return ranks.index(self) < ranks.index(other)

    def __str__(self) -> str:
        return self.value
