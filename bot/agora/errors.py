"""What can go wrong with a call, and how an answer becomes an error.

AgoraError
├── StatusError              Agora answered with a status that is no success
│   ├── Redirected           3xx; not followed
│   ├── Refused              4xx; nothing was changed
│   │   ├── BadRequest       400
│   │   ├── Unauthorized     401
│   │   ├── Forbidden        403
│   │   ├── NotFound         404
│   │   ├── NotAllowed       405, 406
│   │   ├── Conflict         409
│   │   ├── UnsupportedMedia 415
│   │   └── TooManyRequests  429
│   └── Faulted              5xx; whether something was changed is unknown
│       ├── ServerError      500
│       ├── BadGateway       502
│       ├── ServiceUnavailable 503
│       └── GatewayTimeout   504
├── NoConnection             nothing was sent: refused, unreachable, too slow to connect
│   ├── UnknownHost          its name can't be resolved
│   └── Untrusted            its certificate is not accepted
├── NoAnswer                 sent, but no whole answer in time
├── ConnectionBroken         sent, but the connection ended before the answer did
├── UnreadableAnswer         a success whose body can't be understood
└── AnswerTooLarge           a success whose body is over the limit

Statuses: https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/stream-reports#http-code
403, 405, 409, 415, 502 and 503 are documented for other Agora APIs on the same host.
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Literal

from bot.agora.calls import Call

Changed = Literal["unchanged", "unknown"]


class AgoraError(Exception):
    """
    A call did not end well.

    Attributes:
        call: What was asked for; `str()` of it says so in words.
        status: The HTTP status, if there was one.
        label: What to show in its place: "504", "no answer", "no connection".
        request_id: Agora's id of the last try, else ours.
        vendor_message: Agora's own words, cleaned of secrets; often empty.
        changed: Whether the change may have happened, in any of the tries.
        tries: How many there were.
        retry_after: How long Agora asks to wait.
    """

    title: ClassVar[str] = "failed"
    retry_helps: ClassVar[bool] = False
    retried: ClassVar[bool] = False
    after_change: ClassVar[Changed] = "unchanged"

    def __init__(
        self,
        call: Call,
        *,
        status: int | None = None,
        request_id: str | None = None,
        vendor_message: str = "",
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(call)
        self.call = call
        self.status = status
        self.request_id = request_id
        self.vendor_message = vendor_message
        self.retry_after = retry_after
        self.changed: Changed = self.after_change if call.changes else "unchanged"
        self.tries = 1

    @property
    def label(self) -> str:
        """The status, or the words that stand for it."""
        return str(self.status) if self.status is not None else self.title

    def __str__(self) -> str:
        tries = f" after {self.tries} tries" if self.tries > 1 else ""
        words = f" Agora's words: {self.vendor_message}" if self.vendor_message else ""
        name = self.title if self.label == self.title else f"{self.label}, {self.title}"
        return f"Could not {self.call}: {name}{tries}.{words}"


class StatusError(AgoraError):
    """Agora answered with a status that is no success."""

    title = "unusual status"


class Redirected(StatusError):
    """3xx: the answer points elsewhere. Not followed, since the signature is for one host and path."""

    title = "redirected"


class Refused(StatusError):
    """4xx: Agora won't do it; nothing was changed."""

    title = "refused"


class BadRequest(Refused):
    """400."""

    title = "bad request"


class Unauthorized(Refused):
    """401."""

    title = "not authorized"


class Forbidden(Refused):
    """403."""

    title = "forbidden"


class NotFound(Refused):
    """404."""

    title = "not found"


class NotAllowed(Refused):
    """405 or 406."""

    title = "not allowed"


class Conflict(Refused):
    """409."""

    title = "conflict"


class UnsupportedMedia(Refused):
    """415."""

    title = "unsupported media type"


class TooManyRequests(Refused):
    """429."""

    title = "too many requests"
    retry_helps = retried = True


class Faulted(StatusError):
    """5xx: something failed at Agora's side."""

    title = "fault at Agora"
    retry_helps = True
    after_change = "unknown"


class ServerError(Faulted):
    """500."""

    title = "internal error"
    retried = True


class BadGateway(Faulted):
    """502."""

    title = "bad gateway"
    retried = True


class ServiceUnavailable(Faulted):
    """503."""

    title = "service unavailable"
    retried = True


class GatewayTimeout(Faulted):
    """504."""

    title = "gateway time-out"
    retried = True


class NoConnection(AgoraError):
    """Nothing was sent."""

    title = "no connection"
    retry_helps = retried = True


class UnknownHost(NoConnection):
    """The name of Agora's host can't be resolved."""


class Untrusted(NoConnection):
    """The certificate that was shown is not accepted; trying again shows the same one."""

    retry_helps = retried = False


class NoAnswer(AgoraError):
    """The call was sent; the whole answer did not come in time."""

    title = "no answer"
    retry_helps = retried = True
    after_change = "unknown"


class ConnectionBroken(AgoraError):
    """The call was sent; the connection ended before the answer did."""

    title = "connection broken"
    retry_helps = retried = True
    after_change = "unknown"


class UnreadableAnswer(AgoraError):
    """A read succeeded, but what came can't be understood."""

    title = "unreadable answer"
    retry_helps = True


class AnswerTooLarge(AgoraError):
    """A read succeeded, but more came than is read."""

    title = "answer too large"
    retry_helps = True
