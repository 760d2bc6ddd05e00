"""What the commands about protections share."""

from __future__ import annotations

from bot.access.protecting import Protection
from bot.arguments import Args
from bot.command import Context
from bot.kinds import Entry
from bot.undo import Found


class OneEntry(Args):
    """Which entry point."""

    entry: Entry


async def read(args: OneEntry, ctx: Context) -> Found:
    """By which operation it is protected; nothing if it is not."""
    return found_of(next((one for one in await ctx.roles.protections.all() if one.entry == args.entry), None))


def found_of(protection: Protection | None) -> Found:
    """What undo compares."""
    return {"protected": protection.operation if protection else None}


def says(found: Found) -> str:
    """As people read it."""
    return "protected" if found["protected"] else "not protected"
