"""
What the documented calls of the stand-in for Agora refuse, each and all of them.

https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/
"""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.sandbox.agora_by_hand import JSON, LIVE, PROJECT, Caller, calling, message

RECORD = f"{LIVE}/settings/record/custom"

STORAGE = {"vendor": 1, "region": 0, "bucket": "b", "accessKey": "fake-access", "secretKey": "fake-secret"}


@pytest.fixture
async def call() -> AsyncIterator[Caller]:
    async with calling() as caller:
        yield caller


def body(**fields: Any) -> bytes:
    return json.dumps(fields).encode()


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
