"""What goes wrong at Agora, and what people read of it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bot.sandbox.slack import Message
from bot.store import Store
from tests.harness import ADMIN, MANAGER, VIEWER, Stage
from tests.outside.acts import confirm, offers, public, shown_after, trail

HOOK = "https://hooks.example.com/transfer"
SET = f"/transfer set live on {HOOK}"
RECORD = "/record on live eu main-stage"
CONFIG = "/record config live eu"
UNCHANGED, UNSURE = "Nothing was changed", "not known"


@dataclass(frozen=True)
class Expected:
    """What is told of one kind of trouble: how it is named, what came of it, and whether trying again is offered."""

    named: str
    outcome: str
    retry: bool


REFUSED = {status: Expected(status, "failed", False) for status in ("400", "401", "403", "404", "405", "409", "415")}
BUSY = {"429": Expected("429", "failed", True), "429:30": Expected("30 seconds", "failed", True)}
VAGUE = {
    **{status: Expected(status, "unknown", True) for status in ("500", "502", "503", "504")},
    "504-done": Expected("504", "unknown", True),
    "html": Expected("502", "unknown", True),
    "hang": Expected("no answer", "unknown", True),
    "reset": Expected("no answer", "unknown", True),
    "drop-done": Expected("no answer", "unknown", True),
}
ELSEWHERE = {"redirect": Expected("302", "failed", False)}
# The documentation gives a change's answer no body, so whatever stands in one, a success is a success.
FINE = ("garbage", "huge", "empty", "drip")
CHANGES = {**REFUSED, **BUSY, **VAGUE, **ELSEWHERE}
DONE = ("504-done", "drop-done")


def limit_s(fault: str) -> str:
    """A small limit where a call would never end."""
    return "0.5" if fault in {"hang", "drip"} else "10"


def explains(message: Message, expected: Expected, outcome: str) -> None:
    """A failure names the status, the state, a cause, what to do, and offers to try again where that can help."""
    assert expected.named in message.text.lower()
    assert (UNSURE if outcome == "unknown" else UNCHANGED) in message.text
    assert "Why, probably" in message.text
    assert "What to do: " in message.text
    assert (["operation_retry"] if expected.retry else []) == offers(message)


@pytest.mark.parametrize("fault", CHANGES)
async def test_change_that_fails_is_explained_once(world: Stage, store: Store, fault: str) -> None:
    """
    Whatever Agora answers, the channel reads once what it means, and the audit trail keeps the same outcome.
    """
    await world.start(AGORA_TIMEOUT_S=limit_s(fault))
    world.agora.fault(fault, method="PUT", times=None)

    message = await world.outcome(RECORD, ADMIN)

    expected = CHANGES[fault]
    explains(message, expected, expected.outcome)
    assert [message] == public(await shown_after(world))
    assert 1 == len(world.wire)
    assert [expected.outcome] == [record.outcome for record in await trail(store)]
    for part in ("live", "eu", "main-stage", f"<@{ADMIN}>"):
        assert part in message.text


@pytest.mark.parametrize("fault", FINE)
async def test_change_needs_no_body_to_succeed(world: Stage, store: Store, fault: str) -> None:
    """
    A success of a change is one, whatever comes as its body.
    """
    await world.start(AGORA_TIMEOUT_S=limit_s(fault))
    world.agora.fault(fault, method="PUT", times=None)

    message = await world.outcome(RECORD, ADMIN)

    assert "channel" == message.kind
    assert ["operation_undo"] == offers(message)
    assert ["succeeded"] == [record.outcome for record in await trail(store)]


@pytest.mark.parametrize("fault", CHANGES)
async def test_confirmed_change_that_fails_is_explained_once(world: Stage, store: Store, fault: str) -> None:
    """
    Where Agora can be asked what is there, nothing stays unknown: the outcome is what was found.
    """
    await world.start(AGORA_TIMEOUT_S=limit_s(fault))
    world.agora.fault(fault, method="PATCH", times=None)

    message = await confirm(world, await world.prompt(SET, ADMIN), ADMIN)

    expected = CHANGES[fault]
    known = "succeeded" if fault in DONE else "failed"
    assert [message] == public(await shown_after(world))
    assert 1 == len(world.wire)
    assert [known] == [record.outcome for record in await trail(store)]
    assert expected.named in message.text.lower()
    retry = expected.retry and fault not in DONE
    assert [*(["operation_retry"] if retry else []), *(["operation_undo"] if fault in DONE else [])] == offers(message)
    if expected.outcome == "unknown":
        assert f"Transfer of `live` is {'on' if fault in DONE else 'off'} now" in message.text
    else:
        assert UNCHANGED in message.text


async def test_change_stays_unknown_where_looking_fails_too(stage: Stage, store: Store) -> None:
    """
    If Agora can't be asked what is there, the outcome says that it is not known, and offers to try again.
    """
    prompt = await stage.prompt(SET)
    stage.agora.fault("504", times=None)

    message = await confirm(stage, prompt)

    explains(message, Expected("504", "unknown", True), "unknown")
    assert ["unknown"] == [record.outcome for record in await trail(store)]


READS = {
    **REFUSED,
    **BUSY,
    **{status: Expected(status, "failed", True) for status in ("500", "502", "503", "504")},
    "html": Expected("502", "failed", True),
    "hang": Expected("no answer", "failed", True),
    "drip": Expected("no answer", "failed", True),
    "reset": Expected("no answer", "failed", True),
    "redirect": Expected("302", "failed", False),
    "garbage": Expected("200", "failed", True),
    "empty": Expected("200", "failed", True),
    "huge": Expected("200", "failed", True),
}


@pytest.mark.parametrize("fault", READS)
async def test_read_that_fails_is_explained_to_its_reader(world: Stage, store: Store, fault: str) -> None:
    """
    Trouble with a read is explained to its reader alone; nothing changed, so the audit trail is silent.
    """
    await world.start(AGORA_TIMEOUT_S=limit_s(fault))
    world.agora.fault(fault, method="GET", times=None)

    message = await world.outcome(CONFIG, ADMIN)

    explains(message, READS[fault], "failed")
    assert ("ephemeral", ADMIN) == (message.kind, message.to)
    assert [message] == list(await shown_after(world))
    assert [] == await trail(store)


@pytest.mark.parametrize("line", [RECORD, SET, CONFIG])
async def test_no_connection_is_explained(stage: Stage, line: str) -> None:
    """
    Where nobody listens nothing was sent: that is known, and said; a change can be tried again.
    """
    user = VIEWER if line == CONFIG else MANAGER
    prompt = await stage.prompt(line, user) if line == SET else None
    await stage.agora.stop()

    message = await (confirm(stage, prompt) if prompt else stage.outcome(line, user))

    explains(message, Expected("no connection", "failed", True), "failed")
    assert ("ephemeral" if line == CONFIG else "channel") == message.kind


OTHERS = {name: CHANGES[name] for name in ("403", "429", "504", "drop-done")}


@pytest.mark.parametrize("fault", OTHERS)
@pytest.mark.parametrize("line", ["/record off live eu main-stage", "/record auto live on"])
async def test_what_can_not_be_looked_up_stays_unknown(world: Stage, store: Store, line: str, fault: str) -> None:
    """
    Where Agora can't be asked what is there, the outcome says so, and how it can be found out.
    """
    await world.start()
    await world.outcome(RECORD, ADMIN)
    prompt = await world.prompt(line, ADMIN)
    world.agora.fault(fault, times=None)

    message = await confirm(world, prompt, ADMIN)

    expected = OTHERS[fault]
    explains(message, expected, expected.outcome)
    assert (expected.outcome == "unknown") == ("Agora can't be asked" in message.text)
    assert ["succeeded", expected.outcome] == [record.outcome for record in await trail(store)]


async def test_question_does_not_wait_for_agora(world: Stage) -> None:
    """
    While Agora does not answer, the question is asked without what is there now, and says so.
    """
    await world.start(AGORA_TIMEOUT_S="0.3")
    world.agora.fault("hang", times=None)

    prompt = await world.prompt("/record off live eu main-stage", ADMIN)

    assert "no answer" in prompt.text
    assert ["operation_confirm", "operation_cancel"] == offers(prompt)
