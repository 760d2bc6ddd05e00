"""How docket asks the Sentinels."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from docket import Docket
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

BRIEFLY: Final = timedelta(seconds=0.5)


def hurry(docket: Docket) -> None:
    """
    Have docket ask each Sentinel once, and briefly.

    By itself it asks one that is gone eleven times before it asks the next, which takes a minute where its machine is
    gone too, and has no option for that. To be called when it is open, before it is used.
    """
    strikes: Any = docket.strike_list
    for connection in (docket._redis, strikes._redis):  # noqa: SLF001 docket is pinned, and a test sees to it
        for pool in (connection._connection_pool, connection._pubsub_pool):  # noqa: SLF001
            for sentinel in getattr(pool, "sentinel_clients", ()):
                limits = dict.fromkeys(("socket_timeout", "socket_connect_timeout"), BRIEFLY.total_seconds())
                sentinel.get_connection_kwargs().update(limits, retry=Retry(NoBackoff(), 0))
