"""From an answer to an error: the class, Agora's words, and nothing secret."""

from __future__ import annotations

import base64

import httpx
import pytest
from pydantic import SecretStr

from bot.agora import (
    AgoraError,
    BadGateway,
    BadRequest,
    BasicAuth,
    Conflict,
    Faulted,
    Forbidden,
    GatewayTimeout,
    NotAllowed,
    NotFound,
    Redirected,
    Refused,
    ServerError,
    ServiceUnavailable,
    StatusError,
    TooManyRequests,
    Unauthorized,
    UnsupportedMedia,
)
from tests.agora.parts import SECRET, Agora, answer, client_of

TOKEN = "callback-token-for-tests"  # as in an address that Agora may repeat


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, Redirected),
        (304, Redirected),
        (400, BadRequest),
        (401, Unauthorized),
        (402, Refused),
        (403, Forbidden),
        (404, NotFound),
        (405, NotAllowed),
        (406, NotAllowed),
        (409, Conflict),
        (415, UnsupportedMedia),
        (429, TooManyRequests),
        (499, Refused),
        (500, ServerError),
        (501, Faulted),
        (502, BadGateway),
        (503, ServiceUnavailable),
        (504, GatewayTimeout),
        (599, Faulted),
        (600, StatusError),
    ],
)
async def test_classes(status: int, kind: type[AgoraError]) -> None:
    """Each status has its class."""
    async with client_of(Agora([answer(status)]), attempts=1) as client:
        with pytest.raises(AgoraError) as caught:
            await client.entry_points()

    assert (type(caught.value), caught.value.status, caught.value.label) == (kind, status, str(status))


async def _error(response: httpx.Response) -> AgoraError:
    async with client_of(Agora([response]), attempts=1) as client:
        with pytest.raises(AgoraError) as caught:
            await client.set_transfer(
                "live", enabled=True, callback_url=f"https://bot.example.com/agora/transfer/{TOKEN}"
            )
    return caught.value


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"message": "invalid appid"}', "invalid appid"),
        (b'{"code": 2, "reason": "Acquire: bad"}', "Acquire: bad"),
        (b'{"message": "", "reason": "r"}', "r"),
        (b'{"message": 5}', '{"message": 5}'),
        (b"", ""),
        (b"plain words\n over lines ", "plain words over lines"),
        (b"<html><head><style>p {}</style><title>502 Bad Gateway</title></head></html>", "502 Bad Gateway"),
        (b"\xff\xfe\x00bad bytes\x1b", "\ufffd\ufffdbad bytes"),
        (b'{"message": "' + b"x" * 5000 + b'"}', "x" * 299 + "…"),
        (b"[" * 9999, "[" * 299 + "…"),
        (b"say \xe2\x80\xae backwards", "say backwards"),
    ],
)
async def test_vendor_message(body: bytes, words: str) -> None:
    """Agora's words are taken from wherever they are, on one line, and cut."""
    error = await _error(httpx.Response(400, content=body))

    assert error.vendor_message == words


@pytest.mark.parametrize(
    "told",
    [
        f"callbackUrl https://bot.example.com/agora/transfer/{TOKEN} is bad",
        f"bad path /agora/transfer/{TOKEN}",
        f"wrong secret {SECRET}",
        "wrong storage accessKey: fake-storage-key",
        'got {"secretKey":"fake-storage-key"}',
        "can't push to rtmp://user:fake-storage-key@a.example.com/live/fake-storage-key",
        r"bad https:\/\/hooks.example.com\/fake-storage-key",
    ],
)
@pytest.mark.parametrize("as_json", [True, False])
async def test_secrets(told: str, as_json: bool) -> None:
    """What Agora repeats of secrets is in no text of the error."""
    error = await _error(answer(400, {"message": told}) if as_json else httpx.Response(400, text=told))

    shown = f"{error} {error!r} {error.vendor_message} {error.call} {error.call!r}"
    assert [secret for secret in (TOKEN, SECRET, "fake-storage-key") if secret in shown] == []
    assert "•••" in error.vendor_message


async def test_repeated_credentials() -> None:
    """Basic credentials that Agora repeats are hidden too."""
    auth = BasicAuth("id", SecretStr(SECRET))
    sent = base64.b64encode(f"id:{SECRET}".encode()).decode()
    async with client_of(Agora([answer(401, {"message": f"bad Basic {sent}"})]), auth=auth) as client:
        with pytest.raises(Unauthorized) as caught:
            await client.entry_points()

    assert caught.value.vendor_message == "bad Basic •••"


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"X_Request_ID": "abc-1"}, "abc-1"),
        ({"X_Custom_Request_ID": "abc-2"}, "abc-2"),
        ({"X_Request_ID": "x" * 101}, "x" * 99 + "…"),
    ],
)
async def test_request_id(sent: dict[str, str], expected: str) -> None:
    """Agora's request id is kept, cut where it is none."""
    assert (await _error(answer(400, **sent))).request_id == expected


async def test_text_of_an_error() -> None:
    """An error's text is a sentence with all that a log needs."""
    error = await _error(answer(504, {"message": "timed out"}))

    assert str(error) == "Could not turn transfer of `live` on: 504, gateway time-out. Agora's words: timed out"
