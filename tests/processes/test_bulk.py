"""Very many streams, with processes and Redis that are killed in the middle."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Iterator

import pytest

from bot.operations.journal import Journal
from bot.sandbox.slack import Message
from bot.store import Store
from tests.harness import ADMIN, Stage
from tests.outside.acts import ended, public, trail
from tests.outside.filling import asked, opened, sent
from tests.processes.running import Machine
from tests.redis_server import RedisServer

NAMES = [f"stage-{number:03}" for number in range(120)]
PACE = "25"  # the stand-in for Agora takes 50 calls a second


async def halfway(stage: Stage) -> None:
    """Have all of them asked for, and wait until a third of them is done."""
    await sent(stage, await opened(stage, user=ADMIN), names="\n".join(NAMES))
    await stage.agora.wait_for(lambda call: call.status == 200 and len(asked(stage)) >= len(NAMES) / 3)


async def end(stage: Stage) -> Message:
    """The one card, when all are done."""
    card = await stage.slack.wait_for(ended, timeout=60)
    assert "120 of 120 done. ✅" in card.text
    assert set(NAMES) == set(asked(stage))
    assert [card] == public(stage.slack.messages)
    return card


async def test_killed_worker_is_carried_on_where_it_was(machine: Machine, store: Store) -> None:
    """
    A worker is killed in the middle: another one does the rest, and nothing again whose result was kept.
    """
    stage = machine.stage
    await machine.serve("--no-worker")
    first = await machine.worker(AGORA_CALLS_PER_S=PACE)
    await halfway(stage)

    await first.kill()
    (card,) = public(stage.slack.messages)
    assert card.metadata is not None
    operation = await Journal(store).load(card.metadata["event_payload"]["operation"])
    await machine.worker(AGORA_CALLS_PER_S=PACE)

    assert card is await end(stage)
    times = Counter(asked(stage))
    assert operation is not None
    assert 0 < len(operation.done) < len(NAMES)
    assert {1} == {times[name] for name in operation.done}
    assert max(times.values()) <= 2
    assert [("succeeded", tuple(NAMES))] == [(record.outcome, record.streams) for record in await trail(store)]


@pytest.fixture
def lasting() -> Iterator[RedisServer]:
    """A Redis that keeps what it is told, on a port of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = RedisServer.start("--appendonly", "yes", "--appendfsync", "always", port=port)
    yield server
    server.stop()


async def test_redis_that_is_restarted_in_the_middle(world: Stage, lasting: RedisServer) -> None:
    """
    Redis is killed in the middle and comes back: all are done, on one card.
    """
    world.redis_url = lasting.url
    await world.start(AGORA_CALLS_PER_S=PACE)
    await halfway(world)

    lasting.process.kill()
    lasting.process.wait()
    again = RedisServer.start(
        "--dir", str(lasting.folder), "--appendonly", "yes", port=int(lasting.url.rpartition(":")[2])
    )
    try:
        await end(world)
        await world.bots[0].stop()
    finally:
        again.stop()
