"""Who one is to the bot."""

from __future__ import annotations

from bot.access.grants import describe
from bot.arguments import Args
from bot.command import Context, Effect, Reply, command
from bot.wording import code, listing, moment, person


class AgoraWhoamiArgs(Args):
    """Nothing."""


@command("agora whoami", role=None, effect=Effect.READ, example="/agora whoami")
async def agora_whoami(args: AgoraWhoamiArgs, ctx: Context) -> Reply:
    """Show your id and your roles."""
    rows = [f"{describe(grant, end=False)}{f' until {moment(grant.until)}' if grant.until else ''}, given by "
            f"{person(grant.by)} {moment(grant.at)}" for grant in ctx.grants if grant.live(ctx.at)]  # fmt: skip
    if ctx.is_bootstrap_admin:
        rows.insert(0, "admin everywhere, by the bot's setting BOT_ADMINS")
    helpers = listing([person(helper) for helper in (await ctx.roles.administrators())[:3]], word="or")
    return Reply(
        f"You are {person(ctx.person)}, id {code(ctx.person)}.",
        lines=() if rows else ("You have no role, so you can't use the bot yet.",),
        rows=tuple(rows),
        after=() if rows else (f"Ask {helpers} for one.",) if helpers else (),
    )
