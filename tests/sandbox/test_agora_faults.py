"""Trouble on demand: what a caller of the stand-in for Agora meets."""
# ruff: noqa: SIM300 - the house puts what is expected first

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from bot.sandbox.agora import FAULTS
from tests.sandbox.agora_by_hand import LIVE, PROJECT, TASKS, Caller, calling, message

START = ("PUT", f"{TASKS}?id=main-stage")
TASK = ("eu", "main-stage")


@pytest.fixture
async def call() -> AsyncIterator[Caller]:
    async with calling() as caller:
        yield caller


def recorded(call: Caller) -> bool:
    return TASK in call.agora.entry_points["live"].tasks


@pytest.mark.parametrize("kind", [kind for kind in FAULTS if kind.isdigit()])
async def test_statuses(call: Caller, kind: str) -> None:
    """
    A status on demand is answered with a message, once, and nothing is done.
    """
    call.agora.fault(kind)
    first = await call(*START)
    done = recorded(call)
    second = await call(*START)

    assert int(kind) == first.status_code
    assert first.json()["message"]
    assert "Retry-After" not in first.headers
    assert not done
    assert 200 == second.status_code
    assert [(int(kind), kind), (200, None)] == [(one.status, one.fault) for one in call.agora.calls]


@pytest.mark.parametrize("kind", ["429:30", "503:30"])
async def test_retry_after(call: Caller, kind: str) -> None:
    """
    Seconds after 429 or 503 are told to the caller.
    """
    call.agora.fault(kind)
    response = await call(*START)

    assert (int(kind[:3]), "30") == (response.status_code, response.headers["Retry-After"])
    assert [kind] == [one.fault for one in call.agora.calls]


async def test_504_done(call: Caller) -> None:
    """
    A gateway that gives up may have passed the change on.
    """
    call.agora.fault("504-done")
    response = await call(*START)

    assert (504, "gateway timeout") == message(response)
    assert recorded(call)


async def test_drop_done(call: Caller) -> None:
    """
    A connection may end without an answer after the change was made.
    """
    call.agora.fault("drop-done")
    with pytest.raises(httpx.RemoteProtocolError):
        await call(*START)

    assert recorded(call)
    assert [("drop-done", None)] == [(one.fault, one.status) for one in call.agora.calls]


async def test_reset(call: Caller) -> None:
    """
    A connection may be reset before anything was done.
    """
    call.agora.fault("reset")
    with pytest.raises(httpx.ReadError):
        await call(*START)

    assert not recorded(call)
    assert [("reset", None)] == [(one.fault, one.status) for one in call.agora.calls]


async def test_hang_until_the_caller_leaves(call: Caller) -> None:
    """
    A call that is never answered is seen at once, and over when its caller leaves.
    """
    call.agora.fault("hang")
    waiting = asyncio.ensure_future(call(*START))
    seen = await call.agora.wait_for(lambda one: one.fault == "hang" or one.duration is None)
    open_at_first = seen.duration is None
    waiting.cancel()
    over = await call.agora.wait_for(lambda one: one.duration is not None)

    assert open_at_first
    assert seen is over
    assert (None, "hang") == (over.status, over.fault)
    assert not recorded(call)


async def test_hang_until_stop(call: Caller) -> None:
    """
    Stopping the stand-in ends a call that is never answered.
    """
    call.agora.fault("hang")
    waiting = asyncio.ensure_future(call(*START))
    await call.agora.wait_for(lambda one: True)
    await call.agora.stop()

    with pytest.raises(httpx.TransportError):
        await waiting
    assert [None] == [one.status for one in call.agora.calls]


async def test_garbage(call: Caller) -> None:
    """
    A success may come with bytes that are no JSON.
    """
    call.agora.fault("garbage")
    response = await call(*START)

    assert 200 == response.status_code
    with pytest.raises(ValueError, match=r"decode|JSON|utf"):
        response.json()
    assert recorded(call)


async def test_html(call: Caller) -> None:
    """
    A gateway may answer with a page.
    """
    call.agora.fault("html")
    response = await call(*START)

    assert (502, "text/html") == (response.status_code, response.headers["Content-Type"].partition(";")[0])
    assert "<h1>" in response.text
    assert not recorded(call)


async def test_empty(call: Caller) -> None:
    """
    A read may be answered with success and nothing.
    """
    call.agora.fault("empty")
    response = await call("GET", f"{PROJECT}/entry_points")

    assert (200, b"") == (response.status_code, response.content)


async def test_huge(call: Caller) -> None:
    """
    An answer may be fifty megabytes long.
    """
    call.agora.fault("huge")
    async with call.opened("GET", f"{PROJECT}/entry_points") as response:
        total = sum([len(chunk) async for chunk in response.aiter_raw()])

    assert 200 == response.status_code
    assert 50_000_000 <= total < 60_000_000


async def test_leaving_a_huge_answer(call: Caller) -> None:
    """
    Who leaves a huge answer early ends it.
    """
    call.agora.fault("huge")
    async with call.opened("GET", f"{PROJECT}/entry_points") as response:
        await anext(response.aiter_raw())
    over = await call.agora.wait_for(lambda one: one.duration is not None)

    assert ("huge", 200) == (over.fault, over.status)


async def test_drip(call: Caller) -> None:
    """
    An answer may come byte by byte without an end.
    """
    call.agora.fault("drip:0.01")
    async with call.opened("GET", f"{PROJECT}/entry_points") as response:
        chunks = response.aiter_raw()
        sizes = [len(await anext(chunks)) for _ in range(3)]
    over = await call.agora.wait_for(lambda one: one.duration is not None)

    assert [1, 1, 1] == sizes
    assert ("drip:0.01", 200) == (over.fault, over.status)


async def test_drip_until_stop(call: Caller) -> None:
    """
    Stopping the stand-in cuts an answer that comes byte by byte.
    """
    call.agora.fault("drip")
    async with call.opened("GET", f"{PROJECT}/entry_points") as response:
        chunks = response.aiter_raw()
        await anext(chunks)
        await call.agora.stop()

        with pytest.raises(httpx.TransportError):
            await anext(chunks)


async def test_redirect(call: Caller) -> None:
    """
    An answer may point elsewhere; who follows is seen there.
    """
    call.agora.fault("redirect")
    response = await call(*START)

    assert (302, "/elsewhere") == (response.status_code, response.headers["Location"])
    assert not recorded(call)


async def test_slow(call: Caller) -> None:
    """
    A slow answer is the true one, late.
    """
    call.agora.fault("slow:0.01")
    response = await call(*START)

    assert (200, b"") == (response.status_code, response.content)
    assert ["slow:0.01"] == [one.fault for one in call.agora.calls]
    assert recorded(call)


async def test_leaving_a_slow_answer(call: Caller) -> None:
    """
    Who leaves before a slow answer does not know that the change was made.
    """
    call.agora.fault("slow:3600")
    waiting = asyncio.ensure_future(call(*START))
    await call.agora.wait_for(lambda one: True)
    waiting.cancel()
    over = await call.agora.wait_for(lambda one: one.duration is not None)

    assert over.status is None
    assert recorded(call)


async def test_slow_until_stop(call: Caller) -> None:
    """
    Stopping the stand-in cuts an answer that is still to come.
    """
    call.agora.fault("slow:3600")
    waiting = asyncio.ensure_future(call(*START))
    await call.agora.wait_for(lambda one: True)
    await call.agora.stop()

    with pytest.raises(httpx.TransportError):
        await waiting


async def test_times(call: Caller) -> None:
    """
    A fault holds as often as it was asked for.
    """
    call.agora.fault("500", times=2)

    assert [500, 500, 200] == [(await call(*START)).status_code for _ in range(3)]
    assert [] == call.agora.faults


async def test_for_ever(call: Caller) -> None:
    """
    A fault without a number holds until the faults are cleared.
    """
    call.agora.fault("500", times=None)
    before = [(await call(*START)).status_code for _ in range(3)]
    call.agora.clear_faults()
    after = await call(*START)

    assert [500, 500, 500] == before
    assert 200 == after.status_code


async def test_first_come_first_served(call: Caller) -> None:
    """
    Faults are met in the order in which they were set up.
    """
    call.agora.fault("500")
    call.agora.fault("503")

    assert [500, 503, 200] == [(await call(*START)).status_code for _ in range(3)]


@pytest.mark.parametrize(
    "wanted", [{"method": "put"}, {"path": "/tasks"}, {"path": "id=main"}, {"stream": "main-stage"}]
)
async def test_meant_for_others(call: Caller, wanted: dict[str, Any]) -> None:
    """
    A fault can be meant for a method, a part of the target or a stream; other calls pass.
    """
    call.agora.fault("500", **wanted)
    other = await call("GET", f"{LIVE}/settings/transfer")
    meant = await call(*START)

    assert [200, 500] == [other.status_code, meant.status_code]


async def test_meant_for_another_stream(call: Caller) -> None:
    """
    The stream of a fault is its whole decoded name, from the path as from the query.
    """
    call.agora.fault("500", stream="a/b", times=None)
    statuses = [
        (await call(method, target)).status_code
        for method, target in [
            ("PUT", f"{TASKS}?id=a%2Fbc"),
            ("PUT", f"{TASKS}?id=a%2Fb"),
            ("DELETE", f"{TASKS}/a%2Fb"),
        ]
    ]

    assert [200, 500, 500] == statuses


async def test_bad_signatures_meet_no_fault(call: Caller) -> None:
    """
    A call that is signed badly is refused as ever and uses no fault up.
    """
    call.agora.fault("500")
    refused = await call(*START, secret="another-secret-for-tests")
    signed = await call(*START)

    assert [401, 500] == [refused.status_code, signed.status_code]


@pytest.mark.parametrize("kind", ["", "600", "bang", "500:3", "hang:3", "HANG", "html:"])
async def test_unknown_kind(call: Caller, kind: str) -> None:
    """
    A fault that there is not is refused with a list of those that there are.
    """
    with pytest.raises(ValueError, match=r"is not a fault\. Choose one of: 400, 401, .*, redirect, slow\."):
        call.agora.fault(kind)


@pytest.mark.parametrize("kind", ["slow", "slow:", "slow:x", "slow:0", "slow:-1", "slow:nan", "slow:inf", "429:"])
async def test_missing_seconds(call: Caller, kind: str) -> None:
    """
    A fault that lasts needs a number of seconds.
    """
    with pytest.raises(ValueError, match="needs seconds after the colon"):
        call.agora.fault(kind)
