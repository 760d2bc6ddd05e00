"""Have a second person confirm what can cost footage or audience."""

from __future__ import annotations

from bot.access.protecting import Protection, described
from bot.access.roles import Role
from bot.command import Context, Effect, Reply, command
from bot.commands.protections import OneEntry, found_of, read, says
from bot.errors import UserError
from bot.undo import Found, Step, Undo
from bot.wording import code, suggestion
from bot.words import join


class AgoraProtectArgs(OneEntry):
    """Which entry point."""


def back(args: AgoraProtectArgs, found: Found | None) -> Step | None:
    """Lift it; None where it was protected before."""
    before = found is None or found["protected"]
    return None if before else Step(command="agora unprotect", args={"entry": args.entry})


@command(
    "agora protect",
    role=Role.ADMIN,
    effect=Effect.CHANGE,
    example="/agora protect live",
    docs="https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/entry-points",
    button="Protect it",
    undo=Undo(back, read, says),
)
async def agora_protect(args: AgoraProtectArgs, ctx: Context) -> Reply:
    """
    Protect an entry point: what can cost footage or audience there takes a second person.

    The question before it then stands in the channel, and somebody else who may do the same has to confirm it.
    """
    known = await ctx.agora.entry_points()
    if args.entry not in known:
        meant = suggestion(args.entry, [entry for entry in known if ctx.sees(entry)])
        guess = f" Did you mean {code(meant)}?" if meant else ""
        raise UserError(f"There is no entry point {code(args.entry)}.{guess}", hint="`/agora entries` lists them.")
    new = Protection(entry=args.entry, by=ctx.person, at=ctx.at, operation=ctx.operation)
    now = await ctx.roles.protections.set(new)
    if now.operation != ctx.operation:
        return Reply(f"It was protected already: {described(now)}", lines=("Nothing was changed.",), left=found_of(now))
    return Reply(
        f"{code(args.entry)} is protected: what can cost footage or audience there takes a second person.",
        lines=(
            "Whoever asks for it can't confirm it; somebody else with the same role or a higher one has to.",
            "What was confirmed before is carried out as it was; `/agora planned` lists what is still to come.",
        ),
        after=(f"To lift it: {code(f'/agora unprotect {join([args.entry])}')}.",),
        left=found_of(now),
    )
