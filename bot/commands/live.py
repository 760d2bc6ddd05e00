"""Who would notice: the streams of an entry point that are live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.agora import OnlineStream
from bot.wording import code, listing, plural

SHOWN: Final = 5


def live_now(entry: str, online: Sequence[OnlineStream] | None) -> tuple[str, ...]:
    """A warning that names them; none if there are none, or none could be read."""
    if not online:
        return ()
    names = [code(stream.name) for stream in online[:SHOWN]]
    names += [f"{len(online) - SHOWN} more"] if len(online) > SHOWN else []
    verb = "is" if len(online) == 1 else "are"
    return (f"{plural(len(online), 'stream')} {verb} live on {code(entry)} now: {listing(names)}.",)
