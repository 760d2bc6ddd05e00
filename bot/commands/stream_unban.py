"""Let a banned stream be pushed again."""

from __future__ import annotations

from bot.access.roles import Role
from bot.command import Context, Effect, Reply, command
from bot.commands.bans import OneStream, back, read, says
from bot.commands.stream_ban import STREAMS
from bot.undo import Undo
from bot.wording import code


class StreamUnbanArgs(OneStream):
    """Which stream."""


@command(
    "stream unban",
    role=Role.MANAGER,
    effect=Effect.CHANGE,
    example="/stream unban live main-stage",
    docs=STREAMS,
    button="Lift the ban",
    undo=Undo(back, read, says),
)
async def stream_unban(args: StreamUnbanArgs, ctx: Context) -> Reply:
    """Lift the ban of a stream, so that it can be pushed again."""
    await ctx.agora.unban(args.entry, args.stream)
    return Reply(
        f"The ban of {code(args.stream)} of {code(args.entry)} is lifted: it can be pushed again.", left={"until": None}
    )
