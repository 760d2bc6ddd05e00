"""What is live."""

from __future__ import annotations

import re

from bot.access.roles import Role
from bot.arguments import Args
from bot.command import Context, Effect, Reply, command
from bot.commands.live import REPORTS, count_live, since
from bot.kinds import Entry
from bot.wording import code
from bot.words import join


class StreamListArgs(Args):
    """Which entry point."""

    entry: Entry


@command("stream list", role=Role.VIEWER, effect=Effect.READ, example="/stream list live", docs=REPORTS)
async def stream_list(args: StreamListArgs, ctx: Context) -> Reply:
    """
    List the streams of an entry point that are live now, and since when.

    Agora's list is that of this moment, of all regions together: it does not say where a stream is pushed.
    """
    entry = code(args.entry)
    online = sorted(await ctx.agora.online_streams(args.entry), key=lambda stream: _as_counted(stream.name))
    if not online:
        show = code(f"/stream show {join([args.entry])} <stream>")
        return Reply(
            f"No stream of {entry} is live now.",
            after=(
                f"If you expect one: {show} says whether it is banned.",
                "If it is not, its encoder does not push, or pushes another name, or to another entry point.",
                "`/agora entries` lists the entry points.",
            ),
        )
    return Reply(
        f"{count_live(online)} live on {entry} now.",
        rows=tuple(f"{code(stream.name)} {since(stream, ctx.at)}" for stream in online),
        after=("Agora does not say in which region a stream is pushed.",),
    )


def _as_counted(name: str) -> str:
    """For sorting: `cam-2` before `cam-10`."""
    return re.sub("[0-9]+", lambda number: number[0].zfill(20), name.casefold())
