"""Restreaming, from the typed command to what the channel reads."""

import json

import pytest

from bot.sandbox.agora_memory import Transfer
from bot.store import Store
from tests.harness import ADMIN, LIVE, MANAGER, VIEWER, Stage
from tests.outside.acts import confirm, confirmed, offers, public, shown_after, trail, whole
from tests.outside.clicking import press

HOOK = "https://hooks.example.com/transfer"
OLD = "https://old.example.com/ask"
PATCH = "PATCH entry_points/live/settings/transfer"


async def test_set_asks_with_from_and_to(stage: Stage) -> None:
    """
    The question shows what is there, what will be there and which live streams it reaches; nothing is sent yet.
    """
    stage.agora.entry_points["live"].transfer = Transfer(enabled=False, callback_url=OLD)

    prompt = await stage.prompt(f"/transfer set live on {HOOK}")

    assert ("ephemeral", MANAGER) == (prompt.kind, prompt.to)
    assert ["operation_confirm", "operation_cancel"] == offers(prompt)
    assert prompt.text.index(OLD) < prompt.text.index(HOOK)
    assert "`main-stage`" in prompt.text
    assert [] == stage.wire


async def test_set_sends_both_fields_once(stage: Stage, store: Store) -> None:
    """
    Confirmed, it is one call with both fields, one message in the channel and one audit record.
    """
    message = await confirmed(stage, f"/transfer set live on {HOOK}")

    assert [PATCH] == stage.wire
    assert {"enabled": True, "callbackUrl": HOOK} == json.loads(stage.agora.calls[-1].body)
    assert ("channel", LIVE) == (message.kind, message.channel)
    for part in ("`live`", "on", HOOK, f"<@{MANAGER}>"):
        assert part in message.text
    assert [message] == public(await shown_after(stage))
    (record,) = await trail(store)
    assert (MANAGER, "transfer set", "live", LIVE, "succeeded") == (
        record.actor,
        record.action,
        record.entry,
        record.channel,
        record.outcome,
    )


@pytest.mark.parametrize("switch", ["on", "off"])
async def test_set_without_an_address_keeps_the_one_that_agora_holds(stage: Stage, switch: str) -> None:
    """
    Without an address only the switch changes: what Agora holds is sent along.
    """
    stage.agora.entry_points["live"].transfer = Transfer(enabled=switch == "off", callback_url=OLD)

    await confirmed(stage, f"/transfer set live {switch}")

    assert Transfer(enabled=switch == "on", callback_url=OLD) == stage.agora.entry_points["live"].transfer


async def test_set_on_without_any_address_is_not_asked(stage: Stage) -> None:
    """
    Turning it on where no address was ever set is refused in private, with the line to type.
    """
    message = await stage.outcome("/transfer set live on", MANAGER)

    assert MANAGER == message.to
    assert [] == offers(message)
    assert "/transfer set" in message.text
    assert [] == stage.wire


async def test_set_off_without_any_address(stage: Stage) -> None:
    """
    Turning it off takes no address.
    """
    await confirmed(stage, "/transfer set live off")

    assert {"enabled": False} == json.loads(stage.agora.calls[-1].body)


async def test_set_on_an_entry_point_that_is_not_there(stage: Stage) -> None:
    """
    What could not work is not asked: the requester alone reads why, and what was probably meant.
    """
    message = await stage.outcome(f"/transfer set lvie on {HOOK}", MANAGER)

    assert MANAGER == message.to
    assert [] == offers(message)
    assert "404" in message.text
    assert "`live`" in message.text
    assert [] == stage.wire


async def test_set_asks_although_what_is_there_can_not_be_read(stage: Stage) -> None:
    """
    While Agora's answer is late or an error, the question is asked all the same and says that it could not look.
    """
    stage.agora.fault("503", method="GET", times=None)

    prompt = await stage.prompt(f"/transfer set live on {HOOK}")

    assert "503" in prompt.text
    stage.agora.clear_faults()
    message = await confirm(stage, prompt)
    assert "channel" == message.kind
    assert [PATCH] == stage.wire


@pytest.mark.parametrize(("enabled", "word"), [(True, "on"), (False, "off")])
async def test_get_is_private(stage: Stage, enabled: bool, word: str) -> None:
    """
    How transfer is set is shown to its reader alone.
    """
    stage.agora.entry_points["live"].transfer = Transfer(enabled=enabled, callback_url=HOOK)

    message = await stage.outcome("/transfer get live", VIEWER)

    assert ("ephemeral", VIEWER) == (message.kind, message.to)
    for part in ("`live`", f" {word}", HOOK):
        assert part in message.text
    assert [] == stage.wire


async def test_query_of_an_address_is_never_shown(stage: Stage, store: Store) -> None:
    """
    The query of a callback address may hold a secret: it reaches Agora whole, and nobody else.
    """
    address = f"{HOOK}?key=callback-key-for-tests&b=2"
    stage.agora.entry_points["live"].transfer = Transfer(enabled=False, callback_url=f"{OLD}?key=older-key-for-tests")

    await confirmed(stage, f"/transfer set live on {address}")
    await stage.outcome("/transfer get live", VIEWER)
    await stage.outcome("/transfer get lvie", VIEWER)

    (change,) = [call for call in stage.agora.calls if call.method == "PATCH"]
    assert address == json.loads(change.body)["callbackUrl"]
    shown = "".join([*map(whole, stage.slack.messages), *map(str, await trail(store))])
    assert HOOK in shown
    assert [] == [key for key in ("callback-key-for-tests", "older-key-for-tests") if key in shown]


async def test_setting_what_is_set_already_is_harmless(stage: Stage) -> None:
    """
    The same setting twice is two outcomes and leaves what was asked for.
    """
    await confirmed(stage, f"/transfer set live on {HOOK}")
    message = await confirmed(stage, f"/transfer set live on {HOOK}")

    assert "channel" == message.kind
    assert [PATCH, PATCH] == stage.wire
    assert Transfer(enabled=True, callback_url=HOOK) == stage.agora.entry_points["live"].transfer


async def test_token_of_our_own_callback_is_never_shown(stage: Stage, store: Store) -> None:
    """
    The token in the address of a bot's own callback reaches Agora, and nobody else: it lets anybody read the targets.
    """
    address = "https://bot.example.com/agora/transfer/own-token-for-tests"
    stage.agora.entry_points["live"].transfer = Transfer(
        enabled=False, callback_url="https://old.example.com/agora/transfer/older-token-for-tests"
    )
    prompt = await stage.prompt(f"/transfer set live on {address}")
    await press(stage, prompt, "operation_confirm", ADMIN, unseen=True)
    await confirm(stage, prompt)
    await stage.outcome("/transfer get live", VIEWER)
    refused = await stage.outcome(f"/transfer set live on {address}", VIEWER)

    assert Transfer(enabled=True, callback_url=address) == stage.agora.entry_points["live"].transfer
    shown = "".join([*map(whole, stage.slack.messages), *map(str, await trail(store))])
    assert "https://bot.example.com/agora/transfer/…" in shown
    assert [] == [token for token in ("own-token-for-tests", "older-token-for-tests") if token in shown]
    assert VIEWER == refused.to


@pytest.mark.parametrize("line", [f"/transfer set live on {HOOK}?key=callback-key-for-tests", "/transfer set live on"])
async def test_masked_line_is_not_one_to_type(stage: Stage, line: str) -> None:
    """
    A line whose secret is masked would be another one: nobody is told to type it again.
    """
    stage.agora.entry_points["live"].transfer = Transfer(enabled=False, callback_url=OLD)
    prompt = await stage.prompt(line)

    told = await press(stage, prompt, "operation_confirm", ADMIN, unseen=True)

    assert (line.endswith("on")) == (f"type `{line}`" in told.text)
    assert [] == [part for part in ("type `/transfer set live on http", "callback-key-for-tests") if part in told.text]


@pytest.mark.parametrize(
    ("fault", "read", "unread"),
    [
        ("settings/transfer", "`main-stage`", OLD),
        ("/online", OLD, "`main-stage`"),
    ],
)
async def test_question_shows_what_could_be_read(stage: Stage, fault: str, read: str, unread: str) -> None:
    """
    Where one of two looks fails, what the other one found is in the question, and that more could not be read.
    """
    stage.agora.entry_points["live"].transfer = Transfer(enabled=False, callback_url=OLD)
    stage.agora.fault("503", method="GET", path=fault, times=None)

    prompt = await stage.prompt(f"/transfer set live on {HOOK}")

    assert (True, False) == (read in prompt.text, unread in prompt.text)
    for part in ("could not be read", "503", HOOK):
        assert part in prompt.text
