"""Recording, from the typed command to what the channel reads."""

import json

import pytest

from bot.sandbox.agora_memory import TaskState
from bot.store import Store
from tests.harness import ADMIN, LIVE, MANAGER, OPERATOR, VIEWER, Stage
from tests.outside.acts import confirmed, offers, public, shown_after, trail, whole

TASKS = "entry_points/live/admin/record/custom/regions/eu/tasks"


async def test_record_on_reaches_agora_and_the_channel(stage: Stage) -> None:
    """
    A command is one signed call to Agora and one message to the channel.
    """
    message = await stage.outcome("/record on live eu main-stage")

    assert [f"PUT {TASKS}?id=main-stage"] == stage.wire
    assert ("channel", LIVE) == (message.kind, message.channel)
    assert f"<@{OPERATOR}>" in message.text


async def test_call_is_signed_and_has_no_body(stage: Stage) -> None:
    """
    The call to Agora carries the documented signature, an id of its own, and no body.
    """
    await stage.outcome("/record on live eu main-stage")

    (call,) = stage.agora.calls
    assert ("hmac", True, 200, b"") == (call.scheme, call.accepted, call.status, call.body)
    assert {"Date", "Digest", "X-Request-ID"} <= set(call.headers)


async def test_basic_signing_is_a_setting(world: Stage) -> None:
    """
    With AGORA_AUTH=basic calls carry the other form of the same credentials.
    """
    await world.start(AGORA_AUTH="basic")

    await world.outcome("/record on live eu main-stage", ADMIN)

    assert [("basic", 200)] == [(call.scheme, call.status) for call in world.agora.calls]


async def test_record_on_waits_for_a_stream_that_is_not_live(stage: Stage) -> None:
    """
    Agora keeps the request: a live stream records, any other waits for its push.
    """
    await stage.outcome("/record on live eu main-stage")
    await stage.outcome("/record on live eu backstage")

    tasks = stage.agora.entry_points["live"].tasks
    assert TaskState.RECORDING == tasks["eu", "main-stage"].state
    assert TaskState.WAITING == tasks["eu", "backstage"].state


async def test_outcome_names_everything(stage: Stage, store: Store) -> None:
    """
    The outcome says who asked, for which entry point, region and stream, when, and under which operation id.
    """
    message = await stage.outcome("/record on live eu main-stage")

    (record,) = await trail(store)
    asked = int(stage.time.seconds()) // 1000
    for part in ("`live`", "`eu`", "`main-stage`", f"<@{OPERATOR}>", f"`{record.operation}`", f"<!date^{asked}"):
        assert part in message.text


async def test_outcome_is_in_the_audit_trail(stage: Stage, store: Store) -> None:
    """
    Each change is in the audit trail: who, what, from which channel, and what came of it.
    """
    await stage.outcome("/record on live eu main-stage")

    (record,) = await trail(store)
    assert (OPERATOR, "record on", "live", "eu", ("main-stage",), LIVE, "succeeded") == (
        record.actor,
        record.action,
        record.entry,
        record.region,
        record.streams,
        record.channel,
        record.outcome,
    )
    assert "/record on live eu main-stage" == record.command_line


async def test_record_off_asks_first(stage: Stage) -> None:
    """
    Stopping a recording shows its requester alone what will happen, and nothing is sent to Agora yet.
    """
    prompt = await stage.prompt("/record off live eu main-stage", OPERATOR)

    assert ("ephemeral", OPERATOR) == (prompt.kind, prompt.to)
    assert ["operation_confirm", "operation_cancel"] == offers(prompt)
    for part in ("`main-stage`", "`live`", "`eu`", "live since"):
        assert part in prompt.text
    assert [] == stage.wire


async def test_record_off_stops_the_recording(stage: Stage, store: Store) -> None:
    """
    Once confirmed it is one call, the outcome is in the channel, and the audit trail has both commands.
    """
    await stage.outcome("/record on live eu main-stage")
    message = await confirmed(stage, "/record off live eu main-stage", OPERATOR)

    assert f"DELETE {TASKS}/main-stage" == stage.wire[-1]
    assert {} == stage.agora.entry_points["live"].tasks
    assert "channel" == message.kind
    for part in ("`live`", "`eu`", "`main-stage`", f"<@{OPERATOR}>"):
        assert part in message.text
    assert ["record on", "record off"] == [record.action for record in await trail(store)]


async def test_record_off_of_what_does_not_record(stage: Stage, store: Store) -> None:
    """
    What Agora does not know to be recorded is explained, and trying again is not offered.
    """
    message = await confirmed(stage, "/record off live eu main-stage", OPERATOR)

    assert "channel" == message.kind
    assert "404" in message.text
    assert "never asked for" in message.text
    assert [] == offers(message)
    assert ["failed"] == [record.outcome for record in await trail(store)]


async def test_record_auto_asks_with_the_streams_it_reaches(stage: Stage) -> None:
    """
    The question names the live streams that the switch reaches, and nothing is sent yet.
    """
    prompt = await stage.prompt("/record auto live off")

    assert ("ephemeral", MANAGER) == (prompt.kind, prompt.to)
    assert "`main-stage`" in prompt.text
    assert [] == stage.wire


@pytest.mark.parametrize("switch", ["on", "off"])
async def test_record_auto_turns_the_switch(stage: Stage, switch: str) -> None:
    """
    The switch of an entry point is one call with one field, after its requester has confirmed it.
    """
    stage.agora.entry_points["live"].auto = switch == "off"

    message = await confirmed(stage, f"/record auto live {switch}")

    assert ["PATCH entry_points/live/settings/record/custom/auto"] == stage.wire
    assert {"enabled": switch == "on"} == json.loads(stage.agora.calls[-1].body)
    assert (switch == "on") == stage.agora.entry_points["live"].auto
    assert f"<@{MANAGER}>" in message.text
    assert [message] == public(await shown_after(stage))


async def test_record_on_while_everything_is_recorded(stage: Stage) -> None:
    """
    Agora refuses single streams while automatic recording is on: the outcome says so, and what to turn off.
    """
    stage.agora.entry_points["live"].auto = True

    message = await stage.outcome("/record on live eu main-stage")

    assert "400" in message.text
    assert "Automatic recording" in message.text
    assert "Nothing was changed" in message.text


async def test_record_on_in_a_region_without_settings(stage: Stage) -> None:
    """
    A region without recording settings is named as the cause, and trying again is not offered.
    """
    message = await stage.outcome("/record on live ap main-stage")

    assert "404" in message.text
    assert "No recording settings" in message.text
    assert [] == offers(message)


async def test_record_config_is_private_and_masked(stage: Stage) -> None:
    """
    Recording settings are shown to their reader alone, with the place of the files and without the keys.
    """
    message = await stage.outcome("/record config live eu", VIEWER)

    assert ("ephemeral", VIEWER) == (message.kind, message.to)
    for part in ("`live`", "`eu`", "MP4", "HLS", "Amazon S3", "EU_CENTRAL_1", "example-recordings"):
        assert part in message.text
    assert "storage-" not in whole(message)
    assert [] == stage.wire


async def test_record_config_of_a_region_without_settings(stage: Stage) -> None:
    """
    Where nothing is set up, that is what is said; it is no failure.
    """
    message = await stage.outcome("/record config live cn", VIEWER)

    assert VIEWER == message.to
    assert "not set" in message.text
