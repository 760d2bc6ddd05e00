"""The time of day, passed around so that a test can set it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def now() -> datetime:
    """Give the present time, aware, in UTC."""
    return datetime.now(UTC)
