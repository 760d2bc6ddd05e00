"""Let things change again."""

from __future__ import annotations

from bot.access.freezing import Freeze, described, frozen, unfreeze
from bot.access.patterns import EVERYTHING
from bot.access.roles import Role
from bot.arguments import Args
from bot.command import Context, Effect, Reply, command
from bot.commands.freezes import EntryOrAll, found_of, read, says
from bot.undo import Found, Step, Undo
from bot.wording import ago, code, listing, person


class AgoraUnfreezeArgs(Args):
    """What."""

    entry: EntryOrAll = EVERYTHING


def back(args: AgoraUnfreezeArgs, found: Found | None) -> Step | None:
    """Freeze it again, for the reason that it had; None where it was not frozen."""
    before = found["frozen"] if found else None
    return Step(command="agora freeze", args={"entry": args.entry, "reason": before["reason"]}) if before else None


@command(
    "agora unfreeze",
    role=Role.MANAGER,
    effect=Effect.CHANGE,
    example="/agora unfreeze live",
    button="Unfreeze it",
    despite_freeze=True,
    undo=Undo(back, read, says),
)
async def agora_unfreeze(args: AgoraUnfreezeArgs, ctx: Context) -> Reply:
    """
    Unfreeze an entry point: who has the role for it can change it again.

    Without an entry point it lifts the freeze of everything; entry points that were frozen by themselves stay so.
    """
    lifted = await ctx.roles.freezes.lift(args.entry, operation=ctx.operation)
    others = [freeze for freeze in ctx.holding.freezes if freeze.entry != args.entry and _concerns(freeze, args, ctx)]
    lines = tuple(map(described, others))
    after = (f"To lift that: {listing([code(unfreeze(freeze.entry)) for freeze in others])}.",) if others else ()
    if lifted is None:
        what = "Not everything was" if args.entry == EVERYTHING else f"{frozen(args.entry)} was not"
        return Reply(f"{what} frozen, so nothing was changed.", lines, after)
    why = f", for this reason: {code(lifted.reason, limit=300)}" if lifted.reason else ""
    by = f"{person(lifted.by)} had frozen it {ago(lifted.at, ctx.at)}{why}."
    return Reply(
        f"The freeze of {'everything' if args.entry == EVERYTHING else code(args.entry)} is lifted.",
        (by, *lines),
        after,
        left=found_of(None),
    )


def _concerns(freeze: Freeze, args: AgoraUnfreezeArgs, ctx: Context) -> bool:
    """Whether it matters to whoever lifts another one: the one on everything, and those that they may see."""
    return freeze.entry == EVERYTHING or (args.entry == EVERYTHING and ctx.sees(freeze.entry))
