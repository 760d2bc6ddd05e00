"""Trouble on demand that comes as an answer of the stand-in for Agora."""

from collections.abc import AsyncIterator

import pytest

from bot.sandbox.agora import FAULTS
from tests.sandbox.agora_by_hand import PROJECT, TASKS, Caller, calling, message

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
    A success may come with nothing, for a read as for a change.
    """
    call.agora.fault("empty", times=2)
    read = await call("GET", f"{PROJECT}/entry_points")
    changed = await call(*START)

    assert [(200, b""), (200, b"")] == [(one.status_code, one.content) for one in (read, changed)]
    assert recorded(call)


async def test_redirect(call: Caller) -> None:
    """
    An answer may point elsewhere; who follows is seen there.
    """
    call.agora.fault("redirect")
    response = await call(*START)

    assert (302, "/elsewhere") == (response.status_code, response.headers["Location"])
    assert not recorded(call)
