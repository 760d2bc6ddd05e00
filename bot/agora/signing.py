"""What Agora wants to see in the headers of a call, worked out without any I/O.

Agora documents HMAC for this API: https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Protocol

from pydantic import SecretStr


class Auth(Protocol):
    """Proves to Agora who is calling."""

    @property
    def customer_id(self) -> str:
        """The customer ID of the REST credentials."""
        ...

    @property
    def customer_secret(self) -> SecretStr:
        """The customer secret of the REST credentials."""
        ...

    def headers(self, *, method: str, host: str, target: str, body: bytes, now: datetime) -> dict[str, str]:
        """
        Give the headers that belong to one try of one call.

        Args:
            method: In capitals.
            host: As in the `Host` header, with the port where it stands there.
            target: Path and query exactly as on the wire.
            body: The bytes sent, `b""` where there are none.
            now: An aware time.
        """
        ...


@dataclass(frozen=True)
class HmacAuth:
    """
    Sign each call, as Agora documents it.

    Raises:
        ValueError: The customer ID holds something that can't stand in a header.
    """

    customer_id: str
    customer_secret: SecretStr

    def __post_init__(self) -> None:
        _check(self.customer_id, forbidden='"\\')

    def headers(self, *, method: str, host: str, target: str, body: bytes, now: datetime) -> dict[str, str]:
        """Give `Date`, `Digest` and `Authorization`; see `Auth`."""
        date, digest = http_date(now), digest_of(body)
        # The query is part of the request line. The documentation is silent on it; the gateway whose scheme this is
        # accepts it in every release: https://github.com/Kong/kong/blob/master/kong/plugins/hmac-auth/access.lua
        text = f"host: {host}\ndate: {date}\n{method} {target} HTTP/1.1\ndigest: {digest}"
        signature = _base64(hmac.digest(_bytes(self.customer_secret), text.encode(), "sha256"))
        proof = (
            f'hmac username="{self.customer_id}", algorithm="hmac-sha256", '
            f'headers="host date request-line digest", signature="{signature}"'
        )
        return {"Date": date, "Digest": digest, "Authorization": proof}


@dataclass(frozen=True)
class BasicAuth:
    """
    Send customer ID and secret, for accounts where that is what works.

    Raises:
        ValueError: The customer ID holds something that can't stand before the colon.
    """

    customer_id: str
    customer_secret: SecretStr

    def __post_init__(self) -> None:
        _check(self.customer_id, forbidden=":")

    def headers(self, *, method: str, host: str, target: str, body: bytes, now: datetime) -> dict[str, str]:
        """Give `Authorization`; see `Auth`."""
        pair = self.customer_id.encode() + b":" + _bytes(self.customer_secret)
        return {"Authorization": f"Basic {_base64(pair)}"}


def digest_of(body: bytes) -> str:
    """Print the `Digest` header of *body*."""
    return f"SHA-256={_base64(hashlib.sha256(body).digest())}"


def http_date(now: datetime) -> str:
    """Print *now* as `Tue, 02 Jan 2024 03:04:05 GMT`."""
    return format_datetime(now.astimezone(UTC), usegmt=True)


def _check(customer_id: str, *, forbidden: str) -> None:
    if not customer_id or any(not "!" <= letter <= "~" or letter in forbidden for letter in customer_id):
        raise ValueError(
            "The customer ID is empty or holds signs that it can't hold. Copy it again from Agora Console."
        )


def _bytes(secret: SecretStr) -> bytes:
    return secret.get_secret_value().encode()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
