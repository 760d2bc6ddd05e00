"""Have whoever asks confirm by themselves again."""

from __future__ import annotations

from bot.access.roles import Role
from bot.command import Context, Effect, Reply, command
from bot.commands.protections import OneEntry, found_of, read, says
from bot.undo import Found, Step, Undo
from bot.wording import ago, code, person


class AgoraUnprotectArgs(OneEntry):
    """Which entry point."""


def back(args: AgoraUnprotectArgs, found: Found | None) -> Step | None:
    """Protect it again; None where it was not protected."""
    return Step(command="agora protect", args={"entry": args.entry}) if found and found["protected"] else None


@command(
    "agora unprotect",
    role=Role.ADMIN,
    effect=Effect.CHANGE,
    example="/agora unprotect live",
    button="Lift the protection",
    undo=Undo(back, read, says),
)
async def agora_unprotect(args: AgoraUnprotectArgs, ctx: Context) -> Reply:
    """Lift the protection of an entry point: whoever asks confirms by themselves again."""
    lifted = await ctx.roles.protections.lift(args.entry, operation=ctx.operation)
    if lifted is None:
        return Reply(f"{code(args.entry)} was not protected, so nothing was changed.", left=found_of(None))
    return Reply(
        f"The protection of {code(args.entry)} is lifted.",
        lines=(
            f"{person(lifted.by)} had protected it {ago(lifted.at, ctx.at)}.",
            "What was asked for before still takes a second person.",
        ),
        left=found_of(None),
    )
