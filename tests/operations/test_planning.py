"""A planned operation on its way: written down, announced, due, done; whatever is killed, late or busy meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.access.decide import Person
from bot.access.grants import Grant
from bot.access.roles import Role
from bot.notice import Notice
from bot.operations.engine import Later
from bot.operations.operation import Card, Operation, Outcome, State
from bot.operations.ports import NotTold
from tests.harness import ADMIN, LIVE, OPERATOR, Time
from tests.operations.parts import Bench
from tests.planning import EVENING, KICK_OFF, time_at

CARD = Card(channel=LIVE, ts="1.000001")
BUSY = NotTold("busy", after=timedelta(seconds=7))


@pytest.fixture
def time() -> Time:
    return time_at(EVENING)


async def typed(bench: Bench, at: str | None = "20:45", **more: Any) -> Operation:
    """Write down a recording that is told when."""
    lasting = more.pop("lasting", None)
    args = {"entry": "live", "region": "eu", "streams": ["final"], "at": at, "lasting": lasting}
    line = f"/record on live eu final at {at}"
    return await bench.accepted(args=args, line=line, state=State.PLANNING, asks=lasting is not None, **more)


async def planned(bench: Bench, **more: Any) -> Operation:
    """A recording that is planned, with its card."""
    bench.voice.place = CARD
    operation = await typed(bench, **more)
    await bench.work(operation)
    if operation.asks:
        assert "waiting" == await bench.confirm(await bench.now(operation))
        await bench.work(operation)
    assert State.PLANNED == (await bench.now(operation)).state
    bench.queued.clear()
    return operation


def turn(bench: Bench, late: timedelta = timedelta()) -> None:
    """Let it be the time that it is planned for."""
    bench.time.turn(KICK_OFF - bench.time.now() + timedelta(seconds=1) + late)


def told(bench: Bench, operation: Operation) -> list[Notice]:
    return [notice for found, notice in bench.voice.told if found == operation.id]


async def test_plan_is_announced_once_and_queued_for_its_time(bench: Bench) -> None:
    """
    What is planned is shown as a card, is queued for when it is due, and nothing is done until then.
    """
    operation = await planned(bench)
    now = await bench.now(operation)

    assert (CARD, KICK_OFF, None) == (now.card, now.due, now.ends)
    assert KICK_OFF == bench.times[f"op:{operation.id}:due"]
    (card,) = bench.voice.shown
    assert "Planned: record `final`" in card.headline
    assert "at Tue 10 Mar 2026 20:45 CET (Europe/Berlin)" in card.headline
    assert ["operation_cancel"] == [button.action for button in card.buttons]
    await bench.work(operation)
    assert ([], [], 1) == (bench.streams, bench.voice.told, len(bench.voice.shown))


async def test_plan_is_not_among_the_open(bench: Bench) -> None:
    """
    However many plans there are, the sweep of what is open does not meet them.
    """
    for number in range(3):
        await planned(bench, at=f"tomorrow 09:0{number}")
    bench.time.turn(timedelta(hours=1))
    bench.queued.clear()

    await bench.runner.sweep()

    assert ([], (0, None)) == (bench.queued, await bench.journal.backlog())


async def test_due_operation_is_done_and_told_anew(bench: Bench) -> None:
    """
    At its time it is done; the outcome is a message of its own, and the plan's card says it too, without a button.
    """
    operation = await planned(bench)
    turn(bench)

    await bench.work(operation)
    assert [f"op:{operation.id}:do"] == bench.queued
    await bench.work(operation)

    now = await bench.now(operation)
    assert (State.TOLD, CARD, ["final"]) == (now.state, now.plan_card, bench.streams)
    closed = bench.voice.shown[-1]
    assert ("This plan was due" in closed.headline, ()) == (True, closed.buttons)
    assert "Recording is asked for" in closed.headline
    (outcome,) = told(bench, operation)
    assert "It was planned for" in str(outcome.lines)
    assert "late" not in str(outcome.lines)
    assert ["succeeded"] == [record.outcome for record in await bench.trail()]


async def test_sweep_finds_what_is_due_and_was_lost(bench: Bench) -> None:
    """
    What has lost its place in the queue is queued by the first sweep after its time, and by none before.
    """
    operation = await planned(bench)
    await bench.runner.sweep()
    before = list(bench.queued)
    turn(bench)

    await bench.runner.sweep()
    await bench.runner.sweep()

    assert ([], [f"op:{operation.id}:do"]) == (before, bench.queued)
    await bench.work(operation)
    assert ["final"] == bench.streams


async def test_sweep_finds_a_plan_that_nobody_was_told_of(bench: Bench) -> None:
    """
    A kill before the plan was worked out, or before its card, loses neither.
    """
    operation = await typed(bench)
    bench.time.turn(timedelta(seconds=11))
    await bench.runner.sweep()
    assert [f"op:{operation.id}:plan"] == bench.queued
    bench.voice.mute = BUSY
    with pytest.raises(Later):
        await bench.work(operation)
    bench.voice.mute = None
    bench.queued.clear()

    await bench.runner.sweep()

    assert [f"op:{operation.id}:announce"] == bench.queued


async def test_pointer_to_nothing_is_dropped(bench: Bench) -> None:
    """
    A plan whose record is gone is forgotten.
    """
    operation = await planned(bench)
    await bench.store.do("UNLINK", bench.store.key("operation", operation.id))
    turn(bench)

    await bench.runner.sweep()

    assert ([], 0) == (bench.queued, await bench.store.do("ZCARD", bench.store.key("planned")))


async def test_takes_its_turn_when_it_is_due(bench: Bench) -> None:
    """
    A plan holds nobody up before; once due it stands behind what was accepted by then.
    """
    operation = await planned(bench)
    await bench.work(await bench.accepted("before"))
    turn(bench)
    earlier = await bench.accepted("earlier")
    await bench.runner.sweep()
    later = await bench.accepted("later")

    await bench.work(later)

    assert ["before", "earlier", "final", "later"] == bench.streams
    assert [State.TOLD] * 3 == [(await bench.now(one)).state for one in (operation, earlier, later)]


async def test_slack_that_is_away_does_not_keep_it_from_its_time(bench: Bench) -> None:
    """
    A card that could not be shown by then is not shown any more; the operation is done, and told.
    """
    operation = await typed(bench)
    bench.voice.mute = BUSY
    for _ in range(8):  # more often than an operation may be begun
        with pytest.raises(Later):
            await bench.work(operation)
    assert KICK_OFF == bench.times[f"op:{operation.id}:due"]
    bench.voice.mute = None
    turn(bench)

    await bench.work(operation)
    await bench.work(operation)

    (notice,) = told(bench, operation)
    assert (["final"], False) == (bench.streams, "Planned" in notice.headline)


async def test_place_where_no_card_can_stand_is_told_otherwise(bench: Bench) -> None:
    """
    Where the bot is not a member the plan is told by the way that is open.
    """
    operation = await typed(bench)

    await bench.work(operation)

    (notice,) = told(bench, operation)
    assert "Planned: " in notice.headline
    assert (await bench.now(operation)).announced is not None


async def test_engine_that_is_early_waits(bench: Bench) -> None:
    """
    An engine whose clock is a little ahead is sent away for that little.
    """
    operation = await planned(bench)
    bench.time.turn(KICK_OFF - bench.time.now() - timedelta(seconds=2))

    with pytest.raises(Later) as later:
        await bench.work(operation)

    assert timedelta(0) < later.value.delay <= timedelta(seconds=2)
    assert [] == bench.streams


async def test_lateness_is_told(bench: Bench) -> None:
    """
    A bot that was down does it when it is back, and says how late that is.
    """
    operation = await planned(bench)
    turn(bench, timedelta(minutes=12))

    await bench.runner.sweep()
    await bench.work(operation)

    assert "It is 12 min 1 s late." in str(told(bench, operation))


async def test_time_that_came_before_it_was_worked_out_is_kept(bench: Bench) -> None:
    """
    A time that was to come when it was typed is no past one because the bot was down.
    """
    operation = await typed(bench)
    turn(bench)

    await bench.work(operation)
    await bench.work(operation)

    assert ["final"] == bench.streams
    assert "did not happen" not in str(told(bench, operation))


async def test_minute_that_it_is_now_is_done_at_once(bench: Bench) -> None:
    """
    What is planned for now is done now, without a plan.
    """
    operation = await typed(bench, "18:00")

    await bench.work(operation)
    await bench.work(operation)

    assert (["final"], []) == (bench.streams, bench.voice.shown)


@pytest.mark.parametrize("kept", [True, False])
async def test_refusal_at_its_time_is_told_to_all(bench: Bench, kept: bool) -> None:
    """
    The role map is asked again when it is due; who asked is called, since a plan that does not happen costs footage.
    """
    grant = Grant(role=Role.OPERATOR, entries="*", regions="*", by=ADMIN, at=bench.time.now(), operation="for-tests")
    await bench.runner.roles.grant(OPERATOR, grant, actor=Person(ADMIN), channel=None)
    operation = await planned(bench, person=OPERATOR)
    if not kept:
        await bench.runner.roles.revoke(
            OPERATOR, role=None, entries=None, actor=Person(ADMIN), channel=None, operation="revoked"
        )
    turn(bench)

    await bench.runner.sweep()
    await bench.work(operation)

    (notice,) = told(bench, operation)
    missing = f"<@{OPERATOR}>, what you planned did not happen."
    assert (["final"] if kept else [], [False]) == (bench.streams, bench.voice.private)
    assert kept == (missing not in notice.lines)
    (record,) = [record for record in await bench.trail() if record.action == "record on"]
    assert ("succeeded" if kept else "refused") == record.outcome


async def test_failure_at_its_time_calls_who_asked(bench: Bench) -> None:
    """
    What Agora refuses then is told in the channel, with what to do, to whoever planned it.
    """
    operation = await planned(bench)
    bench.agora.fault("403", method="PUT")
    turn(bench)

    await bench.runner.sweep()
    await bench.work(operation)

    (notice,) = told(bench, operation)
    assert f"<@{ADMIN}>, what you planned did not happen." == notice.lines[0]
    assert [False] == bench.voice.private


async def test_zone_that_nobody_says_is_asked_for(bench: Bench) -> None:
    """
    Without a zone nothing is guessed: the refusal says what to type, and an offset needs no zone.
    """
    bench.where.zone = None
    operation = await typed(bench)
    await bench.work(operation)
    exact = await typed(bench, "2026-03-10T20:45+01:00")
    await bench.work(exact)

    (notice,) = told(bench, operation)
    assert "Slack did not say your time zone." in notice.headline
    assert "2026-12-24T20:45+01:00" in str(notice.after)
    assert ([True], KICK_OFF) == (bench.voice.private[:1], (await bench.now(exact)).due)


@pytest.mark.parametrize("at", ["17:00", "2026-03-09 20:45", "2027-01-01 20:45", "2026-03-29 02:30"])
async def test_time_that_can_not_be_is_refused(bench: Bench, at: str) -> None:
    """
    A time that is past, too far or not there is refused, to whoever typed it alone, with what to do.
    """
    operation = await typed(bench, at)

    await bench.work(operation)

    now = await bench.now(operation)
    assert now.result is not None
    assert (Outcome.REFUSED, [True]) == (now.result.outcome, bench.voice.private)
    assert "What to do: " in str(told(bench, operation))
    assert ([], 0) == (bench.streams, await bench.store.do("ZCARD", bench.store.key("planned")))


async def test_question_shows_the_whole_plan(bench: Bench) -> None:
    """
    What turns recording off again asks once: what, from when, until when, in full.
    """
    operation = await typed(bench, lasting="PT2H")

    await bench.work(operation)

    (notice,) = bench.voice.asked
    wanted = "Record `final` on `live`, region `eu`, from Tue 10 Mar 2026 20:45 CET (Europe/Berlin) to 22:45 CET?"
    assert wanted == notice.headline
    assert ["Plan it", "Leave it as it is"] == [button.label for button in notice.buttons]
    assert 0 == await bench.store.do("ZCARD", bench.store.key("planned"))


async def test_question_that_lapses_plans_nothing(bench: Bench) -> None:
    """
    A plan that nobody confirms is none.
    """
    operation = await typed(bench, lasting="PT2H")
    await bench.work(operation)
    turn(bench)

    await bench.work(operation)
    await bench.runner.sweep()

    now = await bench.now(operation)
    assert now.result is not None
    assert (Outcome.LAPSED, [], [True]) == (now.result.outcome, bench.streams, bench.voice.private)


async def test_plan_that_is_confirmed_after_its_time_is_done_at_once(bench: Bench) -> None:
    """
    The time that it was planned for may come while the question is open.
    """
    operation = await typed(bench, "18:01", lasting="PT2H")
    await bench.work(operation)
    bench.time.turn(timedelta(minutes=2))

    assert "waiting" == await bench.confirm(await bench.now(operation))
    await bench.work(operation)

    assert ["final"] == bench.streams


async def test_time_is_worked_out_from_when_it_was_typed(bench: Bench) -> None:
    """
    Tomorrow is the day after it was typed, whenever the bot comes to it.
    """
    operation = await typed(bench, "tomorrow 20:45")
    bench.time.turn(timedelta(hours=8))

    await bench.work(operation)

    assert KICK_OFF + timedelta(days=1) == (await bench.now(operation)).due


async def test_worker_that_ended_between_is_carried_on(bench: Bench) -> None:
    """
    What was worked out is not worked out again; a fenced-off worker changes nothing.
    """
    operation = await typed(bench, lasting="PT2H")
    begun, command = await bench.journal.begin(operation.id), bench.runner.catalog.get("record on")
    assert begun is not None
    assert command is not None
    plan = await bench.runner.planning.work_out(begun, command)
    await bench.runner.planning.plans.keep(begun, plan)
    bench.where.zone = None

    await bench.work(operation)

    assert (1, KICK_OFF) == (len(bench.voice.asked), (await bench.now(operation)).due)


async def test_each_step_may_be_sent_twice(bench: Bench) -> None:
    """
    A step whose answer was lost is sent again, and changes nothing then.
    """
    plans, operation = bench.runner.planning.plans, await typed(bench)
    begun = await bench.journal.begin(operation.id)
    command = bench.runner.catalog.get("record on")
    assert begun is not None
    assert command is not None
    plan = await bench.runner.planning.work_out(begun, command)
    ready = begun.model_copy(update={"plan": plan})
    for _ in range(2):
        await plans.keep(begun, plan)
    assert [State.PLANNED] * 2 == [await plans.settle(ready, EVENING) for _ in range(2)]
    for _ in range(2):
        await plans.announced(ready, CARD, EVENING)
    turn(bench)

    assert [True] * 2 == [await plans.fall_due(ready, bench.time.now()) for _ in range(2)]
    assert 1 == await bench.store.do("ZCARD", bench.store.key("turns", "live"))
    await bench.work(operation)
    assert (["final"], CARD) == (bench.streams, (await bench.now(operation)).plan_card)


async def test_card_that_came_after_its_time_is_closed_too(bench: Bench) -> None:
    """
    A card that Slack took so long to show that the plan is due is no place for the outcome, and loses its button.
    """
    operation = await typed(bench)
    bench.voice.mute = BUSY
    with pytest.raises(Later):
        await bench.work(operation)
    bench.voice.mute = None
    ready = await bench.now(operation)
    turn(bench)
    await bench.runner.sweep()
    await bench.runner.planning.plans.announced(ready, CARD, bench.time.now())

    await bench.work(operation)

    now = await bench.now(operation)
    assert (State.TOLD, CARD) == (now.state, now.plan_card)
    assert "This plan was due" in bench.voice.shown[-1].headline
