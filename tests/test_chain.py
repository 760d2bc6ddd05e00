"""The chain of the audit trail, on a real server: whatever is done to it behind the bot's back is found and named."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bot.store
from bot.audit import Audit
from bot.chain import MOST_PROBLEMS, Check, Entry, Head, Noted, digest
from bot.store import Store, connect
from tests.access.stammering import Stammering
from tests.trails import (
    Entries,
    altered,
    checked,
    delete,
    entries,
    filled,
    head,
    older_release,
    problems,
    rebuilt,
    record,
)

SCRIPTS = Path(bot.store.__file__).parent / "scripts"


def named(number: int) -> str:
    return f"record {number} (20 Nov 2026 20:14:07 UTC, record on by U0ANA)"


def with_digest(entry: Entry) -> Entry:
    """The record with the digest of what it says now."""
    return Entry(entry.id, (*entry.parts[:-1], digest(entry.parts[:-2]).encode()))


def forged(trail: Entries) -> Entries:
    """A chain that holds in itself, of what *trail* says now."""
    before, found = b"", []
    for entry in trail:
        found.append(with_digest(altered(entry, b"before", before)))
        before = found[-1].parts[-1]
    return found


async def test_untouched_trail_is_whole(store: Store) -> None:
    """
    A trail that only the bot wrote is whole, from its first record to its newest; records are read as before.
    """
    audit = await filled(store, 7)

    check = await checked(store)
    assert ([], 7) == (check.problems, check.count)
    assert (named(1), named(7)) == (str(check.first), str(check.newest))
    assert (0, 0) == (check.earlier.count, check.outside.count)
    assert [record(number) for number in range(7, 0, -1)] == list(await audit.recent(10))


async def test_empty_trail_is_whole(store: Store) -> None:
    """
    Where nothing was written nothing is missing.
    """
    check = await checked(store)

    assert ([], None, 0) == (check.problems, check.newest, check.count)


async def test_digest_can_be_computed_by_hand(store: Store) -> None:
    """
    A digest is SHA-1 over all names and values before it, each with its length in bytes and a colon in front; the
    number and the digest of the record before are among them.
    """
    await Audit(store).append(record(detail="Łódź: 1:a"))
    await Audit(store).append(record())
    found = await store.redis.xrange(store.key("audit"))
    (_, one), (_, two) = cast("list[tuple[str, dict[str, str]]]", found)

    for fields, number, before in ((one, "1", ""), (two, "2", one["digest"])):
        assert (number, before) == (fields["number"], fields["before"])
        words = [word.encode() for pair in fields.items() for word in pair][:-2]
        text = b"".join(str(len(word)).encode() + b":" + word for word in words)
        assert hashlib.sha1(text, usedforsecurity=False).hexdigest() == fields["digest"]
    assert Head(2, two["digest"], 1) == await head(store)


async def test_write_that_is_sent_twice_is_one_link(store: Store) -> None:
    """
    A record whose answer was lost and that is sent again is in the chain once.
    """
    audit = Audit(Stammering(store))
    await audit.append(record(1))
    await audit.append(record(2))

    assert ([], 2) == (await problems(store), (await head(store)).number)


async def test_many_at_once_are_one_chain(store: Store, redis_url: str) -> None:
    """
    Processes that append at the same time make one chain, in which each record is once.
    """
    other = await connect(redis_url)
    trails = (Audit(store), Audit(other))
    await asyncio.gather(*(trails[number % 2].append(record(number)) for number in range(60)))
    await other.close()

    check = await checked(store)
    assert ([], 60) == (check.problems, check.count)
    assert {f"op-{number}" for number in range(60)} == {one.fields["operation"] for one in await entries(store)}


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ([3], f"Record 3 is missing between {named(2)} and {named(4)}."),
        ([3, 4, 5], f"Records 3 to 5 (3 records) are missing between {named(2)} and {named(6)}."),
        ([7], f"Record 7 is missing at the newest end: the trail ends with {named(6)}."),
        ([6, 7], f"Records 6 to 7 (2 records) are missing at the newest end: the trail ends with {named(5)}."),
        (range(1, 8), "Records 1 to 7 (7 records) are missing at the newest end: nothing of the chain is there."),
    ],
)
async def test_removed_records_are_named(store: Store, gone: list[int], said: str) -> None:
    """
    Records that were removed in the middle, at the newest end, or all of them, are missed by their numbers.
    """
    await filled(store, 7)

    await delete(store, *gone)

    assert [said] == await problems(store)


async def test_newest_end_that_was_cut_stays_found(store: Store) -> None:
    """
    What was removed at the newest end is still missed when more was written since.
    """
    audit = await filled(store, 7)
    await delete(store, 6, 7)

    await audit.append(record(8))

    assert [f"Records 6 to 7 (2 records) are missing between {named(5)} and {named(8)}."] == await problems(store)


async def test_changed_record_is_named(store: Store) -> None:
    """
    A record of which a value was changed is named, and no other.
    """
    await filled(store, 7)

    await rebuilt(store, lambda trail: [*trail[:3], altered(trail[3], b"outcome", b"failed"), *trail[4:]])

    assert [f"Record 4{named(4)[8:]} was changed: its digest is not that of what it says."] == await problems(store)


async def test_changed_record_with_a_new_digest_is_named(store: Store) -> None:
    """
    A changed record that was given the right digest does not fit the one behind it; the newest does not fit the head.
    """
    await filled(store, 7)
    change: Callable[[Entry], Entry] = lambda entry: with_digest(altered(entry, b"actor", b"U0BEN"))  # noqa: E731
    await rebuilt(store, lambda trail: [*trail[:3], change(trail[3]), *trail[4:]])
    middle = await problems(store)

    await rebuilt(store, lambda trail: [*trail[:6], change(trail[6])])

    other = "(20 Nov 2026 20:14:07 UTC, record on by U0BEN)"
    wrong = f"Record 5{named(5)[8:]} does not go on from record 4 {other}: one of the two took another's place."
    assert [wrong] == middle
    assert [wrong, f"Record 7 {other} is not what the bot wrote last; that was {await head(store)}."] == (
        await problems(store)
    )


async def test_order_that_was_changed_is_named(store: Store) -> None:
    """
    Two records that changed places are named.
    """
    await filled(store, 7)

    def swapped(trail: Entries) -> Entries:
        trail[2], trail[3] = Entry(trail[2].id, trail[3].parts), Entry(trail[3].id, trail[2].parts)
        return trail

    await rebuilt(store, swapped)

    assert [
        f"Record 3 is missing between {named(2)} and {named(4)}.",
        f"Record 3{named(3)[8:]} stands behind {named(4)}, which is not its place.",
    ] == await problems(store)


async def test_repeated_record_is_named(store: Store) -> None:
    """
    A record that was added a second time is named.
    """
    await filled(store, 3)
    second = (await entries(store))[1]

    await store.redis.execute_command("XADD", store.key("audit"), "*", *second.parts)

    assert [f"Record 2{named(2)[8:]} stands behind {named(3)}, which is not its place."] == await problems(store)


async def test_record_that_somebody_added_is_named(store: Store) -> None:
    """
    A record that goes on from the newest but was not written by the bot is named, since its head knows nothing of it.
    """
    await filled(store, 3)
    third = (await entries(store))[2]
    before = third.parts[-1]
    fourth = with_digest(altered(altered(third, b"number", b"4"), b"before", before))

    await store.redis.execute_command("XADD", store.key("audit"), "*", *fourth.parts)

    assert [f"Record 4{named(3)[8:]} is not what the bot wrote last; that was {await head(store)}."] == (
        await problems(store)
    )


@pytest.mark.parametrize("broken", [None, ("number", "x"), ("digest", "x"), ("first", "x"), ("number", "9" * 5000)])
async def test_head_that_is_gone_is_said(store: Store, broken: tuple[str, str] | None) -> None:
    """
    Without its head, or with one that can't be it, nobody can tell whether the newest records are there: that is said.
    """
    await filled(store, 3)
    key = store.key("audit", "head")

    await (store.do("HSET", key, *broken) if broken else store.do("DEL", key))

    (said,) = await problems(store)
    assert said.startswith("The head of the chain is gone or is none")


async def test_chain_that_begins_anew_is_named(store: Store) -> None:
    """
    A head that was removed does not hide what was removed with it: the chain begins anew, and where is said.
    """
    audit = await filled(store, 5)
    await delete(store, 5)
    await store.do("DEL", store.key("audit", "head"))

    await audit.append(record())
    await audit.append(record())

    assert [f"The chain begins anew with {named(1)}: its head was gone, so nothing binds it to {named(4)}."] == (
        await problems(store)
    )


async def test_bound_trims_the_old_end(store: Store) -> None:
    """
    About as many records as the setting says are kept, the newest; what is left is whole.
    """
    await filled(store, 450, most=100)

    check = await checked(store)
    assert [] == check.problems
    assert 100 <= check.count < 450
    assert (named(451 - check.count), named(450)) == (str(check.first), str(check.newest))


@pytest.mark.parametrize("earlier", [0, 5])
@pytest.mark.parametrize("count", [20, 450])
async def test_old_end_that_somebody_cut_is_said(store: Store, count: int, earlier: int) -> None:
    """
    What was removed at the old end of the chain, and not by the bound, is missed by its numbers; whether that has
    trimmed anything or not, and whether records from before the chain stand there or not.
    """
    await older_release(store, earlier)
    await filled(store, count, most=100)
    whole = await checked(store)
    assert whole.first is not None
    assert whole.first.link is not None
    first = whole.first.link.number

    await delete(store, first, first + 1)

    (said,) = await problems(store)
    assert [] == whole.problems
    assert said.startswith(
        f"Records {first} to {first + 1} (2 records) are missing at the old end, though the bound left"
    )


async def test_bound_that_trims_what_has_no_digest_hides_nothing(store: Store) -> None:
    """
    While the bound trims records from before the chain, what was removed at the chain's own beginning stays missed.
    """
    await older_release(store, 300)
    audit = await filled(store, 3, most=300)
    await delete(store, 1)

    for number in range(4, 150):
        await audit.append(record(number))

    check = await checked(store)
    assert 0 < check.earlier.count < 300
    assert check.problems
    assert check.problems[0].startswith("Record 1 is missing at the old end")


async def test_bound_comes_to_records_outside_of_the_chain(store: Store) -> None:
    """
    When all before them is trimmed, the records that an older release wrote meanwhile are the oldest: that is no fault.
    """
    audit = await filled(store, 150, most=300)
    await older_release(store, 250)
    for number in range(151, 300):
        await audit.append(record(number))

    check = await checked(store)
    assert [] == check.problems
    assert check.earlier.count > 0
    assert check.first is not None
    assert str(check.first) == named(151)


async def test_records_from_before_the_chain_are_said_to_be_so(store: Store) -> None:
    """
    Records of earlier releases have no digest: they are counted, and the chain that begins behind them is whole.
    """
    await older_release(store, 4)
    before = await checked(store)
    await filled(store, 3)

    check = await checked(store)
    assert ([], 4, 0, None) == (before.problems, before.earlier.count, before.count, before.newest)
    assert ([], 4, 0, 3) == (check.problems, check.earlier.count, check.outside.count, check.count)
    assert "U0OLD" in str(check.earlier.first)


async def test_two_releases_append_at_the_same_time(store: Store) -> None:
    """
    Records of an older release between those of this one break nothing and hide nothing: they are counted as outside of
    the chain, and a chained record that is removed among them is missed.
    """
    audit = await filled(store, 2)
    for number in (3, 4, 5):
        await older_release(store, 2)
        await audit.append(record(number))
    untouched = await checked(store)

    await delete(store, 4)

    check = await checked(store)
    assert ([], 6, 5) == (untouched.problems, untouched.outside.count, untouched.count)
    assert [f"Record 4 is missing between {named(3)} and {named(5)}."] == check.problems
    assert 6 == check.outside.count


async def test_digest_that_was_taken_off_hides_nothing(store: Store) -> None:
    """
    A record whose digest was taken off, so that it looks like one of an older release, is missed by its number.
    """
    await filled(store, 3)

    await rebuilt(store, lambda trail: [trail[0], Entry(trail[1].id, trail[1].parts[:-2]), trail[2]])

    check = await checked(store)
    assert [f"Record 2 is missing between {named(1)} and {named(3)}."] == check.problems
    assert 1 == check.outside.count


@pytest.mark.parametrize("by_number", [False, True])
async def test_noted_head_proves_what_a_chain_alone_does_not(store: Store, by_number: bool) -> None:
    """
    Who writes the whole trail and its head anew, with the right digests, is not found by the chain. A head that was
    noted before is: it is in an honest trail however much was added since, and not in this one.
    """
    audit = await filled(store, 5)
    known = await head(store)
    noted = Noted(known.digest, known.number if by_number else None)
    await audit.append(record(6))
    honest = await problems(store, noted)

    await rebuilt(store, lambda trail: forged([altered(trail[0], b"actor", b"U0BEN"), *trail[1:]]))
    await store.do("HSET", store.key("audit", "head"), "digest", (await entries(store))[-1].parts[-1].decode())

    assert ([], []) == (honest, await problems(store))
    (said,) = await problems(store, noted)
    assert said.startswith(f"The head {noted} is not in the trail: ")


async def test_noted_head_of_what_is_not_there_says_why(store: Store) -> None:
    """
    A noted head that is beyond the newest record, or that was trimmed, is told apart from one that was forged.
    """
    await filled(store, 450, most=100)
    any_digest = "0" * 40

    (beyond,) = await problems(store, Noted(any_digest, 460))
    (trimmed,) = await problems(store, Noted(any_digest, 1))

    assert "which ends with number 450: the newest are missing" in beyond
    assert "can't be told any more: it begins with record " in trimmed


def test_head_is_read_as_it_is_shown() -> None:
    """
    What is shown of a head is what is taken for one; anything else is refused.
    """
    shown = str(Head(1234, "9f" * 20, 1))

    assert (1234, "9f" * 20) == (Noted.read(shown).number, Noted.read(f" {shown.upper()} ").digest)
    assert None is Noted.read("9f" * 20).number
    for wrong in ("", "1234", "9f" * 19, f"x:{'9f' * 20}", f"0:{'9f' * 20}", "zz" * 20):
        with pytest.raises(ValueError, match="is no head"):
            Noted.read(wrong)


async def test_what_is_no_text_is_found_and_not_stumbled_over(store: Store) -> None:
    """
    Bytes that are no text, and a record that is none, are told like anything else that somebody wrote.
    """
    audit = await filled(store, 2)
    await rebuilt(store, lambda trail: [altered(trail[0], b"actor", b"\xff\x1b[2J"), trail[1]])
    await store.redis.execute_command("XADD", store.key("audit"), "*", b"\xfe", b"\xff", "number", "9" * 5000)

    check = await checked(store)
    who = "(20 Nov 2026 20:14:07 UTC, record on by �[2J)"
    assert [f"Record 1 {who} was changed: its digest is not that of what it says."] == check.problems
    assert 1 == check.outside.count
    assert ["unreadable", "succeeded", "succeeded"] == [one.outcome for one in await audit.recent(5)]


def chain(texts: list[bytes]) -> tuple[Entries, Head]:
    """A chain of records with these values, and its head."""
    numbers = count(1)
    plain = [
        Entry(f"{number}-0", (b"number", b"%d" % number, b"before", b"", b"detail", text, b"digest", b""))
        for number, text in zip(numbers, texts, strict=False)
    ]
    found = forged(plain)
    return found, Head(len(found), found[-1].parts[-1].decode(), 1)


def verdict(trail: Entries, at: Head) -> list[str]:
    check = Check()
    for entry in trail:
        check.add(entry)
    check.end(at)
    return check.problems


@given(texts=st.lists(st.binary(max_size=4), min_size=2, max_size=8), data=st.data())
def test_whatever_is_done_to_a_chain_is_found(texts: list[bytes], data: st.DataObject) -> None:
    """
    A chain is whole; with any part of any record changed, with any record removed, moved or repeated, it is not.
    """
    trail, at = chain(texts)
    assert [] == verdict(trail, at)
    place = data.draw(st.integers(0, len(trail) - 1))
    match data.draw(st.sampled_from(["change", "remove", "move", "repeat"])):
        case "change":
            parts = list(trail[place].parts)
            which = data.draw(st.integers(0, len(parts) - 1))
            parts[which] = data.draw(st.binary(max_size=4).filter(lambda part: part != parts[which]))
            trail[place] = Entry(trail[place].id, tuple(parts))
        case "remove":
            del trail[place]
        case "move":
            to = data.draw(st.integers(0, len(trail) - 1).filter(lambda to: to != place))
            ids = [entry.id for entry in trail]
            trail.insert(to, trail.pop(place))
            trail = [Entry(name, entry.parts) for name, entry in zip(ids, trail, strict=True)]
        case "repeat":
            trail.append(Entry(f"{len(trail) + 1}-0", trail[place].parts))

    assert [] != verdict(trail, at)


def test_a_trail_that_is_wrong_throughout_is_told_in_bounds() -> None:
    """
    Of very many problems the first are told, and the others counted.
    """
    trail, at = chain([b"x"] * (MOST_PROBLEMS + 50))
    check = Check()
    for entry in trail:
        check.add(altered(entry, b"detail", b"y"))
    check.end(at)

    assert (MOST_PROBLEMS, 50) == (len(check.problems), check.more)


def test_one_piece_appends_for_all_scripts() -> None:
    """
    Nothing but the shared piece adds to a stream, and whoever uses it says so where the loader looks.
    """
    texts = {path.stem: path.read_text(encoding="utf-8") for path in SCRIPTS.glob("*.lua")}
    use = {name for name, text in texts.items() if "append_to_trail(" in text} - {"audit_trail"}

    assert ["audit_trail"] == [name for name, text in texts.items() if "XADD" in text]
    assert {"audit_append", "operation_finish", "operation_told", "roles_change"} == use
    assert use == {name for name, text in texts.items() if re.search("^-- With: audit_trail$", text, re.MULTILINE)}
