"""The audit trail."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from pydantic import model_validator

from bot.access.roles import Role
from bot.arguments import Args
from bot.audit import LOOKED_THROUGH, Record, Traced
from bot.command import Context, Effect, Reply, command
from bot.kinds import Kind, NotThis, name
from bot.wording import channel, code, moment, person, plural
from bot.words import Word

MOST: Final = 1000
USUAL: Final = 50
LONGEST_DETAIL: Final = 500  # characters; what is longer is not for a list
PERSON: Final = re.compile(r"<@([UW][A-Z0-9_]+)>")


def about(word: Word) -> str:
    """The name of an entry point, or a person as a mention, so that neither is taken for the other."""
    # Slack's ids have nine characters at least, and a digit: no entry point is likely to be called like that.
    typed = re.fullmatch(r"(?=.*\d)[UW][A-Z0-9]{8,20}", word.text) and not word.quoted
    if word.kind == "person" or (word.kind == "text" and typed):
        return f"<@{word.target or word.text}>"
    if word.kind in {"group", "broadcast"}:
        raise NotThis(f"{code(word.text)} is not one person. Mention one, as in `@ana`, or name an entry point.")
    return str(name("entry")(word))


def count(word: Word) -> int:
    """How many records."""
    if re.fullmatch("[0-9]{1,6}", word.text) and 1 <= int(word.text) <= MOST:
        return int(word.text)
    raise NotThis(f"{code(word.text)} is not a number of records, from 1 to {MOST}.")


def _shown(value: str) -> str:
    found = PERSON.fullmatch(value)
    return found[1] if found else value


About = Annotated[str, Kind("<entry>|<@user>", about, sample="live", display=_shown)]
Count = Annotated[int, Kind("<count>", count, sample="20")]


class AgoraAuditArgs(Args):
    """What it is about, and how much of it."""

    about: About | None = None
    count: Count | None = None

    @model_validator(mode="before")
    @classmethod
    def _number_alone(cls, values: dict[str, Any]) -> dict[str, Any]:
        """A number alone is how many; with another one behind it, it names an entry point."""
        alone = str(values.get("about") or "")
        if not re.fullmatch("[0-9]+", alone) or values.get("count") is not None:
            return values
        try:
            return {"count": count(Word(alone))}
        except NotThis as problem:
            raise ValueError(f"{problem} For an entry point of this name, put a number behind it.") from None

    @property
    def entry(self) -> str | None:
        """The entry point that it is about."""
        return None if self.person else self.about

    @property
    def person(self) -> str | None:
        """The id of the person that it is about."""
        found = PERSON.fullmatch(self.about or "")
        return found[1] if found else None

    def wants(self, record: Record) -> bool:
        """Whether *record* is one of those."""
        return self.entry in (None, record.entry) and self.person in (None, record.actor)


@command("agora audit", role=Role.MANAGER, effect=Effect.READ, example="/agora audit @ana 20")
async def agora_audit(args: AgoraAuditArgs, ctx: Context) -> Reply:
    """
    Show what was changed or refused, by whom, and what came of it, newest first.

    `/agora audit live` shows one entry point, `/agora audit @ana` what one person asked for; a number says how many
    records, up to 1000. You see what you are manager of. Reads are not kept.
    """
    most = args.count or USUAL
    traces = await ctx.trail(args.wants, most)
    whose = f" on {code(args.entry)}" if args.entry else f" by {person(args.person)}" if args.person else ""
    looked = f" among the newest {LOOKED_THROUGH:,}" if traces.cut else ""
    all_of_it = "`python -m bot audit` in a shell shows all of it."
    more = traces.cut or len(traces.found) == most
    if not traces.found:
        return Reply(
            f"The audit trail holds nothing{whose}{looked} that you are manager of.",
            after=(all_of_it,) if traces.cut else ("Changes and refusals are kept in it, reads are not.",),
        )
    return Reply(
        f"{plural(len(traces.found), 'record')} of the audit trail{whose}{looked}, newest first",
        rows=tuple(map(_row, traces.found)),
        after=(
            "Where a row does not say how it was told: an outcome in its channel, a refusal to whoever asked.",
            *((f"There may be older ones: put a number behind it, up to {MOST}. {all_of_it}",) if more else ()),
        ),
    )


def _row(traced: Traced) -> str:
    """Such as: 28 Nov 20:14:07, failed: @ana `/record on live eu main` in #live-ops, operation `k2f2-xtk8`. Why."""
    record = traced.record
    line = record.command_line or f"/{record.action}"
    where = f" in {channel(record.channel)}" if record.channel else ""
    where += f", operation {code(record.operation)}" if record.operation else ""
    # What succeeded says no more than the line; a change of roles has none.
    told = record.outcome != "succeeded" or not record.command_line
    detail = record.detail if told and len(record.detail or "") <= LONGEST_DETAIL else None
    what = (
        f"{moment(record.at, style='full')}, {record.outcome}: {person(record.actor)} {code(line, limit=300)}{where}."
    )
    return " ".join(part for part in (what, detail, traced.told) if part)
