"""What the tests of access make up: patterns, names, grants."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from bot.access.decide import Doubt
from bot.access.grants import Grant
from bot.access.patterns import CODES
from bot.access.roles import Role

NOW = datetime(2026, 11, 20, 20, 14, tzinfo=UTC)
HOUR = timedelta(hours=1)

entry_patterns = st.text("ab*/", min_size=1, max_size=5)
region_patterns = st.sampled_from(["*", "eu", "na", "e*", "*a*", "*u", "a*", "cn"])
names = st.text("abc/", min_size=1, max_size=5)
regions = st.sampled_from(sorted(CODES))
ends = st.none() | st.integers(-3, 3).map(lambda hours: NOW + hours * HOUR)
roles = st.sampled_from(Role)
grants = st.builds(
    Grant,
    role=roles,
    entries=entry_patterns,
    regions=region_patterns,
    until=ends,
    by=st.just("U0GIVER"),
    at=st.just(NOW - 9 * HOUR),
)


doubts = st.builds(
    Doubt,
    group=st.sampled_from(["S0CREW", "S0NIGHT"]),
    grants=st.lists(grants, max_size=3).map(tuple),
    asked=st.none() | st.just(NOW - HOUR),
)


def given_role(
    role: Role,
    entries: str = "*",
    regions: str = "*",
    *,
    until: datetime | None = None,
    by: str = "U0GIVER",
    operation: str | None = None,
) -> Grant:
    """A grant with the parts that a test is not about filled in."""
    return Grant(role, entries=entries, regions=regions, until=until, by=by, at=NOW - HOUR, operation=operation)
