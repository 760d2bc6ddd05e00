"""A machine on which processes of the bot are started, and none is left behind."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.harness import Stage
from tests.processes.running import Machine


@pytest.fixture
async def machine(world: Stage, tmp_path: Path) -> AsyncIterator[Machine]:
    """The stand-ins, an empty folder, and no process yet."""
    machine = Machine(world, tmp_path)
    yield machine
    await machine.close()
