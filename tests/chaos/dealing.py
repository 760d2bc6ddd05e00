"""Dealing out what is to happen, by shares."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Protocol, TypeVar


class Shared(Protocol):
    """One of several kinds; `share` says how often, among the others."""

    @property
    def share(self) -> int:
        """A whole number."""
        ...


K = TypeVar("K", bound=Shared)


def dealt(kinds: Sequence[K], rng: Random, count: int) -> list[K]:
    """*count* of them by their shares, each at least once, in any order."""
    total = sum(kind.share for kind in kinds)
    hand = [kind for kind in kinds for _ in range(max(1, count * kind.share // total))]
    hand += rng.choices(kinds, [kind.share for kind in kinds], k=max(0, count - len(hand)))
    rng.shuffle(hand)
    return hand
