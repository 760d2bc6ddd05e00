"""Rounds of chaos on one Redis: people at work, a fault every second, then healing, and waiting until all is told."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from bot.operations.journal import Journal
from bot.sandbox.agora_memory import EntryPoint
from bot.sandbox.slack import BOT_USER
from bot.store import StoreError, connect
from tests.chaos.asked import Told
from tests.chaos.dealing import dealt
from tests.chaos.faults import FAULTS, Fault, Trouble, other_than
from tests.chaos.fleet import SEATS, Fleet
from tests.chaos.kinds import KINDS, SHARED, Kind, player
from tests.chaos.memory import Memory
from tests.chaos.people import ELSEWHERE, HOMES, Scene
from tests.chaos.stand_ins import Agora, Slack
from tests.chaos.waiting import within_asking
from tests.harness import ADMIN, MANAGER, OPERATOR, Stage, Time

ROUND_S: Final = 60
PLAYS: Final = 306  # a round
SETTLES_S: Final = 90
QUIET_S: Final = 3  # after the last one is told, for what might be told once more
SAYS_EVERY_S: Final = 5
PEOPLE: Final = (ADMIN, MANAGER, OPERATOR)
SETTINGS: Final = {
    "AGORA_TIMEOUT_S": "2",
    "AGORA_ATTEMPTS": "2",
    "AGORA_CALLS_PER_S": "40",  # the stand-in allows 50
    "CONFIRM_TTL_S": "6",
    "LOG_FORMAT": "json",
}


@dataclass
class Drill:
    """
    Everything that takes part.

    Attributes:
        began: Seconds since the epoch.
        log: What went wrong when, a line each.
    """

    scene: Scene
    memory: Memory
    journal: Journal
    seed: str
    began: float = field(default_factory=time.time)
    faults: Counter[str] = field(default_factory=Counter)
    log: list[str] = field(default_factory=list)

    async def round(self, number: int) -> None:
        """One minute of chaos; then heal everything, and wait until nothing is open."""
        rng = Random(f"{self.seed} {number}")
        plays, hand = dealt(KINDS, rng, PLAYS), dealt(FAULTS, rng, ROUND_S)
        async with asyncio.TaskGroup() as group:
            saying = group.create_task(self._say(number))
            await asyncio.gather(self._people(group, plays), self._trouble(group, hand, number))
            self.scene.slack.clear_faults()
            self.scene.agora.clear_faults()
            saying.cancel()
        await self._settle(number)

    async def _people(self, group: asyncio.TaskGroup, plays: list[Kind]) -> None:
        begin = time.monotonic()
        for number, kind in enumerate(plays):
            await asyncio.sleep(begin + number * ROUND_S / len(plays) - time.monotonic())
            rng = Random(f"{self.seed} {self.scene.marks} {kind.name}")
            group.create_task(kind.play(player(self.scene, kind, rng)))

    async def _trouble(self, group: asyncio.TaskGroup, hand: list[Fault], number: int) -> None:
        begin = time.monotonic()
        for second in range(ROUND_S):
            await asyncio.sleep(begin + second - time.monotonic())
            trouble = Trouble(self.scene, self.memory, Random(f"{self.seed} {number} {second}"))
            group.create_task(self._happen(hand.pop(0), trouble, hand))
        await asyncio.sleep(begin + ROUND_S - time.monotonic())

    async def _happen(self, fault: Fault, trouble: Trouble, hand: list[Fault]) -> None:
        at = time.time() - self.began
        what = await fault.happen(trouble)
        if what is None:
            fault = other_than(fault, hand)
            what = await fault.happen(trouble)
        self.faults[fault.name] += 1
        self.log.append(f"{at:7.2f} s  {fault.name}: {what}")
        self.scene.fleet.look()

    async def _say(self, number: int) -> None:
        for seconds in range(0, 10 * ROUND_S, SAYS_EVERY_S):
            await asyncio.sleep(SAYS_EVERY_S)
            asked = self.scene.asked
            accepted = sum(one.told is Told.ACCEPTED for one in asked)
            well = f"{len(self.scene.fleet.well)} of {len(SEATS)} processes well"
            print(
                f"round {number}, {seconds + SAYS_EVERY_S:3} s: asked for {len(asked)}, accepted {accepted}, "
                f"not told yet {await self._open()}; faults {sum(self.faults.values())}; {well}",
                flush=True,
            )

    async def _settle(self, number: int) -> None:
        begin = time.monotonic()

        async def all_told() -> bool:
            return await self._open() == 0

        told = await within_asking(SETTLES_S, all_told)
        end = "all is told" if told else f"{await self._open()} operations are still open"
        print(f"round {number} healed: after {time.monotonic() - begin:.0f} s {end}", flush=True)
        await asyncio.sleep(QUIET_S)
        self.scene.fleet.look()

    async def _open(self) -> int | str:
        """How many operations are accepted and not told, as the journal has it."""
        try:
            return (await self.journal.backlog())[0]
        except StoreError:
            return "(Redis is away)"


@asynccontextmanager
async def opened(folder: Path, seed: str) -> AsyncIterator[Drill]:
    """Start everything that takes part, give people their roles, and end it all."""
    rng = Random(seed)
    for name in ("redis", "bot"):
        (folder / name).mkdir()
    async with AsyncExitStack() as stack:
        memory = Memory(folder / "redis")
        await memory.start()
        stack.push_async_callback(memory.stop)
        slack = await stack.enter_async_context(Slack(rng=rng))
        fleet = Fleet(folder / "bot")
        agora = await stack.enter_async_context(Agora(rng=rng, whose=fleet.at))
        stage = Stage(slack, agora, Time(), memory.url, SETTINGS)
        fleet.open_door = agora.open_door
        fleet.environ = lambda door: stage.environment(AGORA_API_URL=door)
        stack.push_async_callback(fleet.close)
        store = await connect(memory.url)
        stack.push_async_callback(store.close)
        _populate(agora, slack)
        await asyncio.gather(*map(fleet.start, SEATS))
        await _grant(stage, fleet)
        yield Drill(Scene(slack, agora, fleet), memory, Journal(store), seed)


def _populate(agora: Agora, slack: Slack) -> None:
    for channels, others in ((HOMES, {BOT_USER}), (ELSEWHERE, set())):
        for channel in channels:
            slack.add_channel(channel, channel.removeprefix("C0").lower(), members={*PEOPLE, *others})
    for name in SHARED:
        entry = agora.entry_points.setdefault(name, EntryPoint())
        entry.regions.update(agora.entry_points["live"].regions)


async def _grant(stage: Stage, fleet: Fleet) -> None:
    stage.slack.bot_url = f"{fleet.front(Random(0)).process.url}/slack/events"
    await stage.grant(MANAGER, "manager")
    await stage.grant(OPERATOR, "operator")
