"""Explanations: every kind of trouble of every call in whole sentences."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot.agora import (
    AgoraError,
    AnswerTooLarge,
    ConnectionBroken,
    GatewayTimeout,
    NoAnswer,
    NoConnection,
    NotFound,
    StatusError,
    TooManyRequests,
    Unauthorized,
    UnknownHost,
    UnreadableAnswer,
    Untrusted,
    calls,
    explain,
)
from bot.agora.answers import class_for
from bot.agora.calls import Call
from bot.agora.explanations import duration_in_words
from tests.agora.parts import ALL_CALLS

STATUSES = [302, 400, 401, 402, 403, 404, 405, 406, 409, 415, 418, 429, 500, 501, 502, 503, 504, 600]
SILENT = [NoAnswer, NoConnection, UnknownHost, Untrusted, ConnectionBroken]
READ_BADLY = [UnreadableAnswer, AnswerTooLarge]
KINDS: list[tuple[type[AgoraError], int | None]] = [
    *((class_for(status), status) for status in STATUSES),
    *((kind, None) for kind in SILENT),
    *((kind, 200) for kind in READ_BADLY),
]


@pytest.mark.parametrize("call", ALL_CALLS, ids=lambda call: call.name)
@pytest.mark.parametrize(("kind", "status"), KINDS, ids=lambda part: getattr(part, "__name__", part))
def test_everything_is_explained(call: Call, kind: type[AgoraError], status: int | None) -> None:
    """Each error of each call has a lead with its status, a state, causes and advice: whole sentences, no gaps."""
    explanation = explain(kind(call, status=status))

    label = {"NoAnswer": "no answer", "ConnectionBroken": "no answer"}.get(kind.__name__, "no connection")
    assert (str(status) if status else label) in explanation.happened
    assert str(call) == explanation.asked
    assert explanation.causes
    for text in (explanation.happened, explanation.state, explanation.advice, *explanation.causes):
        assert re.fullmatch(r"[`A-Z].*[.]", text), text
        assert not re.search(r"[{}]|None|` `|\.\.|  ", text), text
    assert explanation.retry_helps == kind.retry_helps


@pytest.mark.parametrize("call", ALL_CALLS, ids=lambda call: call.name)
@pytest.mark.parametrize("kind", [NotFound, GatewayTimeout, NoAnswer, NoConnection])
def test_state(call: Call, kind: type[AgoraError]) -> None:
    """Reads change nothing; a change without a clear answer may have been done."""
    state = explain(kind(call, status=404 if issubclass(kind, StatusError) else None)).state

    if not call.changes:
        assert state == "Nothing was changed: this request only reads."
    elif kind in {GatewayTimeout, NoAnswer}:
        assert state.startswith("It is not known whether this was done.")
    else:
        assert state == "Nothing was changed."


def test_causes_name_what_was_asked_for() -> None:
    """Causes speak of this entry point, region and stream."""
    error = NotFound(calls.disable_recording("live", "na", "main-stage"), status=404)

    never, elsewhere, entry = explain(error).causes
    assert never.startswith("Recording of `main-stage` in North America was never asked for, has ended, or lapsed")
    assert elsewhere == "`main-stage` is recorded in another region."
    assert entry == "There is no entry point `live`."


def test_credentials() -> None:
    """A 401 names all that leads to it."""
    causes = " ".join(explain(Unauthorized(calls.entry_points(), status=401)).causes)

    assert [word for word in ("secret", "clock", "HMAC or Basic", "App ID") if word not in causes] == []


def test_gone_after_an_unclear_answer() -> None:
    """A recording that is not found after an unclear try was probably turned off by it."""
    error = NotFound(calls.disable_recording("live", "eu", "main-stage"), status=404)
    error.changed, error.tries = "unknown", 2

    explanation = explain(error)

    assert "probably done" in explanation.state
    assert "404" in explanation.happened


def test_unknown_change_may_be_repeated() -> None:
    """Who doesn't know whether it was done is told that once more does no harm."""
    error = GatewayTimeout(calls.enable_recording("live", "eu", "main-stage"), status=504)

    assert explain(error).advice == "Try again: asking for the same once more does no harm."


def test_long_wait() -> None:
    """Where Agora asks for a long wait, the advice says how long."""
    error = TooManyRequests(calls.entry_points(), status=429, retry_after=timedelta(seconds=150))

    assert explain(error).advice == "Agora asks to wait 3 minutes. Try again after that."


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        (timedelta(seconds=1), "1 second"),
        (timedelta(seconds=31), "31 seconds"),
        (timedelta(seconds=31.2), "32 seconds"),
        (timedelta(seconds=120), "120 seconds"),
        (timedelta(seconds=121), "3 minutes"),
        (timedelta(minutes=121), "3 hours"),
    ],
)
def test_durations(wait: timedelta, words: str) -> None:
    """Waits are rounded up, so that nobody comes too early."""
    assert duration_in_words(wait) == words


def test_names_can_not_break_out() -> None:
    """A name with braces, backticks or controls stays one quoted name."""
    error = NotFound(calls.enable_recording("{status}`*x*`\n", "eu", "{}"), status=404)

    assert explain(error).causes[0] == "There is no entry point `{status}*x*`."
