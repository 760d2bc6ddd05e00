"""Record everything, or only what is asked for."""

from __future__ import annotations

from bot.access.roles import Role
from bot.arguments import Args
from bot.command import Context, Effect, Preview, Reply, command
from bot.commands.live import live_now
from bot.commands.record_on import RECORDING
from bot.kinds import Entry, OnOff
from bot.undo import Found, Step, Undo
from bot.wording import code


class RecordAutoArgs(Args):
    """Which way to turn it."""

    entry: Entry
    switch: OnOff


async def preview(args: RecordAutoArgs, ctx: Context) -> Preview:
    """Which streams it reaches; Agora does not say how the switch stands."""
    online = await ctx.glimpse(ctx.agora.online_streams(args.entry))
    on = args.switch == "on"
    return Preview(
        question=f"Turn automatic recording of {code(args.entry)} {args.switch}?",
        button=f"Turn automatic recording {args.switch}",
        now="Agora does not say whether automatic recording is on." if online is not None else None,
        then=_then(on),
        warnings=live_now(args.entry, online),
    )


def back(args: RecordAutoArgs, _: Found | None) -> Step:
    """The other way; how the switch stood before can't be asked."""
    return Step(command="record auto", args={"entry": args.entry, "switch": "off" if args.switch == "on" else "on"})


@command(
    "record auto",
    role=Role.MANAGER,
    effect=Effect.DISRUPTIVE,
    example="/record auto live off",
    docs=RECORDING,
    preview=preview,
    button="Turn the switch",
    undo=Undo(back),
)
async def record_auto(args: RecordAutoArgs, ctx: Context) -> Reply:
    """
    Turn automatic recording of an entry point on or off.

    On: every stream of the entry point is recorded, in every region. Off: only the streams that
    `/record on` asks for are. The switch has to be off for `/record on` to work.
    """
    on = args.switch == "on"
    await ctx.agora.set_automatic_recording(args.entry, enabled=on)
    return Reply(f"Automatic recording of {code(args.entry)} is {args.switch}.", after=(_then(on),))


def _then(on: bool) -> str:
    if on:
        return (
            "Every stream of it is recorded from its next push on; `/record on` for single streams is refused by Agora."
        )
    return "Only streams that `/record on` asks for are recorded, from their next push on."
