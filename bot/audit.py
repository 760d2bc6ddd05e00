"""The audit trail: every change, who asked for it, and what came of it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, cast

from bot.store import Store

MOST_RECORDS: Final = 100_000  # about; the oldest go first
MOST_CHARACTERS: Final = 4000  # of one value
MOST_STREAMS: Final = 1000
MOST_OF_NAME: Final = 128
PAGE: Final = 500  # records read at a time
MOST_PAGES: Final = 20  # read for one question
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


class Audit:
    """The trail in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def append(self, record: Record) -> None:
        """Add *record* to the end. What changes the store as well appends in its own script, in the same step."""
        once = self._store.key("audit", "once", uuid.uuid4().hex)
        args: list[str | int] = [MOST_RECORDS, int(REPEATS.total_seconds()), *record.fields()]
        await self._store.call("audit_append", [self._store.key("audit"), once], args)

    async def recent(self, count: int, *, wanted: Callable[[Record], bool] = lambda _: True) -> tuple[Record, ...]:
        """
        Give the last records, the newest first.

        Args:
            count: How many at most.
            wanted: Which ones; looked for among the last 10,000.
        """
        found: list[Record] = []
        before = "+"
        for _ in range(MOST_PAGES):
            page = await self._page(before)
            found += [record for record in map(Record.read, page.values()) if wanted(record)]
            if len(found) >= count or len(page) < PAGE:
                break
            before = f"({list(page)[-1]}"
        return tuple(found[:count])

    async def _page(self, before: str) -> dict[str, dict[str, str]]:
        async with self._store.guard():
            entries = await self._store.redis.xrevrange(self._store.key("audit"), max=before, count=PAGE)
        return dict(cast("list[tuple[str, dict[str, str]]]", entries))
