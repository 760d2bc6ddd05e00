"""What people do: type, be asked, press; and do it again where Slack shows an error."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from random import Random
from typing import Final

from bot.sandbox.slack import Message
from bot.sandbox.slack_model import Answer, Place, View
from bot.sandbox.slack_text import buttons
from tests.chaos.asked import Asked, Heard, Told
from tests.chaos.fleet import Fleet
from tests.chaos.stand_ins import Agora, Slack
from tests.chaos.waiting import within
from tests.harness import LIVE, MANAGER, OPERATOR, SHOW

# Slack takes about a message a second for each channel: https://docs.slack.dev/apis/web-api/rate-limits
HOMES: Final = (LIVE, "C0NEWS", "C0SPORTS", "C0KIDS")  # channels that the bot is in, and may read
ELSEWHERE: Final = (SHOW, "C0ARENA")  # public ones that it is not in
WAITS_FOR_PROMPT_S: Final = 25
WAITS_FOR_ANSWER_S: Final = 3
CONFIRM: Final = "operation_confirm"
CANCEL: Final = "operation_cancel"
PRESSES: Final = 3  # of one button, where nothing seems to happen


@dataclass
class Scene:
    """Where chaos takes place."""

    slack: Slack
    agora: Agora
    fleet: Fleet
    asked: list[Asked] = field(default_factory=list)
    marks: int = 0

    def mark(self) -> str:
        """A mark that nothing else has; see `tests.chaos.asked.MARK`."""
        self.marks += 1
        return f"X{self.marks:06}"


@dataclass
class Player:
    """
    Plays one thing that people do.

    Attributes:
        rng: Decides everything that is to be decided, so that it can be told again.
        before: How much Slack showed before the last command was typed.
    """

    scene: Scene
    kind: str
    rng: Random
    mark: str
    entry: str
    before: int = 0

    def __post_init__(self) -> None:
        self.channel = self.rng.choice((*HOMES, *ELSEWHERE))
        self.user = self.rng.choice((OPERATOR, MANAGER))

    async def types(
        self,
        line: str,
        *,
        items: tuple[str, ...] = (),
        changes: bool = True,
        user: str | None = None,
        due: float | None = None,
    ) -> Asked:
        """Type a command, and wait for its acknowledgement; see `Asked` for what is said about it."""
        asked = self._asked(line, items, changes=changes, user=user or self.user)
        asked.due = due
        await self._deliver(asked)
        return asked

    async def types_and_slack_repeats(self, line: str, *, items: tuple[str, ...]) -> Asked:
        """Type a command; Slack delivers the very same request to another process as well."""
        asked = self._asked(line, items, changes=True, user=self.user)
        trigger = self.scene.slack.new_trigger(asked.place.user)
        pause = self.rng.choice((0.0, 0.05, 1.0))

        async def again() -> None:
            await asyncio.sleep(pause)
            await self._deliver(asked, trigger_id=trigger, other_than=first)

        first = self.scene.fleet.front(self.rng).seat
        await asyncio.gather(self._deliver(asked, trigger_id=trigger), again())
        return asked

    async def pastes(self, line: str, streams: tuple[str, ...]) -> None:
        """Type a command that opens a form, and send that in, again where Slack shows an error."""
        asked = self._asked(line, streams, changes=True, user=self.user)
        typed = await self._slash(asked)
        if typed.error or typed.text:
            asked.answers.append(Heard(asked.at, time.time(), typed))
            return
        await within(WAITS_FOR_PROMPT_S, lambda: self._form() is not None)
        await self.thinks()
        for _ in range(PRESSES):
            if (form := self._form()) is None:
                return
            self._send_to(None)
            sent = time.time()
            answer = await self.scene.slack.submit_view(form, {"names": "\n".join(streams)})
            asked.answers.append(Heard(sent, time.time(), answer))

    async def is_shown(self, asked: Asked, button: str) -> Message | None:
        """Wait for a message with a button, such as the question before a disruptive command; None if none comes."""
        before = self.before

        def prompts() -> list[Message]:
            shown = self.scene.slack.messages[before:]
            return [one for one in shown if asked.mark in one.text and offers(one, button)]

        await within(WAITS_FOR_PROMPT_S, lambda: bool(prompts()) or asked.told is Told.TURNED_AWAY)
        return next(iter(reversed(prompts())), None)

    async def presses(self, asked: Asked, prompt: Message, button: str) -> None:
        """Press a button, again where nothing seems to have come of it."""
        for _ in range(PRESSES):
            edits = prompt.edits
            if not offers(prompt, button):
                return
            answer = await self._press(asked, prompt, button)
            if not answer.error and await self._changed(prompt, edits):
                return

    async def presses_twice(self, asked: Asked, prompt: Message, button: str) -> None:
        """Press a button twice, before the first press can show."""
        if offers(prompt, button):
            await asyncio.gather(self._press(asked, prompt, button), self._press(asked, prompt, button))
            await self._changed(prompt, 0)
        await self.presses(asked, prompt, button)

    async def thinks(self) -> None:
        """Take the time that a person takes."""
        await asyncio.sleep(self.rng.uniform(0.1, 1.5))

    def _asked(self, line: str, items: tuple[str, ...], *, changes: bool, user: str) -> Asked:
        self.before = len(self.scene.slack.messages)
        place = Place(user, self.channel)
        url = self.scene.slack.new_response_url(place)
        mark = self.mark if self.mark in line else ""
        asked = Asked(self.kind, line, mark, items, changes, place, url, time.time())
        self.scene.asked.append(asked)
        return asked

    async def _deliver(self, asked: Asked, *, other_than: str | None = None, **same: str) -> None:
        sent = time.time()
        answer = await self._slash(asked, other_than=other_than, **same)
        asked.answers.append(Heard(sent, time.time(), answer))

    async def _slash(self, asked: Asked, *, other_than: str | None = None, **same: str) -> Answer:
        self._send_to(other_than)
        who, where = asked.place.user, asked.place.channel
        return await self.scene.slack.slash(asked.line, user=who, channel=where, response_url=asked.url, **same)

    def _form(self) -> View | None:
        """The form that is open for what is played, and can be sent in."""
        open_ones = (view for view in self.scene.slack.views if view.open and view.payload.get("submit"))
        return next((view for view in open_ones if self.mark in str(view.payload["blocks"])), None)

    async def _press(self, asked: Asked, prompt: Message, button: str) -> Answer:
        self._send_to(None)
        sent = time.time()
        answer = await self.scene.slack.click(prompt, button, user=asked.place.user, unseen=True)
        if button == CONFIRM:
            asked.confirms.append(Heard(sent, time.time(), answer))
        return answer

    def _send_to(self, other_than: str | None) -> None:
        """Say where the next request goes; it is read before anything else can run."""
        front = self.scene.fleet.front(self.rng, other_than=other_than)
        self.scene.slack.bot_url = f"{front.process.url}/slack/events"

    async def _changed(self, prompt: Message, edits: int) -> bool:
        return await within(WAITS_FOR_ANSWER_S, lambda: prompt.edits > edits)


def offers(message: Message, action: str) -> bool:
    """Whether that button can be pressed now."""
    return any(button.action_id == action for button in buttons(message))
