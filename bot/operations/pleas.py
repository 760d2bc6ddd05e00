"""What is said of a request for access: to those who are asked, to whoever asked, to the channel."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.access.helpers import Lack
from bot.access.requests import LASTING, OPEN_FOR, Answer, Known, Letter, Request, Yes
from bot.notice import Button, Notice
from bot.operations.operation import Operation
from bot.operations.outcomes import type_it
from bot.wording import ago, code, duration, listing, moment, person

LABELS = {Yes.HOUR: "1 hour", Yes.DAY: "1 day", Yes.NO: "No"}


def request(operation: Operation, lack: Lack, reason: str) -> Request | None:
    """What may be asked for after a refusal; None where no grant is exactly as wide as that."""
    entry = lack.resource.entry
    if entry is None or not lack.exact:
        return None
    return Request(
        id=operation.id,
        person=operation.person,
        team=operation.team,
        channel=operation.channel,
        command=operation.command,
        args=operation.args,
        line=operation.line,
        reason=reason,
        role=lack.role,
        entry=entry,
        region=lack.resource.region,
        changes=lack.changes,
    )


def letter(asked: Request, at: datetime) -> Notice:
    """For those who can give it."""
    return Notice(
        headline=f"{person(asked.person)} asks for access: {asked.lack.words}.",
        lines=(f"Typed: {code(asked.line, limit=300)}", f"Refused: {asked.reason}"),
        after=("If you give it, they have exactly that, and it ends by itself.",),
        buttons=(
            Button("access_grant_hour", LABELS[Yes.HOUR], asked.id, "primary"),
            Button("access_grant_day", LABELS[Yes.DAY], asked.id),
            Button("access_deny", LABELS[Yes.NO], asked.id),
        ),
        small=(f"lapses {moment(at + OPEN_FOR)}", named(asked)),
    )


def sent(known: Request, letters: tuple[Letter, ...], at: datetime) -> Notice:
    """For whoever asked, in place of the refusal."""
    asked = listing(person(one.person) for one in letters)
    return Notice(
        headline=f"Asked {asked} to give you {known.lack.words}.",
        lines=(f"You are told of the answer. The request lapses {moment(at + OPEN_FOR)}.",),
        small=small(known),
    )


def unsent(asked: Request, people: tuple[str, ...]) -> Notice:
    """For whoever asked, where Slack let nobody be written to."""
    whom = listing((person(one) for one in people), word="or")
    return Notice(
        headline=f"Nobody could be asked: Slack does not let the bot write to {whom}. ⚠️",
        after=("Write to them yourself, or press again in a moment.",),
        small=(code(asked.line, limit=300),),
    )


def waiting(known: Known, now: datetime) -> Notice:
    """For whoever asks again."""
    asked = listing(person(one.person) for one in known.letters)
    since = f" {ago(known.asked, now)}" if known.asked else ""
    return Notice(
        headline=f"{asked} got your request for {known.request.lack.words}{since}, and nobody has answered yet.",
        after=("Nobody was asked a second time. If it is urgent, write to them yourself.",),
        small=(named(known.request),),
    )


def answered(known: Request, answer: Answer) -> Notice:
    """For all who were asked: who answered, and what."""
    if answer.says is Yes.NO:
        headline = f"{person(answer.by)} said no to {person(known.person)}: {known.lack.words}. ⚪"
    else:
        headline = f"{person(answer.by)} gave {person(known.person)} {_given(known, answer)}. ✅"
    return Notice(headline, small=(code(known.line, limit=300), f"answered {moment(answer.at)}", named(known)))


def told(known: Request, answer: Answer, *, usable: bool) -> Notice:
    """For whoever asked: what came of it. *usable*: a button can do what was refused."""
    if answer.says is Yes.NO:
        return Notice(
            f"{person(answer.by)} said no to your request for {known.lack.words}. ⛔",
            lines=("Nothing was changed.",),
            after=(f"If you need it all the same, talk to {person(answer.by)}.",),
            small=small(known),
        )
    return Notice(
        f"{person(answer.by)} gave you {_given(known, answer)}. ✅",
        after=(f"What was refused was not done. If you still want it, {type_it(known.line)}.",),
        small=small(known),
        buttons=(Button("access_use", "Do it now", known.id, "primary"),) if usable else (),
    )


def announced(known: Request, answer: Answer) -> Notice:
    """For the channel, as of every change."""
    who = f"asked for by {person(known.person)}, given by {person(answer.by)} {moment(answer.at)}"
    given = f"{person(known.person)} is now {_given(known, answer)}. ✅"
    return Notice(given, small=(code(known.line, limit=300), who, named(known)))


def lapsed(known: Request, now: datetime, asked: datetime) -> Notice:
    """For whoever answers too late."""
    return Notice(
        f"This request lapsed: {person(known.person)} asked {ago(asked, now)}. Nothing was changed. ⚪",
        after=("If they still need it, they type the command again and ask anew.",),
        small=small(known),
    )


def unanswered(known: Request) -> Notice:
    """For whoever asked in vain."""
    return Notice(
        f"Nobody answered your request for {known.lack.words}, and it lapsed. Nothing was changed. ⚪",
        after=(f"If you still need it, {type_it(known.line)} and ask anew.",),
        small=small(known),
    )


def settled(known: Request) -> Notice:
    """For whoever asks for what they have."""
    return Notice(
        f"You may do it by now: {type_it(known.line)}. Nobody was asked.",
        small=small(known),
    )


def needless(known: Request) -> Notice:
    """For whoever answers what has settled itself."""
    return Notice(
        f"{person(known.person)} may do it by now: somebody gave them the role meanwhile. Nothing was changed. ⚪",
        small=small(known),
    )


def small(known: Request) -> tuple[str, ...]:
    """Small print: what was typed, and the request's id."""
    return (code(known.line, limit=300), named(known))


def named(known: Request) -> str:
    """By which id the log and the audit trail know it."""
    return f"request {code(known.id)}"


def _given(known: Request, answer: Answer) -> str:
    lasting: timedelta = LASTING[answer.says]
    return f"{known.lack.words} for {duration(lasting)}, until {moment(answer.at + lasting)}"
