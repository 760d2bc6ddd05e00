"""What came out of turn is found, and what may have come at the same time is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.sandbox.slack import Answer
from tests.chaos.asked import Heard
from tests.chaos.parts import CHANNELS, answer, asked, broken, call, message, record
from tests.chaos.stories import Seen

A, B = "X000001", "X000002"


def both(*, second_sent: float = 5, calls: tuple[float, float] = (6, 7), told: tuple[float, float] = (8, 9)) -> Seen:
    """Two recordings on one entry point, asked for one after the other: when each was called for, and told."""
    return Seen(
        [asked(answer(), mark=A, at=0), asked(answer(), mark=B, at=second_sent)],
        [message(mark=A, at=told[0]), message(mark=B, at=told[1])],
        [call(mark=A, at=calls[0]), call(mark=B, at=calls[1])],
        [record(mark=A), record(mark=B)],
        channels=CHANNELS,
    )


def test_what_came_in_its_turn_is_no_breach() -> None:
    """
    Accepted, done and told in one order.
    """
    assert [] == broken(both())


def test_operation_that_was_done_before_an_earlier_one_is_found() -> None:
    """
    What was sent when another was accepted already may not reach Agora first, nor while that one still goes on.
    """
    assert ["done out of turn"] == broken(both(calls=(7, 6)))
    seen = both()
    assert ["done out of turn"] == broken(replace(seen, calls=[*seen.calls, call(mark=A, at=7.5)]))


@pytest.mark.parametrize("first", [answer(error="operation_timeout"), answer()], ids=["no answer", "at the same time"])
def test_what_may_have_been_accepted_first_is_no_breach(first: Answer) -> None:
    """
    Sent before the other was acknowledged, or the other never was: either may have been first.
    """
    seen = both(second_sent=0.05, calls=(7, 6))

    assert [] == broken(replace(seen, asked=[asked(first, mark=A), seen.asked[1]]))


def test_turn_of_what_asks_first_begins_with_its_confirmation() -> None:
    """
    An operation that is confirmed has its place from then on, not from when it was typed.
    """
    seen = both(calls=(7, 6))
    seen.asked[0].confirms.append(Heard(5.5, 5.6, answer()))

    assert [] == broken(seen)
    seen.asked[0].confirms[0] = Heard(1, 1.1, answer())
    confirmed = message("Confirmed by you now", mark=A, to="U0MIA")
    assert ["done out of turn"] == broken(replace(seen, messages=[*seen.messages, confirmed]))


def test_outcome_that_overtook_another_is_found() -> None:
    """
    The audit trail says what came about first; a card counts from when it says what came of it.
    """
    assert ["told out of turn"] == broken(both(told=(9, 8)))
    card = both(told=(7, 8))
    assert ["told out of turn"] == broken(replace(card, edits={("C0LIVE", "7.000000"): 9}))
