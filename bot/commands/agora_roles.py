"""The role map."""

from __future__ import annotations

from datetime import datetime

from bot.access.grants import describe
from bot.access.groups import Group
from bot.access.roles import Role
from bot.arguments import Args
from bot.command import Context, Effect, Reply, command
from bot.wording import ago, moment, person, plural


class AgoraRolesArgs(Args):
    """Nothing."""


@command("agora roles", role=Role.ADMIN, effect=Effect.READ, example="/agora roles")
async def agora_roles(args: AgoraRolesArgs, ctx: Context) -> Reply:
    """Show who has which role, where, and until when."""
    everybody, version = await ctx.roles.everything()
    groups = await ctx.roles.book.groups()
    rows = [
        f"{person(subject)}: {describe(grant, end=False)}{_end(grant.until)}{_state(groups.get(subject), ctx.at)}"
        for subject, grants in everybody.items()
        for grant in grants
        if grant.live(ctx.at)
    ]
    if not rows:
        return Reply("Nobody has a role yet.", after=("Give the first: `/agora grant @ana operator on live`.",))
    return Reply(f"{plural(len(rows), 'role')} given; the role map is at version {version}.", rows=tuple(rows))


def _end(until: datetime | None) -> str:
    return f" until {moment(until)}" if until else ""


def _state(group: Group | None, now: datetime) -> str:
    """What is known of a user group; nothing is said of people."""
    if group is None:
        return ""
    if group.asked is None:
        return " (Slack has not said yet who is in this group)"
    if not group.fresh(now):
        return f" (counts for nobody: Slack last said {ago(group.asked, now)} who is in this group)"
    if not group.active:
        return " (counts for nobody: this group is disabled in Slack, or is not there)"
    return f" ({plural(group.size, 'person', 'people')})"
