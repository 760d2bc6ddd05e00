"""What is done of an operation on several items, in words and a bar."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.clock import Clock
from bot.operations.operation import ItemResult, Operation, Outcome
from bot.wording import duration

AT_ONCE: Final = 20  # items of one operation that are with Agora at the same time
BAR: Final = 20  # characters


@dataclass
class Tally:
    """
    What one run of an operation has done so far.

    Attributes:
        items: All that is to be done.
        done: What came of those that are over, also of those that an earlier run has done.
        stopped: Who had it begin no further one.
    """

    items: tuple[str, ...]
    done: dict[str, ItemResult]
    clock: Clock
    began: datetime
    stopped: str | None
    before: int = field(init=False)

    def __post_init__(self) -> None:
        self.before = len(self.done)

    @classmethod
    def of(cls, operation: Operation, clock: Clock) -> Tally:
        """The run that begins now; it shares what is done with the operation."""
        return cls(operation.items, operation.done, clock, clock(), operation.stopped)

    @property
    def stoppable(self) -> bool:
        """Whether there may be items that have not begun, and nobody has said yet that they shall not."""
        return self.stopped is None and len(self.items) - len(self.done) > AT_ONCE

    def line(self) -> str:
        """Such as `▓▓▓▓▓░░░░░ 412 of 1,000, 3 failed so far, about 25 s left`."""
        over, total = len(self.done), len(self.items)
        full = BAR * over // total
        bad = dict.fromkeys((Outcome.FAILED, Outcome.UNKNOWN), 0)
        for result in list(self.done.values()):
            bad[result.outcome] = bad.get(result.outcome, 0) + 1
        parts = [f"{'▓' * full}{'░' * (BAR - full)} {over:,} of {total:,}"]
        parts += [f"{bad[Outcome.FAILED]:,} failed so far"] if bad[Outcome.FAILED] else []
        parts += [f"{bad[Outcome.UNKNOWN]:,} not known"] if bad[Outcome.UNKNOWN] else []
        return ", ".join([*parts, *self._left()])

    def _left(self) -> list[str]:
        """How long it will take, once there is something to judge by."""
        here = len(self.done) - self.before
        if here <= AT_ONCE or self.stopped:
            return []
        left = (self.clock() - self.began) / here * (len(self.items) - len(self.done))
        return [f"about {duration(left)} left"]
