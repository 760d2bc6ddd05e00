"""What is planned."""

from __future__ import annotations

from datetime import datetime

from bot.access.roles import Role
from bot.arguments import Args
from bot.command import Context, Effect, Reply, command
from bot.planned import Planned
from bot.wording import ago, code, moment, person, plural


class AgoraPlannedArgs(Args):
    """Nothing."""


@command("agora planned", role=Role.VIEWER, effect=Effect.READ, example="/agora planned")
async def agora_planned(args: AgoraPlannedArgs, ctx: Context) -> Reply:
    """List what is planned, soonest first, as far as your roles reach."""
    plans = await ctx.plans()
    if not plans:
        return Reply(
            "Nothing is planned where your roles reach.",
            after=("Plan something, such as `/record on live eu main-stage at tomorrow 20:45 for 2h`.",),
        )
    return Reply(
        f"{plural(len(plans), 'plan')}, soonest first",
        rows=tuple(row(plan, ctx.at) for plan in plans),
        after=(f"To call one off: {code(f'/agora cancel {plans[0].id}')}.",),
    )


def row(plan: Planned, now: datetime) -> str:
    """When what is done, and who asked for it."""
    when = f"{moment(plan.due)} ({ago(plan.due, now)})" if plan.due else "now"
    off = f", turned off again {moment(plan.ends)}" if plan.ends else ""
    off = f", as operation {code(plan.follows)} said" if plan.follows else off
    return f"{when}: {plan.deed}{off}; asked by {person(plan.person)}, operation {code(plan.id)}"
