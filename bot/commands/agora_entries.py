"""The entry points there are."""

from __future__ import annotations

from collections.abc import Sequence

from bot.access.freezing import Freeze, described, over
from bot.access.patterns import EVERYTHING
from bot.access.roles import Role
from bot.arguments import Args
from bot.command import Context, Effect, Reply, command
from bot.wording import code, plural


class AgoraEntriesArgs(Args):
    """Nothing."""


@command(
    "agora entries",
    role=Role.VIEWER,
    effect=Effect.READ,
    example="/agora entries",
    docs="https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/entry-points",
)
async def agora_entries(args: AgoraEntriesArgs, ctx: Context) -> Reply:
    """List the entry points of the project, as far as your roles reach."""
    names = [name for name in await ctx.agora.entry_points() if ctx.sees(name)]
    if not names:
        return Reply("There is no entry point that your roles reach.", after=("`/agora whoami` shows your roles.",))
    frozen = [freeze for freeze in ctx.holding.freezes if freeze.entry in (EVERYTHING, *names)]
    rows = [f"{code(name)}{_marks(name, ctx, frozen)}" for name in names]
    return Reply(plural(len(names), "entry point"), rows=tuple(rows), after=tuple(map(described, frozen)))


def _marks(name: str, ctx: Context, frozen: Sequence[Freeze]) -> str:
    protected = ", protected" if ctx.holding.protects(name) else ""
    return f"{', frozen' if over(frozen, name) else ''}{protected}"
