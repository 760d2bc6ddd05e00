"""Keep a stream from being pushed for a while."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from bot.access.roles import Role
from bot.command import Context, Effect, Preview, Reply, command
from bot.commands.bans import OneStream, back, read, says
from bot.errors import UserError
from bot.kinds import BanEnd
from bot.undo import Undo
from bot.wording import ago, code, moment
from bot.words import join

STREAMS: Final = "https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/stream-management"
SECOND: Final = timedelta(seconds=1)  # Agora keeps no fractions, and what is asked for is the least
USUAL: Final = timedelta(days=7)  # Agora's own, where none is given


class StreamBanArgs(OneStream):
    """Which stream, and until when."""

    until: BanEnd | None = None


async def preview(args: StreamBanArgs, ctx: Context) -> Preview:
    """Whether it is live or banned now, and until when it would be."""
    online = await ctx.glimpse(ctx.agora.online_streams(args.entry))
    banned = await ctx.glimpse(ctx.agora.banned_streams(args.entry))
    end = end_of(args, ctx.at)
    stream = code(args.stream)
    now = [f"{stream} is live." for one in online or () if one.name == args.stream]
    bans = [ban.until for ban in banned or () if ban.name == args.stream]
    now += [f"{stream} is banned already" + (f", until {moment(until)}." if until else ".") for until in bans]
    if online is not None and banned is not None and not now:
        now.append(f"{stream} is neither live nor banned.")
    return Preview(
        question=f"Ban {stream} of {code(args.entry)} until {moment(end)}?",
        button="Ban the stream",
        now=" ".join(now) or None,
        then=f"nobody can push it before {moment(end)} ({ago(end, ctx.at)}); its viewers lose it.",
    )


@command(
    "stream ban",
    role=Role.MANAGER,
    effect=Effect.DISRUPTIVE,
    example="/stream ban live main-stage 2h",
    docs=STREAMS,
    preview=preview,
    button="Ban the stream",
    undo=Undo(back, read, says),
)
async def stream_ban(args: StreamBanArgs, ctx: Context) -> Reply:
    """
    Ban a stream: it ends if it is live, and nobody can push it for a while.

    The ban ends by itself: after 7 days, or after the time that you give, such as `2h` or `2030-01-01T20:00Z`.
    """
    until = end_of(args, ctx.at)
    await ctx.agora.ban(args.entry, args.stream, until=until)
    lift = code(f"/stream unban {join([args.entry, args.stream])}")
    return Reply(
        f"{code(args.stream)} of {code(args.entry)} is banned until {moment(until)}.",
        after=(f"To lift the ban before: {lift}.",),
        left={"until": until.isoformat()},
    )


def end_of(args: StreamBanArgs, at: datetime) -> datetime:
    """
    When the ban ends, to the second.

    Raises:
        UserError: That is over.
    """
    until = args.until or USUAL
    end = (at.replace(microsecond=0) + SECOND + until) if isinstance(until, timedelta) else until
    if end <= at:
        raise UserError(f"{moment(end)} is over.", hint="Give an end that is still to come, such as `2h`.")
    return end
