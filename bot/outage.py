"""What people read when Redis fails the bot: that nothing was done, and what to do about it."""

from __future__ import annotations

from typing import Final

from bot.notice import Notice
from bot.store import StoreError

# By the reason of a `StoreError`: what is wrong, and what somebody has to do about it if it does not pass by itself.
_TROUBLE: Final = {
    "memory": ("the bot's memory (Redis) is full", "has to make room in it"),
    "auth": ("the bot's memory (Redis) does not let it in", "has to look at its password"),
    "readonly": ("the bot's memory (Redis) takes no changes right now", None),
    "refused": ("the bot's memory (Redis) takes no changes right now", None),
}
_AWAY: Final = ("the bot can't reach its memory (Redis) right now", None)


def why(error: Exception) -> str:
    """Say for the log why Redis failed, by a `StoreError`, or by a limit of ours that was over."""
    return str(error) if isinstance(error, StoreError) else "Redis did not answer in time."


def nothing_done(error: Exception, *, again: str) -> Notice:
    """
    Say that nothing was done since Redis fails.

    Args:
        error: A `StoreError`, or that Redis took too long.
        again: How it is tried again: "type it again".
    """
    trouble, mend = _TROUBLE.get(error.reason, _AWAY) if isinstance(error, StoreError) else _AWAY
    advice = f"{again.capitalize()} in a moment. If it stays so, tell whoever runs the bot."
    if mend:
        advice = f"Tell whoever runs the bot, who {mend}. Then {again}."
    return Notice(headline=f"Nothing was done: {trouble}.", after=(advice,))
