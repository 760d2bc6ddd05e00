"""What people do to the bot, kind by kind; a new kind is a function and a line in the table."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Final

from bot.operations.cards import MARKS
from bot.sandbox.agora_memory import EntryPoint
from tests.chaos.asked import Asked
from tests.chaos.people import CANCEL, CONFIRM, Player, Scene
from tests.chaos.waiting import within
from tests.harness import ADMIN, MANAGER

SHARED: Final = ("live", "sports", "news", "kids", "arena")  # entry points that everybody works on
REGION: Final = "eu"
WAITS_FOR_ROLE_S: Final = 20
PLANNED_FOR_S: Final = (5, 20)
PLANS_CANCELLED: Final = 0.2


@dataclass(frozen=True)
class Kind:
    """One kind of thing that people do; *share* says how often, among the others."""

    name: str
    share: int
    play: Callable[[Player], Coroutine[None, None, None]]


async def record_on(player: Player) -> None:
    """One stream."""
    await player.types(f"/record on {player.entry} {REGION} {player.mark}", items=(player.mark,))


async def record_several(player: Player) -> None:
    """Several streams in one command."""
    streams = _streams(player)
    await player.types(f"/record on {player.entry} {REGION} {' '.join(streams)}", items=streams)


async def record_pasted(player: Player) -> None:
    """Many streams, pasted into the form of the command; on an entry point of its own, by which the form is known."""
    entry = player.scene.agora.entry_points[player.mark] = EntryPoint()
    entry.regions.update(player.scene.agora.entry_points[SHARED[0]].regions)
    streams = tuple(f"{player.mark}-{number}" for number in range(player.rng.randint(8, 40)))
    await player.pastes(f"/record on {player.mark} {REGION}", streams)


async def record_repeated(player: Player) -> None:
    """Slack sends the very same request twice."""
    line = f"/record on {player.entry} {REGION} {player.mark}"
    await player.types_and_slack_repeats(line, items=(player.mark,))


async def record_off(player: Player) -> None:
    """Streams that are being recorded; asks first."""
    streams = player.rng.choice([(player.mark,), (player.mark,), _streams(player)])
    _record(player, streams)
    line = f"/record off {player.entry} {REGION} {' '.join(streams)}"
    await _decides(player, await player.types(line, items=streams))


async def record_auto(player: Player) -> None:
    """Of an entry point of its own: it would keep other recordings from being asked for."""
    player.scene.agora.entry_points[player.mark] = EntryPoint()
    line = f"/record auto {player.mark} {player.rng.choice(('on', 'off'))}"
    await _decides(player, await player.types(line, items=(player.mark,), user=MANAGER))


async def transfer_set(player: Player) -> None:
    """With an address that is seen nowhere else; asks first."""
    switch = player.rng.choice(("on", "off"))
    line = f"/transfer set {player.entry} {switch} https://hooks.example.com/{player.mark}"
    await _decides(player, await player.types(line, items=(player.mark,), user=MANAGER))


async def stream_ban(player: Player) -> None:
    """Asks first."""
    line = f"/stream ban {player.entry} {player.mark} 2h"
    await _decides(player, await player.types(line, items=(player.mark,), user=MANAGER))


async def plan(player: Player) -> None:
    """For a moment within this round; some are cancelled before, by the button on their card."""
    due = float(int(time.time() + player.rng.uniform(*PLANNED_FOR_S)))  # as it is typed: in whole seconds
    at = datetime.fromtimestamp(due, UTC).isoformat("T", "seconds").replace("+00:00", "Z")
    line = f"/record on {player.entry} {REGION} {player.mark} at {at}"
    asked = await player.types(line, items=(player.mark,), due=due)
    if player.rng.random() < PLANS_CANCELLED and (card := await player.is_shown(asked, CANCEL)):
        await player.presses(asked, card, CANCEL)
    await asyncio.sleep(max(0, due - time.time()))


async def read(player: Player) -> None:
    """What changes nothing and is told to its caller alone."""
    lines = (f"/record config {player.entry} {REGION}", f"/transfer get {player.entry}", "/agora entries")
    await player.types(player.rng.choice(lines), changes=False)


async def grant(player: Player) -> None:
    """A role for somebody new."""
    await player.types(f"/agora grant <@U0{player.mark}> operator on {player.entry}", user=ADMIN)


async def grant_and_revoke(player: Player) -> None:
    """A role that is taken away again."""
    await grant(player)
    await _ended(player, player.scene.asked[-1])
    await player.types(f"/agora revoke <@U0{player.mark}>", user=ADMIN)


KINDS: Final = (
    Kind("record on", 28, record_on),
    Kind("record on, several", 12, record_several),
    Kind("record on, pasted", 2, record_pasted),
    Kind("record on, repeated by Slack", 8, record_repeated),
    Kind("record off", 15, record_off),
    Kind("record auto", 4, record_auto),
    Kind("transfer set", 8, transfer_set),
    Kind("stream ban", 3, stream_ban),
    Kind("planned", 5, plan),
    Kind("reads", 10, read),
    Kind("grant", 4, grant),
    Kind("grant and revoke", 3, grant_and_revoke),
)


def player(scene: Scene, kind: Kind, rng: Random) -> Player:
    """Somebody who plays *kind*."""
    return Player(scene, kind.name, rng, scene.mark(), rng.choice(SHARED))


async def _decides(player: Player, asked: Asked) -> None:
    """Wait for the question, and do with it what people do."""
    prompt = await player.is_shown(asked, CONFIRM)
    does = player.rng.choices(("confirm", "confirm twice", "cancel", "forget"), (62, 16, 12, 10))[0]
    if prompt is None:
        return
    await player.thinks()
    match does:
        case "confirm":
            await player.presses(asked, prompt, CONFIRM)
        case "confirm twice":
            await player.presses_twice(asked, prompt, CONFIRM)
        case "cancel":
            await player.presses(asked, prompt, CANCEL)


async def _ended(player: Player, asked: Asked) -> None:
    """Wait until the channel knows what came of it."""
    before = player.before

    def ended() -> bool:
        shown = [one.text for one in player.scene.slack.messages[before:] if asked.mark in one.text]
        return any(mark in text for text in shown for mark in MARKS.values())

    await within(WAITS_FOR_ROLE_S, ended)


def _streams(player: Player) -> tuple[str, ...]:
    return tuple(f"{player.mark}-{number}" for number in range(player.rng.randint(2, 6)))


def _record(player: Player, streams: tuple[str, ...]) -> None:
    """Have streams recorded, so that there is something to turn off."""
    agora = player.scene.agora
    for stream in streams:
        agora.entry_points[player.entry].record(REGION, stream, agora.now())
