"""What counts as running twice at the same time, seen at the doors of the stand-in for Agora."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import cast

import pytest
from pydantic import SecretStr

from bot.agora import AgoraClient, AgoraError, HmacAuth
from tests.chaos.fleet import Life
from tests.chaos.stand_ins import Agora
from tests.chaos.waiting import within
from tests.processes.running import Process

FIRST, SECOND = "X000001", "X000002"


@dataclass
class Doors:
    """Two processes, each with a door of its own; the first one has a call at Agora that is not answered."""

    agora: Agora
    lives: tuple[Life, Life]
    clients: tuple[AgoraClient, AgoraClient]
    held: asyncio.Task[None]

    async def call(self, number: int, stream: str, entry: str = "live") -> int:
        """Have a process ask for a recording; how many overlaps were seen by then."""
        with suppress(AgoraError):
            await self.clients[number].enable_recording(entry, "eu", stream)
        return len(self.agora.overlaps)


@pytest.fixture
async def doors() -> AsyncIterator[Doors]:
    async with AsyncExitStack() as stack:
        lives: list[Life] = []
        agora = Agora(rng=Random(0), whose=lambda address: next(one for one in lives if one.door.endswith(address)))
        await stack.enter_async_context(agora)
        lives += [Life(name, name, await agora.open_door(), cast("Process", None)) for name in ("one", "two")]
        clients = [await stack.enter_async_context(_client(life.door)) for life in lives]
        agora.fault("hang")
        held = asyncio.create_task(_held(clients[0]))
        await within(5, lambda: any(call.fault for call in agora.calls))
        yield Doors(agora, (lives[0], lives[1]), (clients[0], clients[1]), held)
        held.cancel()


def _client(door: str) -> AgoraClient:
    auth = HmacAuth("example-customer-id", SecretStr("customer-secret-for-tests"))
    limit = timedelta(seconds=30)
    return AgoraClient(app_id="0123456789abcdef0123456789abcdef", auth=auth, base_url=door, timeout=limit, attempts=1)


async def _held(client: AgoraClient) -> None:
    with suppress(AgoraError):
        await client.enable_recording("live", "eu", f"{FIRST}-1")


async def test_two_processes_on_one_entry_point(doors: Doors) -> None:
    """
    A call of one process while that of another is open is an overlap, be it for the same operation or not.
    """
    assert 1 == await doors.call(1, f"{FIRST}-1")
    assert 2 == await doors.call(1, SECOND)
    assert ["one", "two"] == [doors.agora.overlaps[0].first_by, doors.agora.overlaps[0].second_by]


async def test_streams_of_one_operation_run_side_by_side(doors: Doors) -> None:
    """
    Within one process the streams of one operation may overlap, two operations may not.
    """
    assert 0 == await doors.call(0, f"{FIRST}-2")
    assert 1 == await doors.call(0, SECOND)


async def test_entry_points_do_not_wait_for_each_other(doors: Doors) -> None:
    """
    Calls on other entry points, and reads, overlap with nothing.
    """
    await doors.clients[1].entry_points()

    assert 0 == await doors.call(1, SECOND, entry="sports")


async def test_caller_that_has_left_has_nothing_open(doors: Doors) -> None:
    """
    A call whose connection its caller has closed is over, though Agora has not answered.
    """
    doors.held.cancel()
    await asyncio.wait([doors.held])

    assert 0 == await doors.call(1, SECOND)


async def test_dead_and_frozen_processes_are_not_held_to_it(doors: Doors) -> None:
    """
    A process that is dead, frozen, or was frozen since it made its call can't take that back.
    """
    first = doors.lives[0]
    first.frozen, first.froze = True, time.monotonic()
    assert 0 == await doors.call(1, SECOND)
    first.frozen = False
    assert 0 == await doors.call(1, SECOND)
    first.froze, first.dead = 0.0, True

    assert 0 == await doors.call(1, SECOND)


async def test_process_that_wakes_up_and_goes_on_counts(doors: Doors) -> None:
    """
    A process that was frozen and then makes a new call, while another one has taken over, is an overlap.
    """
    doors.lives[1].froze = time.monotonic()

    assert 1 == await doors.call(1, SECOND)
