"""One stream, as Agora sees it now."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

from bot.access.roles import Role
from bot.agora import MEASURED_LATE, AgoraError, Audience, BannedStream, OnlineStream, Quality
from bot.arguments import Args
from bot.command import Context, Effect, Reply, command
from bot.commands.live import REPORTS, since
from bot.commands.parts import asked, hurried, unread
from bot.kinds import Entry, Stream
from bot.wording import ago, code, duration, moment, plural, suggestion
from bot.words import join

MEASURED: Final = timedelta(minutes=15)  # how old the last figure may be
SKEW: Final = timedelta(seconds=5)  # Agora takes no time that is still to come by its own clock
P = TypeVar("P", Quality, Audience)


class StreamShowArgs(Args):
    """Which stream."""

    entry: Entry
    stream: Stream


@command("stream show", role=Role.VIEWER, effect=Effect.READ, example="/stream show live main-stage", docs=REPORTS)
async def stream_show(args: StreamShowArgs, ctx: Context) -> Reply:
    """
    Show whether a stream is live or banned, since when, and how it comes in.

    Bitrate, frame rate and viewers are those of the last minute that Agora has measured, about 3 minutes ago. It
    tells neither codec nor resolution, and not in which region a stream is pushed.
    """
    agora, end = hurried(ctx.agora), ctx.at - SKEW
    span = {"start": end - MEASURED, "end": end}
    online, banned, quality, audience = await asyncio.gather(
        asked(ctx.agora.online_streams(args.entry)),
        asked(agora.banned_streams(args.entry)),
        asked(agora.publish_quality(args.entry, args.stream, **span)),
        asked(agora.play_statistic(args.entry, args.stream, **span)),
    )
    if isinstance(online, AgoraError):
        raise online
    live = next((stream for stream in online if stream.name == args.stream), None)
    if live is None:
        return _not_live(args, online, _ban(args, banned, ctx.at))
    return Reply(
        f"{code(args.stream)} of {code(args.entry)} is live {since(live, ctx.at)}.",
        rows=(*_quality(quality), _viewers(audience), _ban(args, banned, ctx.at)),
        after=("Agora tells neither codec nor resolution, nor in which region it is pushed.",),
    )


def _not_live(args: StreamShowArgs, online: Sequence[OnlineStream], ban: str) -> Reply:
    meant = suggestion(args.stream, [stream.name for stream in online])
    near = (f"{code(meant)} is live: did you mean that?",) if meant else ()
    history, live = (code(f"/stream {verb} {join(names)}") for verb, names in
                     (("history", [args.entry, args.stream]), ("list", [args.entry])))  # fmt: skip
    return Reply(
        f"{code(args.stream)} of {code(args.entry)} is not live.",
        lines=(ban,),
        after=(*near, f"{history} shows when it was, {live} what is live now."),
    )


def _ban(args: StreamShowArgs, banned: Sequence[BannedStream] | AgoraError, now: datetime) -> str:
    if isinstance(banned, AgoraError):
        return f"Whether it is banned {unread(banned)}"
    ban = next((ban for ban in banned if ban.name == args.stream), None)
    if ban is None:
        return "It is not banned."
    until = f"until {moment(ban.until)} ({ago(ban.until, now)})" if ban.until else "until when, Agora does not say"
    lift = code(f"/stream unban {join([args.entry, args.stream])}")
    return f"It is banned {until}: nobody can push it before. {lift} lifts the ban."


def _quality(points: Sequence[Quality] | AgoraError) -> tuple[str, ...]:
    if isinstance(points, AgoraError):
        return (f"How it comes in {unread(points)}",)
    last = _last(points)
    if last is None:
        return (f"How it comes in: Agora has no figure yet; it is about {duration(MEASURED_LATE)} late.",)
    at, seen = last
    rate = "bitrate not told" if seen.bits_per_s is None else f"{seen.bits_per_s / 1000:,.0f} kbit/s"
    frames = "frame rate not told" if seen.frames_per_s is None else f"{seen.frames_per_s} frames a second"
    ways = [f"from {code(seen.pusher)}"] if seen.pusher else []
    ways += [f"to Agora's server {code(seen.server)}"] if seen.server else []
    pushed = (f"Pushed {' '.join(ways)}",) if ways else ()
    return (f"Comes in with {rate}, {frames}, as of {moment(at)}", *pushed)


def _viewers(points: Sequence[Audience] | AgoraError) -> str:
    if isinstance(points, AgoraError):
        return f"How many watch {unread(points)}"
    last = _last(points)
    if last is None or last[1].players is None:
        return f"How many watch: Agora has no figure yet; it is about {duration(MEASURED_LATE)} late."
    at, seen = last
    return f"{plural(seen.players or 0, 'player')} connected, as of {moment(at)}"


def _last(points: Sequence[P]) -> tuple[datetime, P] | None:
    """The newest figure, and of when it is."""
    dated = [(point.at, point) for point in points if point.at is not None]
    return max(dated, key=lambda pair: pair[0], default=None)
