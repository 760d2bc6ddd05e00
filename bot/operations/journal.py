"""Operations in Redis: the truth about what was accepted and what came of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.audit import MOST_RECORDS, Record, keys_of
from bot.operations import kept
from bot.operations.operation import Card, ItemResult, Operation, Result, State
from bot.store import Store
from bot.undo import Found

REMEMBERED: Final = timedelta(days=1)  # how long a repeated request is recognised
KEPT: Final = timedelta(days=7)  # how long a told operation can be looked up, retried, explained
WORKER_AGE: Final = timedelta(seconds=20)  # a worker not heard of for longer is not counted
UNDER_WAY: Final = timedelta(seconds=12)  # longer than saying it may take: after this its sender is gone
FRESH: Final = timedelta(
    seconds=1
)  # how long leave to send holds before it is used: together with a call less than that

ANY: Final = "*"  # whatever its state is, and stays


class Lost(Exception):
    """Another worker has taken the operation on; this one stops, and says nothing."""


@dataclass(frozen=True)
class Accepted:
    """The operation is written down. `workers` is how many are alive to carry it out."""

    workers: int


@dataclass(frozen=True)
class Repeated:
    """The same request, or the same button, made an operation before."""

    id: str


@dataclass(frozen=True)
class Floor:
    """
    Leave to send a message.

    Attributes:
        operation: As it is in our hands now.
        again: One that was sent before may have arrived.
    """

    operation: Operation
    again: bool


@dataclass(frozen=True)
class Held:
    """Somebody is sending it at this moment, or was ended while doing so: clear after *wait*."""

    wait: timedelta


class Behind(Exception):
    """Another outcome of the same channel is to be told first; whoever tells that one goes on with this one."""


class TooLate(Exception):
    """Redis came to it after its time was up; nothing was written down."""


class Journal:
    """
    All that is kept of operations.

    Args:
        store: Where.
        audit_records: How many records the audit trail keeps.
        ticks: Seconds of a clock that goes on while the process stands still.
    """

    def __init__(
        self, store: Store, *, audit_records: int = MOST_RECORDS, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self._store, self._audit_records, self._ticks = store, audit_records, ticks

    async def accept(
        self, operation: Operation, *, once: str, deadline_ms: int, instead_of: str = ""
    ) -> Accepted | Repeated:
        """
        Write *operation* down.

        Args:
            operation: What was allowed.
            once: The idempotency key: the same key writes nothing a second time.
            deadline_ms: In Redis' own time; past it nothing is written, so that what we called off is never done.
            instead_of: The operation that was to turn the same one back before this, and did not.

        Raises:
            TooLate: The deadline has passed.
            StoreError: Redis did not answer; whether it was written is not known.
        """
        keys = [self._key(operation.id), self._store.key("once", once), self._open, self._turns(operation.target)]
        keys += [self._store.key("sequence"), self._workers]
        parent = operation.retry_of or operation.undo_of
        keys += [self._key(parent)] if parent else []
        reply = await self._store.call(
            "operation_accept",
            keys,
            [
                operation.id,
                deadline_ms,
                kept.record(operation),
                operation.state,
                kept.ms(operation.created),
                int(REMEMBERED.total_seconds()),
                int(WORKER_AGE.total_seconds() * 1000),
                int(operation.effect.changes),
                "retried" if operation.retry_of else "undone",
                instead_of,
            ],
        )
        match reply:
            case ["ok", int(workers)]:
                return Accepted(workers)
            case ["repeat" | "retried", str(known)]:
                return Repeated(known)
            case _:
                raise TooLate

    async def load(self, operation_id: str) -> Operation | None:
        """The operation as it is now; None if there never was one or its record is gone."""
        return kept.operation(await self._store.do("HGETALL", self._key(operation_id)))

    async def begin(self, operation_id: str, target: str = "", *, in_turn: bool = True) -> Operation | None:
        """
        Take the operation on, fencing off whoever had it.

        Raises:
            Behind: It has got its place in the line of *target* meanwhile, and is not begun out of turn.
        """
        keys = [self._key(operation_id), self._turns(target)]
        reply = await self._store.call("operation_begin", keys, [operation_id, int(in_turn)])
        if reply == ["behind"]:
            raise Behind
        return kept.operation(reply)

    async def next_of(self, target: str) -> str | None:
        """The operation whose turn it is on *target*."""
        return await self._first(self._turns(target))

    async def next_to_tell(self, channel: str) -> str | None:
        """The operation whose outcome is the next to be told in *channel*."""
        return await self._first(self._telling(channel))

    async def wait_for_confirmation(self, operation: Operation, *, expires: datetime) -> None:
        """The prompt is about to be shown: from now on its buttons count."""
        await self._move(operation, operation.state, State.WAITING, {"expires": kept.ms(expires)})

    async def keep_asked(self, operation: Operation, now: datetime) -> None:
        """The prompt has been shown; it is not shown again."""
        await self._move(operation, State.WAITING, State.WAITING, {"asked": kept.ms(now)})

    async def confirm(self, operation: Operation, now: datetime, *, deadline_ms: int, second: str = "") -> str:
        """
        Queue an operation that waits for its requester, or for a *second* person, who is kept.

        Returns:
            The state in which it was found: `waiting` if it is queued or planned now, `lapsed` if it was too late.

        Raises:
            TooLate: Redis came to it after *deadline_ms*, in its own time; the operation still waits.
        """
        keys = [self._key(operation.id), self._turns(operation.target), self._store.key("sequence"), self._planned]
        due = kept.ms(operation.due) if operation.due else ""
        found = await self._store.call(
            "operation_confirm", keys, [operation.id, kept.ms(now), deadline_ms, due, second]
        )
        if found == "late":
            raise TooLate
        return str(found)

    async def keep_before(self, operation: Operation, held: Found) -> None:
        """Keep what was there before it changes anything: nobody can ask for that afterwards."""
        await self._move(operation, State.RUNNING, State.RUNNING, {"before": json.dumps(held)})

    async def keep_item(self, operation: Operation, item: ItemResult) -> str | None:
        """
        Keep the result of one of several items: a checkpoint, not to be done again.

        Returns:
            Who has stopped the operation, if anybody has: no further item is to be begun.
        """
        # It came further this time: stopped by deployments, not by what it does. 1, since it has been begun before.
        kept_now: dict[str, str | int] = {f"item:{item.item}": item.model_dump_json(), "runs": 1}
        return await self._move(operation, State.RUNNING, State.RUNNING, kept_now)

    async def stop(self, operation: Operation, person: str, *, deadline_ms: int) -> str:
        """
        Have no further item of it begun.

        Returns:
            The state in which it was found: `running` if it stops now, `stopping` if it was to stop already.

        Raises:
            TooLate: Redis came to it after *deadline_ms*, in its own time; it goes on.
        """
        found = await self._store.call("operation_stop", [self._key(operation.id)], [person, deadline_ms])
        if found == "late":
            raise TooLate
        return str(found)

    async def keep_card(self, operation: Operation, card: Card) -> None:
        """Keep where the operation's one message stands."""
        await self._move(operation, ANY, ANY, {"card": card.model_dump_json(), "posting": ""})

    async def finish(
        self, operation: Operation, result: Result, now: datetime, *, record: Record | None, whoever: bool = False
    ) -> str:
        """
        Keep the outcome and its audit record in one step.

        Args:
            operation: As begun; in another state than it was then, it is not ended.
            result: What came of it.
            now: When.
            record: What the audit trail says; None for what changes nothing.
            whoever: It need not be in our hands (a click that cancels it).

        Returns:
            `ok`, or the state in which it was found if it was too late to end it so.

        Raises:
            Lost: Another worker has it.
        """
        states = "planning,asking,waiting,planned,queued" if whoever else operation.state
        starts = "" if whoever else str(operation.starts)
        keys = [self._key(operation.id), self._turns(operation.target), self._planned, self._open]
        keys += keys_of(self._store)
        if not whoever and operation.told_in_turn:
            keys += [self._telling(operation.channel), self._store.key("sequence")]
        args: list[str | int] = [
            operation.id,
            starts,
            f",{states},",
            result.model_dump_json(),
            kept.ms(now),
            self._audit_records,
        ]
        args += record.fields() if record else []
        reply = await self._store.call("operation_finish", keys, args)
        if reply == "lost":
            raise Lost
        return str(reply)

    async def holds(self, operation: Operation) -> None:
        """
        See that the operation is still in our hands: before each step that others see.

        Raises:
            Lost: Another worker has it.
        """
        if await self._store.do("HGET", self._key(operation.id), "starts") != str(operation.starts):
            raise Lost

    async def speak(self, operation: Operation, *, claim: bool = False) -> Floor | Held:
        """
        Ask for leave to send a message of *operation*: its card while it runs, its outcome when that is kept.

        Args:
            operation: As it was when we got it.
            claim: Take it on first; whoever had it is fenced off.

        Raises:
            Behind: It is not this outcome's turn.
            Lost: Another worker has it, or it is told already.
        """
        keys = [self._key(operation.id), self._telling(operation.channel)]
        starts = "" if claim else operation.starts
        args = [operation.id, starts, operation.state, int(UNDER_WAY.total_seconds() * 1000)]
        asked = self._ticks()
        match await self._store.call("operation_speak", keys, args):
            case ["go", int(held), again]:
                ours = operation.model_copy(update={"starts": held})
                if self._ticks() - asked > FRESH.total_seconds():  # we stood still: it may be another's by now
                    await self.unsaid(ours, maybe=bool(again))
                    return Held(FRESH)
                return Floor(ours, bool(again))
            case ["held", int(wait_ms)]:
                return Held(timedelta(milliseconds=wait_ms))
            case ["behind"]:
                raise Behind
            case _:
                raise Lost

    async def unsaid(self, operation: Operation, *, maybe: bool) -> None:
        """The message was not taken; *maybe*: it may have been."""
        await self._move(operation, ANY, ANY, {"posting": "0" if maybe else ""})

    async def told(self, operation: Operation, where: str, *, record: Record | None = None) -> str | None:
        """
        The outcome has been told, by *where*; *record* is for the audit trail if that is not where it belongs.

        Returns:
            The operation whose outcome is the next to be told in the same channel.

        Raises:
            Lost: Another worker has it.
        """
        keys = [self._key(operation.id), self._open, self._telling(operation.channel), *keys_of(self._store)]
        args: list[str | int] = [operation.id, operation.starts, where, int(KEPT.total_seconds()), self._audit_records]
        args += record.fields() if record else []
        following = await self._store.call("operation_told", keys, args)
        if following == 0:
            raise Lost
        return str(following) or None

    async def forget(self, operation_id: str, *, target: str = "", channel: str = "") -> None:
        """Drop what points to an operation whose record is gone."""
        for key in (self._turns(target), self._telling(channel), self._open):
            await self._store.do("ZREM", key, operation_id)

    async def open_before(self, moment: datetime, most: int) -> list[str]:
        """The ids of operations that were accepted before *moment* and are not told yet, oldest first."""
        reply = await self._store.do("ZRANGEBYSCORE", self._open, "-inf", kept.ms(moment), "LIMIT", 0, most)
        return [str(one) for one in reply] if isinstance(reply, list) else []

    async def worker_seen(self, name: str) -> None:
        """This worker is alive."""
        await self._store.do("ZADD", self._workers, await self._store.time_ms(), name)

    async def worker_gone(self, name: str) -> None:
        """This worker ends."""
        await self._store.do("ZREM", self._workers, name)

    async def backlog(self) -> tuple[int, datetime | None]:
        """How many operations are accepted and not told, and since when the oldest of them is."""
        count = await self._store.do("ZCARD", self._open)
        match await self._store.do("ZRANGE", self._open, 0, 0, "WITHSCORES"):
            case [str(), score]:
                return int(str(count)), kept.moment(str(int(float(str(score)))))
            case [[str(), score]]:
                return int(str(count)), kept.moment(str(int(float(str(score)))))
            case _:
                return 0, None

    async def _move(self, operation: Operation, state: str, to: str, fields: dict[str, str | int]) -> str | None:
        """Give who has stopped it."""
        flat: Sequence[str | int] = [part for pair in fields.items() for part in pair]
        args = [operation.starts, state, to, *flat]
        reply = await self._store.call("operation_move", [self._key(operation.id)], args)
        if not reply:
            raise Lost
        return reply if isinstance(reply, str) else None

    def _key(self, operation_id: str) -> str:
        return self._store.key("operation", operation_id)

    def _turns(self, target: str) -> str:
        return self._store.key("turns", target)

    def _telling(self, channel: str) -> str:
        return self._store.key("telling", channel)

    async def _first(self, key: str) -> str | None:
        match await self._store.do("ZRANGE", key, 0, 0):
            case [str(first)]:
                return first
            case _:
                return None

    @property
    def _open(self) -> str:
        return self._store.key("open")

    @property
    def _planned(self) -> str:
        return self._store.key("planned")

    @property
    def _workers(self) -> str:
        return self._store.key("workers")
