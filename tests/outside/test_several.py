"""Several streams in one command: one card, and a result for each."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.operations.cards import MARKS
from bot.sandbox.agora_memory import TaskState
from bot.sandbox.slack import Message
from bot.store import Store
from tests.harness import ADMIN, LIVE, OPERATOR, Stage
from tests.outside.acts import ended, offers, public, shown_after, trail, whole

THREE = "/record on live eu one two three"


async def ending(stage: Stage, line: str, user: str = OPERATOR) -> Message:
    """Type a command on several streams, and wait until its one card says what came of it."""
    seen = list(stage.slack.messages)
    await stage.slash(line, user)
    return await stage.told(lambda message: message not in seen and ended(message))


async def test_each_has_its_own_result_on_one_card(stage: Stage, store: Store) -> None:
    """
    Several streams are one message with a result for each, and one audit record that names them all.
    """
    message = await ending(stage, THREE)

    assert {("eu", name) for name in ("one", "two", "three")} == set(stage.agora.entry_points["live"].tasks)
    for name in ("one", "two", "three"):
        assert f"`{name}`" in message.text
    assert "3 of 3" in message.text
    assert [message] == public(await shown_after(stage))
    (record,) = await trail(store)
    assert (("one", "two", "three"), "succeeded", LIVE) == (record.streams, record.outcome, record.channel)


@pytest.mark.parametrize("fault", ["400", "409", "500", "504", "reset", "drop-done"])
async def test_bad_one_does_not_stop_the_others(stage: Stage, store: Store, fault: str) -> None:
    """
    One that fails is named with its reason; the others are done.
    """
    stage.agora.fault(fault, method="PUT", stream="two", times=None)

    message = await ending(stage, THREE)

    assert {("eu", "one"), ("eu", "three")} <= set(stage.agora.entry_points["live"].tasks)
    assert 3 == len(stage.wire)
    assert "2 of 3" in message.text
    line = next(line for line in message.text.splitlines() if line.startswith("`two`"))
    assert ("no answer" if fault in {"reset", "drop-done"} else fault[:3]) in line
    known = fault in {"400", "409"}
    assert ("Nothing was changed" if known else "not known") in line
    assert ["failed" if known else "unknown"] == [record.outcome for record in await trail(store)]
    assert [message] == public(await shown_after(stage))


async def test_failures_stand_first(stage: Stage) -> None:
    """
    What went wrong is read before what went well.
    """
    stage.agora.fault("503", method="PUT", stream="three")

    message = await ending(stage, THREE)

    assert message.text.index("`three`:") < message.text.index("`one`")


async def test_all_of_them_may_fail(stage: Stage) -> None:
    """
    Where all went wrong in the same way, that is said once, with all of their names.
    """
    stage.agora.fault("403", method="PUT", times=None)

    message = await ending(stage, THREE)

    assert "0 of 3 done, 3 failed." in message.text
    (line,) = [line for line in message.text.splitlines() if "403" in line]
    assert "`one`, `two` and `three`" in line
    assert [] == offers(message)


async def test_name_given_twice_is_done_once(stage: Stage) -> None:
    """
    A stream that is named twice is asked for once, and counts once.
    """
    message = await ending(stage, "/record on live eu one two one")

    assert 2 == len(stage.wire)
    assert "2 of 2" in message.text


async def test_one_stream_named_twice_is_one(stage: Stage) -> None:
    """
    The same name twice is one stream, with the outcome of one.
    """
    message = await ending(stage, "/record on live eu one one")

    assert 1 == len(stage.wire)
    assert "of 1" not in message.text
    assert "`one`" in message.text


async def test_retry_does_only_what_failed(stage: Stage, store: Store) -> None:
    """
    The button tries those again that failed, and no other; its outcome names what it repeats.
    """
    stage.agora.fault("503", method="PUT", stream="two")
    failed = await ending(stage, THREE)
    asked = len(stage.wire)
    seen = list(stage.slack.messages)

    await stage.slack.click(failed, "operation_retry", user=OPERATOR)
    message = await stage.told(lambda found: found not in seen and ended(found))

    assert ["two"] == [call.stream for call in stage.agora.calls if call.method == "PUT"][asked:]
    first, second = await trail(store)
    assert (("two",), "succeeded") == (second.streams, second.outcome)
    assert str(first.operation) in message.text
    assert ["operation_undo"] == offers(failed)


async def test_several_are_stopped_after_one_question(stage: Stage) -> None:
    """
    Stopping several asks once, names them all, and tells each result.
    """
    await ending(stage, THREE)
    seen = list(stage.slack.messages)
    prompt = await stage.prompt("/record off live eu one two nobody", OPERATOR)
    question = prompt.text
    await stage.slack.click(prompt, "operation_confirm", user=OPERATOR)
    message = await stage.told(lambda found: found not in [*seen, prompt] and ended(found))

    assert all(f"`{name}`" in question for name in ("one", "two", "nobody"))
    assert [("eu", "three")] == list(stage.agora.entry_points["live"].tasks)
    line = next(line for line in message.text.splitlines() if line.startswith("`nobody`"))
    assert "404" in line


async def test_many_are_all_done(world: Stage, store: Store) -> None:
    """
    As many streams as the text holds: all are done, and the card stays short enough to read.
    """
    await world.start(AGORA_CALLS_PER_S="40")
    names = [f"stage-{number}" for number in range(60)]

    message = await ending(world, f"/record on live eu {' '.join(names)}", ADMIN)

    assert {("eu", name) for name in names} == set(world.agora.entry_points["live"].tasks)
    assert "60 of 60" in message.text
    assert len(message.text) <= 4000
    (record,) = await trail(store)
    assert tuple(names) == record.streams


async def test_misspelled_entry_point_is_named_for_each(stage: Stage) -> None:
    """
    A misspelled entry point fails each of them, and the card says what was probably meant.
    """
    message = await ending(stage, "/record on lvie eu one two")

    assert "`live`" in message.text
    assert "0 of 2" in message.text
    assert [] == offers(message)


async def test_slow_change_shows_a_card_and_then_its_outcome(world: Stage, store: Store) -> None:
    """
    What takes long is shown as running; the outcome takes the place of that, in the same message.
    """
    world.patience = timedelta(milliseconds=50)
    await world.start()
    world.agora.fault("slow:1", method="PUT")

    message = await ending(world, "/record on live eu main-stage", ADMIN)

    running, _ = message.history[0]
    assert [] == [mark for mark in MARKS.values() if mark in running]
    assert "main-stage" in running
    assert f"<@{ADMIN}>" in running
    assert [message] == public(await shown_after(world))
    assert TaskState.RECORDING == world.agora.entry_points["live"].tasks["eu", "main-stage"].state
    assert ["succeeded"] == [record.outcome for record in await trail(store)]


async def test_slow_one_of_several_shows_how_far_it_is(world: Stage) -> None:
    """
    The card of several counts what is done while the rest goes on.
    """
    world.patience = timedelta(milliseconds=50)
    await world.start()
    world.agora.fault("slow:1", method="PUT", stream="three")

    message = await ending(world, THREE, ADMIN)

    assert "2 of 3" in whole(message)
    assert "3 of 3" in message.text
    assert [message] == public(await shown_after(world))


async def test_slow_read_says_so_once(world: Stage) -> None:
    """
    A read that takes long says once that it does, to its reader alone, and then answers.
    """
    world.patience = timedelta(milliseconds=50)
    await world.start()
    world.agora.fault("slow:1", method="GET")

    await world.slash("/record config live eu", ADMIN)
    answer = await world.told(lambda message: "example-recordings" in message.text)

    shown = await shown_after(world)
    assert answer is shown[-1]
    assert 2 == len(shown)
    assert [ADMIN, ADMIN] == [message.to for message in shown]
