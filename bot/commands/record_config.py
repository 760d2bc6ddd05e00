"""How an entry point records."""

from __future__ import annotations

from bot.access.roles import Role
from bot.agora import RecordingSettings
from bot.arguments import Args
from bot.command import Context, Effect, Reply, command
from bot.commands.record_on import RECORDING
from bot.kinds import Entry, Region
from bot.wording import code


class RecordConfigArgs(Args):
    """Which settings to read."""

    entry: Entry
    region: Region


@command(
    "record config",
    role=Role.VIEWER,
    effect=Effect.READ,
    example="/record config live eu",
    docs=RECORDING,
)
async def record_config(args: RecordConfigArgs, ctx: Context) -> Reply:
    """
    Show how recordings of an entry point are made and where they go.

    Keys of the storage are masked.
    """
    settings = await ctx.agora.recording_settings(args.entry, args.region)
    return Reply(f"Recording of {code(args.entry)} in {code(args.region)}", rows=_rows(settings))


def in_one_line(settings: RecordingSettings) -> str:
    """Such as: MP4 and HLS, to `Amazon S3`, `EU_CENTRAL_1`, bucket `shows`, access key `•••1234`."""
    storage = settings.storage
    if storage is None:
        return f"{_formats(settings)}, but no storage"
    parts = [code(part) for part in (storage.vendor, storage.place) if part]
    parts += [f"bucket {code(storage.bucket)}"] if storage.bucket else []
    parts += [f"access key {code(storage.access_key)}"] if storage.access_key else []
    return f"{_formats(settings)}, to {', '.join(parts)}"


def _formats(settings: RecordingSettings) -> str:
    formats = [name for name, on in (("MP4", settings.mp4), ("HLS", settings.hls)) if on]
    return " and ".join(formats) or "none: neither MP4 nor HLS is on"


def _rows(settings: RecordingSettings) -> tuple[str, ...]:
    rows = [f"Files: {_formats(settings)}"]
    storage = settings.storage
    if storage is None:
        return (*rows, "Storage: not set, so `/record on` can't work in this region yet")
    place = f", {code(storage.place)}" if storage.place else ""
    rows.append(f"Storage: {code(storage.vendor)}{place}")
    rows.append(f"Bucket: {code(storage.bucket) if storage.bucket else 'not told'}")
    rows.append(f"Access key: {code(storage.access_key) if storage.access_key else 'not told'}")
    return tuple(rows)
