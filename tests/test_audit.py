"""The audit trail on a real server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from bot.audit import MOST_CHARACTERS, MOST_STREAMS, PAGE, Audit, Record
from bot.store import Store
from tests.access.stammering import Stammering

NOW = datetime(2026, 11, 20, 20, 14, 7, 250_000, tzinfo=UTC)
FULL = Record(
    at=NOW,
    actor="U0ANA",
    action="record off",
    command_line='/record off live eu main "cam 2"',
    operation="01JD",
    entry="live",
    region="eu",
    streams=("main", "cam 2"),
    channel="C0OPS",
    outcome="succeeded",
    detail="Recording is off.",
)


def record(number: int, actor: str = "U0ANA") -> Record:
    return Record(at=NOW, actor=actor, action="record on", outcome="succeeded", operation=str(number))


def read(fields: list[str]) -> Record:
    return Record.read(dict(zip(fields[::2], fields[1::2], strict=True)))


async def test_records_are_read_as_they_were_written(store: Store) -> None:
    """
    A record is read as it was written, the newest first.
    """
    audit = Audit(store)
    short = record(1)
    await audit.append(FULL)
    await audit.append(short)

    assert await audit.recent(10) == (short, FULL)
    assert await audit.recent(1) == (short,)


async def test_an_empty_trail(store: Store) -> None:
    """
    Where nothing happened there is nothing to read.
    """
    assert await Audit(store).recent(10) == ()


async def test_equal_changes_are_both_kept(store: Store) -> None:
    """
    Two equal changes are two records.
    """
    audit = Audit(store)
    await audit.append(FULL)
    await audit.append(FULL)

    assert await audit.recent(10) == (FULL, FULL)


async def test_a_record_that_is_sent_twice(store: Store) -> None:
    """
    A record that is sent twice because the connection broke in between is kept once.
    """
    audit = Audit(Stammering(store))
    await audit.append(FULL)

    assert await audit.recent(10) == (FULL,)


async def test_records_are_looked_for_beyond_the_last_ones(store: Store) -> None:
    """
    The records wanted are found behind more than one page of others.
    """
    audit = Audit(store)
    mine = [record(number, "U0BEN") for number in range(3)]
    for one in mine:
        await audit.append(one)
    async with store.redis.pipeline(transaction=False) as pipe:
        for number in range(2 * PAGE):
            pipe.execute_command("XADD", store.key("audit"), "*", *record(number).fields())
        await pipe.execute()

    assert await audit.recent(2, wanted=lambda one: one.actor == "U0BEN") == (mine[2], mine[1])
    assert len(await audit.recent(2 * PAGE + 2)) == 2 * PAGE + 2


@given(st.text(max_size=20), st.lists(st.text(max_size=5), max_size=4))
def test_any_text_comes_back(text: str, streams: list[str]) -> None:
    """
    Names in any script come back as they were.
    """
    one = Record(at=NOW, actor="shell", action="x", outcome="failed", detail=text, streams=tuple(streams))

    assert read(one.fields()) == one


def test_values_are_bounded() -> None:
    """
    What is too long is cut, what can't be sent is replaced, and the record can still be read.
    """
    long = Record(
        at=NOW, actor="U0ANA", action="x", outcome="failed", detail="\ud83dä" * 9999, streams=("s" * 500,) * 2000
    )
    kept = read(long.fields())

    assert (len(kept.detail or ""), len(kept.streams), len(kept.streams[0])) == (MOST_CHARACTERS, MOST_STREAMS, 128)
    assert (kept.detail or "").startswith("?ä?ä")


def test_times_are_kept_in_utc() -> None:
    """
    A time is kept in UTC, from wherever it comes.
    """
    tokyo = NOW.astimezone(timezone(timedelta(hours=9)))
    fields = Record(at=tokyo, actor="shell", action="x", outcome="failed").fields()

    assert fields[fields.index("at") + 1] == "2026-11-20T20:14:07.250000+00:00"


def test_fields_of_a_later_release_are_passed_over() -> None:
    """
    A record with a field that is not known is read without it.
    """
    assert read([*FULL.fields(), "colour", "red"]) == FULL
