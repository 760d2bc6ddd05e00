"""The one error that leaves the store, and the one place where redis-py's errors become it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from redis import exceptions


class StoreError(Exception):
    """
    Redis can't be reached, answered too late, or refused.

    What was asked for may have been done nevertheless when *reason* is `timeout` or `unreachable`.

    Args:
        message: A sentence for operators, without addresses or secrets.
        reason: One word for metrics: `address`, `auth`, `cluster`, `loading`, `memory`, `readonly`, `refused`,
            `start`, `timeout` or `unreachable`.
    """

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


# The first word of an error reply says what is meant: https://redis.io/docs/latest/develop/reference/protocol-spec/
_REFUSALS = {
    "BUSY": ("refused", "Redis is busy with a script that does not end. Look at SLOWLOG and use SCRIPT KILL."),
    "CLUSTERDOWN": ("cluster", "The Redis cluster is down. Check CLUSTER INFO on its nodes."),
    "LOADING": ("loading", "Redis is still loading its data. Try again in a moment."),
    "MASTERDOWN": ("unreachable", "This Redis replica has lost its primary. Wait for the failover."),
    "MISCONF": ("refused", "Redis can't write to its disk and takes no changes. Check its disk space and its log."),
    "NOAUTH": ("auth", "Redis asks for a password. Put it into REDIS_URL."),
    "NOPERM": ("auth", "The Redis user may not do this. Check its ACL."),
    "NOREPLICAS": ("refused", "Redis has too few replicas to take changes. Check its replication."),
    "OOM": ("memory", "Redis has no memory left and takes no changes. Raise its maxmemory or free some."),
    "READONLY": ("readonly", "This Redis takes no changes, it is a replica. Point REDIS_URL to the primary."),
    "TRYAGAIN": ("cluster", "The Redis cluster is moving these keys. Try again in a moment."),
    "WRONGPASS": ("auth", "Redis does not accept the user name or the password in REDIS_URL."),
}

_REFUSED = (exceptions.ResponseError, exceptions.ClusterError, exceptions.AuthenticationError)
_UNREACHABLE = (exceptions.ConnectionError, exceptions.RedisClusterException, OSError)


@contextmanager
def translated() -> Iterator[None]:
    """
    Raise what redis-py reports about the server as a StoreError.

    Misuse (DataError) and lost races (WatchError, LockError) are left as they are: they say nothing about the server.

    Raises:
        StoreError: Redis can't be reached, answered too late, or refused.
    """
    try:
        yield
    except (TimeoutError, exceptions.TimeoutError) as exc:
        raise StoreError(
            "Redis did not answer in time. Check that it runs and is not overloaded.", reason="timeout"
        ) from exc
    except (*_REFUSED, exceptions.BusyLoadingError) as exc:
        raise _refusal(exc) from _without_arguments(exc)
    except _UNREACHABLE as exc:
        raise StoreError("Redis can't be reached. Check that it runs, and REDIS_URL.", reason="unreachable") from exc


def _refusal(exc: Exception) -> StoreError:
    reason, message = _REFUSALS.get(_code(exc), ("refused", f"Redis refused a command ({type(exc).__name__})."))
    return StoreError(message, reason=reason)


def _code(exc: Exception) -> str:
    """Give the error's first word, which redis-py cuts off where it has a class for it."""
    by_class: list[tuple[type[Exception], str]] = [
        (exceptions.OutOfMemoryError, "OOM"),
        (exceptions.ReadOnlyError, "READONLY"),
        (exceptions.BusyLoadingError, "LOADING"),
        (exceptions.NoPermissionError, "NOPERM"),
        (exceptions.MasterDownError, "MASTERDOWN"),
        (exceptions.ClusterDownError, "CLUSTERDOWN"),
        (exceptions.TryAgainError, "TRYAGAIN"),
        (exceptions.AuthenticationWrongNumberOfArgsError, "WRONGPASS"),
    ]
    known = next((code for kind, code in by_class if isinstance(exc, kind)), None)
    if known is None and isinstance(exc, exceptions.AuthenticationError):
        return "NOAUTH" if "required" in str(exc).lower() else "WRONGPASS"
    return known or str(exc).partition(" ")[0]


def _without_arguments(exc: Exception) -> Exception | None:
    """Keep the cause, but for pipelines: redis-py writes the command's arguments into the text, secrets among them."""
    return None if str(exc).startswith("Command # ") else exc
