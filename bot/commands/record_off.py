"""Stop recording streams."""

from __future__ import annotations

from datetime import datetime

from bot.access.roles import Role
from bot.arguments import Args
from bot.command import Context, Effect, Preview, Reply, Words, command
from bot.commands.record_on import RECORDING
from bot.commands.streams import streams_form
from bot.kinds import Entry, Region, Streams
from bot.undo import Found, Step, Undo
from bot.wording import code, moment, named, sentence

SHOWN = 10


class RecordOffArgs(Args):
    """What not to record any longer."""

    entry: Entry
    region: Region
    streams: Streams


def deed(args: RecordOffArgs) -> str:
    """As a plan says it."""
    return f"stop recording {named(args.streams)} on {code(args.entry)}, region {code(args.region)}"


async def preview(args: RecordOffArgs, ctx: Context) -> Preview:
    """Which of the streams are live now; whether they are being recorded can't be asked."""
    online = await ctx.glimpse(ctx.agora.online_streams(args.entry))
    now = None
    if online is not None:
        live = {stream.name: stream.started_at for stream in online}
        rows = [_state(stream, live) for stream in dict.fromkeys(args.streams)]
        rows[SHOWN:] = [f"and {len(rows) - SHOWN} more"] if len(rows) > SHOWN else []
        now = f"{'; '.join(rows)}."
    return Preview(
        question=f"{sentence(deed(args))}?",
        button="Stop recording",
        now=now,
        then="not recorded any longer; what was recorded so far is kept.",
    )


def back(args: RecordOffArgs, _: Found | None) -> Step:
    """Record them again."""
    return Step(command="record on", args=args.model_dump(mode="json"))


@command(
    "record off",
    role=Role.OPERATOR,
    effect=Effect.DISRUPTIVE,
    example="/record off live eu main-stage",
    docs=RECORDING,
    preview=preview,
    button="Stop recording",
    deed=deed,
    form=streams_form("Stop recording…"),
    undo=Undo(back),
)
async def record_off(args: RecordOffArgs, ctx: Context) -> Reply:
    """
    Stop recording one or more streams.

    What was recorded so far is kept. Other streams of the entry point are not touched.
    """

    async def stop(stream: str) -> None:
        await ctx.agora.disable_recording(args.entry, args.region, stream)

    where = f"{code(args.entry)}, region {code(args.region)}"
    words = Words(
        title=f"Recording turned off on {where}",
        done=lambda stream: f"Recording is off: {code(stream)} on {where}.",
    )
    return await ctx.each(args.streams, stop, words)


def _state(stream: str, live: dict[str, datetime | None]) -> str:
    if stream not in live:
        return f"{code(stream)} is not live"
    since = live[stream]
    return f"{code(stream)} is live" + (f" since {moment(since)}" if since else "")
