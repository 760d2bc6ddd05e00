"""Who one is to the bot."""

from __future__ import annotations

from datetime import datetime

from bot.access.freezing import described
from bot.access.grants import Grant, describe
from bot.access.patterns import EVERYTHING
from bot.arguments import Args
from bot.command import Context, Effect, Reply, command
from bot.wording import ago, code, listing, moment, person


class AgoraWhoamiArgs(Args):
    """Nothing."""


@command("agora whoami", role=None, effect=Effect.READ, example="/agora whoami")
async def agora_whoami(args: AgoraWhoamiArgs, ctx: Context) -> Reply:
    """Show your id and your roles."""
    held = ctx.holding
    rows = [_row(grant) for grant in held.own if grant.live(ctx.at)]
    rows += [
        f"{_row(grant)}; it comes with {person(group)}"
        for group, grants in held.groups.items()
        for grant in grants
        if grant.live(ctx.at)
    ]
    if ctx.is_bootstrap_admin:
        rows.insert(0, "admin everywhere, by the bot's setting BOT_ADMINS")
    helpers = listing([person(helper) for helper in (await ctx.roles.administrators())[:3]], word="or")
    doubts = tuple(f"Whether you are in {person(doubt.group)}, which has a role too, is not known: "
                   f"{_said(doubt.asked, ctx.at)}." for doubt in held.doubts)  # fmt: skip
    frozen = tuple(
        described(freeze) for freeze in held.freezes if rows and (freeze.entry == EVERYTHING or ctx.sees(freeze.entry))
    )
    return Reply(
        f"You are {person(ctx.person)}, id {code(ctx.person)}.",
        lines=() if rows else ("You have no role, so you can't use the bot yet.",),
        rows=tuple(rows),
        after=(*frozen, *doubts, *(() if rows or not helpers else (f"Ask {helpers} for one.",))),
    )


def _row(grant: Grant) -> str:
    end = f" until {moment(grant.until)}" if grant.until else ""
    return f"{describe(grant, end=False)}{end}, given by {person(grant.by)} {moment(grant.at)}"


def _said(asked: datetime | None, now: datetime) -> str:
    return f"Slack last said who is {ago(asked, now)}" if asked else "Slack has not said yet who is"
