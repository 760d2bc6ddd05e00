"""Call something off."""

from __future__ import annotations

import re
from typing import Annotated

from bot.arguments import Args
from bot.command import Context, Effect, Reply, command
from bot.kinds import Kind, NotThis
from bot.wording import code, moment, person
from bot.words import Word


def operation_id(word: Word) -> str:
    """The id of an operation, as it stands in prompts and cards; letters that look like digits are taken for them."""
    # As for every number in this alphabet: https://www.crockford.com/base32.html
    found = re.fullmatch("([0-9a-tv-z]{4})[- ]?([0-9a-tv-z]{4})", word.text.casefold())
    if not found or word.kind not in {"text", "link"}:
        raise NotThis(f"{code(word.text)} is not the id of an operation, such as `k2f2-xtk8`.")
    return f"{found[1]}-{found[2]}".translate(str.maketrans("oil", "011"))


OperationId = Annotated[str, Kind("<operation-id>", operation_id, sample="k2f2-xtk8")]


class AgoraCancelArgs(Args):
    """Which operation."""

    operation: OperationId


@command("agora cancel", role=None, effect=Effect.CHANGE, example="/agora cancel k2f2-xtk8", button="Cancel it",
         whom="its requester, or manager")  # fmt: skip
async def agora_cancel(args: AgoraCancelArgs, ctx: Context) -> Reply:
    """
    Cancel an operation that has not begun.

    Its id stands in every question and card, and in `/agora planned`. What has begun can't be cancelled.
    """
    plan = await ctx.cancel(args.operation)
    due = f"It was planned for {moment(plan.due)}. " if plan.due else ""
    return Reply(
        f"Cancelled, and not done: {plan.deed}.",
        lines=(f"{due}{person(plan.person)} had asked for it, as operation {code(plan.id)}.",),
    )
