"""What giving and taking roles have in common: what somebody holds, and how each is turned back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol

from bot.access.grants import Grant, describe
from bot.command import Context
from bot.undo import Found, Step
from bot.wording import listing


class OfSomebody(Protocol):
    """The arguments of a command about what somebody holds."""

    subject: str


def found_of(grants: Iterable[Grant], now: datetime) -> Found:
    """What undo compares: who gave it and when does not matter, nor what has ended."""
    rows = [
        {
            "role": str(grant.role),
            "on": grant.entries,
            "within": grant.regions,
            "until": grant.until.isoformat() if grant.until else None,
        }
        for grant in grants
        if grant.live(now)
    ]
    return {"grants": sorted(rows, key=str)}


async def read(args: OfSomebody, ctx: Context) -> Found:
    """What they hold by themselves."""
    return found_of((await ctx.roles.held_by(args.subject)).own, ctx.at)


def says(found: Found) -> str:
    """As people read it."""
    return listing([describe(_grant(row)) for row in found["grants"]]) or "no role"


def given(subject: str, row: dict[str, Any]) -> Step:
    """What gives it again, as it was."""
    return Step(command="agora grant", args={"subject": subject, **row})


def _grant(row: dict[str, Any]) -> Grant:
    return Grant(
        role=row["role"],
        entries=row["on"],
        regions=row["within"],
        until=row["until"],
        by="",
        at=datetime.fromisoformat("1970-01-01T00:00+00:00"),
    )
