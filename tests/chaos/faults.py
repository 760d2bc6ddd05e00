"""What goes wrong, one thing somewhere every second; a new fault is a function and a line in the table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Final

from tests.chaos.fleet import Life
from tests.chaos.memory import Memory
from tests.chaos.people import Scene

FROZEN_S: Final = (12, 16)  # past the 10 s after which another worker takes over
AT_AGORA: Final = ("504", "504-done", "hang", "reset", "drop-done", "429:1", "500")
AT_SLACK: Final = ("429", "500", "cut before", "cut after")
METHODS: Final = {"chat.postMessage": 5, "response_url": 4, "chat.update": 1, "conversations.history": 1}


@dataclass
class Trouble:
    """Makes trouble on a scene; *rng* decides which."""

    scene: Scene
    memory: Memory
    rng: Random

    def victim(self) -> Life | None:
        """A process that may be hit; None if no other one that can act takes what Slack sends."""
        well = self.scene.fleet.well
        hit = self.rng.choice(well) if well else None
        return hit if any(life.process.port for life in well if life is not hit) else None


@dataclass(frozen=True)
class Fault:
    """
    One kind of fault; *share* says how often.

    Attributes:
        happen: Does it, and says where; None if it could not be had now.
        always: It can be had at any time.
    """

    name: str
    share: int
    happen: Callable[[Trouble], Awaitable[str | None]]
    always: bool = False


async def kill(trouble: Trouble) -> str | None:
    """`kill -9` of a process, which is started again at once."""
    if (life := trouble.victim()) is None:
        return None
    await trouble.scene.fleet.kill(life)
    return life.name


async def end(trouble: Trouble) -> str | None:
    """SIGTERM of a process, as when a new release is rolled out; it is started again when it has ended."""
    if (life := trouble.victim()) is None:
        return None
    await trouble.scene.fleet.replace(life)
    return life.name


async def freeze(trouble: Trouble) -> str | None:
    """SIGSTOP of a process, for longer than its lease; one at a time."""
    life = trouble.victim()
    if life is None or any(one.frozen and not one.dead for one in trouble.scene.fleet.lives):
        return None
    span = timedelta(seconds=trouble.rng.uniform(*FROZEN_S))
    await trouble.scene.fleet.freeze(life, span)
    return f"{life.name} for {span.total_seconds():.1f} s"


async def restart_redis(trouble: Trouble) -> str | None:
    """Redis ends, and is back within a second."""
    away = timedelta(seconds=trouble.rng.uniform(0, 1))
    await trouble.memory.restart(away)
    return f"away for {away.total_seconds():.1f} s"


async def slack(trouble: Trouble) -> str | None:
    """The next calls of one method fail, or their connection is cut."""
    (method,) = trouble.rng.choices(list(METHODS), list(METHODS.values()))
    what, times = trouble.rng.choice(AT_SLACK), trouble.rng.choice((1, 1, 2))
    match what:
        case "429":
            trouble.scene.slack.fail(method, retry_after=1, times=times)
        case "500":
            trouble.scene.slack.fail(method, status=500, times=times)
        case "cut before":
            trouble.scene.slack.fail(method, abort=True, times=times)
        case "cut after":
            trouble.scene.slack.fail(method, after_processing=True, times=times)
    return f"{what} at {method}, {times} times"


async def agora(trouble: Trouble) -> str | None:
    """The next calls fail, or are not answered, done or not."""
    what, times = trouble.rng.choice(AT_AGORA), trouble.rng.choice((1, 2, 4))
    trouble.scene.agora.fault(what, times=times)
    return f"{what}, {times} times"


SLACK: Final = Fault("Slack", 21, slack, always=True)
FAULTS: Final = (
    Fault("kill -9", 9, kill),
    Fault("SIGTERM", 2, end),
    Fault("freeze", 4, freeze),
    Fault("Redis restart", 3, restart_redis, always=True),
    SLACK,
    Fault("Agora", 21, agora, always=True),
)


def other_than(fault: Fault, hand: list[Fault]) -> Fault:
    """What happens in place of a fault that can't be had now: it changes places with a later one in *hand*."""
    place = next((place for place, later in enumerate(hand) if place > 1 and later.always), None)
    if place is None:
        return SLACK
    hand[place], instead = fault, hand[place]
    return instead
