"""Outcomes in words: what came of an operation, made from replies, errors and refusals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.agora import AgoraError, Explanation
from bot.audit import Record
from bot.command import Reply
from bot.operations.items import WORST_FIRST
from bot.operations.operation import ItemResult, Operation, Outcome, Result, State
from bot.operations.paging import MOST_KEPT
from bot.operations.ports import Told
from bot.wording import code, moment, person

TITLES: Final = {
    Outcome.SUCCEEDED: "Done after all",
    Outcome.FAILED: "Failed",
    Outcome.UNKNOWN: "Not known whether it was done",
}

# How people heard of an outcome, by the word for it in `Told`.
WAYS: Final = {"nowhere": "Told nowhere", "response_url": "Told in the answer to the command"}


def done(reply: Reply, items: Sequence[ItemResult]) -> Result:
    """A command has come to its end; items of it may have failed."""
    found = {item.outcome for item in items}
    worst = next((outcome for outcome in WORST_FIRST if outcome in found), Outcome.SUCCEEDED)
    return Result(
        outcome=worst,
        headline=reply.headline,
        lines=reply.lines,
        rows=reply.rows[:MOST_KEPT],
        note=" ".join((*reply.after, *_left_out(reply))),
        items=tuple(items),
        retry=any(item.retry for item in items),
        audited=reply.audited,
        left=reply.left,
    )


def _left_out(reply: Reply) -> tuple[str, ...]:
    left = len(reply.rows) - MOST_KEPT
    return (f"That is as much as the bot keeps of an answer; {left:,} more are left out.",) if left > 0 else ()


def failed(explanation: Explanation, error: AgoraError) -> Result:
    """Agora did not do it, or we do not know whether it did, or looking showed that it did after all."""
    outcome = Outcome.UNKNOWN if error.changed == "unknown" else Outcome.FAILED
    if explanation.done is not None:
        outcome = Outcome.SUCCEEDED if explanation.done else Outcome.FAILED
    return Result(
        outcome=outcome,
        headline=f"{TITLES[outcome]}: {explanation.asked}.",
        lines=(explanation.happened, explanation.state),
        causes=explanation.causes,
        advice=explanation.advice,
        small=_small(error),
        retry=explanation.retry_helps and outcome is not Outcome.SUCCEEDED,
    )


def not_asked(explanation: Explanation, error: AgoraError) -> Result:
    """It would fail for sure, so its requester is not even asked."""
    result = failed(explanation, error)
    headline = f"Not asked, since it could not work: {explanation.happened}"
    return result.model_copy(
        update={"outcome": Outcome.REFUSED, "headline": headline, "lines": ("Nothing was changed.",), "retry": False}
    )


def refused(reason: str, hint: str | None = None, *, begun_before: bool = False) -> Result:
    """
    The role map, or a rule of the command, says no.

    Args:
        reason: Why.
        hint: What to do instead.
        begun_before: A worker that had it ended, perhaps after it did it.
    """
    if begun_before:
        unknown = "It had been begun before, and what was done of it then is not known."
        return Result(outcome=Outcome.UNKNOWN, headline=reason, lines=(unknown,), advice="Look what is there.")
    return Result(outcome=Outcome.REFUSED, headline=reason, lines=("Nothing was changed.",), advice=hint or "")


def not_shown(reason: str) -> Result:
    """The question could not be put to its requester."""
    return Result(
        outcome=Outcome.REFUSED,
        headline="Nothing was done: the question before it could not be shown to you.",
        lines=(f"Slack says {code(reason)}.",),
        advice="Type the command again in a channel that the bot is in.",
    )


def not_shown_to_all() -> Result:
    """The question could not be put where a second person sees it."""
    return Result(
        outcome=Outcome.REFUSED,
        headline="Nothing was done: it takes a second person, and the bot can't ask in this channel.",
        advice="Invite the bot to the channel, or type the command in one that it is in.",
    )


def cancelled(by: str) -> Result:
    """Somebody cancelled it before it began."""
    return Result(outcome=Outcome.CANCELLED, headline=f"Cancelled by {by}. Nothing was changed.")


def lapsed(operation: Operation) -> Result:
    """Nobody pressed in time."""
    when = f" {moment(operation.expires)}" if operation.expires else ""
    return Result(
        outcome=Outcome.LAPSED,
        headline=f"Nobody confirmed, so the question lapsed{when}. Nothing was changed.",
        advice=f"If you still want it, {type_it(operation.line)}.",
    )


def missed(operation: Operation) -> Result:
    """Its end had come before it could begin."""
    if operation.runs > 1:
        unknown = "It had been begun before, and what was done of it then is not known."
        return Result(outcome=Outcome.UNKNOWN, headline="Not done again: its end has come.", lines=(unknown,))
    when = f" {moment(operation.ends)}" if operation.ends else ""
    return Result(
        outcome=Outcome.FAILED,
        headline=f"Not done: the bot came to it after its end{when}.",
        lines=("Nothing was changed.",),
        advice="See whether the bot was stopped, or Redis or Agora away, in that time.",
    )


def given_up(operation: Operation) -> Result:
    """Each worker that began it ended before it did."""
    sent = operation.effect.changes and operation.state is State.RUNNING
    unknown = "What Agora has done of it is not known." if sent else "Nothing was changed."
    return Result(
        outcome=Outcome.UNKNOWN if sent else Outcome.FAILED,
        headline="Given up: the bot was stopped each time it worked on this.",
        lines=(f"It was begun {operation.runs - 1} times. {unknown}",),
        advice=f"{'Check at Agora what is there, and tell' if sent else 'Tell'} whoever runs the bot.",
    )


def broken(operation: Operation) -> Result:
    """A mistake in the bot."""
    return Result(
        outcome=Outcome.UNKNOWN if operation.effect.changes else Outcome.FAILED,
        headline="The bot made a mistake and stopped.",
        lines=("What Agora has done of it is not known.",) if operation.effect.changes else (),
        advice=f"Tell whoever runs the bot; its log names the operation {code(operation.id)}.",
    )


def _small(error: AgoraError) -> tuple[str, ...]:
    status = f"HTTP {error.status}" if error.status else error.label
    words = (f"Agora says {code(error.vendor_message)}",) if error.vendor_message else ()
    request = (f"request {code(error.request_id)}",) if error.request_id else ()
    tries = (f"{error.tries} tries",) if error.tries > 1 else ()
    return (status, *tries, *words, *request)


def type_it(line: str) -> str:
    """What to type for the same again; no line that is cut, masked or not shown to the letter: that is another one."""
    shown = code(line, limit=300)
    return f"type {shown}" if shown == f"`{line}`" and "…" not in line else "type the command again"


def told_elsewhere(operation: Operation, told: Told, now: datetime) -> Record:
    """What the audit trail adds where an outcome could not be told where it belongs."""
    way = WAYS.get(told.way, f"Told by {told.way}")
    result = Result(outcome=Outcome.SUCCEEDED, headline=f"{way}, since Slack says {'; '.join(told.refused)}.")
    return replace(audit_record(operation, result, now), outcome="told")


def audit_record(operation: Operation, result: Result, now: datetime) -> Record:
    """What the audit trail says of an operation that is over."""
    args = operation.args
    confirmed = f" Confirmed by {person(operation.second)}." if operation.second else ""
    return Record(
        at=now,
        actor=operation.person,
        action=operation.command,
        command_line=operation.line,
        operation=operation.id,
        entry=args.get("entry"),
        region=args.get("region"),
        streams=operation.items or ((args["stream"],) if "stream" in args else ()),
        channel=operation.channel,
        outcome=result.outcome.value,
        detail=f"{result.headline}{confirmed}",
    )
