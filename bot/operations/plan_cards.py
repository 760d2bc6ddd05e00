"""What is said about a plan: the question before it, its card, what came of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from bot.command import AnyCommand, Preview
from bot.moments import Plan, in_full, in_short
from bot.notice import Button, Notice
from bot.operations.operation import Operation, Outcome
from bot.wording import code, duration, moment, person, sentence

LATE: Final = timedelta(minutes=1)


def question(operation: Operation, command: AnyCommand, now: datetime) -> Preview:
    """Ask for the whole of a plan at once: what, from when, until when."""
    plan = _plan(operation)
    deed = command.says(command.args.model_validate(operation.args))
    later = plan.due is not None and plan.due > now
    return Preview(
        question=f"{sentence(deed)}{_when(plan)}?",
        button="Plan it" if later else command.button,
        then=f"{_off(plan)}, without another question." if plan.turned_off else None,
    )


def announcement(operation: Operation, command: AnyCommand) -> Notice:
    """The card of a plan, for everybody to see and for whoever may to cancel."""
    plan = _plan(operation)
    deed = command.says(command.args.model_validate(operation.args))
    rows = [f"In your own time: {moment(plan.due)}"] if plan.due else []
    if plan.due and plan.ends:
        rows[0] += f", until {moment(plan.ends)}"
    return Notice(
        headline=f"Planned: {deed}{_when(plan)}. 🗓️",
        lines=tuple(f"{row}." for row in rows),
        after=("Whether whoever asked still may do this is checked again then. `/agora planned` lists all plans.",),
        small=_small(operation),
        buttons=(Button("operation_cancel", "Cancel the plan", operation.id),),
    )


def confirmed(operation: Operation, now: datetime, by: str = "you") -> Notice:
    """What replaces the question once its button was pressed."""
    due = f" It is planned for {moment(operation.due)}." if operation.due else ""
    return Notice(
        headline=f"Confirmed by {by} {moment(now)}.{due}",
        small=(code(operation.line, limit=300), f"operation {code(operation.id)}"),
    )


def closed(operation: Operation, mark: str) -> Notice:
    """The card of a plan once it is over; what came of it stands in a message of its own too."""
    due = f" {moment(operation.due)}" if operation.due else ""
    happened = operation.result.headline if operation.result else ""
    return Notice(headline=f"This plan was due{due}. {happened} {mark}", small=_small(operation))


def about(operation: Operation) -> tuple[str, ...]:
    """What an outcome says about its plan: that it was one, how late it was, and who has to act."""
    if operation.planned is None or operation.due is None or operation.result is None:
        return ()
    whose = f", to turn off what {code(operation.follows)} turned on" if operation.follows else ""
    late = (operation.finished or operation.due) - operation.due
    planned = f"It was planned for {moment(operation.due)}{whose}."
    match operation.result.outcome:
        case Outcome.CANCELLED:
            return (planned,)
        case Outcome.SUCCEEDED:
            return (f"{planned} It is {duration(late)} late." if late >= LATE else planned,)
        case Outcome.UNKNOWN:
            return (f"{person(operation.person)}, please look: this was your plan.", planned)
        case _:
            return (f"{person(operation.person)}, what you planned did not happen.", planned)


def afterwards(operation: Operation) -> tuple[str, ...]:
    """What an outcome says about what follows."""
    if operation.followed is None or operation.plan is None or operation.ends is None:
        return ()
    ends = f"{moment(operation.ends)} ({in_full(operation.ends, operation.plan.zone)})"
    leave = f"{code(f'/agora cancel {operation.followed}')} leaves it as it is."
    return (f"It is turned off again {ends}, by operation {code(operation.followed)}; {leave}",)


def _when(plan: Plan) -> str:
    """Such as `, from Sat 28 Nov 2026 20:45 CET (Europe/Berlin) to 22:45 CET`."""
    if plan.due and plan.ends:
        return f", from {in_full(plan.due, plan.zone)} to {in_short(plan.ends, plan.zone, beside=plan.due)}"
    if plan.due:
        return f", at {in_full(plan.due, plan.zone)}"
    if plan.ends:
        return f", from now to {in_full(plan.ends, plan.zone)}"
    return f", from now on for {duration(plan.lasting)}" if plan.lasting else ""


def _off(plan: Plan) -> str:
    if plan.ends:
        return f"turned off again {moment(plan.ends)}"
    return f"turned off again {duration(plan.lasting)} after it began" if plan.lasting else ""


def _plan(operation: Operation) -> Plan:
    if operation.plan is None:
        raise ValueError(f"operation {operation.id} has no plan")
    return operation.plan


def _small(operation: Operation) -> tuple[str, ...]:
    asked = f"asked by {person(operation.person)} {moment(operation.created)}"
    second = (f"confirmed by {person(operation.second)}",) if operation.second else ()
    return (code(operation.line, limit=300), asked, *second, f"operation {code(operation.id)}")
