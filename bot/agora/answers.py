"""From an HTTP answer that is no success to an error, without any I/O."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

from bot.agora.calls import Call
from bot.agora.errors import (
    BadGateway,
    BadRequest,
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
from bot.agora.plain import cleaned, redacted, shortened

LONGEST_MESSAGE: Final = 300
LONGEST_ID: Final = 100
# What is looked at of a body; the message is near its start.
LOOKED_AT_BYTES: Final = 4096
LONGEST_WAIT: Final = timedelta(days=365)
# Agora answers `message` or `reason`, gateways in front of it the others; none of it is documented for this API.
_MESSAGE_FIELDS: Final = ("message", "reason", "error", "msg", "detail")
BY_STATUS: Final[dict[int, type[StatusError]]] = {
    400: BadRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    405: NotAllowed,
    406: NotAllowed,
    409: Conflict,
    415: UnsupportedMedia,
    429: TooManyRequests,
    500: ServerError,
    502: BadGateway,
    503: ServiceUnavailable,
    504: GatewayTimeout,
}
_BY_HUNDRED: Final[dict[int, type[StatusError]]] = {3: Redirected, 4: Refused, 5: Faulted}


def class_for(status: int) -> type[StatusError]:
    """Find the error class of a status that is no success."""
    return BY_STATUS.get(status) or _BY_HUNDRED.get(status // 100, StatusError)


def error_from_answer(
    call: Call,
    *,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    request_id: str,
    now: datetime,
    hide: Iterable[str] = (),
) -> StatusError:
    """
    Make the error that an answer stands for.

    Args:
        call: What was asked for.
        status: Not 2xx.
        headers: Looked up without regard to case, as `httpx.Headers` are.
        body: Its beginning is enough.
        request_id: What was sent; Agora's own counts where there is one.
        now: To turn a `Retry-After` that is a date into a duration.
        hide: Secrets that the answer might repeat.
    """
    return class_for(status)(
        call,
        status=status,
        request_id=request_id_in(headers) or request_id,
        vendor_message=vendor_message(body, hide=(*hide, *call.secrets)),
        retry_after=retry_after(headers, now=now),
    )


def vendor_message(body: bytes, *, hide: Iterable[str] = ()) -> str:
    """Give Agora's words in *body*, fit to be shown: at most 300 characters, no controls, no secrets."""
    text = body[:LOOKED_AT_BYTES].decode("utf-8", "replace")
    words = _field_of(body) or _text_of(text)
    return shortened(cleaned(redacted(words[:LOOKED_AT_BYTES], hide=hide)), LONGEST_MESSAGE)


def request_id_in(headers: Mapping[str, str]) -> str | None:
    """Give the id under which Agora's support finds the call; named in sibling APIs of the same host."""
    told = headers.get("X-Request-ID") or headers.get("X-Custom-Request-ID") or ""
    return shortened(cleaned(told).replace("`", ""), LONGEST_ID) or None


def retry_after(headers: Mapping[str, str], *, now: datetime) -> timedelta | None:
    """
    Give the wait that the answer asks for, never negative.

    https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
    """
    told = (headers.get("Retry-After") or "").strip()
    if re.fullmatch(r"[0-9]+", told):
        longest = int(LONGEST_WAIT.total_seconds())
        return timedelta(seconds=longest if len(told) > len(str(longest)) else min(int(told), longest))
    try:
        date = parsedate_to_datetime(told)
        until = date if date.tzinfo else date.replace(tzinfo=UTC)
        return min(max(until - now, timedelta(0)), LONGEST_WAIT)
    except (ValueError, OverflowError):
        return None


def _field_of(body: bytes) -> str:
    try:
        told: Any = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(told, dict):
        return ""
    return next((told[name] for name in _MESSAGE_FIELDS if isinstance(told.get(name), str) and told[name]), "")


def _text_of(text: str) -> str:
    """Drop the tags of a page, as gateways send them."""
    if not text.lstrip().startswith("<"):
        return text
    return re.sub(r"<(?:style|script)\b.*?</(?:style|script)>|<[^<>]*>", " ", text, flags=re.DOTALL | re.IGNORECASE)
