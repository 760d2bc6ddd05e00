"""What can be typed at the console, and what it does."""

from __future__ import annotations

import shlex
from collections.abc import Awaitable, Callable
from typing import Final

from bot.app import catalog
from bot.trial import texts
from bot.trial.filling import Filling
from bot.trial.knobs import Knobs, Puzzled
from bot.trial.screen import Screen
from bot.trial.world import Pressable, World
from bot.wording import suggestion

ROLES: Final = {"U0ADMIN": "admin", "U0MANAGER": "manager", "U0OPERATOR": "operator", "U0VIEWER": "viewer",
                "U0STRANGER": "stranger"}  # fmt: skip
OPERATOR, LIVE = "U0OPERATOR", "C0LIVE"

Verb = Callable[[str], Awaitable[str | None]]


class Console:
    """
    One person at a time, in one channel at a time.

    Args:
        world: What is typed goes to it.
        screen: Puts it into words.
        say: Prints.

    Attributes:
        me: Who one is.
        over: Whether one wants to leave.
    """

    def __init__(self, world: World, screen: Screen, say: Callable[[str], None]) -> None:
        self.me, self.channel, self.over = OPERATOR, LIVE, False
        self._hand: str | None = None  # who types or presses, if that is somebody else
        self._world, self._screen, self._say = world, screen, say
        self._asked: Pressable | None = None
        self._groups = catalog().groups
        self._forms = Filling(world)
        knobs = Knobs(world)
        self._verbs: dict[str, Verb] = {
            "as": self._as,
            "press": self._press,
            "see": self._see,
            "channel": self._channel,
            "paste": lambda rest: self._forms.paste(self.user, rest),
            "file": lambda rest: self._forms.file(self.user, rest),
            "fault": knobs.fault,
            "streams": knobs.streams,
            "push": knobs.push,
            "end": knobs.end,
            "wait": knobs.wait,
            "help": self._help,
            "quit": self._quit,
            "exit": self._quit,
        }

    @property
    def prompt(self) -> str:
        """Who one is, and where."""
        if self._asked:
            return "Slack asks: press it, yes or no? "
        channel = self._world.slack.channels[self.channel]
        return f"{self.name} {'(direct)' if channel.kind == 'im' else f'#{channel.name}'}> "

    @property
    def user(self) -> str:
        """Who types and presses."""
        return self._hand or self.me

    @property
    def name(self) -> str:
        """Their name."""
        return self._world.slack.people[self.user].name

    async def do(self, line: str) -> None:
        """Do what was typed; what can't be understood gets a sentence, and nothing is done."""
        line = line.strip()
        complaints = len(self._world.slack.violations)
        try:
            words = await self._answered(line) if self._asked else await self._done(line)
        except Puzzled as puzzled:
            words = str(puzzled)
        if words:
            self._say(self._screen.text(words))
        for complaint in self._world.slack.violations[complaints:]:
            self._say(f"The stand-in for Slack complains about the bot: {complaint}")

    def person(self, name: str) -> str:
        """
        The id of a person, by name, role or id.

        Raises:
            Puzzled: There is none.
        """
        wanted = name.strip().lstrip("@").casefold()
        for user, role in ROLES.items():
            if wanted in {self._world.slack.people[user].name, role, user.casefold()}:
                return user
        everybody = ", ".join(f"{self._world.slack.people[user].name} ({role})" for user, role in ROLES.items())
        raise Puzzled(f"There is nobody called {name.strip() or 'nothing'}. Choose one of: {everybody}.")

    async def slash(self, line: str) -> None:
        """
        Type a slash command.

        Raises:
            Puzzled: The bot has no such command, so Slack would not send it on.
        """
        group = line.split(maxsplit=1)[0]
        if group not in self._groups:
            known = ", ".join(self._groups)
            raise Puzzled(f"Slack would say that {group} is not a command. The bot has {known}; try `/record help`.")
        await self._world.type(line, user=self.user, channel=self.channel)
        if form := self._forms.news(self.user):
            self._say(f"\n{self._screen.text(form)}")

    async def press(self, button: Pressable) -> None:
        """Press a button, whatever Slack asks first."""
        await self._world.press(button, user=self.user)

    async def _done(self, line: str) -> str | None:
        verb, _, rest = line.partition(" ")
        name, colon, command = line.partition(":")
        if not line:
            return None
        if line.startswith("/"):
            await self.slash(line)
            return None
        if verb.isdecimal():
            return await self._press(line)
        if verb.casefold() in self._verbs:
            return await self._verbs[verb.casefold()](rest.strip())
        if colon and command.strip() and " " not in name:
            return await self._for_once(self.person(name), command.strip())
        raise Puzzled(self._unknown(verb, line))

    async def _for_once(self, user: str, line: str) -> str | None:
        """Do one thing as somebody else."""
        if user not in self._world.slack.channels[self.channel].members:
            raise Puzzled(f"{self._world.slack.people[user].name} is not in this channel.")
        self._hand = user
        try:
            return await self._done(line)
        finally:
            self._hand = None if self._asked is None else user

    async def _as(self, rest: str) -> str:
        self.me, self._hand = self.person(rest), None
        if self.me not in self._world.slack.channels[self.channel].members:
            self.channel = LIVE
        role = ROLES[self.me]
        what = "without a role so far" if role == "stranger" else f"{'an' if role[0] in 'ao' else 'a'} {role}"
        return f"You are {self.name} now, {what} (roles can change: `/agora whoami`)."

    async def _press(self, rest: str) -> str:
        button = self._screen.buttons.get(int(rest)) if rest.isdecimal() else None
        if button is None:
            raise Puzzled(f"There is no button {rest}. Type the number that stands in a button, such as [1 …].")
        if not self._screen.sees(self.user, button.message):
            owner = self._screen.owner(button.message)
            raise Puzzled(f"Only {owner} sees that button. Type `as {owner}` first, or `{owner}: {rest}`.")
        if button.confirm and button.there:
            self._asked = button
            return f"Slack asks first: {button.confirm}"
        if not button.there:
            self._say("That button is gone; it is pressed all the same, as on a screen that lags behind.")
        await self.press(button)
        return ""

    async def _answered(self, line: str) -> str:
        """Go on with what Slack asked before it sends a click."""
        button, self._asked = self._asked, None
        try:
            if button is None or line.casefold() not in {"y", "yes"}:
                return "Not pressed."
            await self.press(button)
            return ""
        finally:
            self._hand = None

    async def _see(self, rest: str) -> str | None:
        user = self.person(rest) if rest else self.user
        if user not in self._world.slack.channels[self.channel].members:
            raise Puzzled(f"{rest} is not in this channel and sees nothing of it.")
        self._say(self._screen.channel(self.channel, user=user, me=self.me))
        return None

    async def _channel(self, rest: str) -> str:
        there = {found.id: "direct" if found.kind == "im" else found.name
                 for found in self._world.slack.channels.values() if self.user in found.members}  # fmt: skip
        wanted = rest.lstrip("#").casefold()
        for channel, name in there.items():
            if wanted == name:
                self.channel = channel
                away = "U0BOT" not in self._world.slack.channels[channel].members
                return f"You are in {self._screen.place(channel)}{', where the bot is not a member' if away else ''}."
        raise Puzzled(f"{self.name} can be in: {', '.join(there.values())}. Type such as `channel live-ops`.")

    async def _help(self, rest: str) -> str:
        return texts.HELP

    async def _quit(self, rest: str) -> None:
        self.over = True

    def _unknown(self, verb: str, line: str) -> str:
        if f"/{verb.casefold()}" in self._groups:
            return f"Slash commands begin with a slash: /{line}"
        meant = suggestion(verb.casefold(), list(self._verbs))
        perhaps = f" Did you mean `{meant}`?" if meant else ""
        return f"The console does not know {shlex.quote(verb)}.{perhaps} `help` lists what it knows."
