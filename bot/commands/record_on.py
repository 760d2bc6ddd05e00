"""Record streams."""

from __future__ import annotations

from bot.access.roles import Role
from bot.arguments import Args
from bot.command import Context, Effect, Reply, Words, command
from bot.commands.streams import streams_form
from bot.kinds import Entry, Region, Streams
from bot.wording import code

RECORDING = "https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/custom-recording/live-stream"


class RecordOnArgs(Args):
    """What to record."""

    entry: Entry
    region: Region
    streams: Streams


@command(
    "record on",
    role=Role.OPERATOR,
    effect=Effect.CHANGE,
    example="/record on live eu main-stage",
    docs=RECORDING,
    button="Start recording",
    form=streams_form("Start recording"),
)
async def record_on(args: RecordOnArgs, ctx: Context) -> Reply:
    """
    Record one or more streams.

    A stream that is live is recorded from now on, any other from its next push. Agora drops the request
    if that push does not come within 24 hours.
    """

    async def ask(stream: str) -> None:
        await ctx.agora.enable_recording(args.entry, args.region, stream)

    where = f"{code(args.entry)}, region {code(args.region)}"
    words = Words(
        title=f"Recording asked for on {where}",
        done=lambda stream: f"Recording is asked for: {code(stream)} on {where}.",
        after=("It runs from now on if the stream is live, else from its next push within 24 hours.",),
    )
    return await ctx.each(args.streams, ask, words)
