"""Take a role away."""

from __future__ import annotations

from typing import Annotated

from bot.access.decide import Person
from bot.access.grants import describe
from bot.access.roles import Role
from bot.arguments import Args
from bot.command import Context, Effect, Reply, command
from bot.commands import holdings
from bot.kinds import EntryPattern, Keyword, RoleName, Subject
from bot.undo import Found, Step, Undo
from bot.wording import listing, person


class AgoraRevokeArgs(Args):
    """Who loses what."""

    subject: Subject
    role: RoleName | None = None
    on: Annotated[EntryPattern | None, Keyword("on")] = None


def back(args: AgoraRevokeArgs, found: Found | None) -> Step | None:
    """Give it again; None where that were several."""
    rows = found["grants"] if found else []
    gone = [row for row in rows if str(args.role or row["role"]) == row["role"] and (args.on or row["on"]) == row["on"]]
    return holdings.given(args.subject, gone[0]) if len(gone) == 1 else None


@command("agora revoke", role=Role.ADMIN, effect=Effect.CHANGE, example="/agora revoke @ana operator on sports-*",
         button="Take the role away", undo=Undo(back, holdings.read, holdings.says))  # fmt: skip
async def agora_revoke(args: AgoraRevokeArgs, ctx: Context) -> Reply:
    """
    Take roles away from a person or a user group.

    Without a role: all of them. `on` takes away what was given on exactly that pattern. It holds from the
    next command on. The last admin can't be taken away.
    """
    change = await ctx.roles.revoke(
        args.subject,
        role=args.role,
        entries=args.on,
        actor=Person(ctx.person),
        channel=ctx.channel,
        operation=ctx.operation,
    )
    who = person(args.subject)
    left = listing([describe(grant) for grant in change.after])
    was = holdings.found_of(change.before, ctx.at)
    if not change.done:
        has = f"{who} has {left}" if left else f"{who} has no role"
        return Reply(f"{has}; there was nothing like that to take away. Nothing was changed.", left=was)
    gone = listing([describe(grant) for grant in change.before if grant not in change.after])
    return Reply(
        f"{who} is no longer {gone}.",
        lines=(f"What is left: {left or 'no role'}.",),
        audited=True,
        left=holdings.found_of(change.after, ctx.at),
    )
