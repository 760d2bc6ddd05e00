"""Trying again: what, how often, after how long, and what is said in the end."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import socket
import ssl
from base64 import b64encode
from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest

from bot.agora import (
    AgoraError,
    BadRequest,
    ConnectionBroken,
    NoAnswer,
    NoConnection,
    NotFound,
    ServiceUnavailable,
    TooManyRequests,
    UnknownHost,
    Untrusted,
)
from tests.agora.parts import NOW, SECRET, Agora, answer, client_of

PASSING = [429, 500, 502, 503, 504]
FINAL = [302, 400, 401, 403, 404, 405, 408, 409, 415, 418, 501, 505]


@pytest.mark.parametrize("status", PASSING)
async def test_passing_faults(status: int) -> None:
    """What may pass by itself is tried again, and the caller hears nothing of it."""
    agora = Agora([answer(status), answer(status), answer(200)])
    async with client_of(agora) as client:
        await client.enable_recording("live", "eu", "main")

    assert (len(agora.requests), agora.waits_s) == (3, [1.0, 3.0])


@pytest.mark.parametrize("status", PASSING)
async def test_attempts_are_all_tries(status: int) -> None:
    """After the last attempt the error says how many there were."""
    agora = Agora([answer(status)])
    async with client_of(agora, attempts=5) as client:
        with pytest.raises(AgoraError) as caught:
            await client.transfer("live")

    assert (len(agora.requests), caught.value.tries, caught.value.label) == (5, 5, str(status))
    assert agora.waits_s == [1.0, 3.0, 6.0, 6.0]


@pytest.mark.parametrize("status", FINAL)
async def test_final_answers(status: int) -> None:
    """What trying again can't change is tried once."""
    agora = Agora([answer(status, Location="https://elsewhere.example.com/")])
    async with client_of(agora) as client:
        with pytest.raises(AgoraError) as caught:
            await client.enable_recording("live", "eu", "main")

    assert (len(agora.requests), agora.waits_s, caught.value.status) == (1, [], status)


@pytest.mark.parametrize(("chance", "waits_s"), [(0.0, [0.75, 2.25, 4.5]), (1.0, [1.25, 3.75, 7.5])])
async def test_spread(chance: float, waits_s: list[float]) -> None:
    """The waits are spread by a quarter, so that callers don't come back all at once."""
    agora = Agora([answer(503)])
    async with client_of(agora, chance=lambda: chance) as client:
        with pytest.raises(ServiceUnavailable):
            await client.entry_points()

    assert agora.waits_s == waits_s


@pytest.mark.parametrize(
    ("asked", "waits_s"),
    [
        ("7", [7.0]),
        ("30", [30.0]),
        ("0", [0.0]),
        (format_datetime(NOW + timedelta(seconds=12), usegmt=True), [12.0]),
        (format_datetime(NOW - timedelta(hours=1), usegmt=True), [0.0]),
        ("soon", [1.0]),
        ("-5", [1.0]),
        ("1.5", [1.0]),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after(status: int, asked: str, waits_s: list[float]) -> None:
    """Agora's own wait counts, in seconds or as a date; what can't be read is left aside."""
    agora = Agora([answer(status, Retry_After=asked), answer(200)])
    async with client_of(agora) as client:
        await client.set_automatic_recording("live", enabled=True)

    assert agora.waits_s == waits_s


@pytest.mark.parametrize(("asked", "wait"), [("31", timedelta(seconds=31)), ("9" * 400, timedelta(days=365))])
async def test_long_retry_after(asked: str, wait: timedelta) -> None:
    """Where Agora asks for more than 30 s, the caller is told at once how long."""
    agora = Agora([answer(429, Retry_After=asked)])
    async with client_of(agora) as client:
        with pytest.raises(TooManyRequests) as caught:
            await client.entry_points()

    assert (len(agora.requests), agora.waits_s, caught.value.retry_after) == (1, [], wait)


def _from(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("broken", "kind", "changed", "tries"),
    [
        (httpx.ReadTimeout(""), NoAnswer, "unknown", 4),
        (httpx.WriteTimeout(""), NoAnswer, "unknown", 4),
        (httpx.ReadError(""), ConnectionBroken, "unknown", 4),
        (httpx.WriteError(""), ConnectionBroken, "unknown", 4),
        (httpx.RemoteProtocolError(""), ConnectionBroken, "unknown", 4),
        (httpx.ConnectTimeout(""), NoConnection, "unchanged", 4),
        (httpx.ConnectError(""), NoConnection, "unchanged", 4),
        (_from(httpx.ConnectError(""), socket.gaierror()), UnknownHost, "unchanged", 4),
        (_from(httpx.ConnectError(""), ssl.SSLCertVerificationError()), Untrusted, "unchanged", 1),
    ],
)
async def test_network(broken: Exception, kind: type[AgoraError], changed: str, tries: int) -> None:
    """Whether a change may have happened depends on whether anything was sent; a bad certificate is not tried again."""
    agora = Agora([broken])
    async with client_of(agora) as client:
        with pytest.raises(AgoraError) as caught:
            await client.enable_recording("live", "eu", "main")

    error = caught.value
    assert (type(error), error.changed, error.tries, error.status) == (kind, changed, tries, None)
    assert len(agora.requests) == tries


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ([answer(504), answer(404)], NotFound),
        ([httpx.ReadError(""), answer(400)], BadRequest),
        ([httpx.ReadTimeout(""), httpx.ConnectError("")], NoConnection),
        ([answer(500), answer(429, Retry_After="60")], TooManyRequests),
    ],
)
async def test_unknown_stays_unknown(answers: list[httpx.Response | Exception], kind: type[AgoraError]) -> None:
    """What an earlier try may have done is not made undone by a later refusal."""
    async with client_of(Agora(answers)) as client:
        with pytest.raises(kind) as caught:
            await client.disable_recording("live", "eu", "main")

    assert caught.value.changed == "unknown"


@pytest.mark.parametrize("failure", [answer(500), answer(504), answer(404), httpx.ReadTimeout("")])
async def test_reads_change_nothing(failure: httpx.Response | Exception) -> None:
    """A failed read has changed nothing, however it failed."""
    async with client_of(Agora([failure])) as client:
        with pytest.raises(AgoraError) as caught:
            await client.transfer("live")

    assert caught.value.changed == "unchanged"


async def test_each_try_is_signed_anew() -> None:
    """Each try carries its own date, signature and request id."""
    times = (NOW + timedelta(minutes=minute) for minute in itertools.count())
    agora = Agora([answer(503), answer(200)])
    # Each try reads the clock twice where it fails: to sign, and to read the wait that Agora asks for.
    async with client_of(agora, clock=lambda: next(times)) as client:
        await client.enable_recording("live", "eu", "main")

    dates = [request.headers["Date"] for request in agora.requests]
    assert dates == ["Tue, 02 Jan 2024 03:04:05 GMT", "Tue, 02 Jan 2024 03:06:05 GMT"]
    assert [_signature(request) in request.headers["Authorization"] for request in agora.requests] == [True, True]
    assert len({request.headers["X-Request-ID"] for request in agora.requests}) == 2


def _signature(request: httpx.Request) -> str:
    digest = "SHA-256=" + b64encode(hashlib.sha256(request.content).digest()).decode()
    line = f"{request.method} {request.url.raw_path.decode()} HTTP/1.1"
    text = f"host: {request.headers['Host']}\ndate: {request.headers['Date']}\n{line}\ndigest: {digest}"
    return b64encode(hmac.digest(SECRET.encode(), text.encode(), "sha256")).decode()
