"""What is said about an operation: prompts and cards, in words and buttons."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from bot.access.roles import Role
from bot.command import AnyCommand, Effect, Preview
from bot.notice import Button, Notice
from bot.operations import items, plan_cards
from bot.operations.operation import Operation, Outcome, Result
from bot.operations.paging import page_of
from bot.operations.tally import Tally
from bot.wording import code, listing, moment, person

SHOWN_NAMES: Final = 5

MARKS: Final = {
    Outcome.SUCCEEDED: "✅",
    Outcome.FAILED: "🔴",
    Outcome.UNKNOWN: "🟠",
    Outcome.CANCELLED: "⚪",
    Outcome.LAPSED: "⚪",
    Outcome.REFUSED: "⛔",
}


def prompt(operation: Operation, preview: Preview, expires: datetime, second: str = "") -> Notice:
    """
    Ask: what is now, what will be, and two buttons that say what they do.

    Args:
        operation: What is asked for.
        preview: What it would change.
        expires: When the question lapses.
        second: What is to be said of the second person whom it takes.
    """
    lines = [f"Now: {preview.now}"] if preview.now else []
    lines += [f"Then: {preview.then}"] if preview.then else []
    lines += [f"⚠️ {warning}" for warning in preview.warnings]
    lines += [second] if second else []
    style: Literal["primary", "danger"] = "danger" if operation.effect is Effect.DISRUPTIVE else "primary"
    return Notice(
        headline=preview.question,
        lines=tuple(lines),
        small=("Nothing has been sent yet", f"this question lapses {moment(expires)}", *named(operation)),
        buttons=(
            Button("operation_confirm", preview.button, operation.id, style),
            Button("operation_cancel", "Leave it as it is", operation.id),
        ),
    )


def running(operation: Operation, tally: Tally) -> Notice:
    """The card while it takes long."""
    doing = "Stopping after the ones that are with Agora now" if tally.stopped else "Working on it"
    stop = (Button("operation_stop", "Stop after the current ones", operation.id),) if tally.stoppable else ()
    return Notice(
        headline=f"{doing}: {code(operation.line, limit=300)} ⏳",
        lines=(tally.line() if operation.several else "Agora has not answered yet.",),
        small=_origin(operation)[1:],
        buttons=stop,
    )


def reading(operation: Operation) -> Notice:
    """What a caller sees while a read takes long."""
    return Notice(headline="Agora has not answered yet; the bot keeps asking. ⏳", small=named(operation))


def outcome(operation: Operation, command: AnyCommand) -> Notice:
    """The card when it is over."""
    result = operation.result
    if result is None:
        raise ValueError(f"operation {operation.id} has no outcome")
    return Notice(
        headline=f"{result.headline} {MARKS[result.outcome]}",
        lines=(*plan_cards.about(operation), *_lines(result)),
        rows=_rows(result),
        after=(*plan_cards.afterwards(operation), *_advice(result)),
        small=(*result.small, *_origin(operation)),
        buttons=(*_retry(operation, command, result), *_undo(operation, result)),
    )


def answer(operation: Operation, command: AnyCommand, page: int = 1) -> Notice:
    """What only its caller hears: what a read found (one *page* of it), or why nothing was done."""
    result = operation.result
    if result is None:
        raise ValueError(f"operation {operation.id} has no outcome")
    if result.outcome is Outcome.SUCCEEDED:
        found = page_of(result.rows, page)
        return Notice(
            headline=result.headline,
            lines=result.lines,
            rows=found.rows,
            after=(result.note,),
            small=(found.position,),
            buttons=found.buttons(operation.id),
        )
    return Notice(
        headline=f"{result.headline} {MARKS[result.outcome]}",
        lines=_lines(result),
        rows=_rows(result),
        after=_advice(result),
        small=(*result.small, code(operation.line, limit=300), *_again(operation), f"operation {code(operation.id)}"),
        buttons=_retry(operation, command, result),
    )


def ended(operation: Operation, command: AnyCommand) -> Notice:
    """What is said when it is over: for all, or for its caller alone."""
    return answer(operation, command) if is_private(operation) else outcome(operation, command)


def is_private(operation: Operation) -> bool:
    """
    Whether only its caller hears of it.

    Not where everybody has seen it begin or knows that it is planned, nor where some of it was done.
    """
    result = operation.result
    untried = result is None or (result.outcome.private and not result.items)
    return (operation.effect is Effect.READ or untried) and operation.card is None and operation.planned is None


def confirmed(operation: Operation, at: datetime, by: str = "you") -> Notice:
    """What replaces the prompt once its button was pressed."""
    where = "the channel" if by == "you" else "this place"
    return Notice(headline=f"Confirmed by {by} {moment(at)}. The result appears in {where}.", small=named(operation))


def cancelled(operation: Operation) -> Notice:
    """What replaces the prompt once it was cancelled."""
    return Notice(
        headline="Cancelled. Nothing was changed.",
        small=named(operation),
    )


def takes_a_second(operation: Operation, role: Role | None) -> str:
    """What a question says that everybody in the channel sees."""
    who = f"somebody else who is {role} here, or more" if role else "somebody else"
    return f"{person(operation.person)} asks for this. It is protected: {who} has to confirm it."


def named(operation: Operation) -> tuple[str, ...]:
    """Small print for its caller: what was typed, and the operation's id."""
    return (code(operation.line, limit=300), f"operation {code(operation.id)}")


def _lines(result: Result) -> tuple[str, ...]:
    return (*result.lines, "Why, probably:") if result.causes else result.lines


def _advice(result: Result) -> tuple[str, ...]:
    """What to do next, by what it is to be done for; then what to know."""
    by_advice: dict[str, list[str]] = {}
    for item in result.items:
        if item.advice:
            by_advice.setdefault(item.advice, []).append(item.item)
    lines = [f"What to do: {result.advice}"] if result.advice else []
    for advice, names in list(by_advice.items())[: items.MOST_CAUSES]:
        whom = "" if len(by_advice) == 1 else f" for {_named(names)}"
        lines.append(f"What to do{whom}: {advice}")
    return (*lines, result.note) if result.note else tuple(lines)


def _named(names: list[str]) -> str:
    shown = [code(name) for name in names[:SHOWN_NAMES]]
    return listing([*shown, f"{len(names) - SHOWN_NAMES} more"] if len(names) > SHOWN_NAMES else shown)


def _rows(result: Result) -> tuple[str, ...]:
    """Causes, or the results of items."""
    return result.causes or tuple(f"{row} {MARKS[outcome]}" for outcome, row in items.rows(result.items))


def _retry(operation: Operation, command: AnyCommand, result: Result) -> tuple[Button, ...]:
    if not result.retry or operation.retried:
        return ()
    label = items.again(result.items) if result.items else "Try again"
    confirm = f"{command.summary} {operation.line}" if operation.effect is Effect.DISRUPTIVE else None
    return (Button("operation_retry", label, operation.id, confirm=confirm),)


def _undo(operation: Operation, result: Result) -> tuple[Button, ...]:
    offered = result.undo is not None and operation.undone is None
    return (Button("operation_undo", "Undo", operation.id),) if offered else ()


def _origin(operation: Operation) -> tuple[str, ...]:
    asked = f"asked by {person(operation.person)} {moment(operation.created)}"
    second = (f"confirmed by {person(operation.second)}",) if operation.second else ()
    return (code(operation.line, limit=300), asked, *second, *_again(operation), f"operation {code(operation.id)}")


def _again(operation: Operation) -> tuple[str, ...]:
    """What led to it, and what it led to."""
    others = (
        ("repeats", operation.retry_of),
        ("turns back", operation.undo_of),
        ("tried again as", operation.retried),
        ("undo tried as", operation.undone),
    )
    return tuple(f"{how} {code(other)}" for how, other in others if other)
