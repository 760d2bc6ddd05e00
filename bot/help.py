"""Help, derived from the declarations; for everybody, with or without a role."""

from __future__ import annotations

from bot.arguments import parameters
from bot.catalog import Catalog
from bot.command import AnyCommand, Effect
from bot.notice import Notice
from bot.wording import code

ASKS = {Effect.DISRUPTIVE: "asks before it acts", Effect.CHANGE: "acts at once", Effect.READ: "only looks"}


def of_group(catalog: Catalog, group: str) -> Notice:
    """What one slash command can do, a row each."""
    commands = catalog.group(group)
    rows = [f"{code(command.usage)}: {command.summary} {_who(command)}" for command in commands]
    others = [code(f"{other} help") for other in catalog.groups if other != group]
    return Notice(
        headline=f"What {code(group)} can do",
        rows=tuple(rows),
        after=(f"For one of them: {code(f'{group} help {commands[0].verb}')}. For the rest: {', '.join(others)}.",),
        small=("Names with blanks stand in quotes.",),
    )


def of_command(command: AnyCommand) -> Notice:
    """One command: what it does, how it is typed, an example."""
    named = [code(one.usage.strip("[]")) for one in parameters(command.args) if not one.required]
    return Notice(
        headline=f"{code(f'/{command.name}')}: {command.summary}",
        lines=tuple(command.details.splitlines()),
        rows=(
            f"Type: {code(command.usage)}",
            f"Example: {code(command.example)}",
            *([f"May be left out: {', '.join(named)}"] if named else []),
            *_form(command),
            _who(command, long=True),
        ),
        after=(f"Agora's documentation: {command.docs}",) if command.docs else (),
    )


def _form(command: AnyCommand) -> list[str]:
    """What may be left out, since a form asks for it then."""
    if command.form is None:
        return []
    asked = next(parameter for parameter in parameters(command.args) if parameter.field == command.form.asks)
    return [f"Without {code(asked.usage)} a form opens, {command.form.purpose}."]


def _who(command: AnyCommand, *, long: bool = False) -> str:
    who = f"{command.who} and above" if command.role or command.whom else "anyone"
    return f"For {who}; {ASKS[command.effect]}." if long else f"({who}; {ASKS[command.effect]})"
