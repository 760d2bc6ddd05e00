"""When a stream was live."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.access.roles import Role
from bot.agora import HISTORY_LATE, HISTORY_REACHES, HISTORY_SPAN, Push
from bot.arguments import Args
from bot.command import Context, Effect, Reply, command
from bot.commands.live import REPORTS
from bot.commands.stream_show import SKEW
from bot.kinds import Entry, Span, Stream
from bot.wording import code, duration, moment, plural
from bot.words import join

USUAL: Final = timedelta(days=7)
MARGIN: Final = timedelta(minutes=15)  # of what Agora still has: it may be asked a while after the command was typed
LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


class StreamHistoryArgs(Args):
    """Which stream, and how far back."""

    entry: Entry
    stream: Stream
    lasting: Span | None = None


@command(
    "stream history",
    role=Role.VIEWER,
    effect=Effect.READ,
    example="/stream history live main-stage 30d",
    docs=REPORTS,
)
async def stream_history(args: StreamHistoryArgs, ctx: Context) -> Reply:
    """
    Show when a stream was live, how often and how long in all.

    Of the last 7 days, or of the time that you give, such as `12h` or `30d`; Agora keeps 60 days. A push is in it
    about 2 hours after it has ended.
    """
    wanted = args.lasting or USUAL
    span, end = min(wanted, HISTORY_REACHES), ctx.at - SKEW
    start = max(end - span, ctx.at - HISTORY_REACHES + MARGIN)
    found = await asyncio.gather(
        *(
            ctx.agora.publish_history(args.entry, args.stream, start=first, end=last)
            for first, last in _queries(start, end)
        )
    )
    pushes = list(dict.fromkeys(push for part in found for push in part))
    pushes.sort(key=lambda push: push.ended_at or push.started_at or LONG_AGO, reverse=True)
    return Reply(
        f"{_total(args, pushes)} in the last {duration(span)}.",
        lines=_limits(wanted),
        rows=tuple(map(_row, pushes)),
        after=(_late(args),),
    )


def _limits(wanted: timedelta) -> tuple[str, ...]:
    """What Agora can't tell of the time asked for."""
    if wanted > HISTORY_REACHES:
        return (f"You asked for {duration(wanted)}; Agora keeps no more than {duration(HISTORY_REACHES)}.",)
    if wanted <= HISTORY_LATE:
        return ("It can't know of any yet in so short a time.",)
    return ()


def _queries(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The time asked for, in pieces that Agora takes, the newest first; a push may be told with two of them."""
    while end - start > HISTORY_SPAN:
        yield end - HISTORY_SPAN, end
        end -= HISTORY_SPAN
    yield start, end


def _total(args: StreamHistoryArgs, pushes: Sequence[Push]) -> str:
    name = f"{code(args.stream)} of {code(args.entry)}"
    if not pushes:
        return f"Agora knows of no push of {name} that ended"
    known = [push.lasted for push in pushes if push.lasted is not None]
    least = "" if len(known) == len(pushes) else "at least "
    return f"{name} was live {plural(len(pushes), 'time')}, {least}{duration(sum(known, timedelta()))} in all,"


def _row(push: Push) -> str:
    began = moment(push.started_at) if push.started_at else "a time that Agora does not say"
    ended = moment(push.ended_at) if push.ended_at else "a time that Agora does not say"
    return f"{began} to {ended}" + (f" ({duration(push.lasted)})" if push.lasted is not None else "")


def _late(args: StreamHistoryArgs) -> str:
    show = code(f"/stream show {join([args.entry, args.stream])}")
    return f"A push is in it about {duration(HISTORY_LATE)} after its end. {show} says whether it is live now."
