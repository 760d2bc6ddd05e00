"""Whether a person may do something, and why (not): what `decide` says, and of each grant what it makes of that."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.access.gate import Gate, Standing
from bot.access.grants import Grant, describe
from bot.access.groups import Members
from bot.access.helpers import Lack
from bot.access.roles import Role
from bot.access.verdicts import ALLOWS, verdict
from bot.arguments import Args, Missing, part, read
from bot.catalog import Catalog
from bot.command import AnyCommand, Effect, Reply
from bot.errors import BadArguments, UserError
from bot.wording import ago, code, person
from bot.words import Word

Grants = tuple[Grant, ...]


@dataclass(frozen=True)
class Case:
    """What is asked: may this person type this?"""

    command: AnyCommand
    args: Args
    standing: Standing

    def verdict(self, grant: Grant) -> str:
        """What one grant says to it."""
        resource, now = self.command.resource(self.args), self.standing.gate.clock()
        needed = self.command.role or Role.VIEWER
        return verdict(grant, needed, resource, changes=self.command.effect.changes, now=now)


async def rule(gate: Gate, catalog: Catalog, asker: Standing, subject: str, line: Sequence[str]) -> Reply:
    """
    Say whether *subject* may type *line*, and why. Nothing of it is done.

    Args:
        gate: Where decisions are asked of.
        catalog: What can be typed.
        asker: Who wants to know: managers, of what lies inside their own roles.
        subject: A person.
        line: The words of a command.

    Raises:
        UserError: The line is no command, or it is not for *asker* to know.
    """
    command, args = _read(catalog, [Word(word) for word in line])
    resource, shown = command.resource(args), code(command.line(args), limit=300)
    own = asker.may(Role.MANAGER, resource, changes=False)
    if not own.allowed:
        raise UserError(f"That is for managers of what it is about. {own.reason}")
    if command.role is None:
        return Reply(f"{person(subject)} may type {shown}, as far as it goes: it is for {command.who}.")
    case = Case(command, args, await gate.standing(subject))
    decision = case.standing.may(
        command.role, resource, changes=command.effect.changes, despite_freeze=command.despite_freeze
    )
    rows = [*_own(case), *_doubtful(case), *await _others(case)] or ["They were given no role."]
    if decision.allowed:
        two = command.effect is Effect.DISRUPTIVE and case.standing.holding.protects(resource.entry) is not None
        after = ("It is protected there: a second person has to confirm it.",) if two else ()
        return Reply(f"{person(subject)} may type {shown}.", rows=tuple(rows), after=after)
    way_out = await gate.way_out(decision, Lack(subject, command.role, resource, command.effect.changes))
    told = f"It takes {command.role}. They would read: “{decision.reason}”"
    if decision.way_out:  # their roles would do
        told = f"Their roles would allow it, but: {decision.reason}"
    return Reply(f"{person(subject)} may not type {shown}.", lines=(told,), rows=tuple(rows), after=(way_out,))


def _read(catalog: Catalog, words: list[Word]) -> tuple[AnyCommand, Args]:
    group = f"/{words[0].text.casefold().removeprefix('/')}"
    if group not in catalog.groups or len(words) == 1:
        raise BadArguments(
            f"{code(words[0].text)} is not the beginning of a command of this bot.",
            hint="Type the whole command, such as `/agora why @ana /record on live eu main-stage`.",
        )
    command = catalog.find(group, words[1:])
    start = f"/{command.name}"
    try:
        return command, read(command.args, words[2:], start=start)
    except Missing as missing:
        if command.form is None or missing.fields != (command.form.asks,):
            raise
        return command, part(command.args, missing.found, start=start)


def _own(case: Case) -> Iterator[str]:
    """What counts for them."""
    standing = case.standing
    if standing.person.id in standing.gate.admins:
        yield f"admin everywhere, by the bot's setting BOT_ADMINS: {ALLOWS}"
    for grant in standing.holding.own:
        yield f"{describe(grant)}, given by {person(grant.by)}: {case.verdict(grant)}"
    for group, grants in standing.holding.groups.items():
        for grant in grants:
            yield f"{describe(grant)}, by {person(group)}, which they are in: {case.verdict(grant)}"


def _doubtful(case: Case) -> Iterator[str]:
    """What may be theirs."""
    for doubt in case.standing.holding.doubts:
        said = f"last said it {ago(doubt.asked, case.standing.gate.clock())}" if doubt.asked else "has not said yet"
        for grant in doubt.grants:
            if case.verdict(grant) == ALLOWS:
                why = f"whether they are in it is not known (Slack {said}), so it does not count"
                yield f"{describe(grant)}, by {person(doubt.group)}: {why}"


async def _others(case: Case) -> list[str]:
    """The groups that could, and that they are not in."""
    roles, now = case.standing.gate.roles, case.standing.gate.clock()
    (given, _), members = await asyncio.gather(roles.everything(), roles.book.members())
    known: Mapping[str, Members] = {name: one for name, one in members.items() if one.group.fresh(now)}
    return [
        f"{describe(grant)}, by {person(name)}: "
        f"{'they are not in that group' if one.group.active else 'that group is disabled in Slack'}"
        for name, one in known.items()
        for grant in given.get(name, ())
        if name not in case.standing.holding.groups and case.verdict(grant) == ALLOWS
    ]
