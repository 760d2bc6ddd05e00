"""Ending with work in hand: within what platforms grant, and nothing is lost."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.sandbox.agora_memory import EntryPoint
from bot.store import Store
from bot.store.locks import FileLock
from tests.harness import ADMIN, Stage
from tests.outside.acts import ended, public, trail
from tests.processes.running import Machine, Process, jsons
from tests.redis_server import RedisServer

SLOW = [f"slow-{number}" for number in range(25)]  # answered within the grace
STUCK = [f"stuck-{number}" for number in range(25)]  # never answered
CALLS_PER_S = "40"  # Agora takes 50


async def in_flight(stage: Stage) -> None:
    """Type fifty commands on as many entry points, and wait until all of them are with Agora."""
    regions = stage.agora.entry_points["live"].regions
    stage.agora.entry_points.update({entry: EntryPoint(regions=dict(regions)) for entry in (*STUCK, *SLOW)})
    stage.agora.fault("hang", times=None, path="entry_points/stuck-")
    stage.agora.fault("slow:4", times=None, path="entry_points/slow-")
    for some in batched([*STUCK, *SLOW], 10):
        answers = await asyncio.gather(*(stage.slash(f"/record on {entry} eu {entry}", ADMIN) for entry in some))
        assert [(200, "")] * 10 == [(answer.status, answer.text) for answer in answers]
    await stage.agora.wait_for(lambda _: 50 == len(stage.wire))


def batched(entries: list[str], size: int) -> list[list[str]]:
    return [entries[start : start + size] for start in range(0, len(entries), size)]


def outcomes(stage: Stage) -> int:
    return len(list(filter(ended, public(stage.slack.messages))))


async def leases(redis_url: str) -> int:
    """What the engine takes for being in somebody's hands."""
    async with Redis.from_url(redis_url) as client:
        return int((await client.xpending("agora-bot:stream", "docket-workers"))["pending"])


@pytest.mark.timeout(240)
@pytest.mark.parametrize("kind", ["serve", "worker"])
async def test_work_in_hand_is_finished_or_handed_back(machine: Machine, store: Store, kind: str) -> None:
    """
    SIGTERM amid 50 operations that are with Agora ends with 0 within 10 s. What Agora answers in time is finished, the
    rest is handed back at once, and carried out by the next process; each is told once, and audited once.
    """
    stage = machine.stage
    if kind == "worker":
        await machine.serve("--no-worker")

    async def another() -> Process:
        start = machine.serve if kind == "serve" else machine.worker
        return await start(AGORA_CALLS_PER_S=CALLS_PER_S)

    first = await another()
    await in_flight(stage)

    status = await first.stop()
    finished = {record.streams[0] for record in await trail(store)}
    in_hand = await leases(stage.redis_url)
    stage.agora.clear_faults()
    await another()
    await stage.slack.wait_for(lambda _: 50 == outcomes(stage), timeout=60)
    await stage.outcome("/agora whoami", ADMIN)

    assert (0, "bot.stopped") == (status, jsons(first)[-1]["event"])
    assert (set(SLOW), 0) == (finished, in_hand)
    records = await trail(store)
    assert sorted([*SLOW, *STUCK]) == sorted(record.streams[0] for record in records)
    assert ["succeeded"] * 50 == [record.outcome for record in records]
    assert sorted([*SLOW, *STUCK, *STUCK]) == sorted(call.split("id=")[1] for call in stage.wire)
    assert 50 == len(public(stage.slack.messages))


async def test_what_can_be_finished_is(machine: Machine, store: Store) -> None:
    """
    An operation that is with Agora when SIGTERM comes is finished and told before the process ends.
    """
    stage = machine.stage
    process = await machine.serve()
    stage.agora.fault("slow:1")
    await stage.slash("/record on live eu main-stage", ADMIN)
    await stage.agora.wait_for(lambda call: call.stream == "main-stage")

    status = await process.stop()

    assert 0 == status
    assert [True] == [ended(message) for message in public(stage.slack.messages)]
    assert ["succeeded"] == [record.outcome for record in await trail(store)]
    assert 1 == len(stage.wire)


async def test_second_signal_ends_at_once(machine: Machine) -> None:
    """
    A second Ctrl-C does not wait for what is in hand.
    """
    stage = machine.stage
    process = await machine.serve()
    stage.agora.fault("hang")
    await stage.slash("/record on live eu main-stage", ADMIN)
    await stage.agora.wait_for(lambda call: call.stream == "main-stage")

    process.send(signal.SIGINT)
    await process.deaf()
    process.send(signal.SIGINT)
    status = await process.ended()

    assert 0 != status
    assert "bot.stopped" not in process.output


async def test_slack_that_hangs_holds_nothing_up(machine: Machine, store: Store) -> None:
    """
    SIGTERM while Slack does not answer what is told: 0 within 10 s. What was done is told by the next process, and not
    done again.
    """
    stage = machine.stage
    first = await machine.serve()
    stage.slack.fail("chat.postMessage", delay=timedelta(minutes=5), times=2)
    for entry in ("live", "sports"):
        await stage.slash(f"/record on {entry} eu {entry}", ADMIN)
    while 2 != len(await trail(store)):  # noqa: ASYNC110 another process writes it
        await asyncio.sleep(0.02)

    status = await first.stop()
    told = outcomes(stage)
    await machine.serve()
    await stage.slack.wait_for(lambda _: 2 == outcomes(stage), timeout=60)

    assert (0, "bot.stopped", 0) == (status, jsons(first)[-1]["event"], told)
    assert (2, 2) == (len(stage.wire), len(await trail(store)))


@pytest.fixture
def frozen() -> Iterator[RedisServer]:
    """A Redis of one's own, to freeze."""
    server = RedisServer.start()
    yield server
    server.stop()


@pytest.mark.parametrize("kind", ["serve", "worker"])
async def test_redis_that_hangs_holds_nothing_up(machine: Machine, frozen: RedisServer, kind: str) -> None:
    """
    SIGTERM while Redis is frozen and an operation is with Agora: 0 within 10 s. With Redis back, the next process
    carries the operation out.
    """
    stage = machine.stage

    async def another() -> Process:
        return await (machine.serve if kind == "serve" else machine.worker)(REDIS_URL=frozen.url)

    if kind == "worker":
        await machine.serve("--no-worker", REDIS_URL=frozen.url)
    first = await another()
    stage.agora.fault("hang")
    await stage.slash("/record on live eu main-stage", ADMIN)
    await stage.agora.wait_for(lambda call: call.stream == "main-stage")

    frozen.process.send_signal(signal.SIGSTOP)
    status = await first.stop()
    frozen.process.send_signal(signal.SIGCONT)
    await another()
    await stage.slack.wait_for(ended, timeout=60)

    assert (0, "bot.stopped") == (status, jsons(first)[-1]["event"])
    assert ["main-stage"] * 2 == [call.split("id=")[1] for call in stage.wire]


@pytest.mark.parametrize("kind", ["serve", "worker"])
async def test_process_that_waits_for_redis_can_be_ended(machine: Machine, frozen: RedisServer, kind: str) -> None:
    """
    SIGTERM before Redis has answered once: 0 within 10 s.
    """
    frozen.process.send_signal(signal.SIGSTOP)
    process = await machine.begin(kind, REDIS_URL=frozen.url)
    await process.event("bot.started")

    assert 0 == await process.stop()


@asynccontextmanager
async def embedded_that_hangs(machine: Machine) -> AsyncIterator[Path]:
    """Freeze the store that a process brought along; gives its folder."""
    folder = machine.folder / ".agora-bot" / "store"
    pid = int((folder / "server.pid").read_text())
    os.kill(pid, signal.SIGSTOP)
    yield folder
    os.kill(pid, signal.SIGCONT)


async def test_embedded_store_that_hangs_holds_nothing_up(machine: Machine) -> None:
    """
    SIGTERM while the store that the bot brought along is frozen: 0 within 10 s.
    """
    process = await machine.serve(REDIS_URL="")

    async with embedded_that_hangs(machine):
        assert 0 == await process.stop()


async def test_start_that_waits_for_the_embedded_store_can_be_ended(machine: Machine) -> None:
    """
    SIGTERM while the store is being waited for, as when it loads its data: 0 within 10 s, and it had not started.
    """
    await (await machine.serve(REDIS_URL="")).kill()

    async with embedded_that_hangs(machine) as folder:
        process = await machine.begin("serve", REDIS_URL="")
        await _used(folder)
        status = await process.stop()

    assert (0, []) == (status, process.lines)


async def _used(folder: Path) -> None:
    """Wait until a process uses the store below *folder*."""
    users = FileLock(folder / "users.lock")
    while users.take():
        users.close()
        await asyncio.sleep(0.02)
        users = FileLock(folder / "users.lock")
    users.close()
