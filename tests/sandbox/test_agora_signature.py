"""Which signatures the stand-in for Agora takes."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import httpx
import pytest

from tests.sandbox.agora_by_hand import LIVE, PROJECT, Caller, calling, message, signed

# Computed from the documented recipe; https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/
TRANSFER_BODY = b'{"enabled":true,"callbackUrl":"https://hooks.example.com/transfer"}'

NO_BODY_DIGEST = "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

NA_TASKS = f"{LIVE}/admin/record/custom/regions/na/tasks"

VECTORS = [
    ("GET", f"{PROJECT}/entry_points", b"", NO_BODY_DIGEST, "vn3cheGs8gxDRjzH0kNzeDuPO+07I3Xn43T2Kzfi8TU=", 200),
    ("PUT", f"{NA_TASKS}?id=demo-stream", b"", NO_BODY_DIGEST, "W6Tmtb6iOJE+nTyPk+d9mcAXL5IR2HvdM9vCkWptA0M=", 200),
    ("PUT", f"{NA_TASKS}?id=demo-stream", b"", NO_BODY_DIGEST, "ceqnEwzqR4ca242RWdAgWDnaMn6q4sVu9xkMfn76h04=", 401),
    (
        "PATCH",
        f"{LIVE}/settings/transfer",
        TRANSFER_BODY,
        "SHA-256=pNwrNOkcM+dtJZ8vjCX1qDcEEvmIn+M5+zSsgj/BWtI=",
        "2yue9h5D1eGI5uED575+Ie+uag9qAAp6dXUryz5pg/E=",
        200,
    ),
]

NO_DATE = (401, "HMAC signature cannot be verified, a valid date or x-date header is required for HMAC Authentication")

NOT_VERIFIED = (401, "HMAC signature cannot be verified")

NO_MATCH = (401, "HMAC signature does not match")

LIST = ("GET", f"{PROJECT}/entry_points")


@pytest.fixture
async def call() -> AsyncIterator[Caller]:
    async with calling() as caller:
        yield caller


@pytest.mark.parametrize("vector", VECTORS)
async def test_known_signatures(vector: tuple[str, str, bytes, str, str, int]) -> None:
    """
    Signatures computed elsewhere are taken, and one that leaves out the query is refused.
    """
    method, target, body, digest, signature, status = vector
    headers = {
        "Host": "api.agora.io",
        "Date": "Tue, 02 Jan 2024 03:04:05 GMT",
        "Digest": digest,
        "Authorization": f'hmac username="example_customer_id", algorithm="hmac-sha256", '
        f'headers="host date request-line digest", signature="{signature}"',
    }
    async with calling(customer_id="example_customer_id", customer_secret="example_customer_secret") as call:
        response = await call(method, target, body, headers=headers)

        assert status == response.status_code
        assert [status == 200] == [one.accepted for one in call.agora.calls]


def test_vectors_are_signed_alike() -> None:
    """
    The helper of these tests gives the known signatures too.
    """
    made = [
        signed(
            method,
            target,
            body,
            host="api.agora.io",
            at=datetime.fromisoformat("2024-01-02T03:04:05Z"),
            customer_id="example_customer_id",
            secret="example_customer_secret",
        )["Authorization"]
        for method, target, body, _, _, status in VECTORS
        if status == 200
    ]

    assert [row[4] for row in VECTORS if row[5] == 200] == [one.split('"')[-2] for one in made]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("hmac ", "HMAC "),
        ("hmac-sha256", "hmac-sha1"),
        ("host date request-line digest", "date host request-line digest"),
        ("host date request-line digest", "host date request-line"),
        ('", ', '",'),
        ("example-customer-id", "someone-else"),
        ("signature=", "sig="),
    ],
)
async def test_header_form(call: Caller, old: str, new: str) -> None:
    """
    An Authorization header of any other form, or of another customer, can't be verified.
    """
    headers = signed(*LIST, b"", host=call.host, at=call.clock.now)
    response = await call(*LIST, headers={"Authorization": headers["Authorization"].replace(old, new)})

    assert NOT_VERIFIED == message(response)


async def test_more_after_the_signature(call: Caller) -> None:
    """
    The header ends with the signature.
    """
    headers = signed(*LIST, b"", host=call.host, at=call.clock.now)
    response = await call(*LIST, headers={"Authorization": headers["Authorization"] + ', realm="agora"'})

    assert NOT_VERIFIED == message(response)


@pytest.mark.parametrize("seconds", [-300, 300])
async def test_clock_just_right(call: Caller, seconds: int) -> None:
    """
    A date up to 300 seconds off is taken.
    """
    response = await call(*LIST, at=call.clock.now + timedelta(seconds=seconds))

    assert 200 == response.status_code


@pytest.mark.parametrize("seconds", [-301, 301])
async def test_clock_wrong(call: Caller, seconds: int) -> None:
    """
    A date more than 300 seconds off is refused.
    """
    response = await call(*LIST, at=call.clock.now + timedelta(seconds=seconds))

    assert NO_DATE == message(response)


@pytest.mark.parametrize(
    "date",
    [
        None,
        "now",
        "",
        "Mon, 02 Jan 2024 03:04:05 GMT",
        "Tue, 2 Jan 2024 03:04:05 GMT",
        "Tue, 02 Jan 2024 03:04:05 +0000",
        "2024-01-02T03:04:05Z",
    ],
)
async def test_date_form(call: Caller, date: str | None) -> None:
    """
    A date that is missing or not in the form of HTTP is refused.
    """
    response = await call(*LIST, headers={"Date": date})

    assert NO_DATE == message(response)


@pytest.mark.parametrize(("digest", "expected"), [(None, NOT_VERIFIED), (NO_BODY_DIGEST, NO_MATCH), ("x", NO_MATCH)])
async def test_digest(call: Caller, digest: str | None, expected: tuple[int, str]) -> None:
    """
    The digest has to be that of the body as received.
    """
    target = f"{LIVE}/settings/transfer"
    response = await call("PATCH", target, b'{"enabled":true}', headers={"Digest": digest})

    assert expected == message(response)
    assert not call.agora.entry_points["live"].transfer.enabled


async def test_other_body(call: Caller) -> None:
    """
    A body changed on its way is refused.
    """
    target = f"{LIVE}/settings/transfer"
    headers = signed("PATCH", target, b'{"enabled":false}', host=call.host, at=call.clock.now)
    response = await call("PATCH", target, b'{"enabled":true}', headers=headers)

    assert NO_MATCH == message(response)


@pytest.mark.parametrize(
    ("method", "target"),
    [("PUT", LIST[1]), ("GET", f"{LIST[1]}?"), ("GET", f"{LIST[1]}?a=b"), ("GET", f"{PROJECT}/entry%5Fpoints")],
)
async def test_request_line(call: Caller, method: str, target: str) -> None:
    """
    Method and raw target are signed, query and percent-encoding included.
    """
    headers = signed(*LIST, b"", host=call.host, at=call.clock.now)
    response = await call(method, target, headers=headers)

    assert NO_MATCH == message(response)


async def test_host(call: Caller) -> None:
    """
    The host of the signature is that of the Host header.
    """
    response = await call(*LIST, host="api.agora.io", headers={"Host": "elsewhere.example"})

    assert NO_MATCH == message(response)


async def test_wrong_secret(call: Caller) -> None:
    """
    A signature made with another secret does not match, and the call is recorded as refused.
    """
    response = await call(*LIST, secret="another-secret-for-tests")

    assert NO_MATCH == message(response)
    assert [("hmac", False, 401)] == [(one.scheme, one.accepted, one.status) for one in call.agora.calls]


async def test_every_header_once(call: Caller) -> None:
    """
    A signed header that comes twice is refused, as it is open which one was signed.
    """
    request = call.request(*LIST)
    request.headers = httpx.Headers([*request.headers.multi_items(), ("Digest", NO_BODY_DIGEST)])
    response = await call.client.send(request)

    assert NOT_VERIFIED == message(response)


async def test_content_encoding_is_not_undone(call: Caller) -> None:
    """
    The digest is over the bytes on the wire, also where they claim to be packed.
    """
    response = await call("PATCH", f"{LIVE}/settings/transfer", b"not packed", headers={"Content-Encoding": "gzip"})

    assert 400 == response.status_code
    assert [True] == [one.accepted for one in call.agora.calls]
