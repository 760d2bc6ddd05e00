"""The one error that leaves the store, and the one place where redis-py's errors become it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from redis import exceptions


class StoreError(Exception):
    """
    Redis can't be reached, answered too late, or refused.

    Args:
        message: A sentence for operators, without addresses or secrets.
        reason: One word for metrics: `address`, `auth`, `cluster`, `loading`, `memory`, `readonly`, `refused`,
            `start`, `timeout` or `unreachable`.
        undone: Redis itself has said that it did nothing; else what was asked for may have been done nevertheless.
    """

    def __init__(self, message: str, *, reason: str, undone: bool = False) -> None:
        super().__init__(message)
        self.reason = reason
        self.undone = undone


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

# A script may have done something before it came to what it may not do.
_HALFWAY = {"NOPERM"}
_AGAIN = "sent before, and whether that arrived is not known"

_REFUSED = (
    exceptions.ResponseError,
    exceptions.ClusterError,
    exceptions.AuthenticationError,
    exceptions.BusyLoadingError,
)
# What redis-py calls a broken connection: READONLY with Sentinel, the others while it connects to a unix socket.
_HIDDEN = (exceptions.ReadOnlyError, exceptions.AuthenticationError, exceptions.BusyLoadingError)
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
    except (*_REFUSED, *_UNREACHABLE) as exc:
        if (refusal := refused(exc)) is not None:
            raise _refusal(refusal, sure=_AGAIN not in getattr(exc, "__notes__", ())) from _without_arguments(exc)
        raise StoreError("Redis can't be reached. Check that it runs, and REDIS_URL.", reason="unreachable") from exc


def refused(exc: BaseException) -> Exception | None:
    """Give the refusal that Redis answered with, None if it did not answer."""
    if isinstance(exc.__context__, _HIDDEN):
        return exc.__context__
    return exc if isinstance(exc, _REFUSED) else None


def note_earlier_try(exc: BaseException) -> None:
    """Note that what failed was sent before, and may have been done then."""
    exc.add_note(_AGAIN)


def _refusal(exc: Exception, *, sure: bool) -> StoreError:
    code = _code(exc)
    reason, message = _REFUSALS.get(code, ("refused", f"Redis refused a command ({type(exc).__name__})."))
    return StoreError(message, reason=reason, undone=sure and code in _REFUSALS.keys() - _HALFWAY)


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
        asked = any(word in str(exc).lower() for word in ("required", "already authenticated"))
        return "NOAUTH" if asked else "WRONGPASS"
    return known or str(exc).partition(" ")[0]


def _without_arguments(exc: Exception) -> Exception | None:
    """Keep the cause, but for pipelines: redis-py writes the command's arguments into the text, secrets among them."""
    return None if str(exc).startswith("Command # ") else exc
