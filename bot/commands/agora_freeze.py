"""Keep things as they are."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

from bot.access.freezing import ALL, Freeze, described, frozen, over, unfreeze
from bot.access.patterns import EVERYTHING
from bot.access.roles import Role
from bot.agora import AgoraError
from bot.arguments import Args
from bot.command import Context, Effect, Reply, command
from bot.commands.freezes import EntryOrAll, Reason, found_of, read, says
from bot.errors import UserError
from bot.undo import Found, Step, Undo
from bot.wording import code, suggestion
from bot.words import quote

GLIMPSE: Final = timedelta(seconds=1)  # for a look whether there is such an entry point; freezing does not wait for it


class AgoraFreezeArgs(Args):
    """What, and why."""

    entry: EntryOrAll = EVERYTHING
    reason: Reason | None = None


def back(args: AgoraFreezeArgs, found: Found | None) -> Step | None:
    """Lift it; None where it was frozen before."""
    if found is None or found["frozen"]:
        return None
    return Step(command="agora unfreeze", args={"entry": args.entry})


@command(
    "agora freeze",
    role=Role.MANAGER,
    effect=Effect.CHANGE,
    example="/agora freeze live The final is on air",
    docs="https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/entry-points",
    button="Freeze it",
    despite_freeze=True,
    undo=Undo(back, read, says),
)
async def agora_freeze(args: AgoraFreezeArgs, ctx: Context) -> Reply:
    """
    Freeze an entry point: until it is unfrozen, nobody but an admin changes anything there.

    Without an entry point, or with `all`, everything is frozen. What is running goes on, and can be stopped. What
    waits for its time or for a button is refused when it comes to that. The reason is shown to whoever is refused.
    """
    checked = await _is_entry(args, ctx)
    new = Freeze(entry=args.entry, by=ctx.person, at=ctx.at, operation=ctx.operation, reason=args.reason)
    now = await ctx.roles.freezes.set(new)
    lift = code(unfreeze(args.entry))
    if now.operation != ctx.operation:
        return Reply(
            f"It was frozen already: {described(now)}",
            lines=("Nothing was changed.",),
            after=(f"For another reason, type {lift} first.",),
        )
    others = [freeze for freeze in over(ctx.holding.freezes, args.entry) if freeze.entry != args.entry]
    return Reply(
        f"{frozen(args.entry)} is frozen: nobody but an admin can change anything{_there(args)}.",
        lines=(
            *((f"Why: {code(args.reason, limit=300)}",) if args.reason else ()),
            "What is running goes on, and can be stopped. What waits for its time or for a button will be refused.",
            *map(described, others),
            *(() if checked else ("Agora could not be asked whether there is such an entry point.",)),
        ),
        after=(f"To lift it: {lift}.", *_everything(args)),
        left=found_of(now),
    )


async def _is_entry(args: AgoraFreezeArgs, ctx: Context) -> bool:
    """
    Whether Agora has said that there is such an entry point, or none is named.

    Raises:
        UserError: There is none.
    """
    if args.entry == EVERYTHING:
        return True
    try:
        async with asyncio.timeout(GLIMPSE.total_seconds()):  # waiting for a place among the calls included
            known = await ctx.agora.hurried(GLIMPSE).entry_points()
    except (AgoraError, TimeoutError):
        return False  # whoever freezes may do so just because of that
    if args.entry in known:
        return True
    meant = suggestion(args.entry, [entry for entry in known if ctx.sees(entry)])
    guess = f" Did you mean {code(meant)}?" if meant else ""
    words = " ".join([quote(args.entry), *([args.reason] if args.reason else [])])
    raise UserError(
        f"There is no entry point {code(args.entry)}, so nothing was frozen.{guess}",
        hint=f"`/agora entries` lists them. To freeze everything: {code(f'/agora freeze {ALL} {words}', limit=300)}.",
    )


def _there(args: AgoraFreezeArgs) -> str:
    return "" if args.entry == EVERYTHING else " there"


def _everything(args: AgoraFreezeArgs) -> tuple[str, ...]:
    """For whoever began a reason with a word that is an entry point."""
    if args.entry == EVERYTHING or not args.reason:
        return ()
    return (f"Everything else is not frozen; that takes {code(f'/agora freeze {ALL}')}.",)
