"""Operations on one entry point take turns; those on different ones do not wait for each other."""

from __future__ import annotations

from bot.sandbox.agora import Call
from tests.harness import ADMIN, MANAGER, OPERATOR, Stage
from tests.outside.clicking import OFF, OFF_CALL, press, settled

STREAMS = [f"stream-{number}" for number in range(8)]


def asked(stage: Stage) -> list[str]:
    """The streams of the calls that change something, in the order in which they reached Agora."""
    return [str(call.stream) for call in stage.agora.calls if call.method != "GET"]


async def typed(stage: Stage, streams: list[str], entry: str = "live") -> None:
    """One command for each stream, one after the other, by two people."""
    for number, stream in enumerate(streams):
        answer = await stage.slash(f"/record on {entry} eu {stream}", user=(OPERATOR, MANAGER)[number % 2])
        assert answer.text == ""


def overlaps(stage: Stage) -> list[Call]:
    """Filled, from now on, with calls that were open when another one ended."""
    found: list[Call] = []

    def ended(_: Call) -> None:
        found.extend(call for call in stage.agora.calls if call.method != "GET" and call.duration is None)

    stage.agora.on_call.append(ended)
    return found


async def test_one_entry_point_runs_one_at_a_time_in_order(stage: Stage) -> None:
    """
    Several commands on one entry point run in the order in which they were accepted, one after the other.
    """
    stage.agora.fault("slow:0.1", times=None, method="PUT")
    found = overlaps(stage)

    await typed(stage, STREAMS)
    await settled(stage)

    assert [*STREAMS, "settled"] == asked(stage)
    assert [] == found


async def test_order_holds_over_two_processes(stage: Stage) -> None:
    """
    The same with two processes that work.
    """
    await stage.start()
    stage.agora.fault("slow:0.1", times=None, method="PUT")
    found = overlaps(stage)

    await typed(stage, STREAMS)
    await settled(stage)

    assert [*STREAMS, "settled"] == asked(stage)
    assert [] == found


async def test_order_holds_over_a_restart(stage: Stage) -> None:
    """
    What was accepted while nothing worked runs in that order afterwards, and each caller was told that it waits.
    """
    await stage.bots[0].stop()
    await stage.start(worker=False)
    answers = [await stage.slash(f"/record on live eu {stream}") for stream in STREAMS]
    assert [] == asked(stage)

    await stage.start(web=False)
    await settled(stage)

    assert [True] * len(STREAMS) == [answer.message is not None for answer in answers]
    assert [*STREAMS, "settled"] == asked(stage)


async def test_outcomes_are_told_in_order(stage: Stage) -> None:
    """
    The channel reads the outcomes of one entry point in the order in which they came about.
    """
    stage.slack.fail("chat.postMessage", retry_after=1)

    await typed(stage, STREAMS[:4])
    await settled(stage)

    posted = [shown.text for shown in stage.slack.messages if shown.kind == "channel"]
    told = [next(stream for stream in STREAMS if stream in text) for text in posted if "stream-" in text]
    assert STREAMS[:4] == told


async def test_different_entry_points_run_side_by_side(stage: Stage) -> None:
    """
    An entry point at which Agora is slow holds up no other one.
    """
    stage.agora.fault("slow:2", method="PUT", path="entry_points/live")
    await typed(stage, ["first"])
    await stage.agora.wait_for(lambda call: call.stream == "first")

    await typed(stage, ["second"], entry="sports")
    await stage.agora.wait_for(lambda call: call.stream == "second" and call.duration is not None)

    assert [None] == [call.duration for call in stage.agora.calls if call.stream == "first"]


async def test_unanswered_prompt_holds_nobody_up(stage: Stage) -> None:
    """
    A question that waits for its answer has no place in the queue: it gets one when it is confirmed.
    """
    prompt = await stage.prompt(OFF)

    await typed(stage, ["before"])
    await settled(stage)
    await press(stage, prompt, "operation_confirm")

    assert ["before", "settled", "main-stage", "settled"] == [*asked(stage)[:2], *await _rest(stage)]


async def _rest(stage: Stage) -> list[str]:
    await settled(stage)
    assert stage.wire[2] == OFF_CALL
    return asked(stage)[2:]


async def test_roles_change_in_order_too(stage: Stage) -> None:
    """
    Changes of the role map run in the order in which they were accepted.
    """
    for line in ("grant <@U0STRANGER> viewer", "grant <@U0STRANGER> manager", "revoke <@U0STRANGER>"):
        await stage.slash(f"/agora {line}", user=ADMIN)
    await stage.outcome("/agora grant <@U0VIEWER> operator", ADMIN)
    await stage.told(lambda shown: "<@U0VIEWER> is now" in shown.text)

    answer = await stage.slash("/record config live eu", user="U0STRANGER")

    assert answer.message is not None
    assert [] == stage.wire
