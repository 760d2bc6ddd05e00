"""Which calls of the stand-in for Agora meet trouble, and how trouble is asked for."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.sandbox.agora_by_hand import LIVE, TASKS, Caller, calling

START = ("PUT", f"{TASKS}?id=main-stage")


@pytest.fixture
async def call() -> AsyncIterator[Caller]:
    async with calling() as caller:
        yield caller


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
