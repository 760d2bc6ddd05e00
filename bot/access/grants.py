"""A grant: a role that somebody was given, where, and until when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import KW_ONLY
from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, TypeAdapter
from pydantic.dataclasses import dataclass

from bot.access.patterns import (
    EVERYTHING,
    covers,
    covers_regions,
    matches,
    regions_of,
    validate_pattern,
    validate_region_pattern,
)
from bot.access.roles import Role
from bot.wording import code

__all__ = ["FOREVER", "SHELL", "Grant", "describe", "dump", "load", "utc", "validate_pattern"]

SHELL: Final = "shell"  # who it is that works in a shell; no Slack id is in lower case
FOREVER: Final = datetime.max.replace(tzinfo=UTC)

Moment = Annotated[AwareDatetime, AfterValidator(lambda moment: moment.astimezone(UTC))]


@dataclass(frozen=True)
class Grant:
    """
    One role on a pattern of resources.

    Attributes:
        entries: The entry points it is about, see `patterns`.
        regions: The regions it is about; a command without a region that changes something needs `*`.
        until: From then on it counts for nothing; None: it has no end.
        by: Who gave it: a Slack user id or `shell`.
        operation: The operation that gave it.
    """

    role: Role
    _: KW_ONLY
    entries: Annotated[str, AfterValidator(validate_pattern)] = EVERYTHING
    regions: Annotated[str, AfterValidator(validate_region_pattern)] = EVERYTHING
    until: Moment | None = None
    by: str
    at: Moment
    operation: str | None = None

    @property
    def end(self) -> datetime:
        """When it ends; `FOREVER` if it doesn't."""
        return self.until or FOREVER

    @property
    def scope(self) -> tuple[Role, str, str]:
        """What there is one grant of at most, for each subject."""
        return self.role, self.entries, self.regions

    @property
    def full_admin(self) -> bool:
        """Whether it is admin, and everywhere."""
        return self.scope == (Role.ADMIN, EVERYTHING, EVERYTHING)

    def live(self, now: datetime) -> bool:
        """Whether it has not ended."""
        return now < self.end

    def on_entry(self, entry: str | None) -> bool:
        """Whether it is about *entry*; None: about any at all."""
        return entry is None or matches(self.entries, entry)

    def in_region(self, region: str) -> bool:
        """Whether it is about *region*."""
        return self.regions == EVERYTHING or region.lower() in regions_of(self.regions)

    def spans(self, other: Grant) -> bool:
        """Whether it is about all that *other* is about, role and end aside."""
        return covers(self.entries, other.entries) and covers_regions(self.regions, other.regions)


def describe(grant: Grant, *, end: bool = True) -> str:
    """Such as: operator on `sports-*` in `eu` until 20 Nov 2026 20:14 UTC."""
    words = [str(grant.role)]
    words += [f"on {code(grant.entries)}"] if grant.entries != EVERYTHING else []
    words += [f"in {code(grant.regions)}"] if grant.regions != EVERYTHING else []
    words += [f"until {utc(grant.until)}"] if grant.until and end else []
    return " ".join(words)


def utc(moment: datetime) -> str:
    """A moment in plain words, to the minute."""
    there = moment.astimezone(UTC)
    return f"{there.day} {there:%b %Y %H:%M} UTC"


def dump(grants: Iterable[Grant]) -> str:
    """Write *grants* as the JSON that `load` reads."""
    return _GRANTS.dump_json(tuple(grants)).decode()


def load(text: str | None) -> tuple[Grant, ...]:
    """
    Read what `dump` wrote; nothing is no grants.

    Raises:
        ValueError: It is something else.
    """
    return _GRANTS.validate_json(text) if text else ()


_GRANTS: Final = TypeAdapter(tuple[Grant, ...])
