"""Other ways to be let in by the stand-in for Agora or kept out: schemes, limits, and what is kept of it all."""

import base64
from collections.abc import AsyncIterator

import pytest

from tests.sandbox.agora_by_hand import PROJECT, Caller, calling, message

UNAUTHORIZED = (401, "Unauthorized")

LIST = ("GET", f"{PROJECT}/entry_points")


@pytest.fixture
async def call() -> AsyncIterator[Caller]:
    async with calling() as caller:
        yield caller


def basic(pair: str) -> dict[str, str | None]:
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode(), "Date": None, "Digest": None}


@pytest.mark.parametrize("authorization", [None, "Bearer example", ""])
async def test_no_scheme(call: Caller, authorization: str | None) -> None:
    """
    Without a scheme that is known there is no access.
    """
    response = await call(*LIST, headers={"Authorization": authorization})

    assert UNAUTHORIZED == message(response)
    assert ["none"] == [one.scheme for one in call.agora.calls]


async def test_basic(call: Caller) -> None:
    """
    Basic authentication is taken too, and needs no date or digest.
    """
    response = await call(*LIST, headers=basic("example-customer-id:customer-secret-for-tests"))

    assert 200 == response.status_code
    assert ["basic"] == [one.scheme for one in call.agora.calls]


async def test_basic_wrong(call: Caller) -> None:
    """
    Basic authentication with another secret is refused.
    """
    response = await call(*LIST, headers=basic("example-customer-id:another-secret-for-tests"))

    assert (401, "Invalid authentication credentials") == message(response)


async def test_basic_off() -> None:
    """
    Where Basic authentication is switched off even the right secret is refused.
    """
    async with calling(accept_basic=False) as call:
        response = await call(*LIST, headers=basic("example-customer-id:customer-secret-for-tests"))

        assert UNAUTHORIZED == message(response)


@pytest.mark.parametrize("scheme", ["hmac", "basic", "other"])
async def test_records_hold_no_secret(call: Caller, scheme: str) -> None:
    """
    What is kept of a call holds neither the secret nor a signature that could be sent again.
    """
    pair = "example-customer-id:customer-secret-for-tests"
    overrides: dict[str, dict[str, str | None]] = {
        "hmac": {},
        "basic": basic(pair),
        "other": {"Authorization": f"Token {pair}"},
    }
    request = call.request(*LIST, headers=overrides[scheme])
    await call.client.send(request)
    (kept,) = call.agora.calls

    assert request.headers["Authorization"].split('"')[-2 if scheme == "hmac" else 0] not in str(kept.headers)
    assert "customer-secret-for-tests" not in f"{kept!r} {kept.headers}"


async def test_calls_per_second(call: Caller) -> None:
    """
    Fifty calls in one second are answered, the next is refused, and after a second it goes on.
    """
    statuses = [(await call(*LIST)).status_code for _ in range(50)]
    refused = message(await call(*LIST))
    call.clock.advance(seconds=1)
    later = await call(*LIST)

    assert [200] * 50 == statuses
    assert (429, "API rate limit exceeded") == refused
    assert 200 == later.status_code


async def test_refused_calls_do_not_count(call: Caller) -> None:
    """
    Calls with a bad signature use nothing up of what the customer may do.
    """
    for _ in range(50):
        await call(*LIST, secret="another-secret-for-tests")

    assert 200 == (await call(*LIST)).status_code
