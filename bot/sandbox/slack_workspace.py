"""A workspace with its people, channels and messages, and who may see what."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Final

from bot.sandbox.slack_blocks import with_ids
from bot.sandbox.slack_content import Content
from bot.sandbox.slack_model import (
    Call,
    Channel,
    Json,
    Message,
    Person,
    Place,
    RefusedError,
    Upload,
    UserGroup,
    Via,
    View,
)

BOT_USER: Final = "U0BOT"
BOT_ID: Final = "B0BOT"
APP_ID: Final = "A0AGORA"
# https://docs.slack.dev/interactivity/handling-user-interaction: how long a trigger can open a form
TRIGGER_LIFE_S: Final = 3.0


@dataclass(slots=True)
class _Trigger:
    user: str
    issued_at: float
    used: bool = False


class Workspace:
    """Everything that one Slack workspace remembers; *clock* gives seconds since the epoch."""

    def __init__(self, team: str, clock: Callable[[], float]) -> None:
        self.team = team
        self.clock = clock
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.usergroups: dict[str, UserGroup] = {}
        self.cut_groups: int | None = None
        self.messages: list[Message] = []
        self.views: list[View] = []
        self.uploads: dict[str, Upload] = {}
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self._triggers: dict[str, _Trigger] = {}
        self._numbers = count(1)
        self._last_ts = 0.0
        self._changed = asyncio.Event()
        _populate(self)

    def number(self) -> int:
        """A number that was not given before."""
        return next(self._numbers)

    def touch(self) -> None:
        """Wake up everybody who waits for a change."""
        waiting, self._changed = self._changed, asyncio.Event()
        waiting.set()

    async def changed(self) -> None:
        """Wait for the next change."""
        await self._changed.wait()

    def next_ts(self) -> str:
        """A message's time stamp: microseconds, never the same twice."""
        self._last_ts = max(self.clock(), self._last_ts + 0.000_001)
        return f"{self._last_ts:.6f}"

    def dm_with(self, user: str) -> Channel:
        """The direct messages of the bot and *user*, opened if they were not yet."""
        for channel in self.channels.values():
            if channel.kind == "im" and channel.members == {user, BOT_USER}:
                return channel
        channel = Channel(f"D0{user.removeprefix('U0')}", "directmessage", "im", {user, BOT_USER})
        self.channels[channel.id] = channel
        return channel

    def show(
        self,
        content: Content,
        channel: str,
        via: Via,
        *,
        to: str | None = None,
        by_bot: bool = True,
        thread_ts: str | None = None,
    ) -> Message:
        """Show a new message, to *to* alone if it is given."""
        in_dm = self.channels[channel].kind == "im"
        message = Message(
            id=f"M{self.number()}",
            kind="ephemeral" if to else "dm" if in_dm else "channel",
            channel=channel,
            ts=self.next_ts(),
            text=content.text or "",
            via=via,
            metadata=content.metadata,
            to=to,
            by_bot=by_bot,
            thread_ts=thread_ts,
        )
        self._fill(message, content)
        self.messages.append(message)
        self.touch()
        return message

    def edit(self, message: Message, content: Content) -> None:
        """Change a message: text alone drops the blocks, attachments and metadata stay unless given."""
        message.history.append((message.text, message.blocks))
        message.edits += 1
        message.text = content.text or ""
        message.blocks = []
        message.metadata = message.metadata if content.metadata is None else content.metadata
        self._fill(message, content)
        self.touch()

    def _fill(self, message: Message, content: Content) -> None:
        ids = self._ids()
        message.blocks = with_ids(content.blocks or [], ids)
        if content.attachments is not None:
            message.attachments = [_attachment(part, ids) for part in content.attachments]

    def _ids(self) -> Iterator[str]:
        while True:
            yield f"sl{self.number()}"

    def delete(self, message: Message) -> None:
        """Take a message away."""
        message.deleted = True
        self.touch()

    def find(self, channel: str, ts: str) -> Message | None:
        """The message that everybody in *channel* sees at *ts*."""
        shown = (m for m in self.messages if not m.deleted and m.to is None)
        return next((m for m in shown if m.channel == channel and m.ts == ts), None)

    def visible_to(self, user: str, channel: str) -> list[Message]:
        """What *user* sees in *channel* now."""
        inside = user in self.channels[channel].members
        return [
            m
            for m in self.messages
            if m.channel == channel and not m.deleted and (m.to == user or (inside and not m.to))
        ]

    def new_trigger(self, user: str) -> str:
        """A trigger id: opens one form within three seconds."""
        trigger = f"{self.number()}.{self.number()}.trigger"
        self._triggers[trigger] = _Trigger(user, self.clock())
        return trigger

    def use_trigger(self, trigger: object) -> str:
        """
        Use up a trigger id, and say whose it was.

        Raises:
            RefusedError: It is unknown, too old, or used.
        """
        found = self._triggers.get(trigger) if isinstance(trigger, str) else None
        if found is None:
            raise RefusedError("invalid_trigger_id")
        if self.clock() - found.issued_at > TRIGGER_LIFE_S:
            raise RefusedError("expired_trigger_id")
        if found.used:
            raise RefusedError("exchanged_trigger_id")
        found.used = True
        return found.user

    def person(self, user: str) -> Person:
        """
        Who *user* is.

        Raises:
            ValueError: Nobody.
        """
        if user not in self.people:
            raise ValueError(f"There is no person {user} in the workspace; add one with add_person().")
        return self.people[user]

    def place(self, user: str, channel: str) -> Place:
        """
        Where somebody can type.

        Raises:
            ValueError: There is no such person or channel, or the person is not in it.
        """
        name = self.person(user).name
        if channel not in self.channels:
            raise ValueError(f"There is no channel {channel} in the workspace; add one with add_channel().")
        if user not in self.channels[channel].members:
            raise ValueError(f"{name} is not in {channel} and can't type there; add {user} to its members.")
        return Place(user, channel)


def _attachment(part: Json, ids: Iterator[str]) -> Json:
    return {**part, "blocks": with_ids(part["blocks"], ids)} if "blocks" in part else dict(part)


def _populate(workspace: Workspace) -> None:
    person = Person("U0ADMIN", "ada", workspace.team)
    staff = [
        person,
        replace(person, id="U0MANAGER", name="mia"),
        replace(person, id="U0OPERATOR", name="otto"),
        replace(person, id="U0VIEWER", name="vera"),
        replace(person, id="U0STRANGER", name="sam"),
    ]
    bot = replace(person, id=BOT_USER, name="agora", is_bot=True)
    everybody = {one.id for one in staff}
    workspace.people.update({one.id: one for one in [*staff, bot]})
    for channel in (
        Channel("C0LIVE", "live-ops", "public", everybody | {BOT_USER}),
        Channel("C0SHOW", "show", "public", set(everybody)),
        Channel("G0PRIVATE", "private", "private", everybody - {"U0STRANGER"}),
        Channel("D0OTTO", "directmessage", "im", {"U0OPERATOR", BOT_USER}),
    ):
        workspace.channels[channel.id] = channel
