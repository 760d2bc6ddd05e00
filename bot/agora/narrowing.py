"""A vague error, narrowed down by looking at what there is at Agora."""

from __future__ import annotations

import asyncio
import difflib
from dataclasses import replace
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from bot.agora.calls import Call, in_words
from bot.agora.causes import SUPPORT
from bot.agora.client import AgoraClient
from bot.agora.errors import AgoraError, BadRequest, Conflict, NotFound, ServerError
from bot.agora.explanations import Explanation, explain
from bot.agora.models import Region, Transfer
from bot.agora.plain import quoted

# Each look; somebody is waiting for the words.
LONGEST_LOOK: Final = timedelta(seconds=3)
MOST_NAMED: Final = 5


async def narrow(client: AgoraClient, error: AgoraError) -> Explanation:
    """Explain *error*, after at most two short looks at Agora. Never raises: where looking fails, `explain` says it."""
    known = explain(error)
    looking = client.hurried(LONGEST_LOOK)
    try:
        return await _looked(looking, error, known) or known
    except Exception:  # noqa: BLE001 - the error to explain is what counts; a look that fails adds nothing to it
        return known


async def _looked(client: AgoraClient, error: AgoraError, known: Explanation) -> Explanation | None:
    call = error.call
    if error.changed == "unknown" and call.name in READABLE:
        return await READABLE[call.name](client, call, known)
    if call.entry is None or not isinstance(error, NotFound | BadRequest | Conflict | ServerError):
        return None
    if isinstance(error, NotFound):
        missing = await _missing_entry(client, error, known)
        if missing:
            return missing
    if call.name == "recording_settings" and isinstance(error, NotFound):
        return _without_settings(call, known)
    if call.name == "enable_recording":
        return await _missing_settings(client, error, known)
    return _known_entry(error, known)


async def _missing_entry(client: AgoraClient, error: AgoraError, known: Explanation) -> Explanation | None:
    entry = error.call.entry or ""
    async with asyncio.timeout(LONGEST_LOOK.total_seconds()):
        names = await client.entry_points()
    # `live` is always there, so an empty list is not an answer to believe.
    if not names or entry in names:
        return None
    return replace(
        known,
        causes=(f"There is no entry point {quoted(entry)}. {_suggestion(entry, names)}",),
        # Where there is nothing, an earlier try without a clear answer changed nothing either.
        state="Nothing was changed." if error.call.changes else known.state,
        done=False if error.changed == "unknown" else None,
        advice="Try again with the right name.",
        retry_helps=False,
    )


def _suggestion(entry: str, names: tuple[str, ...]) -> str:
    by_folded = {name.casefold(): name for name in names}
    close = difflib.get_close_matches(entry.casefold(), by_folded, n=1)
    if close:
        return f"Did you mean {quoted(by_folded[close[0]])}?"
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"There are: {', '.join(quoted(name) for name in names[:MOST_NAMED])}{more}."


async def _missing_settings(client: AgoraClient, error: AgoraError, known: Explanation) -> Explanation | None:
    call = error.call
    if call.entry is None or call.region is None:
        return None
    try:
        async with asyncio.timeout(LONGEST_LOOK.total_seconds()):
            settings = await client.recording_settings(call.entry, call.region)
    except NotFound:
        return _without_settings(call, known)
    if settings.storage is None:
        # What a region that was never set up answers is not documented; nothing turned on says the same as a 404.
        return _without_storage(call, known) if settings.mp4 or settings.hls else _without_settings(call, known)
    return _with_settings(error, known)


def _without_settings(call: Call, known: Explanation) -> Explanation:
    where = _where(call.entry, call.region)
    return replace(
        known,
        causes=(f"No recording settings are saved for {where}.",),
        advice=f"Save recording settings for {where} first. That turns automatic recording on: turn it off afterwards.",
        retry_helps=False,
    )


def _without_storage(call: Call, known: Explanation) -> Explanation:
    where = _where(call.entry, call.region)
    return replace(
        known,
        causes=(f"The recording settings of {where} name no storage to record into.",),
        advice=f"Add the storage to the recording settings of {where}, then try again.",
        retry_helps=False,
    )


def _with_settings(error: AgoraError, known: Explanation) -> Explanation | None:
    """Entry point, settings and storage are there: leave out the causes that are ruled out."""
    if isinstance(error, ServerError):
        return None
    entry, stream = quoted(error.call.entry or ""), quoted(error.call.stream or "")
    switch = f"Automatic recording of {entry} may be on: then Agora doesn't take single streams."
    return replace(
        known,
        causes=(f"{switch} Agora can't be asked about that.", f"Agora may not take the name {stream}."),
        advice=f"Settings and storage are there. Turn automatic recording of {entry} off, then try again.",
    )


def _known_entry(error: AgoraError, known: Explanation) -> Explanation | None:
    """The entry point is there, so it is something else."""
    if not isinstance(error, NotFound):
        return None
    entry = quoted(error.call.entry or "")
    others = tuple(cause for cause in known.causes if cause != f"There is no entry point {entry}.")
    match error.call.name:
        case "set_automatic_recording":
            advice = f"Save recording settings for a region of {entry} first."
        case "disable_recording" | "online_stream" | "unban" | "publish_history" | "publish_quality" | "play_statistic":
            advice = f"The entry point {entry} is there. {known.advice}"
        case _:
            advice = f"The entry point {entry} is there. Ask {SUPPORT}, with the request id."
    return replace(known, causes=others, advice=advice)


async def _transfer_now(client: AgoraClient, call: Call, known: Explanation) -> Explanation | None:
    wanted = call.wanted
    if call.entry is None or wanted is None:
        return None
    async with asyncio.timeout(LONGEST_LOOK.total_seconds()):
        found = await client.transfer(call.entry)
    done = found.enabled == wanted.enabled and wanted.callback_url in {None, found.callback_url}
    return _seen(known, _transfer_in_words(call.entry, found), done=done)


async def _ban_now(client: AgoraClient, call: Call, known: Explanation) -> Explanation | None:
    if call.entry is None or call.stream is None:
        return None
    async with asyncio.timeout(LONGEST_LOOK.total_seconds()):
        banned = {one.name: one.until for one in await client.banned_streams(call.entry)}
    there, until = call.stream in banned, banned.get(call.stream)
    now = f"{quoted(call.stream)} is {'banned' if there else 'not banned'} now."
    if call.name == "unban":
        return _seen(known, now, done=not there)
    # A ban from before has another end; Agora tells it to the second.
    meant = there and (until is None or call.until is None or abs(until - call.until) < timedelta(seconds=1))
    return _seen(known, now if meant or not there else f"{now[:-1]}, with another end.", done=meant)


def _seen(known: Explanation, now: str, *, done: bool) -> Explanation:
    """What looking has shown: what was asked for, or not."""
    if done:
        meant, advice = "That is what was asked for.", "There is nothing to do."
        return replace(known, state=f"{now} {meant}", advice=advice, done=True, retry_helps=False)
    return replace(known, state=f"{now} That is not what was asked for, as of now.", done=False, retry_helps=True)


READABLE: Final = {"set_transfer": _transfer_now, "ban": _ban_now, "unban": _ban_now}


def _transfer_in_words(entry: str, found: Transfer) -> str:
    """Say what is set; of the address only the host, since the rest may hold a secret."""
    host = _host(found.callback_url)
    address = f", with a callback address at {quoted(host)}" if host else ""
    return f"Transfer of {quoted(entry)} is {'on' if found.enabled else 'off'} now{address}."


def _host(address: str | None) -> str | None:
    try:
        return urlsplit(address or "").hostname
    except ValueError:
        return None


def _where(entry: str | None, region: Region | None) -> str:
    return f"{quoted(entry or '')} in {in_words(region) if region else 'this region'}"
