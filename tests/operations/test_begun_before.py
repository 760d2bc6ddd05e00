"""What was begun, then lost its worker, and may not be done any more: nobody says that nothing was done."""

from __future__ import annotations

import asyncio

import pytest

from bot.access.decide import Person
from bot.access.grants import Grant
from bot.access.roles import Role
from bot.command import Effect
from bot.operations.operation import Card, Operation, Outcome, State
from tests.harness import ADMIN, LIVE, OPERATOR
from tests.operations.parts import Bench


async def grant(bench: Bench, role: Role) -> None:
    given = Grant(role=role, entries="*", regions="*", by=ADMIN, at=bench.time.now(), operation="granted-for-tests")
    await bench.runner.roles.grant(OPERATOR, given, actor=Person(ADMIN), channel=None)


async def revoke(bench: Bench, operation: str) -> None:
    """Take all roles away, as an operation does."""
    await bench.runner.roles.revoke(
        OPERATOR, role=None, entries=None, actor=Person(ADMIN), channel=None, operation=operation
    )


async def crash(bench: Bench, operation: Operation) -> None:
    """Let a worker end after Agora has done what it asked for, and before it keeps that."""
    bench.agora.fault("slow:30", method="PUT")
    worker = asyncio.create_task(bench.work(operation))
    await bench.agora.wait_for(lambda call: call.method == "PUT")
    worker.cancel()
    await asyncio.wait([worker])


async def test_role_lost_after_the_first_start_leaves_it_open(bench: Bench) -> None:
    """
    A second worker may not go on for who lost the role; it says what is not known, to all, and calls nobody.
    """
    await grant(bench, Role.OPERATOR)
    operation = await bench.accepted(person=OPERATOR)
    await crash(bench, operation)
    await revoke(bench, "revoked-meanwhile")

    await bench.work(operation)

    now = await bench.now(operation)
    assert now.result is not None
    assert (State.TOLD, Outcome.UNKNOWN, False) == (now.state, now.result.outcome, now.result.retry)
    ((told, notice),) = bench.voice.told
    assert (operation.id, [False]) == (told, bench.voice.private)
    assert "begun before" in str(notice)
    assert "Nothing was changed" not in str(notice)
    assert ["main-stage"] == bench.streams
    assert ["unknown"] == [record.outcome for record in await bench.trail() if record.action == "record on"]


@pytest.mark.parametrize("streams", [["main-stage"], ["main-stage", "second"]], ids=["one", "several"])
async def test_refusal_by_agora_after_the_first_start_leaves_it_open(bench: Bench, streams: list[str]) -> None:
    """
    Done by the first worker, Agora may find nothing to do for the second one: that does not mean that nothing changed.
    """
    operation = await bench.accepted(args={"entry": "live", "region": "eu", "streams": streams})
    await crash(bench, operation)
    bench.agora.clear_faults()
    bench.agora.fault("404", times=None, method="PUT")

    await bench.work(operation)

    now = await bench.now(operation)
    ((_, notice),) = bench.voice.told
    assert now.result is not None
    assert Outcome.UNKNOWN is now.result.outcome
    assert "Nothing was changed" not in str(notice)


async def test_role_lost_before_the_first_start_is_a_refusal(bench: Bench) -> None:
    """
    What nobody has begun was not done, and that is what is said, to its requester alone.
    """
    await grant(bench, Role.OPERATOR)
    operation = await bench.accepted(person=OPERATOR)
    await revoke(bench, "revoked-meanwhile")

    await bench.work(operation)

    ((_, notice),) = bench.voice.told
    assert [True] == bench.voice.private
    assert "Nothing was changed" in str(notice)
    assert f"<@{ADMIN}>" in str(notice)
    assert [] == bench.streams
    assert ["refused"] == [record.outcome for record in await bench.trail() if record.action == "record on"]


async def test_admin_who_took_the_own_role_is_not_told_that_nothing_changed(bench: Bench) -> None:
    """
    `/agora revoke @me`, done by a worker that ended right after, ends in words that leave it open.
    """
    await grant(bench, Role.ADMIN)
    operation = await bench.accepted(
        command="agora revoke",
        args={"subject": OPERATOR},
        line=f"/agora revoke {OPERATOR}",
        effect=Effect.CHANGE,
        target="the role map",
        person=OPERATOR,
    )
    begun = await bench.journal.begin(operation.id)
    assert begun is not None
    await revoke(bench, operation.id)

    await bench.work(operation)

    now = await bench.now(operation)
    assert now.result is not None
    assert Outcome.UNKNOWN == now.result.outcome
    ((_, notice),) = bench.voice.told
    assert "begun before" in str(notice)
    assert "Nothing was changed" not in str(notice)


@pytest.mark.parametrize("streams", [["a", "b", "c"], ["a"]])
async def test_card_of_the_first_worker_is_ended_by_the_second(bench: Bench, streams: list[str]) -> None:
    """
    A card that stands as working is where the end is told, although the role is lost and nothing is tried again.
    """
    await grant(bench, Role.OPERATOR)
    bench.voice.place = Card(channel=LIVE, ts="1.000001")
    args = {"entry": "live", "region": "eu", "streams": streams}
    operation = await bench.accepted(person=OPERATOR, args=args)
    begun = await bench.journal.begin(operation.id)
    assert begun is not None
    await bench.journal.keep_card(begun, bench.voice.place)
    await revoke(bench, "revoked-meanwhile")

    await bench.work(operation)

    assert ([False], []) == (bench.voice.private, bench.streams)
    assert bench.voice.place == (await bench.now(operation)).card


async def test_refusal_at_the_start_takes_the_place_of_the_card(bench: Bench) -> None:
    """
    Several streams show their card at once; refused at the start, the refusal is told where that card stands.
    """
    bench.voice.place = Card(channel=LIVE, ts="1.000001")
    args = {"entry": "live", "region": "eu", "streams": ["a", "b", "c"]}
    operation = await bench.accepted(person=OPERATOR, args=args)

    await bench.work(operation)

    now = await bench.now(operation)
    assert now.result is not None
    assert Outcome.REFUSED == now.result.outcome
    assert [not bench.voice.shown] == bench.voice.private
    assert (bool(bench.voice.shown), []) == (now.card is not None, bench.streams)
