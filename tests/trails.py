"""Audit trails for tests: made by the bot, and tampered with as somebody with a Redis client can."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from bot.audit import Audit, Record
from bot.chain import Check, Entry, Head, Noted
from bot.store import Store

NOW = datetime(2026, 11, 20, 20, 14, 7, 250_000, tzinfo=UTC)
Entries = list[Entry]


def record(number: int = 1, actor: str = "U0ANA", **more: str) -> Record:
    return Record(at=NOW, actor=actor, action="record on", outcome="succeeded", operation=f"op-{number}", **more)  # type: ignore[arg-type]


async def filled(store: Store, count: int, *, most: int = 100_000) -> Audit:
    """A trail of so many records, one after the other."""
    audit = Audit(store, most=most)
    for number in range(1, count + 1):
        await audit.append(record(number))
    return audit


async def older_release(store: Store, count: int = 1) -> None:
    """Records as releases before the chain wrote them."""
    for number in range(count):
        await store.do("XADD", store.key("audit"), "MAXLEN", "~", 100_000, "*", *record(number, "U0OLD").fields())


async def entries(store: Store) -> Entries:
    """All that is in the trail, the oldest first."""
    return [entry async for page in Audit(store).pages() for entry in page.entries]


async def head(store: Store) -> Head:
    *_, last = [page.head async for page in Audit(store).pages()]
    assert last is not None
    return last


async def checked(store: Store, noted: Noted | None = None) -> Check:
    """What the bot says of the trail as it is now."""
    check, last = Check(noted), None
    async for page in Audit(store).pages():
        for entry in page.entries:
            check.add(entry)
        last = page.head
    check.end(last)
    return check


async def problems(store: Store, noted: Noted | None = None) -> list[str]:
    return (await checked(store, noted)).problems


async def delete(store: Store, *numbers: int) -> None:
    """Remove records by their numbers."""
    for entry in await entries(store):
        if entry.link and entry.link.number in numbers:
            assert 1 == await store.do("XDEL", store.key("audit"), entry.id)


async def rebuilt(store: Store, change: Callable[[Entries], Sequence[Entry]]) -> None:
    """Write the whole trail anew, ids and all, with a change in it; its head stays as it is."""
    found = change(await entries(store))
    async with store.guard():
        await store.redis.delete(store.key("audit"))
        for entry in found:
            await store.redis.execute_command("XADD", store.key("audit"), entry.id, *entry.parts)


def altered(entry: Entry, name: bytes, value: bytes) -> Entry:
    """The record with another value, and the digest that it had."""
    parts = list(entry.parts)
    parts[parts.index(name) + 1] = value
    return Entry(entry.id, tuple(parts))
