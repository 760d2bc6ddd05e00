"""The role map."""

from __future__ import annotations

from datetime import datetime

from bot.access.grants import describe
from bot.access.roles import Role
from bot.arguments import Args
from bot.command import Context, Effect, Reply, command
from bot.wording import moment, person, plural


class AgoraRolesArgs(Args):
    """Nothing."""


@command("agora roles", role=Role.ADMIN, effect=Effect.READ, example="/agora roles")
async def agora_roles(args: AgoraRolesArgs, ctx: Context) -> Reply:
    """Show who has which role, where, and until when."""
    everybody, version = await ctx.roles.everything()
    rows = [
        f"{person(subject)}: {describe(grant, end=False)}{_end(grant.until, ctx.at)}"
        for subject, grants in everybody.items()
        for grant in grants
    ]
    if not rows:
        return Reply("Nobody has a role yet.", after=("Give the first: `/agora grant @ana operator on live`.",))
    return Reply(f"{plural(len(rows), 'role')} given; the role map is at version {version}.", rows=tuple(rows))


def _end(until: datetime | None, now: datetime) -> str:
    if until is None:
        return ""
    return f" until {moment(until)}" if until > now else f" (ended {moment(until)})"
