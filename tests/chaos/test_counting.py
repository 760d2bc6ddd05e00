"""The table can fail: what must not be is found where it is planted, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.sandbox.slack import Answer
from tests.chaos.parts import (
    CHANNELS,
    ELSEWHERE,
    HERE,
    MARK,
    answer,
    asked,
    broken,
    call,
    message,
    operation,
    read,
    record,
    row,
)
from tests.chaos.stand_ins import Overlap
from tests.chaos.stories import Seen

GOOD = Seen([asked(answer())], [message()], [call()], [record()], channels=CHANNELS)


def test_what_went_well_is_no_breach() -> None:
    """
    Accepted, carried out, recorded and told once: the table says so, and that all is well.
    """
    assert [] == broken(GOOD)
    assert [1, 1, 1] == [row(GOOD, name).count for name in ("accepted", "carried out", "told")]


def test_double_message_is_found() -> None:
    """
    Two messages that say what came of one operation are one too many, however the second one is known.
    """
    assert ["told twice"] == broken(replace(GOOD, messages=[message(), message()]))
    posted = replace(
        message("Done after all ✅"), text="✅", metadata={"event_payload": {"operation": operation(MARK)}}
    )
    assert ["told twice"] == broken(replace(GOOD, messages=[message(), posted]))


def test_cards_and_questions_are_no_outcomes() -> None:
    """
    A question, a click that is explained and a deleted message are not counted; a card that never ends is.
    """
    quiet = [message("Stop recording?"), message("It is confirmed already."), replace(message(), deleted=True)]

    assert [] == broken(replace(GOOD, messages=[message(), *quiet]))
    assert ["left saying that it works"] == broken(replace(GOOD, messages=[message(), message("Working on it ⏳")]))


@pytest.mark.parametrize(
    ("channel", "to", "expected"),
    [(HERE, None, ["told twice"]), (HERE, "U0MIA", []), (ELSEWHERE, None, [])],
    ids=["where the bot can look", "to one person", "where it can't"],
)
def test_possible_repeat_is_allowed_where_the_bot_cannot_look(
    channel: str, to: str | None, expected: list[str]
) -> None:
    """
    A message that says that it may be a repeat is let pass only where the bot can't see whether the first one arrived.
    """
    again = message("✅ This may be a repeat", channel=channel, to=to)
    seen = replace(GOOD, asked=[asked(answer(), channel=channel)], messages=[message(channel=channel, to=to), again])

    assert (expected, 1) == (broken(seen), row(seen, "told again").count)


@pytest.mark.parametrize("answers", [[answer()], [answer(error="operation_timeout"), answer("Accepted; later.")]])
def test_lost_operation_is_found(answers: list[Answer]) -> None:
    """
    What was accepted, be it on the second delivery, and never told is lost.
    """
    assert ["lost"] == broken(replace(GOOD, asked=[asked(*answers)], messages=[]))


def test_confirmed_click_is_an_acceptance() -> None:
    """
    A click that was answered with Confirmed counts like an accepted command.
    """
    pressed = message("Confirmed by you now", to="U0MIA")
    seen = replace(GOOD, asked=[asked(answer(error="operation_timeout"))], messages=[pressed], calls=[])

    assert (["lost"], 1) == (broken(seen), row(seen, "accepted").count)


def test_silence_on_silence_is_not_lost() -> None:
    """
    What had no answer may never have been accepted: nothing has to come of it, but nothing by halves.
    """
    silent = [asked(answer(error="dispatch_failed"))]

    assert [] == broken(Seen(silent))
    assert [] == broken(replace(GOOD, asked=silent))
    assert ["lost", "audit records missing, or too many"] == broken(Seen(silent, calls=[call()]))


def test_read_that_is_not_answered_is_lost() -> None:
    """
    A read is known by its response URL alone; its patience is not its answer.
    """
    one = read()
    told, waits = (
        replace(message(to="U0MIA"), text=text, answers=one.place) for text in ("5 entry points", "Not yet ⏳")
    )

    assert [] == broken(Seen([one], [waits, told], channels=CHANNELS))
    assert ["lost"] == broken(Seen([one], [waits], channels=CHANNELS))
    assert ["told twice"] == broken(Seen([one], [told, told], channels=CHANNELS))


def test_missing_record_is_found() -> None:
    """
    An accepted change has one record of its outcome in the audit trail: none is too few, two are too many. That it was
    told elsewhere is a record besides.
    """
    assert [] == broken(replace(GOOD, records=[record(), record("told")]))
    assert ["audit records missing, or too many"] == broken(replace(GOOD, records=[record("told")]))
    assert ["audit records missing, or too many"] == broken(replace(GOOD, records=[]))
    assert ["audit records missing, or too many"] == broken(replace(GOOD, records=[record(), record("failed")]))


def test_outcome_that_is_not_true_is_found() -> None:
    """
    Success that Agora never saw, and failure or refusal of what it did, are told otherwise than it was.
    """
    assert ["told otherwise than it was"] == broken(replace(GOOD, calls=[call(status=500, fault="500")]))
    for text in ("Failed 🔴", "Cancelled ⚪"):
        assert ["told otherwise than it was"] == broken(replace(GOOD, messages=[message(text)]))
    assert [] == broken(replace(GOOD, messages=[message("Not known 🟠")]))
    assert [] == broken(replace(GOOD, calls=[call(status=504, fault="504-done")]))


def test_deed_after_a_refusal_is_found() -> None:
    """
    Of what was turned away nothing is to be seen.
    """
    turned_away = [asked(answer("Nothing was done: the bot can't reach its memory (Redis) right now."))]

    assert [] == broken(Seen(turned_away))
    assert ["done although turned away"] == broken(replace(GOOD, asked=turned_away))


def test_second_operation_is_found() -> None:
    """
    One request that became two operations.
    """
    other = replace(record(), operation="aaaa-bbbb")

    assert "made two operations" in broken(replace(GOOD, records=[record(), other]))


def test_what_was_noted_is_found() -> None:
    """
    Overlapping calls, broken rules of Slack's and processes that ended are breaches, told in words.
    """
    overlap = Overlap("live", call(), "worker 1, start 1", call(), "worker 2, start 1")
    seen = replace(GOOD, overlaps=[overlap], violations=["a token"], troubles=["worker 1 ended"])

    assert ["run twice at the same time", "rules of Slack's broken", "processes that ended badly"] == broken(seen)
    assert "worker 2, start 1" in row(seen, "run twice").notes[0]
