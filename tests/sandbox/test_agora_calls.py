"""
The documented calls of the stand-in for Agora, and what it refuses.

https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/
"""
# ruff: noqa: SIM300 - the house puts what is expected first

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.sandbox.agora_memory import RecordingTask, TaskState, Transfer
from tests.sandbox.agora_by_hand import JSON, LIVE, PROJECT, TASKS, Caller, calling, message

NO_ROUTE = (404, "no Route matched with those values")
RECORD = f"{LIVE}/settings/record/custom"
STORAGE = {"vendor": 1, "region": 0, "bucket": "b", "accessKey": "fake-access", "secretKey": "fake-secret"}


@pytest.fixture
async def call() -> AsyncIterator[Caller]:
    async with calling() as caller:
        yield caller


def body(**fields: Any) -> bytes:
    return json.dumps(fields).encode()


async def test_entry_points(call: Caller) -> None:
    """
    The entry points of the project are listed by name.
    """
    response = await call("GET", f"{PROJECT}/entry_points")

    assert {"entryPointList": [{"name": "live"}, {"name": "sports"}]} == response.json()


async def test_online_streams(call: Caller) -> None:
    """
    Live streams are listed with the time they started, as RFC 3339.
    """
    call.agora.push("live", "second stage")
    response = await call("GET", f"{LIVE}/reports/online_streams")

    assert {
        "streamList": [
            {"name": "main-stage", "startTime": "2024-01-02T02:44:05Z"},
            {"name": "second stage", "startTime": "2024-01-02T03:04:05Z"},
        ]
    } == response.json()


async def test_no_online_streams(call: Caller) -> None:
    """
    An entry point without a live stream has an empty list.
    """
    call.agora.stop_push("live", "main-stage")
    response = await call("GET", f"{LIVE}/reports/online_streams")

    assert {"streamList": []} == response.json()


async def test_online_stream(call: Caller) -> None:
    """
    One live stream is told with the time it started.
    """
    response = await call("GET", f"{LIVE}/reports/online_streams/main-stage")

    assert {"startTime": "2024-01-02T02:44:05Z"} == response.json()


async def test_stream_not_live(call: Caller) -> None:
    """
    A stream that is not live gives 404; the documentation is silent.
    """
    response = await call("GET", f"{LIVE}/reports/online_streams/other")

    assert (404, "stream not found") == message(response)


async def test_transfer_at_first(call: Caller) -> None:
    """
    Transfer is off and has no address until one is set.
    """
    response = await call("GET", f"{LIVE}/settings/transfer")

    assert {"enabled": False} == response.json()


async def test_set_transfer(call: Caller) -> None:
    """
    Transfer settings are kept, read back, and the change answers without a body.
    """
    sent = {"enabled": True, "callbackUrl": "https://hooks.example.com/transfer"}
    changed = await call("PATCH", f"{LIVE}/settings/transfer", body(**sent))
    response = await call("GET", f"{LIVE}/settings/transfer")

    assert (200, b"") == (changed.status_code, changed.content)
    assert sent == response.json()


@pytest.mark.parametrize("sent", [{}, {"enabled": False}])
async def test_transfer_forgets_what_is_left_out(call: Caller, sent: dict[str, Any]) -> None:
    """
    A field that is left out does not keep its value; the documentation is silent.
    """
    call.agora.entry_points["live"].transfer = Transfer(enabled=True, callback_url="https://hooks.example.com/")
    await call("PATCH", f"{LIVE}/settings/transfer", body(**sent))

    assert Transfer() == call.agora.entry_points["live"].transfer


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


@pytest.mark.parametrize("enabled", [True, False])
async def test_auto(call: Caller, enabled: bool) -> None:
    """
    Automatic recording is set, and can't be read.
    """
    call.agora.entry_points["live"].auto = not enabled
    changed = await call("PATCH", f"{RECORD}/auto", body(enabled=enabled))

    assert (200, b"") == (changed.status_code, changed.content)
    assert enabled is call.agora.entry_points["live"].auto
    assert NO_ROUTE == message(await call("GET", f"{RECORD}/auto"))


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


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("a%20b", "a b"),
        ("a%2Fb", "a/b"),
        ("a%2fb", "a/b"),
        ("100%25", "100%"),
        ("%252F", "%2F"),
        ("%C3%BCn%C3%AF", "ünï"),
        ("a%3Fb%23c%26d%3De", "a?b#c&d=e"),
        ("a%2Bb", "a+b"),
        ("a:b@c!$'()*,;~", "a:b@c!$'()*,;~"),
    ],
)
async def test_names_are_decoded_once(call: Caller, raw: str, name: str) -> None:
    """
    A name arrives the same from the query and from the path, decoded exactly once.
    """
    asked = await call("PUT", f"{TASKS}?id={raw}")
    tasks = list(call.agora.entry_points["live"].tasks)
    stopped = await call("DELETE", f"{TASKS}/{raw}")

    assert [200, 200] == [asked.status_code, stopped.status_code]
    assert [("eu", name)] == tasks
    assert [name, name] == [one.stream for one in call.agora.calls]


async def test_plus(call: Caller) -> None:
    """
    A plus sign is a blank in the query and itself in the path.
    """
    await call("PUT", f"{TASKS}?id=a+b")
    refused = await call("DELETE", f"{TASKS}/a+b")

    assert [("eu", "a b")] == list(call.agora.entry_points["live"].tasks)
    assert 404 == refused.status_code


async def test_decoded_slash_in_path_is_another_call(call: Caller) -> None:
    """
    A name with a slash that is not encoded means another path, and there is none.
    """
    response = await call("DELETE", f"{TASKS}/a/b")

    assert NO_ROUTE == message(response)


@pytest.mark.parametrize("raw", ["%", "%2", "%zz", "%FF"])
async def test_bad_escapes(call: Caller, raw: str) -> None:
    """
    Escapes that are none, and bytes that are no UTF-8, are refused.
    """
    statuses = [
        (await call(method, target)).status_code
        for method, target in [("PUT", f"{TASKS}?id={raw}"), ("DELETE", f"{TASKS}/{raw}")]
    ]

    assert [400, 400] == statuses


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "/"),
        ("GET", "/elsewhere"),
        ("GET", f"{PROJECT}/entry_points/"),
        ("GET", f"{PROJECT}/Entry_points"),
        ("GET", f"{PROJECT}//entry_points"),
        ("GET", f"{PROJECT}/domains"),
        ("POST", f"{PROJECT}/entry_points"),
        ("PUT", f"{LIVE}/settings/transfer"),
        ("POST", f"{LIVE}/settings/transfer"),
        ("GET", TASKS),
        ("PUT", f"{TASKS}/main-stage"),
        ("DELETE", f"{TASKS}/"),
        ("DELETE", f"{TASKS}?id=main-stage"),
        ("GET", f"{LIVE}/reports/online_streams/"),
        ("GET", f"{LIVE}/../sports/settings/transfer"),
        ("HEAD", f"{PROJECT}/entry_points"),
    ],
)
async def test_no_route(call: Caller, method: str, target: str) -> None:
    """
    Any other path or method is answered as a gateway would.
    """
    response = await call(method, target)

    assert 404 == response.status_code
    assert method == "HEAD" or NO_ROUTE == message(response)


ALL_OF_AN_ENTRY = [
    ("GET", "/reports/online_streams", b""),
    ("GET", "/reports/online_streams/main-stage", b""),
    ("GET", "/settings/transfer", b""),
    ("PATCH", "/settings/transfer", b'{"enabled":false}'),
    ("GET", "/settings/record/custom/regions/eu", b""),
    ("PATCH", "/settings/record/custom/regions/eu", b"{}"),
    ("PATCH", "/settings/record/custom/auto", b'{"enabled":false}'),
    ("PUT", "/admin/record/custom/regions/eu/tasks?id=main-stage", b""),
    ("DELETE", "/admin/record/custom/regions/eu/tasks/main-stage", b""),
]
ALL = [
    *((method, LIVE + rest, sent) for method, rest, sent in ALL_OF_AN_ENTRY),
    ("GET", f"{PROJECT}/entry_points", b""),
]


@pytest.mark.parametrize(("method", "rest", "sent"), ALL_OF_AN_ENTRY)
async def test_unknown_entry_point(call: Caller, method: str, rest: str, sent: bytes) -> None:
    """
    An unknown entry point gives 404, an empty one 400.
    """
    unknown = await call(method, f"{PROJECT}/entry_points/Live{rest}", sent)
    empty = await call(method, f"{PROJECT}/entry_points/{rest}", sent)

    assert (404, "entry point not found") == message(unknown)
    assert (400, "invalid entry point") == message(empty)


@pytest.mark.parametrize(("method", "target", "sent"), ALL)
@pytest.mark.parametrize("app_id", ["", "f" * 32])
async def test_unknown_app_id(call: Caller, method: str, target: str, sent: bytes, app_id: str) -> None:
    """
    An App ID that is empty or not of this customer gives 400.
    """
    response = await call(method, target.replace("0123456789abcdef0123456789abcdef", app_id), sent)

    assert (400, "invalid appid") == message(response)


@pytest.mark.parametrize(("method", "rest", "sent"), [row for row in ALL_OF_AN_ENTRY if "/regions/" in row[1]])
@pytest.mark.parametrize("region", ["us", "EU", "", "eu%20"])
async def test_wrong_region(call: Caller, method: str, rest: str, sent: bytes, region: str) -> None:
    """
    A region that there is not gives 400.
    """
    response = await call(method, LIVE + rest.replace("/eu", f"/{region}"), sent)

    assert (400, "invalid region") == message(response)


@pytest.mark.parametrize(("method", "target"), [row[:2] for row in ALL if not row[2]])
async def test_body_where_there_is_none(call: Caller, method: str, target: str) -> None:
    """
    A call that is documented without a body takes none.
    """
    response = await call(method, target, b"{}")

    assert (400, "this call has no body") == message(response)


@pytest.mark.parametrize(("method", "target", "sent"), [row for row in ALL if "?" not in row[1]])
async def test_query_where_there_is_none(call: Caller, method: str, target: str, sent: bytes) -> None:
    """
    A call that is documented without query parameters takes none.
    """
    response = await call(method, f"{target}?page=2", sent)

    assert (400, "this call has no query parameters") == message(response)


@pytest.mark.parametrize(("method", "target", "sent"), [row for row in ALL if row[2]])
@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", None])
async def test_content_type(call: Caller, method: str, target: str, sent: bytes, content_type: str | None) -> None:
    """
    A body that does not say it is JSON gives 415.
    """
    response = await call(method, target, sent, headers={"Content-Type": content_type})

    assert (415, "Content-Type must be application/json") == message(response)


async def test_content_type_with_charset(call: Caller) -> None:
    """
    The content type may name a charset and be in capitals.
    """
    headers = JSON | {"Content-Type": "Application/JSON; charset=utf-8"}
    response = await call("PATCH", f"{RECORD}/auto", b'{"enabled":true}', headers=headers)

    assert 200 == response.status_code


BAD_BODIES = [
    (f"{LIVE}/settings/transfer", b"", "invalid body: Invalid JSON"),
    (f"{LIVE}/settings/transfer", b"{", "invalid body: Invalid JSON"),
    (f"{LIVE}/settings/transfer", b'{"enabled":true', "invalid body: Invalid JSON"),
    (f"{LIVE}/settings/transfer", b'"\xff"', "invalid body: "),
    (f"{LIVE}/settings/transfer", b"[]", "invalid body: "),
    (f"{LIVE}/settings/transfer", b"null", "invalid body: "),
    (f"{LIVE}/settings/transfer", b'{"enabled":"true"}', "invalid body: enabled: "),
    (f"{LIVE}/settings/transfer", b'{"enabled":1}', "invalid body: enabled: "),
    (f"{LIVE}/settings/transfer", b'{"callbackUrl":null}', "invalid body: Value error, null"),
    (f"{LIVE}/settings/transfer", b'{"callbackUrl":""}', "invalid body: callbackUrl: "),
    (f"{LIVE}/settings/transfer", b'{"callbackUrl":"hooks.example.com"}', "invalid body: callbackUrl: "),
    (f"{LIVE}/settings/transfer", b'{"callbackUrl":"http://[::1"}', "invalid body: callbackUrl: "),
    (f"{LIVE}/settings/transfer", b'{"callback_url":"https://hooks.example.com"}', "invalid body: callback_url: "),
    (f"{LIVE}/settings/transfer", b'{"enabled":true,"more":1}', "invalid body: more: "),
    (f"{RECORD}/auto", b"{}", "invalid body: enabled: "),
    (f"{RECORD}/auto", b'{"Enabled":true}', "invalid body: "),
    (f"{RECORD}/regions/eu", b'{"mp4Config":true}', "invalid body: mp4Config: "),
    (f"{RECORD}/regions/eu", b'{"mp4Config":{"on":true}}', "invalid body: mp4Config.on: "),
    (f"{RECORD}/regions/eu", b'{"storageConfig":{}}', "invalid body: storageConfig.vendor: "),
    (f"{RECORD}/regions/eu", body(storageConfig=STORAGE | {"vendor": "1"}), "invalid body: storageConfig.vendor: "),
    (f"{RECORD}/regions/eu", body(storageConfig=STORAGE | {"vendor": 9}), "invalid body: storageConfig: "),
    (f"{RECORD}/regions/eu", body(storageConfig=STORAGE | {"region": 17}), "invalid body: storageConfig: "),
    (f"{RECORD}/regions/eu", body(storageConfig=STORAGE | {"region": -1}), "invalid body: storageConfig: "),
]


@pytest.mark.parametrize(("target", "sent", "words"), BAD_BODIES)
async def test_bad_body(call: Caller, target: str, sent: bytes, words: str) -> None:
    """
    A body that is not as documented gives 400 with the place of the fault, and changes nothing.
    """
    before = repr(call.agora.entry_points)
    response = await call("PATCH", target, sent, headers=JSON)

    assert 400 == response.status_code
    assert response.json()["message"].startswith(words)
    assert before == repr(call.agora.entry_points)


async def test_refusal_repeats_no_secret(call: Caller) -> None:
    """
    The refusal of a body does not repeat what stood in it.
    """
    sent = body(storageConfig=STORAGE | {"vendor": 9, "bucket": 5})
    response = await call("PATCH", f"{RECORD}/regions/eu", sent)

    assert "fake-secret" not in response.text


async def test_storage_region_without_effect(call: Caller) -> None:
    """
    For the vendors whose region has no effect any number goes.
    """
    response = await call("PATCH", f"{RECORD}/regions/eu", body(storageConfig=STORAGE | {"vendor": 5, "region": 99}))

    assert 200 == response.status_code


async def test_memory_hides_its_secrets(call: Caller) -> None:
    """
    Storage keys and callback addresses are not in what the memory shows of itself.
    """
    call.agora.entry_points["live"].transfer = Transfer(callback_url="https://hooks.example.com/token-for-tests")
    shown = repr(call.agora.entry_points)

    assert "example-recordings" in shown
    assert "key-for-tests" not in shown
    assert "token-for-tests" not in shown
