"""Restream an entry point, or stop it."""

from __future__ import annotations

from bot.access.roles import Role
from bot.agora import Transfer
from bot.arguments import Args
from bot.command import Context, Effect, Preview, Reply, command
from bot.commands.live import live_now
from bot.errors import UserError
from bot.kinds import Address, Entry, OnOff, display_address
from bot.undo import Found, Step, Undo
from bot.wording import code

TRANSFER = "https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/stream-transfer"


class TransferSetArgs(Args):
    """Which way to turn it, and whom Agora asks for the addresses."""

    entry: Entry
    switch: OnOff
    callback: Address | None = None


async def preview(args: TransferSetArgs, ctx: Context) -> Preview:
    """From what to what, and which live streams it reaches."""
    held = await ctx.glimpse(ctx.agora.transfer(args.entry))
    online = await ctx.glimpse(ctx.agora.online_streams(args.entry))
    on = args.switch == "on"
    wanted = Transfer(enabled=on, callback_url=args.callback or (held.callback_url if held else None))
    if held:
        _refuse_without_address(wanted)
    entry = code(args.entry)
    return Preview(
        question=f"Turn transfer of every stream of {entry} {args.switch}?",
        button=f"Turn transfer {args.switch}",
        now=describe(held) if held else None,
        then=describe(wanted) if held or args.callback else f"{args.switch}, with the address that Agora holds",
        warnings=live_now(args.entry, online),
    )


def held_of(transfer: Transfer) -> Found:
    """What undo compares; the address in full, so for no person to see."""
    return {"enabled": transfer.enabled, "callback": transfer.callback_url}


async def read(args: TransferSetArgs, ctx: Context) -> Found:
    """What Agora holds."""
    return held_of(await ctx.agora.transfer(args.entry))


def says(held: Found) -> str:
    """As everybody may read it."""
    return describe(Transfer(enabled=held["enabled"], callback_url=held["callback"]))


def back(args: TransferSetArgs, held: Found | None) -> Step | None:
    """The switch as it stood, and the address that Agora asked; one that was not there can't be taken away again."""
    if held is None:
        return None
    switch = "on" if held["enabled"] else "off"
    return Step(command="transfer set", args={"entry": args.entry, "switch": switch, "callback": held["callback"]})


@command(
    "transfer set",
    role=Role.MANAGER,
    effect=Effect.DISRUPTIVE,
    example="/transfer set live on https://hooks.example.com/transfer",
    docs=TRANSFER,
    preview=preview,
    button="Set transfer",
    undo=Undo(back, read, says),
)
async def transfer_set(args: TransferSetArgs, ctx: Context) -> Reply:
    """
    Turn restreaming of an entry point on or off.

    It reaches every stream of the entry point. Agora asks the callback address where each stream goes.
    Without an address the one that was set before is kept.
    """
    callback = args.callback or (await ctx.agora.transfer(args.entry)).callback_url
    wanted = Transfer(enabled=args.switch == "on", callback_url=callback)
    _refuse_without_address(wanted)
    await ctx.agora.set_transfer(args.entry, enabled=wanted.enabled, callback_url=callback)
    return Reply(
        f"Transfer of {code(args.entry)} is {describe(wanted)}.",
        left=held_of(wanted),
        after=("Streams that are live now may notice only at their next push.",),
    )


def describe(transfer: Transfer) -> str:
    """Such as: on, Agora asks `https://hooks.example.com/transfer`."""
    switch = "on" if transfer.enabled else "off"
    if transfer.callback_url is None:
        return f"{switch}, with no address to ask"
    asks = "Agora asks" if transfer.enabled else "the address kept is"
    return f"{switch}, {asks} {code(display_address(transfer.callback_url))}"


def _refuse_without_address(wanted: Transfer) -> None:
    if wanted.enabled and not wanted.callback_url:
        raise UserError(
            "Agora holds no callback address for this entry point, so it could not learn where the streams go.",
            hint="Add the address of your service: `/transfer set <entry> on https://hooks.example.com/transfer`.",
        )
