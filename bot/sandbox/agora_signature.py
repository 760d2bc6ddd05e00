"""Who may call the stand-in for Agora; written from the documentation, sharing no code with the client that signs."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final, Literal

from multidict import CIMultiDictProxy

from bot.sandbox.agora_answers import RefusedError

Scheme = Literal["hmac", "basic", "none"]

# https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/ (HTTP HMAC authentication). The 300 s and the
# messages are not Agora's words: they are those of Kong's hmac-auth, whose header format this is.
CLOCK_TOLERANCE: Final = timedelta(seconds=300)
NO_DATE: Final = "HMAC signature cannot be verified, a valid date or x-date header is required for HMAC Authentication"
NOT_VERIFIED: Final = "HMAC signature cannot be verified"
NO_MATCH: Final = "HMAC signature does not match"

_AUTHORIZATION: Final = re.compile(
    r'hmac username="(?P<username>[^"]+)", algorithm="hmac-sha256", '
    r'headers="host date request-line digest", signature="(?P<signature>[A-Za-z0-9+/]{43}=)"'
)


@dataclass(frozen=True)
class Credentials:
    """The customer that is let in, and by which schemes."""

    customer_id: str
    customer_secret: str = field(repr=False)
    accept_basic: bool = True


@dataclass(frozen=True)
class Signed:
    """What a signature covers, as it came over the wire."""

    method: str
    target: str
    body: bytes = field(repr=False)
    headers: CIMultiDictProxy[str] = field(repr=False)

    def header(self, name: str) -> str:
        """Give the header that has to be there exactly once; anything else can't have been signed."""
        values = self.headers.getall(name, [])
        if len(values) != 1:
            raise RefusedError(401, NOT_VERIFIED)
        return values[0]


def scheme_of(headers: Mapping[str, str]) -> Scheme:
    """Say which scheme a request tries."""
    word = headers.get("Authorization", "").partition(" ")[0].lower()
    return "hmac" if word == "hmac" else "basic" if word == "basic" else "none"


def shortened(authorization: str) -> str:
    """Give the header as it may be kept and shown: no secret, no signature that could be sent again."""
    shape = _AUTHORIZATION.fullmatch(authorization)
    if shape:
        return f'hmac username="{shape["username"]}", signature="{shape["signature"][:6]}…"'
    return authorization.partition(" ")[0][:10] + " …"


def check(request: Signed, credentials: Credentials, now: datetime) -> None:
    """
    Let the request pass if it is signed well.

    Raises:
        RefusedError: 401, with the gateway's words.
    """
    match scheme_of(request.headers):
        case "hmac":
            _check_hmac(request, credentials, now)
        case "basic" if credentials.accept_basic:
            _check_basic(request, credentials)
        case _:
            raise RefusedError(401, "Unauthorized")


def _check_hmac(request: Signed, credentials: Credentials, now: datetime) -> None:
    _check_date(request.headers.getall("Date", []), now)
    shape = _AUTHORIZATION.fullmatch(request.header("Authorization"))
    if shape is None or shape["username"] != credentials.customer_id:
        raise RefusedError(401, NOT_VERIFIED)
    if request.header("Digest") != f"SHA-256={_base64(hashlib.sha256(request.body).digest())}":
        raise RefusedError(401, NO_MATCH)
    if not hmac.compare_digest(shape["signature"], _signature(request, credentials)):
        raise RefusedError(401, NO_MATCH)


def _check_date(values: list[str], now: datetime) -> None:
    try:
        (value,) = values
        sent_at = parsedate_to_datetime(value)
        well_formed = format_datetime(sent_at, usegmt=True) == value
    except ValueError:
        raise RefusedError(401, NO_DATE) from None
    if not well_formed or abs(now - sent_at) > CLOCK_TOLERANCE:
        raise RefusedError(401, NO_DATE)


def _signature(request: Signed, credentials: Credentials) -> str:
    lines = (
        f"host: {request.header('Host')}",
        f"date: {request.header('Date')}",
        f"{request.method} {request.target} HTTP/1.1",
        f"digest: {request.header('Digest')}",
    )
    text = "\n".join(lines).encode("utf-8", "surrogateescape")
    return _base64(hmac.new(credentials.customer_secret.encode(), text, hashlib.sha256).digest())


def _check_basic(request: Signed, credentials: Credentials) -> None:
    expected = _base64(f"{credentials.customer_id}:{credentials.customer_secret}".encode())
    sent = request.header("Authorization").partition(" ")[2]
    if not hmac.compare_digest(sent.encode("utf-8", "surrogateescape"), expected.encode()):
        raise RefusedError(401, "Invalid authentication credentials")


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
