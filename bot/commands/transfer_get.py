"""Whether an entry point is restreamed."""

from __future__ import annotations

from bot.access.roles import Role
from bot.arguments import Args
from bot.command import Context, Effect, Reply, command
from bot.commands.transfer_set import TRANSFER, describe
from bot.kinds import Entry
from bot.wording import code


class TransferGetArgs(Args):
    """Which entry point."""

    entry: Entry


@command("transfer get", role=Role.VIEWER, effect=Effect.READ, example="/transfer get live", docs=TRANSFER)
async def transfer_get(args: TransferGetArgs, ctx: Context) -> Reply:
    """Show whether an entry point is restreamed, and whom Agora asks for the addresses."""
    return Reply(f"Transfer of {code(args.entry)} is {describe(await ctx.agora.transfer(args.entry))}.")
