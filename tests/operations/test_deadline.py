"""Redis that comes to a write after its time: nothing was written, nothing is done, and that is what is said."""

from __future__ import annotations

from collections.abc import Awaitable

import pytest

from bot.access.requests import Requests
from bot.audit import Audit
from bot.clicks import Clicks
from bot.command import Effect
from bot.dispatch import Dispatcher, Invocation
from bot.drafts import Drafts
from bot.notice import Notice
from bot.operations.operation import Operation, State
from bot.pressing import Click
from tests.harness import ADMIN, LIVE
from tests.operations.parts import OFF, ON, Bench
from tests.outside.clicking import OFF as OFF_LINE

LATE_MS = 60_000


async def slow_ms(bench: Bench) -> int:
    """What a Redis says the time is that takes a minute for the next trip."""
    return await bench.store.time_ms() - LATE_MS


def dispatcher(bench: Bench) -> Dispatcher:
    async def requeue(operation: Operation) -> None:
        bench.queued.append(operation.queue_key)

    return Dispatcher(
        catalog=bench.runner.catalog,
        gate=bench.runner.gate,
        journal=bench.journal,
        drafts=Drafts(bench.store),
        requests=Requests(bench.store),
        audit=Audit(bench.store),
        requeue=requeue,
        clock_ms=lambda: slow_ms(bench),
        clock=bench.time.now,
        asks=Effect.DISRUPTIVE.__eq__,
        metrics=bench.runner.metrics,
    )


def clicks(bench: Bench) -> Clicks:
    def background(work: Awaitable[None]) -> None:
        raise AssertionError("nothing is to be queued")

    async def requeue(operation: Operation) -> None:
        bench.queued.append(operation.queue_key)

    return Clicks(
        catalog=bench.runner.catalog,
        again=bench.again,
        audit=Audit(bench.store),
        gate=bench.runner.gate,
        journal=bench.journal,
        requeue=requeue,
        clock_ms=lambda: slow_ms(bench),
        clock=bench.time.now,
        background=background,
    )


async def still_open(bench: Bench) -> list[str]:
    return await bench.journal.open_before(bench.time.now().replace(year=2100), 10)


@pytest.mark.parametrize("text", ["on live eu main-stage", OFF_LINE.removeprefix("/record ")])
async def test_command_that_comes_too_late_is_not_done(bench: Bench, text: str) -> None:
    """
    The caller reads that nothing was done; nothing is written down or queued.
    """
    invocation = Invocation("/record", text, ADMIN, "T0STUDIO", LIVE, None, once="late-for-tests")

    notice = await dispatcher(bench).invoke(invocation)

    assert isinstance(notice, Notice)
    assert "Nothing was done" in notice.headline
    assert ([], []) == (bench.queued, await still_open(bench))


async def test_confirmation_that_comes_too_late_does_not_count(bench: Bench) -> None:
    """
    Whoever pressed reads that nothing was done; the question still waits, and can be pressed.
    """
    operation = await bench.accepted(command=OFF)
    await bench.work(operation)
    bench.queued.clear()

    pressed = await clicks(bench).press(Click("operation_confirm", operation.id, ADMIN, "T0STUDIO", LIVE, None))

    assert pressed.notice is not None
    assert ("Nothing was done" in pressed.notice.headline, pressed.replace) == (True, False)
    assert (State.WAITING, []) == ((await bench.now(operation)).state, bench.queued)
    assert "waiting" == await bench.confirm(operation)


async def test_retry_that_comes_too_late_does_not_count(bench: Bench) -> None:
    """
    Whoever pressed reads that nothing was done; no second operation is written down.
    """
    operation = await bench.accepted(command=ON)
    bench.agora.fault("503", method="PUT")
    await bench.work(operation)

    pressed = await clicks(bench).press(Click("operation_retry", operation.id, ADMIN, "T0STUDIO", LIVE, None))

    assert pressed.notice is not None
    assert ("Nothing was done" in pressed.notice.headline, pressed.replace) == (True, False)
    assert (None, []) == ((await bench.now(operation)).retried, await still_open(bench))
