"""All commands, found by walking their folder."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from types import ModuleType

from bot.arguments import hint
from bot.command import AnyCommand, Command
from bot.errors import BadArguments
from bot.wording import code, listing, suggestion
from bot.words import Word


class Catalog:
    """The commands, by name and by what is typed."""

    def __init__(self, commands: Iterable[AnyCommand]) -> None:
        self._by_name = {command.name: command for command in commands}

    @classmethod
    def walk(cls, package: ModuleType) -> Catalog:
        """Collect every `Command` value in the modules of *package*."""
        names = sorted(info.name for info in pkgutil.iter_modules(package.__path__))
        modules = [importlib.import_module(f"{package.__name__}.{name}") for name in names]
        return cls(value for module in modules for value in vars(module).values() if isinstance(value, Command))

    def __iter__(self) -> Iterator[AnyCommand]:
        return iter(self._by_name.values())

    def get(self, name: str) -> AnyCommand | None:
        """The command of this name, such as `record on`; None for one that this release does not know."""
        return self._by_name.get(name)

    @property
    def groups(self) -> tuple[str, ...]:
        """The slash commands: `/agora`, `/record`, …"""
        return tuple(sorted({command.group for command in self}))

    def group(self, name: str) -> tuple[AnyCommand, ...]:
        """All that can stand behind one slash command; reads last."""
        found = [command for command in self if command.group == name]
        return tuple(sorted(found, key=lambda command: (not command.effect.changes, command.name)))

    def find(self, group: str, words: list[Word]) -> AnyCommand:
        """
        The command that *words* begin with.

        Raises:
            BadArguments: There is none; says which was probably meant, and never guesses.
        """
        verb = words[0].text.casefold()
        command = self.get(f"{group.removeprefix('/')} {verb}")
        if command is not None:
            return command
        raise self._unknown(group, words)

    def _unknown(self, group: str, words: list[Word]) -> BadArguments:
        typed, verbs = words[0].text, [command.verb for command in self.group(group)]
        known = f"{code(group)} knows {listing([code(verb) for verb in verbs])}."
        meant = suggestion(typed.casefold(), verbs)
        elsewhere = next((command for command in self if command.verb == typed.casefold()), None)
        if meant is None and elsewhere is not None:
            group, meant = elsewhere.group, elsewhere.verb
        if meant is None:
            return BadArguments(f"{code(group)} has no {code(typed)}.", hint=known)
        command = self._by_name[f"{group.removeprefix('/')} {meant}"]
        return BadArguments(f"{code(words[0].text)} is not known. Did you mean {code(f'/{command.name}')}?",
                            hint=hint(command.args, words[1:], start=f"/{command.name}"))  # fmt: skip
