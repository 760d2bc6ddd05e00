"""Let a banned stream be pushed again."""

from __future__ import annotations

from bot.access.roles import Role
from bot.arguments import Args
from bot.command import Context, Effect, Reply, command
from bot.commands.stream_ban import STREAMS
from bot.kinds import Entry, Stream
from bot.wording import code


class StreamUnbanArgs(Args):
    """Which stream."""

    entry: Entry
    stream: Stream


@command(
    "stream unban",
    role=Role.MANAGER,
    effect=Effect.CHANGE,
    example="/stream unban live main-stage",
    docs=STREAMS,
    button="Lift the ban",
)
async def stream_unban(args: StreamUnbanArgs, ctx: Context) -> Reply:
    """Lift the ban of a stream, so that it can be pushed again."""
    await ctx.agora.unban(args.entry, args.stream)
    return Reply(f"The ban of {code(args.stream)} of {code(args.entry)} is lifted: it can be pushed again.")
