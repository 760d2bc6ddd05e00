"""What the console prints: calls to Agora, and messages as each person sees them."""

from __future__ import annotations

import re
import textwrap

from bot.sandbox.agora import Call
from bot.sandbox.slack import BOT_USER, Message, SlackStandIn
from bot.sandbox.slack_text import buttons, render
from bot.trial.world import Pressable

BOLD, DIM, RED = "1", "2", "31"
WIDEST = 100  # columns; longer lines are hard to read
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")  # could move the cursor; line breaks are let through


class Screen:
    """
    Puts things into words.

    Args:
        slack: Whose people, channels and messages are shown.
        width: Columns of the terminal.
        colors: Whether it understands them.

    Attributes:
        buttons: Each button that was shown, by its number; numbers are never given twice.
    """

    def __init__(self, slack: SlackStandIn, *, width: int, colors: bool) -> None:
        self.buttons: dict[int, Pressable] = {}
        self._slack = slack
        self._width = min(width, WIDEST)
        self._colors = colors
        self._shown: dict[str, int] = {}  # edits of the messages that were shown
        self._first: dict[tuple[str, int], int] = {}

    def call(self, call: Call) -> str:
        """A request that reached Agora, on one line."""
        signed = f"signed ({call.scheme})" if call.accepted else f"SIGNATURE REFUSED ({call.scheme})"
        status = "no answer" if call.status is None else str(call.status)
        fault = f"  (fault {call.fault})" if call.fault else ""
        bad = call.status is None or call.status >= 400  # noqa: PLR2004 where HTTP's errors begin
        line = f"→ Agora  {call.method} {call.target}  {signed}  {status}{fault}"
        return self._painted(line, RED if bad else DIM)

    def news(self, message: Message, *, me: str) -> str:
        """A message that is new or has changed; nothing if it was shown as it is."""
        if message.deleted or self._shown.get(message.id) == message.edits:
            return ""
        again = ", in place of what stood there before" if message.id in self._shown else ""
        return f"\n{self._painted(f'{self._audience(message, me)}{again}:', BOLD)}\n{self._body(message)}"

    def channel(self, channel: str, *, user: str, me: str) -> str:
        """All that *user* sees of *channel* now."""
        name = "you" if user == me else f"@{self._slack.people[user].name}"
        title = self._painted(f"{self.place(channel)}, as {name} see{'' if user == me else 's'} it:", BOLD)
        shown = [self._body(message) for message in self._slack.visible_to(user, channel)]
        return f"\n{title}\n" + ("\n\n".join(shown) or "  nothing yet")

    def place(self, channel: str) -> str:
        """The name of a channel."""
        found = self._slack.channels[channel]
        return "direct messages with the bot" if found.kind == "im" else f"#{found.name}"

    def sees(self, user: str, message: Message) -> bool:
        """Whether *user* could press a button of it."""
        return message.to in {None, user} and user in self._slack.channels[message.channel].members

    def owner(self, message: Message) -> str:
        """The name of the one person who sees it; of several, any."""
        members = sorted(self._slack.channels[message.channel].members - {BOT_USER})
        return self._slack.people[message.to or members[0]].name

    def text(self, words: str) -> str:
        """Words of the console itself, wrapped."""
        lines = CONTROL.sub("", words).split("\n")
        return "\n".join(line if len(line) <= WIDEST else self._wrapped(line, "") for line in lines)

    def _audience(self, message: Message, me: str) -> str:
        place = self.place(message.channel)
        if message.kind == "dm" and message.to is None:
            return place if self.sees(me, message) else f"@{self.owner(message)}'s {place}"
        if message.to is None:
            return f"{place}, everybody sees"
        who = "you see" if message.to == me else f"@{self._slack.people[message.to].name} sees"
        return f"{place}, only {who}" if message.by_bot else f"{place}, only {who}, from Slack itself"

    def _body(self, message: Message) -> str:
        self._shown[message.id] = message.edits
        people, channels = self._slack.people, self._slack.channels
        text = CONTROL.sub("", render(message, people, channels=channels, first=self._numbered(message)))
        return "\n".join(self._wrapped(line, "  ") for line in text.split("\n"))

    def _numbered(self, message: Message) -> int:
        """The number of the first button; those of a message that changed are new ones."""
        key = (message.id, message.edits)
        first = self._first.setdefault(key, len(self.buttons) + 1)
        for number, button in enumerate(buttons(message), first):
            self.buttons[number] = Pressable(message, message.blocks, button.action_id, button.value, button.confirm)
        return first

    def _wrapped(self, line: str, indent: str) -> str:
        deeper = f"{indent}  " if line.startswith("•") else indent
        wrapper = textwrap.TextWrapper(
            width=self._width,
            initial_indent=indent,
            subsequent_indent=deeper,
            break_long_words=False,
            break_on_hyphens=False,
        )
        return wrapper.fill(line)

    def _painted(self, text: str, color: str) -> str:
        return f"\033[{color}m{text}\033[0m" if self._colors else text
