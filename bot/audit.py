"""The audit trail: every change and every refusal, who asked for it, and what came of it."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, cast

from bot.chain import Entry, Head
from bot.store import Store

MOST_RECORDS: Final = 100_000  # about, where no setting says otherwise; the oldest go first
MOST_CHARACTERS: Final = 4000  # of one value
MOST_STREAMS: Final = 1000
MOST_OF_NAME: Final = 128
PAGE: Final = 500  # records read at a time
MOST_PAGES: Final = 20  # read for one question
LOOKED_THROUGH: Final = PAGE * MOST_PAGES
REPEATS: Final = timedelta(hours=1)  # how long the repeat of a write is known as one


@dataclass(frozen=True, kw_only=True)
class Record:
    """
    One change. Managers read it: no secret may be in it.

    Attributes:
        actor: A Slack user id or `shell`.
        action: The command's name, such as `record off`.
        command_line: As typed, if it was typed.
        operation: The id of the operation.
        channel: The id of the channel that it was asked for in.
        outcome: One word: `succeeded`, `failed`, `unknown`, `cancelled`, `lapsed`, `refused`; `told` in a second record
            that says how people heard of it, where that was not in its channel.
        detail: A sentence or two more.
    """

    at: datetime
    actor: str
    action: str
    outcome: str
    command_line: str | None = None
    operation: str | None = None
    entry: str | None = None
    region: str | None = None
    streams: tuple[str, ...] = ()
    channel: str | None = None
    detail: str | None = None

    def fields(self) -> list[str]:
        """Name, value, name, value, as a script hands them to XADD. What is too long is cut."""
        words = {name: str(value)[:MOST_CHARACTERS] for name, value in vars(self).items() if isinstance(value, str)}
        words["at"] = self.at.astimezone(UTC).isoformat()
        if self.streams:
            words["streams"] = json.dumps(
                [stream[:MOST_OF_NAME] for stream in self.streams[:MOST_STREAMS]], ensure_ascii=False
            )
        # A lone half of a surrogate pair, possible in JSON from outside, can't be sent.
        return [part.encode(errors="replace").decode() for pair in words.items() for part in pair]

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> Record:
        """Read what `fields` wrote; names from a later release are passed over."""
        return cls(
            at=datetime.fromisoformat(fields["at"]),
            actor=fields["actor"],
            action=fields["action"],
            outcome=fields["outcome"],
            command_line=fields.get("command_line"),
            operation=fields.get("operation"),
            entry=fields.get("entry"),
            region=fields.get("region"),
            streams=tuple(json.loads(fields.get("streams", "[]"))),
            channel=fields.get("channel"),
            detail=fields.get("detail"),
        )

    @classmethod
    def of(cls, entry: Entry) -> Record:
        """Read a record as it stands in the trail; of one that can't be read, when it was added, and that."""
        try:
            record = cls.read(entry.fields)
        except (KeyError, ValueError, TypeError):
            return cls(at=entry.added, actor="?", action="?", outcome="unreadable")
        return record if record.at.tzinfo else replace(record, at=record.at.replace(tzinfo=UTC))


@dataclass(frozen=True)
class Traced:
    """A record as people look at it; *told*: how they heard of it, where that was not where it belongs."""

    record: Record
    told: str | None = None


@dataclass(frozen=True)
class Traces:
    """What was found in the trail, the newest first; *cut*: it was looked for among the newest records alone."""

    found: tuple[Traced, ...]
    cut: bool


@dataclass(frozen=True)
class Page:
    """Some records in a row, and the head of the chain at the moment at which they were read."""

    entries: tuple[Entry, ...]
    head: Head | None


class Audit:
    """
    The trail in the store.

    Args:
        store: Where.
        most: About how many records are kept.
    """

    def __init__(self, store: Store, *, most: int = MOST_RECORDS) -> None:
        self._store, self._most = store, most

    async def append(self, record: Record) -> None:
        """Add *record* to the end. What changes the store as well appends in its own script, in the same step."""
        once = self._store.key("audit", "once", uuid.uuid4().hex)
        args: list[str | int] = [int(REPEATS.total_seconds()), self._most, *record.fields()]
        await self._store.call("audit_append", [once, *keys_of(self._store)], args)

    async def recent(self, count: int, *, wanted: Callable[[Record], bool] = lambda _: True) -> tuple[Record, ...]:
        """
        Give the last records, the newest first.

        Args:
            count: How many at most.
            wanted: Which ones; looked for among the last 10,000.
        """
        found: list[Record] = []
        async for record in self.newest():
            if wanted(record):
                found.append(record)
            if len(found) >= count:
                break
        return tuple(found[:count])

    async def newest(self) -> AsyncIterator[Record]:
        """Give the last 10,000 records, the newest first."""
        before = "+"
        for _ in range(MOST_PAGES):
            page = await self._read("XREVRANGE", before, "-")
            for entry in page.entries:
                yield Record.of(entry)
            if len(page.entries) < PAGE:
                break
            before = f"({page.entries[-1].id}"

    async def pages(self, since: datetime | None = None) -> AsyncIterator[Page]:
        """Give what was added from *since* on, the oldest first; the last page is empty, its head that of all."""
        after = str(int(since.timestamp() * 1000)) if since else "-"
        while True:
            page = await self._read("XRANGE", after, "+")
            yield page
            if not page.entries:
                break
            after = f"({page.entries[-1].id}"

    async def _read(self, direction: str, start: str, end: str) -> Page:
        args: list[str | int] = [direction, start, end, PAGE]
        entries, head = await self._store.call_for_bytes("audit_read", keys_of(self._store), args)
        found = cast("Sequence[tuple[bytes, Sequence[bytes]]]", entries)
        known = cast("Sequence[bytes | None]", head)
        return Page(tuple(Entry(name.decode(), tuple(parts)) for name, parts in found), Head.read(*known))


def keys_of(store: Store) -> list[str]:
    """The keys of the trail, as a script that appends to it takes them."""
    return [store.key("audit"), store.key("audit", "head")]
