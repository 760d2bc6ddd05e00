"""How long to wait before a call is tried again, without any waiting."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.agora.errors import AgoraError

# Agora's advice for its REST services: https://github.com/AgoraIO/Docs-Source (shared/common/_switch-domain-name)
PAUSES: Final = (timedelta(seconds=1), timedelta(seconds=3), timedelta(seconds=6))
# Waiting longer is for a person to decide.
LONGEST_PAUSE: Final = timedelta(seconds=30)
SPREAD: Final = 0.25


def pause_after(error: AgoraError, *, chance: float) -> timedelta | None:
    """
    Say how long to wait after the try that ended in *error*; None if another one makes no sense.

    Args:
        error: With `tries` counted.
        chance: From 0 to 1, spreads the callers by a quarter up and down.
    """
    if not error.retried:
        return None
    if error.retry_after is not None:
        return error.retry_after if error.retry_after <= LONGEST_PAUSE else None
    usual = PAUSES[min(error.tries, len(PAUSES)) - 1]
    return usual * (1 + SPREAD * (2 * chance - 1))
