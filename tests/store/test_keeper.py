"""The embedded store is started again when it ends without being asked to."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.ending import end
from bot.store import Embedded, Store, StoreError, connect, keep
from tests.redis_server import program

SOON = timedelta(seconds=1)


def pid(folder: Path) -> int:
    """The server's, 0 if there is none."""
    written = folder / "store" / "server.pid"
    return int(written.read_text() or 0) if written.exists() else 0


@pytest.fixture
async def embedded(tmp_path: Path) -> AsyncIterator[Embedded]:
    """A server that somebody looks after."""
    embedded = await Embedded.start(tmp_path, program=program())
    keeper = asyncio.create_task(keep(embedded))
    yield embedded
    await end(keeper, within=SOON)
    await embedded.stop()


async def answer(store: Store) -> object:
    """What is kept, as soon as the server answers."""
    while True:
        try:
            return await store.do("GET", "kept")
        except StoreError:
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_server_that_ended_is_started_again(embedded: Embedded, tmp_path: Path, number: signal.Signals) -> None:
    """
    A server that is killed or stopped is there again, under the same address and with what it held.
    """
    store = await connect(embedded.url)
    await store.do("SET", "kept", "1")
    first = pid(tmp_path)

    os.kill(first, number)
    while pid(tmp_path) in {0, first}:  # noqa: ASYNC110 - in another process
        await asyncio.sleep(0.02)
    kept = await answer(store)
    await store.close()

    assert "1" == kept
