"""
Recording, as the stand-in for Agora does it.

https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/custom-recording/live-stream
"""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.sandbox.agora_memory import RecordingTask, TaskState
from tests.sandbox.agora_by_hand import LIVE, TASKS, Caller, calling, message

RECORD = f"{LIVE}/settings/record/custom"

STORAGE = {"vendor": 1, "region": 0, "bucket": "b", "accessKey": "fake-access", "secretKey": "fake-secret"}


@pytest.fixture
async def call() -> AsyncIterator[Caller]:
    async with calling() as caller:
        yield caller


def body(**fields: Any) -> bytes:
    return json.dumps(fields).encode()


async def test_recording_settings(call: Caller) -> None:
    """
    Recording settings are read with the keys in clear.
    """
    response = await call("GET", f"{RECORD}/regions/eu")

    assert {
        "hlsConfig": {"enabled": True},
        "mp4Config": {"enabled": True},
        "storageConfig": {
            "vendor": 1,
            "region": 7,
            "bucket": "example-recordings",
            "accessKey": "storage-access-key-for-tests",
            "secretKey": "storage-secret-key-for-tests",
        },
    } == response.json()


async def test_no_recording_settings(call: Caller) -> None:
    """
    A region without settings reads as empty; the documentation is silent.
    """
    response = await call("GET", f"{RECORD}/regions/ap")

    assert (200, {}) == (response.status_code, response.json())


async def test_save_recording_settings(call: Caller) -> None:
    """
    Saved settings are read back, and recording is on for the whole entry point then.
    """
    sent = {"mp4Config": {"enabled": True}, "storageConfig": STORAGE}
    changed = await call("PATCH", f"{RECORD}/regions/ap", body(**sent))
    response = await call("GET", f"{RECORD}/regions/ap")

    assert (200, b"") == (changed.status_code, changed.content)
    assert sent == response.json()
    assert call.agora.entry_points["live"].auto


async def test_storage_is_kept(call: Caller) -> None:
    """
    The storage is needed the first time and kept when later settings leave it out.
    """
    await call("PATCH", f"{RECORD}/regions/eu", body(hlsConfig={"enabled": False}, mp4Config={}))
    settings = call.agora.entry_points["live"].regions["eu"]
    first = await call("PATCH", f"{RECORD}/regions/cn", body(hlsConfig={"enabled": False}))

    assert settings is not None
    assert (True, False, "example-recordings") == (settings.mp4, settings.hls, settings.storage.bucket)
    assert (400, "storageConfig is required the first time") == message(first)
    assert call.agora.entry_points["live"].regions["cn"] is None


async def test_storage_region_without_effect(call: Caller) -> None:
    """
    For the vendors whose region has no effect any number goes.
    """
    response = await call("PATCH", f"{RECORD}/regions/eu", body(storageConfig=STORAGE | {"vendor": 5, "region": 99}))

    assert 200 == response.status_code


@pytest.mark.parametrize("enabled", [True, False])
async def test_auto(call: Caller, enabled: bool) -> None:
    """
    Automatic recording is set, and can't be read.
    """
    call.agora.entry_points["live"].auto = not enabled
    changed = await call("PATCH", f"{RECORD}/auto", body(enabled=enabled))

    assert (200, b"") == (changed.status_code, changed.content)
    assert enabled is call.agora.entry_points["live"].auto
    assert 404 == (await call("GET", f"{RECORD}/auto")).status_code


async def test_task_of_a_live_stream(call: Caller) -> None:
    """
    A task for a stream that is live records at once, until the stream ends.
    """
    changed = await call("PUT", f"{TASKS}?id=main-stage")
    tasks = call.agora.entry_points["live"].tasks
    recording = dict(tasks)
    call.agora.stop_push("live", "main-stage")

    assert (200, b"") == (changed.status_code, changed.content)
    assert {("eu", "main-stage"): RecordingTask(call.clock.now, TaskState.RECORDING)} == recording
    assert TaskState.ENDED == tasks["eu", "main-stage"].state


@pytest.mark.parametrize(
    ("wait", "state"),
    [(timedelta(hours=24), TaskState.RECORDING), (timedelta(hours=24, seconds=1), TaskState.LAPSED)],
)
async def test_task_waits(call: Caller, wait: timedelta, state: TaskState) -> None:
    """
    A task waits 24 hours for its stream, and not longer.
    """
    await call("PUT", f"{TASKS}?id=later")
    before = call.agora.entry_points["live"].tasks["eu", "later"]
    call.clock.now += wait
    call.agora.push("live", "later")

    assert TaskState.WAITING == before.state
    assert state == call.agora.entry_points["live"].tasks["eu", "later"].state


async def test_task_of_another_stream(call: Caller) -> None:
    """
    A stream that comes or goes leaves the tasks of others as they are.
    """
    await call("PUT", f"{TASKS}?id=later")
    await call("PUT", f"{TASKS}?id=main-stage")
    call.agora.push("live", "other")
    call.agora.stop_push("live", "other")
    states = {stream: task.state for (_, stream), task in call.agora.entry_points["live"].tasks.items()}

    assert {"later": TaskState.WAITING, "main-stage": TaskState.RECORDING} == states


async def test_task_asked_for_twice(call: Caller) -> None:
    """
    Asking for a task again is answered well and does not renew its 24 hours; the documentation is silent.
    """
    begun = call.clock.now
    await call("PUT", f"{TASKS}?id=later")
    call.clock.advance(hours=1)
    again = await call("PUT", f"{TASKS}?id=later")

    assert 200 == again.status_code
    assert begun == call.agora.entry_points["live"].tasks["eu", "later"].asked_at


async def test_task_after_one_that_lapsed(call: Caller) -> None:
    """
    A task that lapsed can be asked for anew.
    """
    await call("PUT", f"{TASKS}?id=later")
    call.clock.advance(hours=25)
    await call("PUT", f"{TASKS}?id=later")

    expected = RecordingTask(call.clock.now, TaskState.WAITING)
    assert expected == call.agora.entry_points["live"].tasks["eu", "later"]


async def test_stop_task(call: Caller) -> None:
    """
    A task is taken back once; a second time there is none, where the documentation is silent.
    """
    await call("PUT", f"{TASKS}?id=main-stage")
    first = await call("DELETE", f"{TASKS}/main-stage")
    second = await call("DELETE", f"{TASKS}/main-stage")

    assert (200, b"") == (first.status_code, first.content)
    assert (404, "task not found") == message(second)
    assert {} == call.agora.entry_points["live"].tasks


async def test_stop_lapsed_task(call: Caller) -> None:
    """
    A task that lapsed can't be taken back; the documentation is silent.
    """
    await call("PUT", f"{TASKS}?id=later")
    call.clock.advance(hours=25)

    assert (404, "task not found") == message(await call("DELETE", f"{TASKS}/later"))


async def test_tasks_are_by_region(call: Caller) -> None:
    """
    The same stream in another region is another task.
    """
    await call("PUT", f"{TASKS}?id=main-stage")
    response = await call("DELETE", f"{TASKS}/main-stage".replace("/eu/", "/na/"))

    assert (404, "task not found") == message(response)
    assert [("eu", "main-stage")] == list(call.agora.entry_points["live"].tasks)


async def test_task_without_settings(call: Caller) -> None:
    """
    A region without recording settings takes no task; the status is not documented.
    """
    response = await call("PUT", f"{TASKS}?id=main-stage".replace("/eu/", "/cn/"))

    assert (404, "no recording settings in this region") == message(response)
    assert {} == call.agora.entry_points["live"].tasks


async def test_task_with_auto_on(call: Caller) -> None:
    """
    An entry point that records all streams takes no task; the status is not documented.
    """
    call.agora.entry_points["live"].auto = True
    response = await call("PUT", f"{TASKS}?id=main-stage")

    assert (400, "automatic recording is on") == message(response)
    assert {} == call.agora.entry_points["live"].tasks


@pytest.mark.parametrize("query", ["", "?", "?id=", "?name=main-stage", "?id=a&id=b", "?id=a&region=eu", "?ID=a"])
async def test_task_without_stream(call: Caller, query: str) -> None:
    """
    A task needs one stream in the query, and nothing else.
    """
    response = await call("PUT", TASKS + query)

    assert 400 == response.status_code
    assert {} == call.agora.entry_points["live"].tasks
