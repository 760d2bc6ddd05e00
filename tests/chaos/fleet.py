"""The processes of the bot: killed, ended, frozen, and started again."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

from tests.chaos.waiting import within
from tests.processes.running import Process

SEATS: Final = ("serve 1", "serve 2", "worker 1", "worker 2")
# On a machine that has much else to do; that 10 s are enough on others is shown in tests/processes.
STARTS_WITHIN_S: Final = 90
ENDS_WITHIN: Final = timedelta(seconds=40)
ASTRAY: Final = 0.05  # of what Slack sends: to whichever process, since it does not always know which one is down


@dataclass(eq=False)
class Life:
    """
    One process, from its start to its end.

    Attributes:
        door: Where it finds Agora; nobody else knocks there.
        up: It has started.
        ending: It was asked to end.
        froze: When it was last stopped (SIGSTOP), in seconds of `time.monotonic`.
    """

    seat: str
    name: str
    door: str
    process: Process
    up: bool = False
    ending: bool = False
    dead: bool = False
    frozen: bool = False
    froze: float = 0.0

    @property
    def well(self) -> bool:
        """Whether it has started, and can act."""
        return self.up and not self.dead and not self.frozen

    def answers_for(self, began: float) -> bool:
        """
        Whether what it began at *began* is its own doing now.

        What it began before it was frozen is of the past: it can't take that back before it wakes up.
        """
        return not self.dead and not self.frozen and self.froze < began


@dataclass
class Fleet:
    """
    All processes, dead ones too.

    Attributes:
        environ: The settings of a process that finds Agora at the given address.
        open_door: Opens a door at Agora, and gives its address.
        troubles: What happened to processes and was no fault of ours.
    """

    folder: Path
    environ: Callable[[str], dict[str, str]] = field(init=False)
    open_door: Callable[[], Awaitable[str]] = field(init=False)
    lives: list[Life] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    _starts: Counter[str] = field(default_factory=Counter)

    @property
    def well(self) -> list[Life]:
        """Those that can act."""
        return [life for life in self.lives if life.well]

    def at(self, address: str) -> Life | None:
        """Whose door at Agora it is."""
        return next((life for life in reversed(self.lives) if life.door.endswith(address)), None)

    async def start(self, seat: str) -> None:
        """Start a process, and wait until it has."""
        self._starts[seat] += 1
        door = await self.open_door()
        process = await Process.start(seat.partition(" ")[0], folder=self.folder, environ=self.environ(door))
        life = Life(seat, f"{seat}, start {self._starts[seat]}", door, process)
        self.lives.append(life)
        await within(STARTS_WITHIN_S, lambda: life.dead or _started(process) is not None)
        if (started := _started(process)) is None:
            self.troubles.append(f"{life.name} did not start.")
        else:
            process.port, life.up = int(started["port"] or 0), True

    async def kill(self, life: Life) -> None:
        """`kill -9`, and start the next one at once."""
        life.dead = True
        await life.process.kill()
        await self.start(life.seat)

    async def replace(self, life: Life) -> None:
        """Ask it to end, as a platform does, and start the next one then."""
        await self._end(life)
        await self.start(life.seat)

    async def freeze(self, life: Life, span: timedelta) -> None:
        """SIGSTOP, and SIGCONT after *span*."""
        life.frozen, life.froze = True, time.monotonic()
        life.process.send(signal.SIGSTOP)
        await asyncio.sleep(span.total_seconds())
        life.process.send(signal.SIGCONT)
        life.frozen = False

    def front(self, rng: Random, *, other_than: str | None = None) -> Life:
        """Choose where Slack sends to: one that can act if there is one, and seldom any."""
        fronts = [life for life in self.lives if life.process.port and not self._replaced(life)]
        well = [life for life in fronts if life.well and life.seat != other_than]
        astray = rng.random() < ASTRAY
        return rng.choice(well if well and not astray else fronts)

    def look(self) -> None:
        """Note who ended by itself."""
        for life in self.lives:
            if not (life.dead or life.ending) and life.process.child.returncode is not None:
                life.dead = True
                self.troubles.append(f"{life.name} ended by itself, with {life.process.child.returncode}.")

    async def stop(self) -> None:
        """End all of them as a platform would; each has to end well, and in time."""
        self.look()
        await asyncio.gather(*(self._end(life) for life in self.lives if not life.dead))

    async def close(self) -> None:
        """End whatever is left."""
        for life in self.lives:
            await life.process.kill()

    async def _end(self, life: Life) -> None:
        life.up, life.ending = False, True
        try:
            life.process.send(signal.SIGTERM)
            end: object = await life.process.ended(ENDS_WITHIN)
        except AssertionError as still_there:
            end = still_there
            await life.process.kill()
        life.dead = True
        if end != 0:
            self.troubles.append(f"{life.name} did not end well when asked to: {str(end)[:80]}.")

    def _replaced(self, life: Life) -> bool:
        return any(one.seat == life.seat and one.up for one in self.lives[self.lives.index(life) + 1 :])


def _started(process: Process) -> dict[str, Any] | None:
    line = next((line for line in process.lines if '"event": "bot.started"' in line), None)
    return json.loads(line) if line else None
