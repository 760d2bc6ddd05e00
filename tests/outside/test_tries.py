"""Trying again, by itself and by hand, and looking for the cause of what failed."""

from __future__ import annotations

import pytest

from bot.sandbox.agora_memory import Transfer
from bot.store import Store
from tests.harness import ADMIN, MANAGER, OPERATOR, VIEWER, Stage
from tests.outside.acts import confirm, ended, offers, public, shown_after, trail

SET = "/transfer set live on https://hooks.example.com/transfer"
RECORD = "/record on live eu main-stage"


async def test_retry_button_makes_it_good(stage: Stage, store: Store) -> None:
    """
    The button does the same again, as an operation of its own that says which one it repeats.
    """
    stage.agora.fault("503", method="PUT")
    failed = await stage.outcome(RECORD)
    seen = list(stage.slack.messages)

    await stage.slack.click(failed, "operation_retry", user=OPERATOR)
    message = await stage.told(lambda found: found not in seen)

    first, second = await trail(store)
    assert ("unknown", "succeeded") == (first.outcome, second.outcome)
    assert str(first.operation) in message.text
    assert str(second.operation) in message.text
    assert 2 == len(stage.wire)


async def test_passing_trouble_is_tried_again(world: Stage, store: Store) -> None:
    """
    A try that fails for a moment is made again, with an id of its own; one outcome is told in the end.
    """
    await world.start(AGORA_ATTEMPTS="2")
    world.agora.fault("503", method="PUT")

    message = await world.outcome(RECORD, ADMIN)

    assert [503, 200] == [call.status for call in world.agora.calls]
    assert 2 == len({call.request_id for call in world.agora.calls})
    assert [message] == public(await shown_after(world))
    assert ["succeeded"] == [record.outcome for record in await trail(store)]


@pytest.mark.parametrize("fault", ["429", "500", "502", "503", "504", "hang", "reset"])
async def test_tries_are_counted_on_the_wire(world: Stage, fault: str) -> None:
    """
    AGORA_ATTEMPTS is how often a call goes out in all, and the outcome says how often it was tried.
    """
    await world.start(AGORA_ATTEMPTS="2", AGORA_TIMEOUT_S="0.5")
    world.agora.fault(fault, method="PUT", times=None)

    await world.slash(RECORD, ADMIN)
    message = await world.told(ended)

    assert 2 == len(world.wire)
    assert "2 tries" in message.text


@pytest.mark.parametrize("fault", ["400", "401", "403", "404", "405", "409", "415", "redirect"])
async def test_lasting_trouble_is_tried_once(world: Stage, fault: str) -> None:
    """
    What would be answered the same again is not tried again.
    """
    await world.start(AGORA_ATTEMPTS="4")
    world.agora.fault(fault, method="PUT", times=None)

    await world.outcome(RECORD, ADMIN)

    assert 1 == len(world.wire)


async def test_retry_after_is_waited_for(world: Stage) -> None:
    """
    The next try comes no sooner than Agora asks for.
    """
    await world.start(AGORA_ATTEMPTS="2")
    world.agora.fault("429:2", method="PUT")

    await world.slash(RECORD, ADMIN)
    await world.told(ended)

    first, second = world.agora.calls
    assert (second.at - first.at).total_seconds() >= 2


async def test_long_retry_after_is_left_to_people(world: Stage) -> None:
    """
    Nobody is kept waiting for minutes: the outcome says how long Agora wants to be left alone.
    """
    await world.start(AGORA_ATTEMPTS="4")
    world.agora.fault("429:60", method="PUT", times=None)

    message = await world.outcome(RECORD, ADMIN)

    assert 1 == len(world.wire)
    assert "60 seconds" in message.text
    assert ["operation_retry"] == offers(message)


@pytest.mark.parametrize("line", ["/record on lvie eu main-stage", "/record config lvie eu", "/transfer get lvie"])
async def test_misspelled_entry_point_gets_a_suggestion(stage: Stage, line: str) -> None:
    """
    After a 404 the bot looks which entry points there are, and says which one was probably meant.
    """
    message = await stage.outcome(line, MANAGER)

    for part in ("404", "`lvie`", "`live`"):
        assert part in message.text
    assert [] == offers(message)


async def test_entry_point_unlike_any_other_gets_the_list(stage: Stage) -> None:
    """
    Where no name is near, the names that there are are listed.
    """
    message = await stage.outcome("/record config zzz eu", VIEWER)

    for part in ("`zzz`", "`live`", "`sports`"):
        assert part in message.text


async def test_question_is_not_asked_where_it_could_not_work(stage: Stage, store: Store) -> None:
    """
    A disruptive command that is bound to fail is explained to its requester instead of being asked about.
    """
    message = await stage.outcome("/record off lvie eu main-stage", OPERATOR)

    assert OPERATOR == message.to
    assert [] == offers(message)
    assert "`live`" in message.text
    assert [] == stage.wire
    assert ["refused"] == [record.outcome for record in await trail(store)]


async def test_transfer_changed_by_somebody_else_is_no_success(stage: Stage) -> None:
    """
    What is found counts, not what was hoped for: another address than the one asked for is not done.
    """
    prompt = await stage.prompt(SET)
    stage.agora.entry_points["live"].transfer = Transfer(enabled=True, callback_url="https://other.example.com/x")
    stage.agora.fault("504", method="PATCH")

    message = await confirm(stage, prompt)

    assert "not what was asked for" in message.text
    assert ["operation_retry"] == offers(message)


async def test_stop_that_was_done_by_a_try_without_answer(world: Stage, store: Store) -> None:
    """
    When nothing is found after a try that got no answer, that try probably did it: the outcome says so.
    """
    await world.start(AGORA_ATTEMPTS="2")
    await world.outcome(RECORD, ADMIN)
    prompt = await world.prompt("/record off live eu main-stage", ADMIN)
    world.agora.fault("504-done", method="DELETE")

    message = await confirm(world, prompt, ADMIN)

    assert {} == world.agora.entry_points["live"].tasks
    assert "404" in message.text
    assert "probably done" in message.text
    assert "unknown" == (await trail(store))[-1].outcome
