"""Whether somebody may do something, and why."""

from __future__ import annotations

from typing import Annotated, Final

from bot.access.groups import GROUP
from bot.access.roles import Role
from bot.arguments import Args
from bot.command import Context, Effect, Reply, command
from bot.kinds import Kind, Many, NotThis, display_address, subject
from bot.wording import code
from bot.words import Word

MOST_WORDS: Final = 1000


def somebody(word: Word) -> str:
    """The id of a person."""
    found = subject(word)
    if found.startswith(GROUP):
        raise NotThis(f"{code(word.text)} is a user group. Name one of its people; `/agora roles` shows its roles.")
    return found


def anything(word: Word) -> str:
    """Any word, for a mention its id."""
    return word.retyped


def shown(word: str) -> str:
    """As others read it: without what may be a secret in an address."""
    return display_address(word) if "://" in word else word


class AgoraWhyArgs(Args):
    """Who, and what they would type."""

    person: Annotated[str, Kind("<@user>", somebody, sample="U0OPERATOR")]
    line: Annotated[
        tuple[str, ...], Kind("<command>", anything, sample="/record", display=shown), Many(most=MOST_WORDS)
    ]


@command("agora why", role=Role.MANAGER, effect=Effect.READ, example="/agora why @ana /record on live eu main-stage")
async def agora_why(args: AgoraWhyArgs, ctx: Context) -> Reply:
    """
    Say whether a person may use a command, and why, or why not.

    It shows which role counts and which does not: the pattern, the region, the end, the user group. Nothing is
    done. For managers of the entry point that the command names.
    """
    return await ctx.why(args.person, args.line)
