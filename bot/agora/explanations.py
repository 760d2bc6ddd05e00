"""An error in plain words, for somebody who reads it on a phone while a show is on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.agora.calls import Call
from bot.agora.causes import Text, advice_for, causes_for, happened_for
from bot.agora.errors import AgoraError, NotFound
from bot.agora.plain import quoted

__all__ = ["Explanation", "explain", "quoted"]

LONGEST_IN_SECONDS: Final = 120
LONGEST_IN_MINUTES: Final = 120


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """
    What a failed call means. All sentences, values in backticks.

    Attributes:
        asked: What the call was to do: "turn on recording of `main-stage` …".
        happened: With the status, or "no answer", "no connection".
        state: What is there now, as far as it is known.
        causes: The likeliest first; at least one.
        advice: What to do next.
        retry_helps: The same call may go well later, with nothing changed.
        done: For a change whose outcome was unknown and could be looked up: whether it is there now.
    """

    asked: str
    happened: str
    state: str
    causes: tuple[str, ...]
    advice: str
    retry_helps: bool
    done: bool | None = None


def explain(error: AgoraError) -> Explanation:
    """Explain *error* from what is known without asking Agora again; `narrow` asks."""
    text = Text(error.call, error.status)
    return Explanation(
        asked=str(error.call),
        happened=happened_for(error, text),
        state=_state(error),
        causes=causes_for(error, text),
        advice=_advice(error, text),
        retry_helps=error.retry_helps,
    )


def duration_in_words(duration: timedelta) -> str:
    """Print a wait: "45 seconds", "3 minutes", "5 hours"; rounded up."""
    seconds = -(-duration // timedelta(seconds=1))
    if seconds <= LONGEST_IN_SECONDS:
        return f"{seconds} seconds" if seconds != 1 else "1 second"
    minutes = -(-seconds // 60)
    return f"{minutes} minutes" if minutes <= LONGEST_IN_MINUTES else f"{-(-minutes // 60)} hours"


def _state(error: AgoraError) -> str:
    if not error.call.changes:
        return "Nothing was changed: this request only reads."
    if error.changed == "unchanged":
        return "Nothing was changed."
    if isinstance(error, NotFound) and error.call.name == "disable_recording":
        return "Not known for sure, but probably done: an earlier try got no clear answer, and then nothing was found."
    return f"It is not known whether this was done. {_where_to_look(error.call)}"


def _where_to_look(call: Call) -> str:
    match call.name:
        case "enable_recording" | "disable_recording":
            return "Agora can't be asked whether a stream is being recorded; new files in the storage show it."
        case "set_automatic_recording":
            return "Agora can't be asked whether automatic recording is on; new files in the storage show it."
        case "ban" | "unban":
            return "Agora's list of banned streams shows what is there now."
        case _:
            return "Reading the settings shows what is there now."


def _advice(error: AgoraError, text: Text) -> str:
    if error.retry_after is not None and error.retry_helps:
        return f"Agora asks to wait {duration_in_words(error.retry_after)}. Try again after that."
    if error.changed == "unknown":
        harmless = "Try again: asking for the same once more does no harm."
        return harmless if error.retry_helps else f"{advice_for(error, text)} {harmless}"
    return advice_for(error, text)
