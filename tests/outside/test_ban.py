"""Banning a stream: until when is always sent and said, and what is not known is looked up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.store import Store
from bot.wording import moment
from tests.harness import MANAGER, OPERATOR, Stage
from tests.outside.acts import confirm, confirmed, offers, public, shown_after, trail

BAN = "/stream ban live main-stage 2h"


def until(stage: Stage) -> datetime:
    """When the ban of the one stream ends."""
    return stage.agora.entry_points["live"].bans["main-stage"]


async def test_ban_asks_and_says_until_when(stage: Stage, store: Store) -> None:
    """
    A ban asks first, names what is live now and when it ends, ends the stream, and is in the audit trail.
    """
    prompt = await stage.prompt(BAN)
    asked = prompt.text
    message = await confirm(stage, prompt)

    end = until(stage)
    assert timedelta(hours=1, minutes=59) < end - stage.time.now() <= timedelta(hours=2, seconds=1)
    assert "(in 2 h)" in asked
    assert "`main-stage` is live." in asked
    assert "Ban `main-stage` of `live` until" in asked
    assert moment(end) in message.text
    assert "`/stream unban live main-stage`" in message.text
    assert {} == stage.agora.entry_points["live"].streams
    (record,) = await trail(store)
    assert ("stream ban", "live", ("main-stage",), "succeeded") == (
        record.action, record.entry, record.streams, record.outcome
    )  # fmt: skip


async def test_ban_without_an_end_is_a_week(stage: Stage) -> None:
    """
    Without a time it is Agora's own seven days: sent, asked and said.
    """
    message = await confirmed(stage, "/stream ban live main-stage")

    assert timedelta(days=6, hours=23) < until(stage) - stage.time.now() <= timedelta(days=7, seconds=1)
    assert moment(until(stage)) in message.text
    assert b"resumeTime" in stage.agora.calls[-1].body


async def test_ban_until_a_time(stage: Stage) -> None:
    """
    The end may be a time, with its zone.
    """
    await confirmed(stage, "/stream ban live main-stage 2030-01-01T21:00+01:00")

    assert datetime(2030, 1, 1, 20, tzinfo=UTC) == until(stage)


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("2020-01-01T20:00Z", "is over"),
        ("soon", "neither a length of time nor a time"),
        ("2030-01-01T20:00", "lacks a time zone"),
        ("0h", "neither a length of time nor a time"),
    ],
)
async def test_end_that_is_none_is_refused(stage: Stage, end: str, said: str) -> None:
    """
    An end that has passed, or is none, is refused with what to type; Agora hears of no ban.
    """
    message = await stage.outcome(f"/stream ban live main-stage {end}", MANAGER)

    assert said in message.text
    assert ("ephemeral", MANAGER) == (message.kind, message.to)
    assert [] == stage.wire


async def test_unban(stage: Stage) -> None:
    """
    A ban is lifted without a question, and the channel reads it.
    """
    await confirmed(stage, BAN)

    message = await stage.outcome("/stream unban live main-stage", MANAGER)

    assert "is lifted" in message.text
    assert {} == stage.agora.entry_points["live"].bans


async def test_unban_of_what_is_not_banned(stage: Stage) -> None:
    """
    Where there is no ban to lift, that is said first among the causes.
    """
    message = await stage.outcome("/stream unban live main-stage", MANAGER)

    assert "isn't banned" in message.text
    assert [] == offers(message)


@pytest.mark.parametrize(
    ("fault", "outcome"), [("504", "failed"), ("504-done", "succeeded"), ("drop-done", "succeeded")]
)
async def test_ban_without_an_answer_is_looked_up(stage: Stage, store: Store, fault: str, outcome: str) -> None:
    """
    Where Agora gave no clear answer it is asked what is there, and the outcome is what was found.
    """
    prompt = await stage.prompt(BAN)
    stage.agora.fault(fault, method="PATCH")

    message = await confirm(stage, prompt)

    assert f"`main-stage` is {'not ' * (outcome == 'failed')}banned now" in message.text
    assert [outcome] == [record.outcome for record in await trail(store)]
    assert ["operation_retry" if outcome == "failed" else "operation_undo"] == offers(message)
    assert [message] == public(await shown_after(stage))


async def test_ban_that_can_not_be_looked_up_is_unknown(stage: Stage, store: Store) -> None:
    """
    Where Agora can't be asked either, the card says that it is not known, where to look, and offers to repeat it.
    """
    prompt = await stage.prompt(BAN)
    stage.agora.fault("504", times=None)

    message = await confirm(stage, prompt)

    assert "It is not known whether this was done. Agora's list of banned streams shows" in message.text
    assert ["unknown"] == [record.outcome for record in await trail(store)]
    assert ["operation_retry"] == offers(message)


async def test_operator_may_not_ban(stage: Stage) -> None:
    """
    A ban takes a manager.
    """
    message = await stage.outcome(BAN, OPERATOR)

    assert "this takes manager" in message.text
    assert [] == stage.agora.calls
