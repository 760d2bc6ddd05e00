"""An entry point at one look."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from bot.access import protecting
from bot.access.freezing import described, over
from bot.access.roles import Role
from bot.agora import REGIONS, AgoraError, BannedStream, NotFound, OnlineStream, RecordingSettings, Region
from bot.arguments import Args
from bot.audit import Record
from bot.command import Context, Effect, Reply, command
from bot.commands import agora_planned
from bot.commands.live import REPORTS, SHOWN, count_live, since
from bot.commands.parts import asked, hurried, unread
from bot.commands.record_config import in_one_line
from bot.commands.transfer_set import describe
from bot.kinds import Entry
from bot.planned import Planned
from bot.wording import code, listing, moment, person, plural
from bot.words import join

LAST: Final = 3  # things done, and things planned


class AgoraStatusArgs(Args):
    """Which entry point."""

    entry: Entry


@command("agora status", role=Role.VIEWER, effect=Effect.READ, example="/agora status live", docs=REPORTS)
async def agora_status(args: AgoraStatusArgs, ctx: Context) -> Reply:
    """
    Show all of an entry point: what is live, how it is set, what was done there, and what is planned.

    Whether automatic recording is on, and which streams are being recorded, Agora does not tell; what the bot did
    last is from its audit trail.
    """
    agora, regions = hurried(ctx.agora), [region for region, _ in REGIONS]
    live, transfer, banned, recording = await asyncio.gather(
        asked(agora.online_streams(args.entry)),
        asked(agora.transfer(args.entry)),
        asked(agora.banned_streams(args.entry)),
        asyncio.gather(*(asked(agora.recording_settings(args.entry, region)) for region in regions)),
    )
    missing = [part for part in (live, transfer, banned, *recording) if isinstance(part, AgoraError)]
    if len(missing) == len(regions) + 3:
        raise min(missing, key=_may_pass)  # what will not pass by itself says more
    plans = [plan for plan in await ctx.plans() if plan.entry == args.entry]
    protection = ctx.holding.protects(args.entry)
    again = "To read again what could not be read, type the command again."
    return Reply(
        f"{code(args.entry)}: {_headline(live)}.",
        lines=(
            *map(described, over(ctx.holding.freezes, args.entry)),
            *((protecting.described(protection),) if protection else ()),
            _live(args.entry, live, ctx.at),
            f"Transfer: {unread(transfer) if isinstance(transfer, AgoraError) else f'{describe(transfer)}.'}",
            *_recording(dict(zip(regions, recording, strict=True))),
            _banned(banned),
            *_done(await ctx.last_done(args.entry, LAST)),
            *_planned(plans, ctx.at),
        ),
        after=(again,) if any(map(_may_pass, missing)) else (),
    )


def _headline(live: Sequence[OnlineStream] | AgoraError) -> str:
    return "what is live could not be read" if isinstance(live, AgoraError) else f"{count_live(live)} live now"


def _live(entry: str, live: Sequence[OnlineStream] | AgoraError, now: datetime) -> str:
    if isinstance(live, AgoraError):
        return f"Live: {unread(live)}"
    rows = [f"{code(stream.name)} {since(stream, now)}" for stream in live]
    return _several("Live", rows, f", which {code(f'/stream list {join([entry])}')} lists")


def _recording(found: dict[Region, RecordingSettings | AgoraError]) -> Iterator[str]:
    """A line for each region that has settings, and one for all that have none."""
    without = []
    for region, settings in found.items():
        if isinstance(settings, NotFound) or settings == RecordingSettings(mp4=False, hls=False, storage=None):
            without.append(code(region))
        elif isinstance(settings, AgoraError):
            yield f"Recording in {code(region)}: {unread(settings)}"
        else:
            yield f"Recording in {code(region)}: {in_one_line(settings)}."
    if without:
        yield f"Recording in {listing(without)}: no settings, so nothing can be recorded there."


def _banned(banned: Sequence[BannedStream] | AgoraError) -> str:
    if isinstance(banned, AgoraError):
        return f"Banned: {unread(banned)}"
    rows = [f"{code(ban.name)} until {moment(ban.until)}" if ban.until else code(ban.name) for ban in banned]
    return _several("Banned", rows)


def _done(records: Sequence[Record]) -> Iterator[str]:
    if not records:
        yield "Done last by the bot: nothing that it knows of."
    for record in records:
        yield f"Done {moment(record.at)}, asked by {person(record.actor)}: {record.detail or record.outcome}"


def _planned(plans: Sequence[Planned], now: datetime) -> Iterator[str]:
    if not plans:
        yield "Planned: nothing."
    for plan in plans[:LAST]:
        yield f"Planned: {agora_planned.row(plan, now)}."
    if len(plans) > LAST:
        yield f"{plural(len(plans) - LAST, 'more plan')}: `/agora planned` lists them."


def _several(title: str, rows: Sequence[str], lister: str = "") -> str:
    """The first few, and by what to list them all."""
    shown = [*rows[:SHOWN], f"and {len(rows) - SHOWN} more{lister}"] if len(rows) > SHOWN else rows
    return f"{title}: {'; '.join(shown) or 'no stream'}."


def _may_pass(error: AgoraError) -> bool:
    return error.retry_helps
