"""Operations in Redis: the truth about what was accepted and what came of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bot.audit import MOST_RECORDS, Record
from bot.operations.operation import Card, ItemResult, Operation, Result, State
from bot.store import Reply, Store

REMEMBERED: Final = timedelta(days=1)  # how long a repeated request is recognised
KEPT: Final = timedelta(days=7)  # how long a told operation can be looked up, retried, explained
WORKER_AGE: Final = timedelta(seconds=20)  # a worker not heard of for longer is not counted

# What is written once; the rest of an operation changes on its way.
RECORD: Final = set(Operation.model_fields) - {
    "state", "starts", "runs", "expires", "asked", "decided", "result", "finished", "card", "retried", "done",
}  # fmt: skip


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


class TooLate(Exception):
    """Redis came to it after its time was up; nothing was written down."""


class Journal:
    """All that is kept of operations."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def accept(self, operation: Operation, *, once: str, deadline_ms: int) -> Accepted | Repeated:
        """
        Write *operation* down.

        Args:
            operation: What was allowed.
            once: The idempotency key: the same key writes nothing a second time.
            deadline_ms: In Redis' own time; past it nothing is written, so that what we called off is never done.

        Raises:
            TooLate: The deadline has passed.
            StoreError: Redis did not answer; whether it was written is not known.
        """
        keys = [self._key(operation.id), self._store.key("once", once), self._open, self._turns(operation.target)]
        keys += [self._store.key("sequence"), self._workers]
        keys += [self._key(operation.retry_of)] if operation.retry_of else []
        reply = await self._store.call(
            "operation_accept",
            keys,
            [
                operation.id,
                deadline_ms,
                operation.model_dump_json(include=RECORD),
                operation.state,
                _ms(operation.created),
                int(REMEMBERED.total_seconds()),
                int(WORKER_AGE.total_seconds() * 1000),
                int(operation.effect.changes),
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
        return _operation(await self._store.do("HGETALL", self._key(operation_id)))

    async def begin(self, operation_id: str) -> Operation | None:
        """Take the operation on, fencing off whoever had it."""
        return _operation(await self._store.call("operation_begin", [self._key(operation_id)], []))

    async def next_of(self, target: str) -> str | None:
        """The operation whose turn it is on *target*."""
        match await self._store.do("ZRANGE", self._turns(target), 0, 0):
            case [str(first)]:
                return first
            case _:
                return None

    async def wait_for_confirmation(self, operation: Operation, *, expires: datetime) -> None:
        """The prompt is about to be shown: from now on its buttons count."""
        await self._move(operation, operation.state, State.WAITING, {"expires": _ms(expires)})

    async def keep_asked(self, operation: Operation, now: datetime) -> None:
        """The prompt has been shown; it is not shown again."""
        await self._move(operation, State.WAITING, State.WAITING, {"asked": _ms(now)})

    async def confirm(self, operation: Operation, now: datetime, *, deadline_ms: int) -> str:
        """
        Queue an operation that waits for its requester.

        Returns:
            The state in which it was found: `waiting` if it is queued now, `lapsed` if it was too late.

        Raises:
            TooLate: Redis came to it after *deadline_ms*, in its own time; the operation still waits.
        """
        keys = [self._key(operation.id), self._turns(operation.target), self._store.key("sequence")]
        found = await self._store.call("operation_confirm", keys, [operation.id, _ms(now), deadline_ms])
        if found == "late":
            raise TooLate
        return str(found)

    async def keep_item(self, operation: Operation, item: ItemResult) -> None:
        """Keep the result of one of several items: a checkpoint, not to be done again."""
        await self._move(operation, State.RUNNING, State.RUNNING, {f"item:{item.item}": item.model_dump_json()})

    async def keep_card(self, operation: Operation, card: Card) -> None:
        """Keep where the operation's one message stands."""
        await self._move(operation, ANY, ANY, {"card": card.model_dump_json()})

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
        states = "waiting,queued" if whoever else operation.state
        starts = "" if whoever else str(operation.starts)
        keys = [self._key(operation.id), self._turns(operation.target), self._store.key("audit")]
        args: list[str | int] = [operation.id, starts, f",{states},", result.model_dump_json(), _ms(now), MOST_RECORDS]
        args += record.fields() if record else []
        reply = await self._store.call("operation_finish", keys, args)
        if reply == "lost":
            raise Lost
        return str(reply)

    async def told(self, operation: Operation, where: str) -> None:
        """The outcome has been told, by *where*."""
        args: list[str | int] = [operation.id, operation.starts, where, int(KEPT.total_seconds())]
        if not await self._store.call("operation_told", [self._key(operation.id), self._open], args):
            raise Lost

    async def forget(self, operation_id: str, target: str) -> None:
        """Drop what points to an operation whose record is gone."""
        await self._store.do("ZREM", self._turns(target), operation_id)
        await self._store.do("ZREM", self._open, operation_id)

    async def open_before(self, moment: datetime, most: int) -> list[str]:
        """The ids of operations that were accepted before *moment* and are not told yet, oldest first."""
        reply = await self._store.do("ZRANGEBYSCORE", self._open, "-inf", _ms(moment), "LIMIT", 0, most)
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
                return int(str(count)), _moment(str(int(float(str(score)))))
            case [[str(), score]]:
                return int(str(count)), _moment(str(int(float(str(score)))))
            case _:
                return 0, None

    async def _move(self, operation: Operation, state: str, to: str, fields: dict[str, str | int]) -> None:
        flat: Sequence[str | int] = [part for pair in fields.items() for part in pair]
        args = [operation.starts, state, to, *flat]
        if not await self._store.call("operation_move", [self._key(operation.id)], args):
            raise Lost

    def _key(self, operation_id: str) -> str:
        return self._store.key("operation", operation_id)

    def _turns(self, target: str) -> str:
        return self._store.key("turns", target)

    @property
    def _open(self) -> str:
        return self._store.key("open")

    @property
    def _workers(self) -> str:
        return self._store.key("workers")


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _moment(milliseconds: str) -> datetime:
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)


def _operation(reply: Reply | dict[str, str]) -> Operation | None:
    """Read a hash, flat or as a dictionary, back into an operation."""
    if not reply:
        return None
    flat: list[Any] = list(reply) if isinstance(reply, list) else []
    fields: dict[str, str] = dict(reply) if isinstance(reply, dict) else dict(zip(flat[::2], flat[1::2], strict=True))
    if "record" not in fields:
        return None
    known: dict[str, Any] = json.loads(fields["record"])
    known |= {name: fields[name] for name in ("state", "starts", "runs", "retried") if name in fields}
    known |= {name: _moment(fields[name]) for name in ("expires", "asked", "decided", "finished") if name in fields}
    known |= {name: json.loads(fields[name]) for name in ("result", "card") if name in fields}
    known["done"] = {
        name.removeprefix("item:"): json.loads(value) for name, value in fields.items() if name.startswith("item:")
    }
    return Operation.model_validate(known)
