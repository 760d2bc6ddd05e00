"""Of one grant: whether it allows something, and if not why not, in plain words."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bot.access.decide import Resource
from bot.access.grants import Grant, utc
from bot.access.patterns import EVERYTHING
from bot.access.roles import Role
from bot.wording import code

ALLOWS: Final = "this allows it"


def verdict(grant: Grant, needed: Role, resource: Resource, *, changes: bool, now: datetime) -> str:
    """What `decide` makes of this grant alone: `ALLOWS`, or the first reason why it is not enough."""
    entry, region = resource.entry, resource.region
    if not grant.live(now):
        return f"it ended on {utc(grant.end)}"
    if not grant.on_entry(entry):
        return f"{code(grant.entries)} does not cover {code(entry)}"
    if region is not None and not grant.in_region(region):
        return f"{code(grant.regions)} does not cover {code(region)}"
    if region is None and entry is not None and changes and grant.regions != EVERYTHING:
        return f"it is for {code(grant.regions)} alone, and this reaches all regions"
    return ALLOWS if grant.role >= needed else f"this takes {needed}"
