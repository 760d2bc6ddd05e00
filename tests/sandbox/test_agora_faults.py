"""Trouble on demand with the connection to the stand-in for Agora: cut, silent, slow, endless."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.sandbox.agora_by_hand import PROJECT, TASKS, Caller, calling

START = ("PUT", f"{TASKS}?id=main-stage")

TASK = ("eu", "main-stage")


@pytest.fixture
async def call() -> AsyncIterator[Caller]:
    async with calling() as caller:
        yield caller


def recorded(call: Caller) -> bool:
    return TASK in call.agora.entry_points["live"].tasks


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


async def test_huge(call: Caller) -> None:
    """
    An answer may be fifty megabytes long.
    """
    call.agora.fault("huge")
    async with call.opened(*START) as response:
        total = sum([len(chunk) async for chunk in response.aiter_raw()])

    assert 200 == response.status_code
    assert recorded(call)
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
    async with call.opened(*START) as response:
        chunks = response.aiter_raw()
        sizes = [len(await anext(chunks)) for _ in range(3)]
    over = await call.agora.wait_for(lambda one: one.duration is not None)

    assert [1, 1, 1] == sizes
    assert recorded(call)
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
