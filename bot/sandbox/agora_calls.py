"""
The calls of Agora's API that the stand-in serves, each as documented.

Where the documentation is silent the strictest plausible answer is given, so that nobody relies on a kind one.
"""

from collections.abc import Mapping
from typing import Any, Final

from bot.sandbox.agora_answers import Answer, RefusedError, done, found
from bot.sandbox.agora_bans import ban, list_banned, unban
from bot.sandbox.agora_bodies import (
    EnabledBody,
    FormatBody,
    RecordingBody,
    StorageBody,
    TransferBody,
    read_body,
)
from bot.sandbox.agora_memory import EntryPoint, Memory, RecordingSettings, Storage, Transfer
from bot.sandbox.agora_reports import (
    get_online_stream,
    list_online_streams,
    play_statistic,
    publish_history,
    publish_quality,
)
from bot.sandbox.agora_routes import Request, Route, find, query_of


def list_entry_points(memory: Memory, request: Request) -> Answer:
    """Answer with the names of all entry points."""
    request.takes_nothing()
    return found({"entryPointList": [{"name": name} for name in memory.entry_points]})


def get_transfer(memory: Memory, request: Request) -> Answer:
    """
    Answer with the transfer settings; an address that was never set is left out.

    https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/stream-transfer
    """
    request.takes_nothing()
    transfer = request.entry(memory).transfer
    address = {} if transfer.callback_url is None else {"callbackUrl": transfer.callback_url}
    return found({"enabled": transfer.enabled, **address})


def set_transfer(memory: Memory, request: Request) -> Answer:
    """
    Replace the transfer settings.

    Whether a field that is left out keeps its value is not documented; here it does not.

    https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/stream-transfer
    """
    request.takes_no_query()
    entry = request.entry(memory)
    body = read_body(TransferBody, request.content_type, request.body)
    entry.transfer = Transfer(body.enabled, body.callback_url)
    return done()


def get_recording_settings(memory: Memory, request: Request) -> Answer:
    """Answer with the settings of a region, keys in clear; `{}` without any, where the documentation is silent."""
    request.takes_nothing()
    settings = request.entry(memory).regions.get(request.region)
    return found(_shown(settings) if settings else {})


def set_recording_settings(memory: Memory, request: Request) -> Answer:
    """
    Save the settings of a region, which turns recording on for the whole entry point.

    https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/custom-recording/live-stream
    """
    request.takes_no_query()
    entry, region = request.entry(memory), request.region
    body = read_body(RecordingBody, request.content_type, request.body)
    entry.regions[region] = _merged(entry.regions.get(region), body)
    entry.auto = True
    return done()


def set_auto(memory: Memory, request: Request) -> Answer:
    """Turn recording of all streams on or off; there is no way to read it."""
    request.takes_no_query()
    entry = request.entry(memory)
    entry.auto = read_body(EnabledBody, request.content_type, request.body).enabled
    return done()


def start_task(memory: Memory, request: Request) -> Answer:
    """
    Record one stream, named in the query.

    Settings of the region and automatic recording off are documented as needed; what their lack answers is not.
    Here 404 without settings, 400 with automatic recording on.

    https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/custom-recording/live-stream
    """
    request.takes_no_body()
    query = query_of(request.query)
    entry, region = request.entry(memory), request.region
    if set(query) != {"id"} or not query["id"]:
        raise RefusedError(400, "the query has to be id and nothing else")
    _require_ready(entry, region)
    entry.record(region, query["id"], memory.clock())
    return done()


def stop_task(memory: Memory, request: Request) -> Answer:
    """Stop recording one stream; 404 if nothing waits or records, where the documentation is silent."""
    request.takes_nothing()
    entry, key = request.entry(memory), (request.region, request.name("stream_name"))
    entry.settle(memory.clock())
    task = entry.tasks.get(key)
    if task is None or not task.open:
        raise RefusedError(404, "task not found")
    del entry.tasks[key]
    return done()


_PROJECT: Final = "/v1/projects/{appid}/fls"
_ENTRY: Final = _PROJECT + "/entry_points/{entry_point}"
_RECORD: Final = _ENTRY + "/settings/record/custom"
_BANNED: Final = _ENTRY + "/admin/banned_streams"
_TASKS: Final = _ENTRY + "/admin/record/custom/regions/{region}/tasks"

ROUTES: Final = (
    Route("GET", _PROJECT + "/entry_points", list_entry_points),
    Route("GET", _ENTRY + "/reports/online_streams", list_online_streams),
    Route("GET", _ENTRY + "/reports/online_streams/{stream_name}", get_online_stream),
    Route("GET", _ENTRY + "/reports/publish_history", publish_history),
    Route("GET", _ENTRY + "/reports/publish_quality", publish_quality),
    Route("GET", _ENTRY + "/reports/stream_play_statistic", play_statistic),
    Route("GET", _BANNED, list_banned),
    Route("PATCH", _BANNED + "/{stream_name}", ban),
    Route("DELETE", _BANNED + "/{stream_name}", unban),
    Route("GET", _ENTRY + "/settings/transfer", get_transfer),
    Route("PATCH", _ENTRY + "/settings/transfer", set_transfer),
    Route("GET", _RECORD + "/regions/{region}", get_recording_settings),
    Route("PATCH", _RECORD + "/regions/{region}", set_recording_settings),
    Route("PATCH", _RECORD + "/auto", set_auto),
    Route("PUT", _TASKS, start_task),
    Route("DELETE", _TASKS + "/{stream_name}", stop_task),
)


def carry_out(memory: Memory, method: str, target: str, content_type: str, body: bytes) -> Answer:
    """Do what a well-signed request asks for, or say why not."""
    path, _, query = target.partition("?")
    try:
        route, names = find(ROUTES, method, path)
        request = Request(names, query, content_type, body)
        if request.name("appid") != memory.app_id:  # 400 is documented for an empty one
            raise RefusedError(400, "invalid appid")
        return route.handler(memory, request)
    except RefusedError as refused:
        return refused.answer


def stream_of(method: str, target: str) -> str | None:
    """Give the name of the stream that a request is about; None if it is about none, or can't be read."""
    path, _, query = target.partition("?")
    try:
        route, names = find(ROUTES, method, path)
        if "stream_name" in names:
            return Request(names, query, "", b"").name("stream_name")
        return query_of(query).get("id" if route.handler is start_task else "stream_name")
    except RefusedError:
        return None


def _require_ready(entry: EntryPoint, region: str) -> None:
    if entry.regions.get(region) is None:
        raise RefusedError(404, "no recording settings in this region")
    if entry.auto:
        raise RefusedError(400, "automatic recording is on")


def _merged(before: RecordingSettings | None, body: RecordingBody) -> RecordingSettings:
    kept = before.storage if before else None
    storage = _storage(body.storage_config) if body.storage_config else kept
    if storage is None:
        raise RefusedError(400, "storageConfig is required the first time")
    return RecordingSettings(
        storage,
        mp4=_flag(body.mp4_config, before.mp4 if before else None),
        hls=_flag(body.hls_config, before.hls if before else None),
    )


def _flag(body: FormatBody | None, before: bool | None) -> bool | None:
    return before if body is None or body.enabled is None else body.enabled


def _storage(body: StorageBody) -> Storage:
    return Storage(body.vendor, body.region, body.bucket, body.access_key, body.secret_key)


def _shown(settings: RecordingSettings) -> Mapping[str, Any]:
    storage = settings.storage
    formats = {"hlsConfig": settings.hls, "mp4Config": settings.mp4}
    return {name: {"enabled": enabled} for name, enabled in formats.items() if enabled is not None} | {
        "storageConfig": {
            "vendor": storage.vendor,
            "region": storage.region,
            "bucket": storage.bucket,
            "accessKey": storage.access_key,
            "secretKey": storage.secret_key,
        }
    }
