"""The streams of an entry point that are live, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.agora import OnlineStream
from bot.wording import code, duration, listing, moment, plural

REPORTS: Final = "https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/stream-reports"
SHOWN: Final = 5


def live_now(entry: str, online: Sequence[OnlineStream] | None) -> tuple[str, ...]:
    """A warning that names those who would notice; none if there are none, or none could be read."""
    if not online:
        return ()
    names = [code(stream.name) for stream in online[:SHOWN]]
    names += [f"{len(online) - SHOWN} more"] if len(online) > SHOWN else []
    return (f"{count_live(online)} live on {code(entry)} now: {listing(names)}.",)


def count_live(online: Sequence[OnlineStream]) -> str:
    """Such as: 2 streams are, no stream is."""
    if not online:
        return "no stream is"
    return f"{plural(len(online), 'stream')} {'is' if len(online) == 1 else 'are'}"


def since(stream: OnlineStream, now: datetime) -> str:
    """Since when it is live."""
    began = stream.started_at
    return f"since {moment(began)} ({duration(now - began)})" if began else "since when, Agora does not say"
