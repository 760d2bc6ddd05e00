"""Who is in the user groups that hold a role: asked of Slack in the background, never while somebody waits."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from bot.access.groups import FRESH_FOR, Group, GroupBook, Members
from bot.clock import Clock
from bot.slack.api import SlackApi, SlackAway, SlackRefused
from bot.store import StoreError

ASKED_EVERY: Final = FRESH_FOR / 5  # so that four calls may fail before a group counts for nobody
LOOK_EVERY: Final = timedelta(seconds=2)  # for a group that was just given a role, perhaps by another process
# Both methods take 20 calls a minute: https://docs.slack.dev/apis/web-api/rate-limits
BETWEEN: Final = timedelta(seconds=3)
AFTER_NO: Final = timedelta(seconds=30)  # such as: the app lacks the scope
LONGEST: Final = timedelta(seconds=30)  # that one process may take to ask

log = structlog.get_logger(__name__)

Json = dict[str, Any]


class SlackGroups:
    """
    Keeps what is known of the groups fresh, in every process; one of them asks at a time, for all.

    An event only says that it is time to ask: events may come late, twice, or in another order, and Slack cuts the
    list of members in some (https://docs.slack.dev/reference/events/subteam_updated).
    """

    def __init__(self, api: SlackApi, book: GroupBook, clock: Clock) -> None:
        self._api, self._book, self._clock = api, book, clock
        self._woken = asyncio.Event()
        self._changed: dict[str, datetime] = {}
        self._trouble = ""

    def heard(self, body: Json) -> None:
        """
        Something happened in Slack; what says that a group is not as it was is a reason to ask.

        https://docs.slack.dev/reference/events/subteam_members_changed
        """
        match body.get("event"):
            case {"subteam_id": str(group)} | {"subteam": {"id": str(group)}}:
                self._changed[group] = self._clock()
                self.wake()

    def wake(self) -> None:
        """A group may have been given a role."""
        self._woken.set()

    async def run(self) -> None:
        """Ask whenever it is time, until cancelled."""
        while True:
            try:
                await self._look()
            except StoreError:  # others say so; what is known grows old, and then counts for nothing
                pass
            except Exception:  # an answer that can't be read must not end this for good
                log.exception("groups.broke")
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY.total_seconds()):
                    await self._woken.wait()
            self._woken.clear()

    async def _look(self) -> None:
        groups = await self._book.groups()
        self._changed = {name: at for name, at in self._changed.items() if name in groups}
        if any(self._due(name, group) for name, group in groups.items()) and await self._book.take_turn(LONGEST):
            await self._book.pause(await self._ask())

    def _due(self, name: str, group: Group) -> bool:
        changed = self._changed.get(name)
        late = changed is not None and (group.asked is None or group.asked < changed)
        if not late:
            self._changed.pop(name, None)
        return late or not group.fresh(self._clock(), ASKED_EVERY)

    async def _ask(self) -> timedelta:
        """Ask, and keep the answer; gives how long nobody is to ask again."""
        asked = self._clock()  # the answer is at least as new as this
        try:
            async with asyncio.timeout((LONGEST - BETWEEN).total_seconds()):
                listed = await self._listed()
                wanted = await self._book.groups()
                found = {name: await self._members(listed.get(name), asked) for name in wanted}
        except SlackRefused as error:
            return self._failed(str(error), AFTER_NO)
        except (SlackAway, TimeoutError) as error:
            return self._failed(str(error), getattr(error, "after", BETWEEN))
        await self._book.keep(found)
        if self._trouble:
            log.info("groups.answered")
        self._trouble = ""
        return BETWEEN

    def _failed(self, trouble: str, after: timedelta) -> timedelta:
        if trouble != self._trouble:
            log.warning("groups.not_answered", reason=trouble)
        self._trouble = trouble
        return max(after, BETWEEN)

    async def _listed(self) -> dict[str, Json]:
        """All groups that are not disabled: https://docs.slack.dev/reference/methods/usergroups.list."""
        answer = await self._api.read("usergroups.list", include_users=True, include_count=True)
        return {str(group["id"]): group for group in answer["usergroups"] if not group.get("date_delete")}

    async def _members(self, listed: Json | None, asked: datetime) -> Members:
        if listed is None:
            return Members(Group(asked, active=False), frozenset())
        people, count = listed.get("users") or [], int(listed.get("user_count") or 0)
        if count > len(people):  # the list was cut: https://docs.slack.dev/reference/methods/usergroups.users.list
            people = (await self._api.read("usergroups.users.list", usergroup=listed["id"]))["users"]
        group = Group(asked, handle=str(listed.get("handle") or ""), size=len(people))
        return Members(group, frozenset(map(str, people)))
