"""The role map in the store: what everybody was given, and the two ways to change it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from pydantic import TypeAdapter

from bot.access import freezing, protecting
from bot.access.changes import (
    AccessError,
    Change,
    Grants,
    grant_problem,
    last_admin_problem,
    revoke_problem,
    revoked,
    with_grant,
)
from bot.access.decide import Person
from bot.access.grants import Grant, describe, dump, load
from bot.access.groups import GroupBook
from bot.access.holding import Holding, as_holding
from bot.access.marks import Marks
from bot.access.roles import Role
from bot.audit import MOST_RECORDS, Record, keys_of
from bot.clock import Clock
from bot.store import Store
from bot.wording import person

MOST_TRIES: Final = 100  # of one change, while others change the map; each round of tries somebody gets through
MOST_NAMED: Final = 10  # administrators who are named to somebody who needs one
REPEATS: Final = timedelta(days=7)  # how long a change that is made again is known as the same one


@dataclass(frozen=True)
class Ask:
    """
    Who wants a change, and whose grants it is about.

    Attributes:
        action: The command's name, for the audit trail.
        mark: What is the same when the same change is made again.
        entry: The pattern of entry points, for the audit trail.
        region: The pattern of regions, for the audit trail.
        note: What the audit trail says besides.
    """

    subject: str
    actor: Person
    channel: str | None
    operation: str | None
    action: str
    mark: str
    entry: str | None = None
    region: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Seen:
    """What a change is judged by, as of one version of the map."""

    version: int
    before: Grants
    holding: Holding
    others: bool
    now: datetime
    repeat: str


Plan = Callable[[Seen], Grants]


class RoleMap:
    """
    Who was given what.

    A change is judged by what was read, and made by one script that makes it only if the map is still the one that was
    read; if not, it is read and judged again. So rules about several grants, such as the one on the last admin, hold
    whoever else changes the map at the same time.

    Args:
        store: Where it is kept.
        admins: Who is admin whatever the map says.
        clock: What ends of grants are compared with.
        changed: Told of each change that was made.

    Attributes:
        book: What is known of the user groups in it.
        freezes: What nobody but an admin may change now.
        protections: Where what can cost footage or audience takes two people.
    """

    def __init__(
        self,
        store: Store,
        *,
        admins: frozenset[str],
        clock: Clock,
        audit_records: int = MOST_RECORDS,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._store, self._clock, self._audit_records, self._changed = store, clock, audit_records, changed
        self.settled = admins
        self.book = GroupBook(store)
        self.freezes = Marks(store, freezing.KIND, freezing.FORM)
        self.protections = Marks(store, protecting.KIND, protecting.FORM)

    async def held_by(self, person: str) -> Holding:
        """All that *person* was given, and the groups they are in: one trip, whatever the size of the map."""
        return (await self._read(person, person, self._store.key("roles", "made"))).holding

    async def everything(self) -> tuple[dict[str, Grants], int]:
        """The whole map by subject, and its version; changed meanwhile, the map is newer than that."""
        async with self._store.guard():
            version = await self._store.redis.get(self._version)
            kept = cast("dict[str, str]", await self._store.redis.hgetall(self._grants))
        return {subject: load(text) for subject, text in sorted(kept.items())}, int(version or 0)

    async def administrators(self) -> tuple[str, ...]:
        """Who can give roles everywhere: those of the settings first, then those of the map who stay the longest."""
        settled = sorted(self.settled)[:MOST_NAMED]
        after = f"({self._clock().timestamp()!r}"
        async with self._store.guard():
            given = await self._store.redis.zrevrangebyscore(self._admins, "+inf", after, start=0, num=MOST_NAMED)
        return tuple(dict.fromkeys([*settled, *given]))[:MOST_NAMED]

    async def grant(self, subject: str, grant: Grant, *, actor: Person, channel: str | None, note: str = "") -> Change:
        """
        Give *grant* to *subject*. The same role on the same patterns with another end takes the place of the old one.

        Made again with the same operation it changes nothing and says what it said the first time. *note* is what the
        audit trail says besides.

        Raises:
            AccessError: *actor* holds less than that, or it would leave no admin.
        """

        def plan(seen: Seen) -> Grants:
            _refuse(grant_problem(actor, grant, seen.holding.grants, now=seen.now, admins=self.settled))
            return with_grant(seen.before, grant)

        mark = grant.operation or uuid.uuid4().hex
        ask = Ask(subject, actor, channel, grant.operation, "agora grant", mark, grant.entries, grant.regions, note)
        return await self._change(ask, plan)

    async def revoke(
        self,
        subject: str,
        *,
        role: Role | None,
        entries: str | None,
        actor: Person,
        channel: str | None,
        operation: str | None,
    ) -> Change:
        """
        Take grants away from *subject*: those of *role* (None: any) on exactly the pattern *entries* (None: any).

        Made again with the same operation it changes nothing and says what it said the first time.

        Raises:
            AccessError: *actor* holds less than that, or it would leave no admin.
        """

        def plan(seen: Seen) -> Grants:
            gone = revoked(seen.before, role, entries)
            _refuse(revoke_problem(actor, gone, seen.holding.grants, now=seen.now, admins=self.settled))
            return tuple(grant for grant in seen.before if grant not in gone)

        mark = operation or uuid.uuid4().hex
        return await self._change(Ask(subject, actor, channel, operation, "agora revoke", mark, entries), plan)

    async def _change(self, ask: Ask, plan: Plan) -> Change:
        for _ in range(MOST_TRIES):
            seen = await self._read(ask.subject, ask.actor.id, self._keys(ask)[-1])
            if seen.repeat:
                return _CHANGE.validate_json(seen.repeat)
            after = plan(seen)
            if after == seen.before:
                return Change(False, seen.before, after, seen.version)
            if not self.settled:
                _refuse(last_admin_problem(seen.before, after, others=seen.others, now=seen.now))
            change = Change(True, seen.before, after, seen.version + 1)
            if await self._write(ask, change, seen.now):
                self._changed()
                return change
        raise AccessError("Others keep changing roles at this very moment; nothing was changed.", hint="Try again.")

    async def _read(self, subject: str, actor: str, made: str) -> Seen:
        now = self._clock()
        keys = [self._grants, self._admins, self._version, made, self._groups, self._store.key("roles", "members")]
        keys += [self.freezes.key, self.protections.key]
        match await self._store.call("roles_read", keys, [repr(now.timestamp()), subject, actor]):
            case [
                str(version),
                list(others),
                str(repeat),
                str(before),
                str(own),
                list(rows),
                list(frozen),
                list(kept),
            ]:
                holding = as_holding(own, rows, now, frozen, kept)
                return Seen(int(version), load(before), holding, bool(others), now, repeat)
            case reply:
                raise TypeError(f"roles_read answered {reply!r}")

    async def _write(self, ask: Ask, change: Change, now: datetime) -> bool:
        """Make *change*; False if the map is no longer the one that it was judged by."""
        args: list[str | int] = [
            change.version - 1,
            ask.subject,
            dump(change.after) if change.after else "",
            _admin_end(change.after),
            _CHANGE.dump_json(change).decode(),
            int(REPEATS.total_seconds()),
            self._audit_records,
            *_record(ask, change, now).fields(),
        ]
        return (
            await self._store.call("roles_change", [*self._keys(ask), *keys_of(self._store), self._groups], args) == 1
        )

    def _keys(self, ask: Ask) -> list[str]:
        made = self._store.key("roles", "made", ask.mark, ask.subject)
        return [self._grants, self._admins, self._version, made]

    @property
    def _grants(self) -> str:
        return self._store.key("roles", "grants")

    @property
    def _groups(self) -> str:
        return self._store.key("roles", "groups")

    @property
    def _admins(self) -> str:
        return self._store.key("roles", "admins")

    @property
    def _version(self) -> str:
        return self._store.key("roles", "version")


def _refuse(problem: str | None) -> None:
    if problem:
        raise AccessError(problem)


def _admin_end(grants: Grants) -> str:
    """When the last full admin role among *grants* ends, in seconds; empty if there is none."""
    ends = [grant.until.timestamp() if grant.until else float("inf") for grant in grants if grant.full_admin]
    return repr(max(ends)) if ends else ""


def _record(ask: Ask, change: Change, now: datetime) -> Record:
    before, after = (", ".join(map(describe, grants)) or "no role" for grants in (change.before, change.after))
    return Record(
        at=now,
        actor=ask.actor.id,
        action=ask.action,
        outcome="succeeded",
        operation=ask.operation,
        entry=ask.entry,
        region=ask.region,
        channel=ask.channel,
        detail=f"{person(ask.subject)}: {before} → {after}" + (f". {ask.note}" if ask.note else ""),
    )


_CHANGE: Final = TypeAdapter(Change)
