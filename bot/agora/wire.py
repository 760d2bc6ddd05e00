"""One try of one call: signed, sent, and read as far as it is worth reading."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import httpx

from bot.agora.answers import error_from_answer, request_id_in
from bot.agora.calls import Call
from bot.agora.errors import (
    AgoraError,
    ConnectionBroken,
    NoAnswer,
    NoConnection,
    UnknownHost,
    Untrusted,
)
from bot.agora.reading import beginning_of, body_of
from bot.agora.signing import Auth

# Of the limit of a try, for reaching the host and for the TLS handshake each. So it is always known whether a time-out
# came before anything was sent; and httpcore leaves a connection open that is cancelled during the handshake.
CONNECT_SHARE: Final = 1 / 3


@dataclass(frozen=True)
class Try:
    """
    What is known of one finished try.

    Attributes:
        outcome: The status ("200"), or why there is none ("no answer").
        number: 1 for the first.
        request_id: Agora's, else the one that was sent.
    """

    call: Call
    number: int
    status: int | None
    outcome: str
    duration: timedelta
    request_id: str


class Wire:
    """
    The HTTP connections to one Agora host.

    Raises:
        ValueError: *base_url* is not an http or https address.
    """

    def __init__(
        self,
        *,
        auth: Auth,
        base_url: str,
        clock: Callable[[], datetime],
        transport: httpx.AsyncBaseTransport | None,
    ) -> None:
        self._auth = auth
        self._base = _checked(base_url)
        self._clock = clock
        # HTTP/1.1, since the version is part of what is signed. No limit of connections, as waiting for one would count
        # as time that Agora took.
        self._http = httpx.AsyncClient(
            transport=transport,
            http2=False,
            trust_env=False,
            follow_redirects=False,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=20),
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def attempt(
        self,
        call: Call,
        *,
        prefix: str,
        timeout: timedelta,
        number: int,
        on_try: Callable[[Try], None] | None,
        before_sending: Callable[[], Awaitable[None]],
    ) -> tuple[bytes, str]:
        """
        Try once and tell *on_try*. Connected, and right before the first byte goes out, *before_sending* is awaited.

        Returns:
            The body (empty for a change, whose answer says nothing that is documented) and the request's id.
        """
        sent_id = str(uuid.uuid4())
        began = time.monotonic()

        def tell(status: int | None, outcome: str, request_id: str) -> None:
            if on_try is not None:
                duration = timedelta(seconds=time.monotonic() - began)
                on_try(Try(call, number, status, outcome, duration, request_id))

        try:
            request = self._request(call, prefix, timeout, sent_id)
            request.extensions["trace"] = _at_the_headers(before_sending)
            body, status, request_id = await self._exchanged(call, request, timeout, sent_id)
        except AgoraError as error:
            tell(error.status, error.label, error.request_id or sent_id)
            raise
        tell(status, str(status), request_id)
        return body, request_id

    async def _exchanged(
        self, call: Call, request: httpx.Request, timeout: timedelta, sent_id: str
    ) -> tuple[bytes, int, str]:
        try:
            async with asyncio.timeout(timeout.total_seconds()):
                return await self._exchange(call, request, sent_id)
        except TimeoutError as error:
            raise NoAnswer(call, request_id=sent_id) from error
        except httpx.TransportError as error:
            raise _translated(error)(call, request_id=sent_id) from error

    async def _exchange(self, call: Call, request: httpx.Request, sent_id: str) -> tuple[bytes, int, str]:
        response = await self._http.send(request, stream=True)
        try:
            if response.is_success:
                request_id = request_id_in(response.headers) or sent_id
                return await body_of(call, response, request_id), response.status_code, request_id
            raise error_from_answer(
                call,
                status=response.status_code,
                headers=response.headers,
                body=await beginning_of(response),
                request_id=sent_id,
                now=self._clock(),
                hide=self._secrets(request),
            )
        finally:
            await response.aclose()

    def _request(self, call: Call, prefix: str, timeout: timedelta, sent_id: str) -> httpx.Request:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity", "X-Request-ID": sent_id}
        if call.body:
            headers["Content-Type"] = "application/json"
        request = self._http.build_request(
            call.method,
            f"{self._base}{prefix}{call.target}",
            content=call.body or None,
            headers=headers,
            timeout=httpx.Timeout(None, connect=(timeout * CONNECT_SHARE).total_seconds()),
        )
        # Taken from the finished request, so that what is signed is what goes out.
        signed = self._auth.headers(
            method=request.method,
            host=request.headers["Host"],
            target=request.url.raw_path.decode("ascii"),
            body=call.body,
            now=self._clock(),
        )
        request.headers.update(signed)
        return request

    def _secrets(self, request: httpx.Request) -> tuple[str, str]:
        return self._auth.customer_secret.get_secret_value(), request.headers["Authorization"].partition(" ")[2]


def _at_the_headers(do: Callable[[], Awaitable[None]]) -> Callable[[str, dict[str, Any]], Awaitable[None]]:
    """https://www.python-httpx.org/advanced/extensions/#trace."""

    async def traced(event: str, _: dict[str, Any]) -> None:
        if event.endswith(".send_request_headers.started"):
            await do()

    return traced


def _translated(error: httpx.TransportError) -> type[AgoraError]:
    if isinstance(error, httpx.ConnectError):
        causes = list(_causes(error))
        if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
            return Untrusted
        return UnknownHost if any(isinstance(cause, socket.gaierror) for cause in causes) else NoConnection
    if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
        return NoConnection
    return NoAnswer if isinstance(error, httpx.TimeoutException) else ConnectionBroken


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def _checked(base_url: str) -> str:
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in {"http", "https"} or not url.host or url.userinfo or url.query or url.fragment:
        raise ValueError("Agora's address has to look like `https://api.agora.io`.")
    return base_url.rstrip("/")
