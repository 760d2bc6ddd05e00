"""User groups that hold roles: who is in them, as Slack said last, and for how long that counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from pydantic import AwareDatetime, TypeAdapter
from pydantic.dataclasses import dataclass as checked

from bot.store import Store

FRESH_FOR: Final = timedelta(minutes=5)  # what Slack said longer ago counts for nothing
GROUP: Final = "S"  # what the id of a user group begins with, and no person's


@checked(frozen=True)
class Group:
    """
    What is known of a user group.

    Attributes:
        asked: When Slack was asked; None: it has not answered yet.
        active: False where Slack has disabled it, or knows no such group: then it counts for nothing.
        handle: What it is mentioned by.
        size: How many people are in it.
    """

    asked: AwareDatetime | None = None
    active: bool = True
    handle: str = ""
    size: int = 0

    def fresh(self, now: datetime, within: timedelta = FRESH_FOR) -> bool:
        """Whether what is known of it counts; what was asked in the future, by a clock that was wrong, does not."""
        return self.asked is not None and abs(now - self.asked) <= within


@dataclass(frozen=True)
class Members:
    """A user group, and who is in it."""

    group: Group
    people: frozenset[str]


class GroupBook:
    """What is kept of the groups that hold a role. The role map puts them on this list, and takes them off."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def groups(self) -> dict[str, Group]:
        """Every group that holds a role, by id."""
        kept = await self._store.do("HGETALL", self._store.key("roles", "groups"))
        return {group: parse(text) for group, text in sorted(cast("dict[str, str]", kept).items())}

    async def members(self) -> dict[str, Members]:
        """The same, with who is in them."""
        groups = await self.groups()
        kept = cast("dict[str, str]", await self._store.do("HGETALL", self._store.key("roles", "members")))
        return {name: Members(group, frozenset(kept.get(name, "").split())) for name, group in groups.items()}

    async def keep(self, found: Mapping[str, Members]) -> None:
        """Keep what Slack says now; a group that holds no role any more is forgotten."""
        keys = [self._store.key("roles", "groups"), self._store.key("roles", "members")]
        rows = ((name, _GROUP.dump_json(one.group).decode(), packed(one.people)) for name, one in found.items())
        await self._store.call("groups_keep", keys, [part for row in rows for part in row])

    async def take_turn(self, lasting: timedelta) -> bool:
        """Whether this process is the one to ask Slack now; no other is, for so long or until `pause`."""
        ms = int(lasting.total_seconds() * 1000)
        return bool(await self._store.do("SET", self._turn, "asking", "NX", "PX", ms))

    async def pause(self, lasting: timedelta) -> None:
        """Let nobody ask for so long."""
        await self._store.do("SET", self._turn, "pause", "PX", int(lasting.total_seconds() * 1000))

    @property
    def _turn(self) -> str:
        return self._store.key("roles", "groups", "turn")


def parse(text: str) -> Group:
    """Read what is kept of a group; a name without more is one that Slack was not asked about yet."""
    return _GROUP.validate_json(text) if text else Group()


def packed(people: Iterable[str]) -> str:
    """Ids between blanks, so that a script finds one without cutting them apart."""
    return " ".join(("", *sorted(people), ""))


_GROUP: Final = TypeAdapter(Group)
