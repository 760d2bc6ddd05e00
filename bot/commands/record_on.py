"""Record streams."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import model_validator

from bot.access.roles import Role
from bot.arguments import Args
from bot.command import Context, Effect, Reply, Words, command
from bot.commands.streams import streams_form
from bot.kinds import Entry, Keyword, Region, Span, Streams
from bot.times import When
from bot.undo import Found, Step, Undo
from bot.wording import code, named

RECORDING = "https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/custom-recording/live-stream"


class RecordOnArgs(Args):
    """What to record, from when, until when."""

    entry: Entry
    region: Region
    streams: Streams
    at: Annotated[When | None, Keyword("at")] = None
    lasting: Annotated[Span | None, Keyword("for")] = None
    until: Annotated[When | None, Keyword("until")] = None

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if self.lasting and self.until:
            raise ValueError("A recording ends once: say either `for` how long or `until` when.")
        return self


def deed(args: RecordOnArgs) -> str:
    """As a plan says it."""
    return f"record {named(args.streams)} on {code(args.entry)}, region {code(args.region)}"


def back(args: RecordOnArgs, _: Found | None) -> Step:
    """Turn them off; whether they were recorded before can't be asked."""
    return Step(command="record off", args=args.model_dump(mode="json", include={"entry", "region", "streams"}))


@command(
    "record on",
    role=Role.OPERATOR,
    effect=Effect.CHANGE,
    example="/record on live eu main-stage",
    docs=RECORDING,
    button="Start recording",
    undo=Undo(back),
    deed=deed,
    form=streams_form("Start recording"),
)
async def record_on(args: RecordOnArgs, ctx: Context) -> Reply:
    """
    Record one or more streams.

    A stream that is live is recorded from now on, any other from its next push. Agora drops the request
    if that push does not come within 24 hours.

    `at` plans it for later: `at 20:45`, `at tomorrow 09:00`, `at friday 09:00`, `at 2026-12-24 20:45`, in your own
    time zone, or `at 2026-12-24T20:45+01:00`. `for 2h` or `until 23:30` turns it off again by itself; that asks
    first. `/agora planned` lists what is planned.
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
