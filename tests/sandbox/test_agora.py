"""Starting, stopping and watching the stand-in for Agora."""

import uuid
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from bot.sandbox.agora import AgoraStandIn, Call
from tests.sandbox.agora_by_hand import LIVE, PROJECT, TASKS, Caller, Clock, calling


@pytest.fixture
async def call() -> AsyncIterator[Caller]:
    async with calling() as caller:
        yield caller


async def test_default_memory() -> None:
    """
    At first `live` has settings in two regions and a stream, `sports` settings in one and no stream.
    """
    agora = AgoraStandIn(clock=Clock())
    seen = {
        name: ([region for region, settings in entry.regions.items() if settings], list(entry.streams), entry.auto)
        for name, entry in agora.entry_points.items()
    }

    assert {"live": (["eu", "na"], ["main-stage"], False), "sports": (["eu"], [], False)} == seen


async def test_stop_and_start() -> None:
    """
    After a stop nobody listens; after another start the memory is still there.
    """
    async with calling() as call:
        await call("PUT", f"{TASKS}?id=main-stage")
        await call.agora.stop()
        with pytest.raises(httpx.ConnectError):
            await call("GET", f"{PROJECT}/entry_points")
        await call.agora.start()
        call.agora.fault("slow:0.01")  # it was cut if the stop still held
        response = await call("DELETE", f"{TASKS}/main-stage")

    assert 200 == response.status_code


async def test_fixed_port() -> None:
    """
    The stand-in can be put on a port of one's choice.
    """
    first = AgoraStandIn()
    await first.start()
    port = int(first.url.rpartition(":")[2])
    await first.stop()
    await first.start(port=port)
    url = first.url
    await first.stop()

    assert f"http://127.0.0.1:{port}" == url


async def test_record_of_a_call(call: Caller) -> None:
    """
    A call is kept with all that came over the wire, and what came of it.
    """
    target = f"{TASKS}?id=a%20b"
    await call("PUT", target, headers={"X-Request-ID": "request-1"})
    (kept,) = call.agora.calls

    assert (call.clock.now, "PUT", target, TASKS) == (kept.at, kept.method, kept.target, kept.path)
    assert ({"id": "a b"}, b"", "hmac", True) == (kept.query, kept.body, kept.scheme, kept.accepted)
    assert (200, "request-1", None, "a b") == (kept.status, kept.request_id, kept.fault, kept.stream)
    assert call.host == kept.headers["host"]
    assert kept.duration is not None


async def test_record_of_a_body(call: Caller) -> None:
    """
    The body is kept as it came, but is not shown with the rest.
    """
    sent = b'{ "callbackUrl": "https://hooks.example.com/token-for-tests" }'
    await call("PATCH", f"{LIVE}/settings/transfer", sent)
    (kept,) = call.agora.calls

    assert sent == kept.body
    assert "token-for-tests" not in repr(kept)


async def test_request_id(call: Caller) -> None:
    """
    The caller's request id comes back, refusals included; without one it is made.
    """
    own = {"X-Request-ID": "request-1"}
    echoed = await call("GET", f"{PROJECT}/entry_points", headers=own)
    refused = await call("GET", f"{PROJECT}/entry_points", headers=own, secret="another-secret-for-tests")
    made = await call("GET", f"{PROJECT}/entry_points")

    assert ["request-1", "request-1"] == [one.headers["X-Request-ID"] for one in (echoed, refused)]
    assert made.headers["X-Request-ID"] == str(uuid.UUID(made.headers["X-Request-ID"]))


async def test_on_call(call: Caller) -> None:
    """
    Who wants to hear of calls hears of each finished one, in order.
    """
    heard: list[tuple[str, int | None]] = []
    call.agora.on_call.append(lambda one: heard.append((one.method, one.status)))
    await call("GET", f"{PROJECT}/entry_points")
    await call("DELETE", f"{TASKS}/none")

    assert [("GET", 200), ("DELETE", 404)] == heard


async def test_wait_for(call: Caller) -> None:
    """
    Waiting gives a call that is there already.
    """
    await call("GET", f"{PROJECT}/entry_points")
    found = await call.agora.wait_for(lambda one: one.status == 200)

    assert call.agora.calls == [found]


async def test_wait_for_nothing(call: Caller) -> None:
    """
    Waiting in vain tells what did come.
    """

    def never(_: Call) -> bool:
        return False

    await call("GET", f"{PROJECT}/entry_points")
    with pytest.raises(AssertionError, match=r"GET /v1/projects/\S+ → 200"):
        await call.agora.wait_for(never, timeout=timedelta(milliseconds=1))


async def test_streams_come_and_go(call: Caller) -> None:
    """
    Pushing a stream that is live changes nothing, nor does ending one that is not.
    """
    since = call.agora.entry_points["live"].streams["main-stage"]
    call.agora.push("live", "main-stage")
    call.agora.stop_push("live", "other")

    assert {"main-stage": since} == call.agora.entry_points["live"].streams
