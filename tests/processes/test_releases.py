"""Two releases at work on one Redis, as while a new one is rolled out: the older one keeps its hands off."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bot.operations.engine import LEFT_FOR
from bot.store import Store
from tests.harness import ADMIN
from tests.outside.acts import ended, public, trail
from tests.processes.running import ROOT, Machine, Process, jsons

FIRST, BEHIND = "/stream unban live main-stage", "/record on live eu main-stage"


def without_a_command(tree: Path) -> None:
    """A release from before `/stream` was there."""
    for module in (tree / "bot" / "commands").glob("stream_*.py"):
        module.unlink()


def without_a_task(tree: Path) -> None:
    """A release whose engine knows none of the tasks that this one queues: neither operations nor the sweep."""
    module = tree / "bot" / "operations" / "engine.py"
    named = "        self._operation = operation\n        self._sweep = sweep_operations\n"
    text = module.read_text(encoding="utf-8")
    assert text.count(named) == 1
    older = '        operation.__name__, sweep_operations.__name__ = "older_operation", "older_sweep"\n'
    module.write_text(text.replace(named, older + named), encoding="utf-8")


async def older_worker(machine: Machine, change: Callable[[Path], None]) -> Process:
    """Start a worker of a release that lacks something."""
    tree = machine.folder / "older"
    shutil.copytree(ROOT / "bot", tree / "bot", ignore=shutil.ignore_patterns("__pycache__"))
    change(tree)
    return await machine.worker(PYTHONPATH=str(tree))


def put_off(process: Process) -> dict[str, list[datetime]]:
    """When a worker put off which operation."""
    found: dict[str, list[datetime]] = {}
    for line in jsons(process):
        operation = line.get("operation") if line["event"] == "operation.later" else None
        if line["event"] == "operation.left" and (match := re.match(r"op:([0-9a-z-]+)", line.get("key", ""))):
            operation = match[1]
        if operation:
            found.setdefault(operation, []).append(datetime.fromisoformat(line["timestamp"]))
    return found


async def met_again(process: Process) -> None:
    """Wait until both operations have come to a worker a second time."""
    await process.said(lambda _: [2, 2] <= sorted(len(times) for times in put_off(process).values()))


def gaps(process: Process) -> list[timedelta]:
    """How long each operation was left in peace."""
    return [later - sooner for times in put_off(process).values() for sooner, later in pairwise(times)]


@pytest.mark.parametrize("lack", [without_a_command, without_a_task])
async def test_older_release_leaves_what_it_does_not_know(
    machine: Machine, store: Store, lack: Callable[[Path], None]
) -> None:
    """
    A worker of an older release neither does nor ends what it does not know, and what stands behind that waits. The
    newer one does both, in their order. The older one looks at each every few seconds, not all the time.
    """
    stage = machine.stage
    await machine.serve("--no-worker")
    older = await older_worker(machine, lack)
    answers = [await stage.slash(line, ADMIN) for line in (FIRST, BEHIND)]
    await met_again(older)
    before = (list(stage.wire), await trail(store), public(stage.slack.messages))

    newer = await machine.worker()
    await stage.slack.wait_for(lambda _: 2 == len(list(filter(ended, public(stage.slack.messages)))), timeout=90)
    statuses = [await process.stop() for process in (older, newer)]

    assert [200, 200] == [answer.status for answer in answers]
    assert ([], [], []) == before
    assert ["DELETE", "PUT"] == [call.split()[0] for call in stage.wire]
    assert ["stream unban", "record on"] == [record.action for record in await trail(store)]
    assert 2 == len(public(stage.slack.messages))
    assert [0, 0] == statuses
    assert "stream unban" not in [line.get("command") for line in jsons(older)]
    assert min(gaps(older)) >= LEFT_FOR
    assert {"info"} == {line["level"] for line in jsons(older)} - {"warning"}
