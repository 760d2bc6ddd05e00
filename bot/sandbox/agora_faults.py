"""Trouble on demand: which kinds there are, and which request meets which."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.sandbox.agora_answers import Answer, error

FAULTS: Final[Mapping[str, str]] = {
    "400": "answers 400, a bad parameter",
    "401": "answers 401, wrong credentials",
    "403": "answers 403, the product is not enabled",
    "404": "answers 404, not found",
    "405": "answers 405, wrong method",
    "409": "answers 409, a conflict",
    "415": "answers 415, wrong content type",
    "429": "answers 429, too many calls; 429:30 adds Retry-After: 30",
    "500": "answers 500, trouble at Agora",
    "502": "answers 502, a bad gateway",
    "503": "answers 503, overloaded; 503:30 adds Retry-After: 30",
    "504": "answers 504, and nothing was done",
    "504-done": "carries the call out, then answers 504",
    "hang": "never answers, until the caller leaves",
    "drop-done": "carries the call out, then cuts the connection",
    "reset": "cuts the connection before an answer, nothing was done",
    "garbage": "carries the call out, then answers 200 with bytes that are no JSON",
    "html": "answers 502 with an HTML page, nothing was done",
    "empty": "carries the call out, then answers 200 without a body",
    "huge": "carries the call out, then answers 200 with 50 MB",
    "drip": "carries the call out, then answers 200 at a byte a second, without end; drip:0.1 is a byte each 0.1 s",
    "redirect": "answers 302 to elsewhere, nothing was done",
    "slow": "carries the call out, then waits before it answers: slow:5 is 5 s",
}

_CARRIED_OUT: Final = frozenset({"504-done", "drop-done", "garbage", "empty", "huge", "drip", "slow"})
_TAKE_SECONDS: Final = frozenset({"429", "503", "drip", "slow"})
_NEED_SECONDS: Final = frozenset({"slow"})
_PAGE: Final = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass
class Fault:
    """One kind of trouble, for the requests that it is meant for; `times` counts down, None is for ever."""

    kind: str
    pause: timedelta | None = None
    times: int | None = 1
    method: str | None = None
    path: str | None = None
    stream: str | None = None

    @property
    def name(self) -> str:
        """The kind as it was asked for."""
        return self.kind if self.pause is None else f"{self.kind}:{self.pause.total_seconds():g}"

    @property
    def carries_out(self) -> bool:
        """Whether the call takes effect all the same."""
        return self.kind in _CARRIED_OUT

    def concerns(self, method: str, target: str, stream: str | None) -> bool:
        """Say whether a request meets it; the path is looked for in the raw target."""
        wanted_path = self.path is None or self.path in target
        wanted_stream = self.stream is None or self.stream == stream
        return wanted_path and wanted_stream and (self.method is None or self.method.upper() == method)

    @property
    def answer(self) -> Answer | None:
        """What is answered in place of the truth; None if the trouble is in the sending."""
        match self.kind:
            case "garbage":
                return Answer(200, b'\xff\xfe{"enabled": tru')
            case "html":
                return Answer(502, _PAGE, content_type="text/html")
            case "empty":
                return Answer(200)
            case "redirect":
                return Answer(302, headers={"Location": "/elsewhere"})
            case kind if kind[:3].isdigit():
                return error(int(kind[:3]), headers=self._retry_after())
        return None

    def _retry_after(self) -> dict[str, str]:
        return {} if self.pause is None else {"Retry-After": f"{self.pause.total_seconds():.0f}"}


def parse_kind(text: str) -> tuple[str, timedelta | None]:
    """
    Split `slow:5` into its kind and its time.

    Raises:
        ValueError: There is no such kind, or its seconds are missing or no number.
    """
    kind, colon, seconds = text.partition(":")
    if kind not in FAULTS or (colon and kind not in _TAKE_SECONDS):
        raise ValueError(f"{text!r} is not a fault. Choose one of: {', '.join(FAULTS)}.")
    if not colon and kind not in _NEED_SECONDS:
        return kind, None
    try:
        number = float(seconds)
    except ValueError:
        number = math.nan
    if not 0 < number < 86400:
        raise ValueError(f"{text!r} needs seconds after the colon. Write it as {kind}:5.")
    return kind, timedelta(seconds=number)


class Faults:
    """The faults that are set up, oldest first."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def take(self, method: str, target: str, stream: str | None) -> Fault | None:
        """Give the first fault that concerns the request, and count it down."""
        fault = next((fault for fault in self.waiting if fault.concerns(method, target, stream)), None)
        if fault is not None and fault.times is not None:
            fault.times -= 1
            self.waiting = [one for one in self.waiting if one.times != 0]
        return fault
