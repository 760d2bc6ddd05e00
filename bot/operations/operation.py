"""An operation: one allowed use of a command, and what came of it."""

from __future__ import annotations

import secrets
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from bot.command import Effect
from bot.moments import Plan
from bot.undo import Found, Step

# Crockford's base 32: no letter that is mistaken for another when read aloud. https://www.crockford.com/base32.html
ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"


class State(StrEnum):
    """How far an operation has come."""

    PLANNING = "planning"  # when it is to be done is to be worked out
    ASKING = "asking"  # its prompt is to be shown
    WAITING = "waiting"  # for its requester to press a button
    PLANNED = "planned"  # for a time to come
    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"  # the outcome is kept, and still to be told
    TOLD = "told"


STAGES: Final = {State.PLANNING: "plan", State.FINISHED: "tell"}


class Outcome(StrEnum):
    """What came of an operation."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    REFUSED = "refused"

    @property
    def private(self) -> bool:
        """Whether only the requester hears of it: nothing was tried, so nothing changed."""
        return self in {Outcome.CANCELLED, Outcome.LAPSED, Outcome.REFUSED}


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class ItemResult(_Value):
    """
    What came of one of several items.

    Attributes:
        cause: The sentence without its name: the same for all that failed in the same way.
    """

    item: str
    outcome: Outcome
    sentence: str
    cause: str = ""
    advice: str = ""
    retry: bool = False


class Result(_Value):
    """
    What came of an operation, in words.

    Attributes:
        headline: What happened.
        lines: The state now and other facts, most important first.
        causes: Why it probably failed.
        advice: What to do next; items have their own.
        note: What to know when it went well.
        rows: The list that a read has found; shown page by page.
        small: Status, request id and the vendor's own words, for whoever looks closer.
        items: One result for each, where there were several.
        retry: Whether trying again can help.
        audited: The audit trail has it already.
        undo: What turns it back.
        left: What is there now; if that is no longer so, it is not turned back.
    """

    outcome: Outcome
    headline: str
    lines: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    advice: str = ""
    note: str = ""
    rows: tuple[str, ...] = ()
    small: tuple[str, ...] = ()
    items: tuple[ItemResult, ...] = ()
    retry: bool = False
    audited: bool = False
    undo: Step | None = None
    left: Found | None = None

    @property
    def again(self) -> tuple[str, ...]:
        """The items that trying again can help."""
        return tuple(item.item for item in self.items if item.retry)


class Card(_Value):
    """Where the one message of an operation stands."""

    channel: str
    ts: str


class Operation(_Value):
    """
    The record of an operation.

    Attributes:
        args: The command's arguments as JSON values.
        line: The command as it would be typed.
        person: Who asked, or pressed the button that made it.
        response_url: Where Slack takes answers for this use of the command, 5 times within 30 minutes.
        target: Operations on one target run one at a time, in the order in which they were accepted.
        asks: Whether its requester confirms it first.
        retry_of: The operation that this one repeats.
        undo_of: The operation that this one turns back.
        follows: The operation whose work this one turns off again.
        plan: When it is to be done, if it is not simply at once.
        decided: When it was confirmed; of what was planned, when it was due.
        planned: When it became something for a time to come.
        announced: When the channel was told of that.
        plan_card: Where it was told, once it is due: the outcome is a message of its own.
        followed: The operation that turns it off again.
        starts: How often a worker has taken it on; fences off a worker that lost it.
        runs: How often it was begun without an end; one that ends its worker each time is given up.
        stopped: Who had it begin no further item.
        before: What was there before it changed anything.
        undone: The operation that turns it back, or was to.
        second: Who confirmed it, where that took a second person.
    """

    model_config = ConfigDict(extra="forbid")  # what a newer release wrote is not carried out half understood

    id: str
    command: str
    args: dict[str, Any]
    line: str
    effect: Effect
    person: str
    team: str
    channel: str
    response_url: str | None
    target: str
    asks: bool
    created: datetime
    retry_of: str | None = None
    undo_of: str | None = None
    follows: str | None = None
    plan: Plan | None = None
    # What changes on the way:
    state: State = State.QUEUED
    starts: int = 0
    runs: int = 0
    expires: datetime | None = None
    asked: datetime | None = None
    decided: datetime | None = None
    result: Result | None = None
    finished: datetime | None = None
    card: Card | None = None
    retried: str | None = None
    planned: datetime | None = None
    announced: datetime | None = None
    plan_card: Card | None = None
    followed: str | None = None
    stopped: str | None = None
    before: Found | None = None
    undone: str | None = None
    second: str | None = None
    done: dict[str, ItemResult] = {}

    @property
    def undecided(self) -> bool:
        """Whether its requester has not confirmed it yet."""
        return self.asks and self.decided is None

    @property
    def disruptive(self) -> bool:
        """Whether it can cost footage or audience: by what it does, or by what turns it off again."""
        return self.effect is Effect.DISRUPTIVE or (self.plan is not None and self.plan.turned_off)

    @property
    def open(self) -> bool:
        """Whether everybody in the channel sees its question, since it takes a second person to answer it."""
        return self.undecided and self.card is not None

    @property
    def due(self) -> datetime | None:
        """When it is to be done, if that is not simply at once."""
        return self.plan.due if self.plan else None

    @property
    def ends(self) -> datetime | None:
        """When what it does is turned off again."""
        if self.plan is None or self.plan.lasting is None:
            return self.plan.ends if self.plan else None
        return (self.decided or self.created) + self.plan.lasting

    @property
    def stage(self) -> str:
        """What is to be done for it next."""
        if self.state is State.PLANNED:
            return "announce" if self.announced is None else "due"
        if self.state in STAGES:
            return STAGES[self.state]
        if not self.undecided:
            return "do"
        return "ask" if self.expires is None else "lapse"

    @property
    def queue_key(self) -> str:
        """Under which the engine knows it: the same stage queued twice is one."""
        return f"op:{self.id}:{self.stage}"

    @property
    def queue_target(self) -> str:
        """What the engine runs one at a time on: only doing it holds others up, and a slow channel no entry point."""
        match self.stage:
            case "tell":
                return f"tell:{self.channel if self.told_in_turn else self.id}"
            case "do":
                return self.target
            case _:
                return self.id

    @property
    def told_in_turn(self) -> bool:
        """Whether its outcome has its place among those of its channel; what only its caller hears has none."""
        return self.effect.changes and not self.undecided

    def waits(self, now: datetime) -> bool:
        """Whether nothing is to be done until its requester presses a button."""
        asked = self.state is State.WAITING and self.asked is not None
        return asked and self.expires is not None and self.expires > now

    @property
    def items(self) -> tuple[str, ...]:
        """What it acts on, each once, where that may be several."""
        return tuple(dict.fromkeys(self.args.get("streams", ())))

    @property
    def several(self) -> bool:
        """Whether it acts on several items and shows a result for each."""
        return len(self.items) > 1

    @property
    def args_again(self) -> dict[str, Any]:
        """The arguments for doing it again: of several items, those that it can help."""
        left = self.result.again if self.result else ()
        return {**self.args, "streams": list(left)} if left else self.args


def is_id(text: str) -> bool:
    """Whether *text* looks like one of our ids; what comes back from outside may be anything."""
    front, mark, back = text.partition("-")
    return bool(mark) and len(front) == len(back) == 4 and {*front, *back} <= {*ALPHABET}  # noqa: PLR2004 see new_id


def new_id() -> str:
    """A fresh id, short enough to read aloud: 8 characters, 40 random bits."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"
