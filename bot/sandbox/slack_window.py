"""What can be seen of a workspace, and put into it, from outside."""

import asyncio
from collections.abc import Callable, Collection
from typing import Any, Literal

from bot.sandbox.slack_model import Call, Channel, Message, Person, UserGroup, View
from bot.sandbox.slack_workspace import Workspace


class Window:
    """Shows one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    @property
    def people(self) -> dict[str, Person]:
        """Everybody, by id."""
        return self._workspace.people

    @property
    def channels(self) -> dict[str, Channel]:
        """Every channel and direct message, by id."""
        return self._workspace.channels

    @property
    def usergroups(self) -> dict[str, UserGroup]:
        """Every user group, by id."""
        return self._workspace.usergroups

    def cut_groups(self, most: int) -> None:
        """List no more than so many members of a group; whether Slack does is not documented, so the bot must cope."""
        self._workspace.cut_groups = most

    @property
    def messages(self) -> list[Message]:
        """Everything that was ever shown, in order."""
        return self._workspace.messages

    @property
    def views(self) -> list[View]:
        """Every form and home tab that was ever shown, in order."""
        return self._workspace.views

    @property
    def calls(self) -> list[Call]:
        """Every request of the bot, in order."""
        return self._workspace.calls

    @property
    def violations(self) -> list[str]:
        """What the bot did wrong although Slack would let it pass; a test asserts that this is empty."""
        return self._workspace.violations

    def add_person(self, user: str, name: str, **more: Any) -> Person:
        """Add somebody who is in no channel yet; *more* are fields of `Person`."""
        person = Person(id=user, name=name, **{"team": self._workspace.team, **more})
        self.people[user] = person
        return person

    def add_channel(
        self,
        channel: str,
        name: str,
        *,
        kind: Literal["public", "private", "im"] = "public",
        members: Collection[str] = (),
        archived: bool = False,
    ) -> Channel:
        """Add a channel; the bot is in it if *members* holds `U0BOT`."""
        self.channels[channel] = Channel(channel, name, kind, set(members), archived)
        return self.channels[channel]

    def add_usergroup(self, group: str, handle: str, users: Collection[str] = ()) -> UserGroup:
        """Add a group of people."""
        self.usergroups[group] = UserGroup(group, handle, list(users))
        return self.usergroups[group]

    def visible_to(self, user: str, channel: str) -> list[Message]:
        """What *user* sees in *channel* now."""
        return self._workspace.visible_to(user, channel)

    async def wait_for_view(self, found: Callable[[View], bool], *, timeout: float = 10.0) -> View:
        """
        Wait for a form or home tab that is, or becomes, as *found* wants it.

        Raises:
            AssertionError: There was none in *timeout* seconds.
        """
        try:
            async with asyncio.timeout(timeout):
                while not (match := next(filter(found, list(self.views)), None)):
                    await self._workspace.changed()
                return match
        except TimeoutError:
            raise AssertionError(f"No such form in {timeout} s; there were {len(self.views)}.") from None

    async def wait_for(self, found: Callable[[Message], bool], *, timeout: float = 10.0) -> Message:
        """
        Wait for a message that is, or becomes, as *found* wants it.

        Raises:
            AssertionError: There was none in *timeout* seconds; the text says what was shown.
        """
        try:
            async with asyncio.timeout(timeout):
                while not (match := next(filter(found, list(self.messages)), None)):
                    await self._workspace.changed()
                return match
        except TimeoutError:
            shown = "\n".join(f"  {m.kind} {m.channel} {m.via} {m.text!r}" for m in self.messages) or "  nothing"
            raise AssertionError(f"No such message in {timeout} s. Shown was:\n{shown}") from None
