"""What docket's log leaves out."""

from __future__ import annotations

import logging
from typing import Final

from docket.dependencies import ForcedRetry
from redis.exceptions import RedisClusterException, RedisError

from bot.store import StoreError

NO_NEWS: Final = (RedisError, RedisClusterException, StoreError)
LOGGERS: Final = ("docket._redelivery", "docket.dependencies", "docket.strikelist", "docket.worker")


def quieten() -> None:
    """
    Leave out what is no news.

    docket logs a retry that we ask for as an error, and while Redis is away several tracebacks a second: that it is
    away, and why, is said once by the engine.
    """
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, BaseExceptionGroup):
        return error.split(NO_NEWS)[1] is not None
    if error is None:
        return not str(record.msg).startswith("Redis ")
    return not isinstance(error, (ForcedRetry, *NO_NEWS))
