"""What the client lets its owner hook in: a wait before each try, word of each one after it, a copy in a hurry."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from bot.agora import (
    GatewayTimeout,
    ServerError,
    Try,
)
from tests.agora.parts import Agora, answer, client_of


async def test_hooks() -> None:
    """Before each try the caller can wait, and it hears of each one afterwards."""
    order: list[str] = []
    agora = Agora([answer(503, X_Request_ID="theirs"), httpx.ReadTimeout(""), answer(200)])

    async def before() -> None:
        order.append("wait")

    def after(finished: Try) -> None:
        order.append(f"{finished.number} {finished.call.name} {finished.call.method} {finished.outcome}")

    async with client_of(agora, before_try=before, on_try=after) as client:
        await client.enable_recording("live", "eu", "main")

    wanted = ["1 enable_recording PUT 503", "2 enable_recording PUT no answer", "3 enable_recording PUT 200"]
    assert order == ["wait", wanted[0], "wait", wanted[1], "wait", wanted[2]]


async def test_try_ids() -> None:
    """A try is known by Agora's request id, and by ours where Agora gives none."""
    tries: list[Try] = []
    agora = Agora([answer(503, X_Request_ID="theirs"), answer(200)])
    async with client_of(agora, on_try=tries.append) as client:
        await client.enable_recording("live", "eu", "main")

    assert [finished.request_id for finished in tries] == ["theirs", agora.requests[1].headers["X-Request-ID"]]


class LimiterAway(Exception):
    pass


@pytest.mark.parametrize(("answers", "raised"), [([answer(200)], LimiterAway), ([answer(500)], ServerError)])
async def test_limit_that_fails(answers: list[httpx.Response | Exception], raised: type[Exception]) -> None:
    """When waiting for a turn fails, nothing more is sent, and an earlier failure is not hidden."""
    turns = iter([] if raised is LimiterAway else [None])
    agora = Agora(answers)

    async def before() -> None:
        if next(turns, "none left") is not None:
            raise LimiterAway

    async with client_of(agora, before_try=before) as client:
        with pytest.raises(raised):
            await client.enable_recording("live", "eu", "main")

    assert len(agora.requests) == (0 if raised is LimiterAway else 1)


@pytest.mark.parametrize(("options", "tries"), [({}, 1), ({"attempts": 2}, 2), ({"attempts": 9}, 3)])
async def test_hurried(options: dict[str, int], tries: int) -> None:
    """A hurried copy tries once, or as often as it may and the original does; that one is as it was."""
    agora = Agora([answer(504)])
    async with client_of(agora, attempts=3) as client:
        with pytest.raises(GatewayTimeout):
            await client.hurried(timedelta(seconds=3), **options).entry_points()
        assert len(agora.requests) == tries
        with pytest.raises(GatewayTimeout):
            await client.entry_points()

    assert len(agora.requests) == tries + 3


@pytest.mark.parametrize("attempts", [0, -1])
async def test_attempts_are_checked(attempts: int) -> None:
    """Not trying at all is refused."""
    with pytest.raises(ValueError, match="Give at least 1"):
        async with client_of(Agora([answer(200)]), attempts=attempts):
            pass
