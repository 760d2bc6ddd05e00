"""Give a role."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Self

from pydantic import model_validator

from bot.access.decide import Person
from bot.access.grants import Grant, describe
from bot.access.groups import GROUP
from bot.access.patterns import EVERYTHING
from bot.access.roles import Role
from bot.arguments import Args
from bot.command import Context, Effect, Reply, command
from bot.commands import holdings
from bot.kinds import EntryPattern, Instant, Keyword, RegionPattern, RoleName, Span, Subject
from bot.undo import Found, Step, Undo
from bot.wording import moment, person

GROUP_NOTE: Final = (
    "It goes to whoever is in that group, as Slack says; Slack is asked at once. "
    "Who may change the group in Slack decides who has the role."
)


class AgoraGrantArgs(Args):
    """Who gets what, where, until when."""

    subject: Subject
    role: RoleName
    on: Annotated[EntryPattern | None, Keyword("on")] = None
    within: Annotated[RegionPattern | None, Keyword("in")] = None
    lasting: Annotated[Span | None, Keyword("for")] = None
    until: Annotated[Instant | None, Keyword("until")] = None

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if self.lasting and self.until:
            raise ValueError("A role ends once: say either `for` how long or `until` when.")
        return self


def back(args: AgoraGrantArgs, found: Found | None) -> Step | None:
    """Take it away, or give it its former end; None where taking it away would take away more."""
    role, on, within = str(args.role), args.on or EVERYTHING, args.within or EVERYTHING
    held = [row for row in found["grants"] if (row["role"], row["on"]) == (role, on)] if found else []
    before = [row for row in held if row["within"] == within]
    if before:
        return holdings.given(args.subject, before[0])
    return None if held else Step(command="agora revoke", args={"subject": args.subject, "role": role, "on": on})


@command("agora grant", role=Role.ADMIN, effect=Effect.CHANGE, example="/agora grant @ana operator on sports-* for 3d",
         button="Give the role", undo=Undo(back, holdings.read, holdings.says))  # fmt: skip
async def agora_grant(args: AgoraGrantArgs, ctx: Context) -> Reply:
    """
    Give a role to a person, or to a user group and whoever is in it.

    `on` narrows it to entry points, `in` to regions; `*` stands for any letters. `for 2h` or `until friday`
    lets it end by itself. Nobody can give more than they hold.
    """
    grant = as_grant(args, by=ctx.person, at=ctx.at, operation=ctx.operation)
    change = await ctx.roles.grant(args.subject, grant, actor=Person(ctx.person), channel=ctx.channel)
    who, what = person(args.subject), describe(grant, end=False)
    end = f" until {moment(grant.until)}" if grant.until else ""
    left = holdings.found_of(change.after, ctx.at)
    if not change.done:
        return Reply(f"{who} is {what}{end} already. Nothing was changed.", left=left)
    after = (GROUP_NOTE,) if args.subject.startswith(GROUP) else ()
    return Reply(f"{who} is now {what}{end}.", after=after, audited=True, left=left)


def as_grant(args: AgoraGrantArgs, *, by: str, at: datetime, operation: str) -> Grant:
    """The grant that is meant, given at *at*."""
    return Grant(
        role=args.role,
        entries=args.on or "*",
        regions=args.within or "*",
        until=args.until or (at + args.lasting if args.lasting else None),
        by=by,
        at=at,
        operation=operation,
    )
