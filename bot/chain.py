"""The chain that the records of the audit trail form: what a digest is of, and whether the chain is whole.

Pure, and read from what stands in Redis byte by byte; written in `bot/store/scripts/audit_trail.lua`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Final, Self

from bot.wording import plural

NUMBER: Final = re.compile("[1-9][0-9]{0,17}")
DIGEST: Final = re.compile("[0-9a-f]{40}")
MOST_PROBLEMS: Final = 100  # kept in words; a trail that somebody wrote anew has one for each record


@dataclass(frozen=True)
class Link:
    """What makes a record part of the chain: its number, the digest of the one before it, and its own."""

    number: int
    before: str
    digest: str


@dataclass(frozen=True)
class Entry:
    """
    One record as it stands in the trail.

    Attributes:
        id: That of Redis: when it was added, in ms, and a counter.
        parts: Name, value, name, value.
    """

    id: str
    parts: tuple[bytes, ...]

    @cached_property
    def fields(self) -> dict[str, str]:
        """The values by name; bytes that are no text are replaced."""
        texts = [part.decode(errors="replace") for part in self.parts]
        return dict(zip(texts[::2], texts[1::2], strict=False))

    @property
    def added(self) -> datetime:
        """When Redis took it."""
        return datetime.fromtimestamp(int(self.id.partition("-")[0]) / 1000, UTC)

    @cached_property
    def link(self) -> Link | None:
        """Its place in the chain; None if it has no digest."""
        fields = self.fields
        if self.parts[-2:-1] != (b"digest",) or not NUMBER.fullmatch(fields.get("number", "")):
            return None
        return Link(int(fields["number"]), fields.get("before", ""), fields["digest"])

    @property
    def unchanged(self) -> bool:
        """Whether its digest is that of what it says."""
        return self.link is not None and self.link.digest == digest(self.parts[:-2])

    def __str__(self) -> str:
        """Such as: record 57 (28 Nov 2026 20:14:07 UTC, record off by U0ANA)."""
        fields = self.fields
        try:
            when = _utc(datetime.fromisoformat(fields["at"]))
        except (KeyError, ValueError):
            when = f"added {_utc(self.added)}"
        what = "".join(filter(str.isprintable, f"{fields.get('action', '?')} by {fields.get('actor', '?')}"))[:80]
        return f"record {self.link.number:,} ({when}, {what})" if self.link else f"the record of {when} ({what})"


@dataclass(frozen=True)
class Head:
    """
    What is kept beside the trail.

    Attributes:
        number: How many records were chained; the number of the newest.
        digest: That of the newest.
        first: The number of the first that the bound left.
    """

    number: int
    digest: str
    first: int

    @classmethod
    def read(cls, number: bytes | None, digest: bytes | None, first: bytes | None) -> Self | None:
        """Read what is kept; None for nothing, and for what can't be it."""
        texts = [(part or b"").decode(errors="replace") for part in (number, digest, first)]
        kinds = (NUMBER, DIGEST, NUMBER)
        if not all(kind.fullmatch(text) for kind, text in zip(kinds, texts, strict=True)):
            return None
        return cls(int(texts[0]), texts[1], int(texts[2]))

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"


@dataclass(frozen=True)
class Noted:
    """A head that somebody noted elsewhere: `1234:9f86d081…`, or the digest alone."""

    digest: str
    number: int | None = None

    @classmethod
    def read(cls, text: str) -> Self:
        """
        Read what was noted.

        Raises:
            ValueError: It is no head.
        """
        number, _, found = text.strip().lower().rpartition(":")
        if not DIGEST.fullmatch(found) or (number and not NUMBER.fullmatch(number)):
            raise ValueError("is no head of an audit trail, such as 1234:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b")
        return cls(found, int(number) if number else None)

    def __str__(self) -> str:
        return self.digest if self.number is None else f"{self.number}:{self.digest}"


@dataclass
class Unproven:
    """Records without a digest: how many, the first and the last of them."""

    count: int = 0
    first: Entry | None = None
    last: Entry | None = None

    def add(self, entry: Entry) -> None:
        """One more."""
        self.count += 1
        self.first, self.last = self.first or entry, entry


@dataclass
class Check:
    """
    Goes along a trail, the oldest record first, and keeps what is wrong with it.

    Attributes:
        noted: A head that has to be in it.
        count: Records that are chained.
        problems: What is wrong, in sentences; *more* were left out.
        earlier: Records without a digest in front of the chain.
        outside: Records without a digest that came later.
        first: The first record of the chain that is still there.
        newest: The record with the highest number so far.
    """

    noted: Noted | None = None
    count: int = 0
    problems: list[str] = field(default_factory=list)
    more: int = 0
    earlier: Unproven = field(default_factory=Unproven)
    outside: Unproven = field(default_factory=Unproven)
    first: Entry | None = None
    newest: Entry | None = None
    _found: bool = field(default=False, init=False)

    def add(self, entry: Entry) -> None:
        """Look at the next record."""
        if entry.link is None:
            (self.outside if self.newest else self.earlier).add(entry)
            return
        self.count += 1
        if not entry.unchanged:
            self._wrong(f"{entry} was changed: its digest is not that of what it says.")
        elif self.noted and self.noted.digest == entry.link.digest:
            self._found = True
        self.first = self.first or entry
        if self.newest is None or self._follows(entry, entry.link, self.newest):
            self.newest = entry

    def end(self, head: Head | None) -> None:
        """That was all, and this is the head of that very moment."""
        self._newest_end(head)
        if head and self.first:
            self._oldest_end(head, self.first)
        if self.noted and not self._found:
            self._wrong(self._not_found(self.noted))

    def _follows(self, entry: Entry, link: Link, newest: Entry) -> bool:
        """Whether *entry* is the newest now; says what is wrong with its place."""
        before = _link(newest)
        if link.number == before.number + 1:
            if link.before != before.digest:
                self._wrong(f"{entry} does not go on from {newest}: one of the two took another's place.")
            return True
        if link.number > before.number:
            gone = _numbers(before.number + 1, link.number - 1)
            self._wrong(f"{gone} missing between {newest} and {entry}.")
            return True
        if link.number == 1 and not link.before:
            self._wrong(f"The chain begins anew with {entry}: its head was gone, so nothing binds it to {newest}.")
            return True
        self._wrong(f"{entry} stands behind {newest}, which is not its place.")
        return False

    def _newest_end(self, head: Head | None) -> None:
        newest = _link(self.newest) if self.newest else Link(0, "", "")
        if head is None:
            if self.newest:
                self._wrong(
                    "The head of the chain is gone or is none, so whether the newest records are there can't be told."
                )
        elif head.number > newest.number:
            gone = _numbers(newest.number + 1, head.number)
            ends = f"the trail ends with {self.newest}" if self.newest else "nothing of the chain is there"
            self._wrong(f"{gone} missing at the newest end: {ends}.")
        elif (head.number, head.digest) != (newest.number, newest.digest):
            self._wrong(f"{self.newest} is not what the bot wrote last; that was {head}.")

    def _oldest_end(self, head: Head, first: Entry) -> None:
        if (number := _link(first).number) > head.first:
            gone = _numbers(head.first, number - 1)
            self._wrong(
                f"{gone} missing at the old end, though the bound left them: the chain begins with {first}. "
                "(An older release of the bot that runs beside this one may have trimmed them.)"
            )

    def _not_found(self, noted: Noted) -> str:
        first, newest = (_link(entry).number if entry else 0 for entry in (self.first, self.newest))
        if noted.number is None:
            return f"The head {noted} is not in the trail: it was written anew, or that record has been trimmed since."
        if noted.number < first:
            return f"Whether the head {noted} was in the trail can't be told any more: it begins with {self.first} now."
        if noted.number > newest:
            return f"The head {noted} is not in the trail, which ends with number {newest:,}: the newest are missing."
        return f"The head {noted} is not in the trail: record {noted.number:,} is another one now, or missing."

    def _wrong(self, sentence: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(sentence[0].upper() + sentence[1:])
        else:
            self.more += 1


def digest(parts: Iterable[bytes]) -> str:
    """The digest of a record, which is of all before its own; a part has its length in front, so none runs on."""
    text = b"".join(b"%d:%b" % (len(part), part) for part in parts)
    return hashlib.sha1(text, usedforsecurity=False).hexdigest()  # why that one: docs/decisions/0011


def _link(entry: Entry) -> Link:
    if entry.link is None:
        raise ValueError(f"{entry} is not in the chain")
    return entry.link


def _numbers(first: int, last: int) -> str:
    if first == last:
        return f"Record {first:,} is"
    return f"Records {first:,} to {last:,} ({plural(last - first + 1, 'record')}) are"


def _utc(moment: datetime) -> str:
    there = moment.astimezone(UTC)
    return f"{there.day} {there:%b %Y %H:%M:%S} UTC"
