"""What bans and lifted bans have in common: the stream, and how each is turned back."""

from __future__ import annotations

from datetime import datetime

from bot.arguments import Args
from bot.command import Context
from bot.kinds import Entry, Stream
from bot.undo import Found, Step
from bot.wording import moment


class OneStream(Args):
    """Which stream."""

    entry: Entry
    stream: Stream


async def read(args: OneStream, ctx: Context) -> Found:
    """Until when it is banned; no end, if it is not."""
    bans = {ban.name: ban.until for ban in await ctx.agora.banned_streams(args.entry)}
    until = bans.get(args.stream)
    return {"until": until.isoformat() if until else "unknown"} if args.stream in bans else {"until": None}


def says(held: Found) -> str:
    """As people read it."""
    match held["until"]:
        case None:
            return "not banned"
        case "unknown":
            return "banned"
        case until:
            return f"banned until {moment(datetime.fromisoformat(until))}"


def back(args: OneStream, held: Found | None) -> Step | None:
    """As it was before: banned until the end that it had, or not at all."""
    if held is None or held["until"] == "unknown":
        return None
    step = {"entry": args.entry, "stream": args.stream}
    if held["until"] is None:
        return Step(command="stream unban", args=step)
    return Step(command="stream ban", args={**step, "until": held["until"]})
