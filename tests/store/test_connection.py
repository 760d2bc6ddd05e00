"""The store against real servers: single, Sentinel and cluster, and everything that goes wrong with them."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from redis import Redis
from redis.exceptions import DataError, WatchError

from bot.store import Store, StoreError, connect
from tests.redis_server import RedisServer

Run = Callable[..., RedisServer]


@pytest.fixture
def run() -> Iterator[Run]:
    """Start servers that end with the test."""
    running: list[RedisServer] = []

    def start(*options: str, port: int | None = None, ready: bool = True) -> RedisServer:
        running.append(RedisServer.start(*options, port=port, ready=ready))
        return running[-1]

    yield start
    for server in running:
        server.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def fill(store: Store) -> None:
    async with store.guard():
        for number in range(100):
            _ = await store.redis.set(f"filler-{number}", "x" * 100_000)


def test_keys_share_one_slot(store: Store) -> None:
    """All keys carry the namespace as their hash tag."""
    assert store.key("operation", "01J") == "{agora-bot}:operation:01J"


async def test_scripts_run_after_the_server_forgot_them(store: Store) -> None:
    """A script that the server does not know is sent in full."""
    before = await store.time_ms()
    _ = await store.redis.script_flush()

    assert before <= await store.time_ms()


async def test_time_is_the_servers(store: Store) -> None:
    """The clock is the server's, in milliseconds."""
    seconds, _ = await store.redis.time()

    assert 0 <= await store.time_ms() - seconds * 1000 < 60_000


async def test_more_calls_than_connections_wait(redis_url: str) -> None:
    """Calls beyond the number of connections wait for their turn and don't fail."""
    store = await connect(f"{redis_url}?client_name=counted", max_connections=3)
    await asyncio.gather(*(store.time_ms() for _ in range(200)))
    clients = await store.redis.client_list()
    await store.close()

    assert 1 <= len([client for client in clients if client["name"] == "counted"]) <= 3


async def test_a_connection_that_broke_is_replaced(store: Store) -> None:
    """A pooled connection that the server closed costs nobody an error."""
    await store.ping()
    _ = await store.redis.client_kill_filter(_type="normal", skipme=False)

    await store.ping()


async def test_connecting_is_left_to_the_first_call() -> None:
    """A Redis that is down shows at the first call, as an error that names no address."""
    store = await connect(f"redis://:customer-secret-for-tests@127.0.0.1:{free_port()}")
    with pytest.raises(StoreError) as caught:
        await store.ping()
    await store.close()

    assert caught.value.reason == "unreachable"
    assert "127.0.0.1" not in str(caught.value)


async def test_a_frozen_server_is_given_up(run: Run) -> None:
    """A server that hangs leads to an error within the limit, also when every connection waits for it."""
    server = run()
    store = await connect(server.url, max_connections=2, timeout=timedelta(seconds=0.2))
    await store.ping()
    server.process.send_signal(signal.SIGSTOP)
    results = await asyncio.gather(*(store.time_ms() for _ in range(10)), return_exceptions=True)
    await store.close()

    assert [result.reason for result in results if isinstance(result, StoreError)] == ["timeout"] * 10


async def test_a_server_that_woke_up_is_used_again(run: Run) -> None:
    """After a time-out the late answer is not taken for the answer to the next call."""
    server = run()
    store = await connect(server.url, max_connections=1, timeout=timedelta(seconds=0.2))
    _ = await store.redis.set("late", "answer")
    server.process.send_signal(signal.SIGSTOP)
    with pytest.raises(StoreError):
        async with store.guard():
            _ = await store.redis.get("late")
    server.process.send_signal(signal.SIGCONT)
    server.wait()

    assert await store.redis.get("other") is None
    await store.close()


async def test_full_memory_is_named(run: Run) -> None:
    """A server without memory left is reported as that."""
    store = await connect(run("--maxmemory", "1mb", "--maxmemory-policy", "noeviction").url)
    with pytest.raises(StoreError) as caught:
        await fill(store)
    await store.close()

    assert caught.value.reason == "memory"


@pytest.mark.parametrize("login", ["", ":wrong-secret-for-tests@", "nobody:customer-secret-for-tests@"])
async def test_login_is_refused(run: Run, login: str) -> None:
    """A missing or wrong password is reported as that, and not repeated."""
    port = free_port()
    server = run("--requirepass", "customer-secret-for-tests", port=port, ready=False)
    server.wait(password="customer-secret-for-tests")
    store = await connect(f"redis://{login}127.0.0.1:{port}")
    with pytest.raises(StoreError) as caught:
        await store.ping()
    await store.close()

    assert caught.value.reason == "auth"
    assert "secret" not in f"{caught.value!r} {caught.value.__cause__!r}"


async def test_a_replica_takes_no_changes(run: Run) -> None:
    """Writing to a replica is reported as that."""
    port = free_port()
    run(port=port)
    store = await connect(run("--replicaof", f"127.0.0.1 {port}").url)
    with pytest.raises(StoreError) as caught:
        async with store.guard():
            _ = await store.redis.set("key", "value")
    await store.close()

    assert caught.value.reason == "readonly"


async def test_pipelines_do_not_tell_their_arguments(store: Store) -> None:
    """The arguments that redis-py writes into a pipeline's error reach neither message nor cause."""
    _ = await store.redis.set("text", "value")
    pipeline = store.redis.pipeline()
    _ = pipeline.hset("text", "field", "customer-secret-for-tests")
    with pytest.raises(StoreError) as caught:
        async with store.guard():
            _ = await pipeline.execute()

    assert caught.value.reason == "refused"
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("error", [DataError("misuse"), WatchError("a lost race"), KeyError("ours")])
async def test_other_errors_stay_what_they_are(store: Store, error: Exception) -> None:
    """Misuse and lost races are not mistaken for a server that fails."""
    with pytest.raises(type(error)) as caught:
        async with store.guard():
            raise error

    assert caught.value is error


async def test_sentinels_lead_to_the_primary(run: Run) -> None:
    """A Sentinel address leads to the primary, though one Sentinel hangs and another is down."""
    primary_port, frozen_port, sentinel_port = free_port(), free_port(), free_port()
    primary = run("--requirepass", "customer-secret-for-tests", port=primary_port, ready=False)
    primary.wait(password="customer-secret-for-tests")
    frozen = run("--sentinel", port=frozen_port)
    frozen.process.send_signal(signal.SIGSTOP)
    sentinel = run("--sentinel", port=sentinel_port)
    with Redis.from_url(sentinel.url) as client:
        client.execute_command("SENTINEL", "MONITOR", "mymaster", "127.0.0.1", str(primary_port), "1")
        client.execute_command("SENTINEL", "SET", "mymaster", "auth-pass", "customer-secret-for-tests")
    sentinels = ",".join(f"127.0.0.1:{port}" for port in (frozen_port, free_port(), sentinel_port))
    store = await connect(f"redis+sentinel://:customer-secret-for-tests@{sentinels}/mymaster/1")
    await store.time_ms()
    info = await store.redis.info("server")
    database = (await store.redis.client_info())["db"]
    await store.close()

    assert (info["tcp_port"], database) == (primary_port, 1)


async def test_sentinels_without_an_answer(run: Run) -> None:
    """Sentinels that are down, or know no such primary, are reported like a Redis that is down."""
    port = free_port()
    run("--sentinel", port=port)
    store = await connect(f"redis+sentinel://127.0.0.1:{port},127.0.0.1:{free_port()}/unknown")
    with pytest.raises(StoreError) as caught:
        await store.ping()
    await store.close()

    assert caught.value.reason == "unreachable"


async def test_clusters_run_scripts(run: Run) -> None:
    """A cluster address works, for scripts with several keys too."""
    port = free_port()
    node = run("--cluster-enabled", "yes", "--cluster-port", str(free_port()), port=port)
    with Redis.from_url(node.url) as client:
        client.execute_command("CLUSTER", "ADDSLOTSRANGE", "0", "16383")
        while b"cluster_state:ok" not in client.execute_command("CLUSTER", "INFO"):  # noqa: ASYNC110 - in the server
            await asyncio.sleep(0.02)
    store = await connect(f"redis+cluster://127.0.0.1:{port}")
    _ = await store.redis.mset({store.key("a"): "1", store.key("b"): "2"})
    now = await store.time_ms()
    values = await store.redis.mget([store.key("a"), store.key("b")])
    await store.ping()
    await store.close()

    assert (values, now > 0) == (["1", "2"], True)


async def test_clusters_that_are_down() -> None:
    """A cluster that is down is reported like a Redis that is down."""
    store = await connect(f"redis+cluster://127.0.0.1:{free_port()}")
    with pytest.raises(StoreError) as caught:
        await store.ping()
    await store.close()

    assert caught.value.reason == "unreachable"
