"""What the stand-in for Agora answers, and how it refuses."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

# The words of the gateway are those that agree with the form of the signature (Kong's hmac-auth and rate-limiting);
# Agora documents the statuses alone: https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/
NO_ROUTE: Final = "no Route matched with those values"
RATE_LIMITED: Final = "API rate limit exceeded"

_WORDS: Final[Mapping[int, str]] = {
    401: "Unauthorized",
    404: "not found",
    429: RATE_LIMITED,
    500: "internal error",
    504: "gateway timeout",
}


@dataclass(frozen=True)
class Answer:
    """One answer, before it is written to the wire."""

    status: int
    body: bytes = field(default=b"", repr=False)  # reads hold storage keys in clear, as documented
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


class RefusedError(Exception):
    """The request is refused with *status* and a message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status

    @property
    def answer(self) -> Answer:
        """The refusal as it is sent."""
        return error(self.status, str(self))


def error(status: int, message: str = "", *, headers: Mapping[str, str] | None = None) -> Answer:
    """Give an error body as sibling APIs of Agora have it; for this API the body is not documented."""
    words = message or _WORDS.get(status) or HTTPStatus(status).phrase.lower()
    return Answer(status, json.dumps({"message": words}).encode(), headers=headers or {})


def found(document: Mapping[str, Any]) -> Answer:
    """Give 200 with a JSON document."""
    return Answer(200, json.dumps(document, ensure_ascii=False).encode())


def done() -> Answer:
    """Give what a change answers: 200 without a body, as none is documented."""
    return Answer(200)


def rfc3339(moment: datetime) -> str:
    """Print a time as Agora's samples have it, in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
