"""Connecting to Redis, and running our scripts in it."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib import resources
from typing import Any, TypeVar, cast

from redis.asyncio import BlockingConnectionPool, Redis, RedisCluster
from redis.asyncio.connection import parse_url
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.client import NEVER_DECODE
from redis.exceptions import ConnectionError as BrokenConnectionError
from redis.exceptions import NoScriptError, RedisError

from bot.store import addresses
from bot.store.errors import StoreError, note_earlier_try, refused, translated

Reply = str | int | None | list["Reply"]
Bytes = bytes | int | None | list["Bytes"]
T = TypeVar("T")


class _OnceMore(Retry):
    """One quick second try, which replaces a pooled connection that broke; a time-out is not tried again."""

    def __init__(self) -> None:
        super().__init__(NoBackoff(), 1, supported_errors=(BrokenConnectionError,))

    async def call_with_retry(self, do: Callable[[], Awaitable[T]], fail: Any, *args: Any, **options: Any) -> T:
        """Try twice; a refusal of the second try says nothing about what became of a first one that was lost."""
        lost = False

        async def tried() -> T:
            nonlocal lost
            try:
                return await do()
            except RedisError as error:
                if lost:
                    note_earlier_try(error)
                lost = refused(error) is None
                raise

        return await super().call_with_retry(tried, fail, *args, **options)


@dataclass(frozen=True)
class _Script:
    text: str
    sha: str


class Store:
    """
    A Redis, and the names of our keys in it.

    Args:
        redis: The client. Calls made on it directly belong inside of `guard()`.
        namespace: What all keys start with, as a hash tag: one script may touch several keys on a cluster.
        timeout: The limit of one call, waiting for a free connection and reconnecting included.
        max_connections: Calls at the same time; more of them wait.
    """

    def __init__(
        self, redis: Redis | RedisCluster, *, namespace: str, timeout: timedelta, max_connections: int
    ) -> None:
        self.redis = redis
        self._namespace = namespace
        self._timeout = timeout
        # Sentinel's and the cluster's pools raise when they are used up; waiting in front of them holds for all three.
        self._free = asyncio.Semaphore(max_connections)
        self._owned: list[Redis] = []

    def key(self, *parts: str) -> str:
        """Name a key, such as `{agora-bot}:operation:01J…` for ("operation", "01J…")."""
        return ":".join((f"{{{self._namespace}}}", *parts))

    @asynccontextmanager
    async def guard(self) -> AsyncIterator[None]:
        """
        Limit what is inside to the time of one call, and translate its errors.

        Raises:
            StoreError: Redis can't be reached, answered too late, or refused.
        """
        with translated():
            async with asyncio.timeout(self._timeout.total_seconds()), self._free:
                yield

    async def call(self, script: str, keys: Sequence[str], args: Sequence[str | int | float] = ()) -> Reply:
        """
        Run `bot/store/scripts/<script>.lua`.

        A connection that breaks is replaced and the script sent once more, so a script may run twice: each one is
        written so that the second run changes nothing.

        Raises:
            StoreError: Redis can't be reached, answered too late, or refused.
        """
        return cast("Reply", await self._run(script, keys, args))

    async def call_for_bytes(
        self, script: str, keys: Sequence[str], args: Sequence[str | int | float] = ()
    ) -> list[Bytes]:
        """Run a script like `call`, for a reply that holds what somebody else may have written: it need not be text."""
        return cast("list[Bytes]", await self._run(script, keys, args, **{NEVER_DECODE: True}))

    async def do(self, *command: str | int | float) -> Reply | dict[str, str]:
        """
        Run one command; the reply has the shape that redis-py gives it by default.

        Raises:
            StoreError: Redis can't be reached, answered too late, or refused.
        """
        async with self.guard():
            return cast("Reply | dict[str, str]", await self.redis.execute_command(*command))

    async def _run(
        self, script: str, keys: Sequence[str], args: Sequence[str | int | float], **options: bool
    ) -> object:
        body = _script(script)
        rest = [*keys, *map(str, args)]
        async with self.guard():
            # Not known to a server that was restarted or flushed, or to a node of a cluster that is new to us.
            with suppress(NoScriptError):
                return await self.redis.execute_command("EVALSHA", body.sha, len(keys), *rest, **options)
            return await self.redis.execute_command("EVAL", body.text, len(keys), *rest, **options)

    async def time_ms(self) -> int:
        """Give the server's clock, in milliseconds since 1970: the one clock that all processes share."""
        return int(cast("int", await self.call("now", [self.key("now")])))

    async def ping(self) -> None:
        """
        Ask for a sign of life, and for room: a Redis that takes no changes answers a PING all the same.

        Raises:
            StoreError: There is none.
        """
        await self.do("SET", self.key("ping"), 1, "EX", 60)

    async def close(self) -> None:
        """Close all connections."""
        for client in (self.redis, *self._owned):
            await client.aclose()

    def owning(self, *clients: Redis) -> Store:
        """Close *clients* too when the store is closed."""
        self._owned.extend(clients)
        return self


async def connect(
    url: str,
    *,
    namespace: str = "agora-bot",
    max_connections: int = 100,
    timeout: timedelta = timedelta(seconds=2),
) -> Store:
    """
    Make a store for *url*; the first call connects, so a Redis that is down is no error here.

    Args:
        url: redis://, rediss://, unix://, redis+sentinel://host:port,host:port/primary/0 or redis+cluster://host:port.
        namespace: What all keys start with.
        max_connections: Calls at the same time; more of them wait.
        timeout: The limit of one call.

    Raises:
        StoreError: *url* is not an address of Redis.
    """
    address = addresses.parse(url)
    options: dict[str, Any] = {
        "decode_responses": True,
        "socket_timeout": timeout.total_seconds(),
        "socket_connect_timeout": timeout.total_seconds(),
        "max_connections": max_connections,
        "retry": _OnceMore(),
    }
    client, owned = _client(address, options)
    store = Store(client, namespace=namespace, timeout=timeout, max_connections=max_connections)
    return store.owning(*owned)


def _client(address: addresses.Address, options: dict[str, Any]) -> tuple[Redis | RedisCluster, list[Redis]]:
    try:
        if address.kind == "sentinel":
            return _by_sentinel(address, options)
        if address.kind == "cluster":
            return RedisCluster.from_url(address.url(scheme=address.scheme.partition("+")[0]), **options), []
        pool = BlockingConnectionPool.from_url(address.url(), timeout=options["socket_timeout"], **options)
        return Redis.from_pool(pool), []
    except ValueError as exc:
        raise StoreError("REDIS_URL has an option or a port that Redis does not know.", reason="address") from exc


def _by_sentinel(address: addresses.Address, options: dict[str, Any]) -> tuple[Redis, list[Redis]]:
    """
    Connect to the primary that the Sentinels name.

    `sentinel_username` and `sentinel_password` are for the Sentinels; every other option is for the primary, and those
    of TLS for both: the form that docket takes.
    """
    name, database = address.service()
    query = tuple((key, value) for key, value in address.query if not key.startswith("sentinel_"))
    plain = addresses.Address("redis", address.userinfo, "localhost", "", query).url()
    wanted = {key: value for key, value in parse_url(plain).items() if key != "host"}
    # A Sentinel that hangs must leave time to ask the next one, and by itself redis-py would ask a dead one ten times.
    share_s = options["socket_timeout"] / (len(address.sentinels()) + 1)
    limits = {"socket_timeout": share_s, "socket_connect_timeout": share_s, "retry": Retry(NoBackoff(), 0)}
    tls = {"ssl": True} if address.tls else {}
    for_sentinels: dict[str, Any] = {
        key[9:]: value for key, value in address.query if key.startswith("sentinel_") and value
    }
    for_sentinels |= {key: value for key, value in wanted.items() if key.startswith("ssl_")} | tls | limits
    sentinel = Sentinel(address.sentinels(), sentinel_kwargs=for_sentinels)  # type: ignore[no-untyped-call]
    return sentinel.master_for(name, **(options | wanted | tls | {"db": database})), list(sentinel.sentinels)


@cache
def _script(name: str) -> _Script:
    text = _text(name)
    # A line `-- With: audit_trail` has that file, which several scripts share, put in front.
    text = "\n".join([*map(_text, re.findall(r"^-- With: (\w+)$", text, re.MULTILINE)), text])
    return _Script(text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


def _text(name: str) -> str:
    return (resources.files("bot.store") / "scripts" / f"{name}.lua").read_text(encoding="utf-8")
