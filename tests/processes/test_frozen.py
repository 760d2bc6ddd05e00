"""A process that stands still for longer than its lease, as on a paused machine, and wakes up again."""

import asyncio
import signal
from datetime import timedelta

from bot.lateness import LATE
from bot.store import Store
from tests.harness import ADMIN, Stage
from tests.outside.acts import ended, public, trail
from tests.processes.running import POLL, Machine

RECORD = "/record on live eu main-stage"


async def after_that(stage: Stage) -> None:
    """Wait until one more change, which waits its turn, has been told."""
    await stage.slash("/record on live eu after-that", ADMIN)
    await stage.told(lambda shown: ended(shown) and "after-that" in shown.text)


async def test_worker_that_wakes_up_after_its_lease_ends_nothing_twice(machine: Machine, store: Store) -> None:
    """
    A worker is frozen while Agora answers; another one carries the operation out and tells. The first one wakes up:
    it makes no further call, tells nothing, and goes on with other work. Its log says that it stood still.
    """
    stage = machine.stage
    await machine.serve("--no-worker")
    first = await machine.worker()
    stage.agora.fault("slow:1", stream="main-stage")
    await stage.slash(RECORD, ADMIN)
    await stage.agora.wait_for(lambda call: call.stream == "main-stage")
    first.send(signal.SIGSTOP)

    second = await machine.worker()
    message = await stage.slack.wait_for(ended, timeout=60)
    first.send(signal.SIGCONT)
    await first.event("operation.lost")
    late = await first.event("loop.late")
    await after_that(stage)

    assert late["lag_s"] > LATE.total_seconds()
    assert [message] == [shown for shown in public(stage.slack.messages) if "main-stage" in shown.text]
    assert ["main-stage"] * 2 == [call.stream for call in stage.agora.calls if call.stream == "main-stage"]
    records = [record for record in await trail(store) if record.streams == ("main-stage",)]
    assert ["succeeded"] == [record.outcome for record in records]
    assert 0 == await second.stop()


async def test_worker_that_is_frozen_while_slack_takes_its_message(machine: Machine, store: Store) -> None:
    """
    Frozen before it hears that Slack took the outcome: the next worker finds the message and does not post another.
    """
    stage = machine.stage
    await machine.serve("--no-worker")
    first = await machine.worker()
    stage.slack.fail("chat.postMessage", delay=timedelta(seconds=2))
    await stage.slash(RECORD, ADMIN)
    while not stage.slack.met("chat.postMessage"):  # noqa: ASYNC110 - nobody tells that a request is on its way
        await asyncio.sleep(POLL.total_seconds())
    first.send(signal.SIGSTOP)
    message = await stage.told(ended)

    second = await machine.worker()
    await stage.slack.wait_for(lambda shown: shown is message and shown.edits == 1, timeout=60)
    first.send(signal.SIGCONT)
    await first.event("operation.lost")
    await after_that(stage)

    assert 0 == await second.stop()
    assert [message] == [shown for shown in public(stage.slack.messages) if "main-stage" in shown.text]
    assert ["succeeded"] == [record.outcome for record in await trail(store) if record.streams == ("main-stage",)]
