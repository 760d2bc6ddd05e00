"""Narrowing: what looking at Agora adds to a vague error."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from bot.agora import (
    AgoraClient,
    AgoraError,
    Call,
    Explanation,
    HmacAuth,
    NotFound,
    calls,
    explain,
    narrow,
)
from bot.agora.answers import class_for
from bot.sandbox.agora import AgoraStandIn
from bot.sandbox.agora_memory import EntryPoint, Transfer
from tests.agora.parts import APP_ID, SECRET, Agora, answer, client_of

HOOK = "https://bot.example.com/agora/transfer/callback-token-for-tests"


@pytest.fixture
async def agora() -> AsyncIterator[AgoraStandIn]:
    async with AgoraStandIn() as agora:
        yield agora


@pytest.fixture
async def client(agora: AgoraStandIn) -> AsyncIterator[AgoraClient]:
    auth = HmacAuth("example-customer-id", SecretStr(SECRET))
    async with AgoraClient(app_id=APP_ID, auth=auth, base_url=agora.url) as client:
        yield client


def failed(call: Call, status: int) -> AgoraError:
    return class_for(status)(call, status=status)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("lvie", "There is no entry point `lvie`. Did you mean `live`?"),
        ("LIVE", "There is no entry point `LIVE`. Did you mean `live`?"),
        ("sport", "There is no entry point `sport`. Did you mean `sports`?"),
        ("zzz", "There is no entry point `zzz`. There are: `live`, `sports`."),
    ],
)
async def test_unknown_entry_point(agora: AgoraStandIn, client: AgoraClient, entry: str, words: str) -> None:
    """After a 404 the entry point that isn't there is named, with the one that was probably meant."""
    with pytest.raises(NotFound) as caught:
        await client.transfer(entry)

    explanation = await narrow(client, caught.value)

    assert (explanation.causes, explanation.retry_helps) == ((words,), False)
    assert [call.path.rpartition("/")[2] for call in agora.calls] == ["transfer", "entry_points"]


async def test_many_entry_points(agora: AgoraStandIn, client: AgoraClient) -> None:
    """Of many entry points the first five are named."""
    agora.entry_points.update({f"entry-{number}": EntryPoint() for number in range(7)})

    explanation = await narrow(client, failed(calls.transfer("zzz"), 404))

    assert explanation.causes[0].endswith("`live`, `sports`, `entry-0`, `entry-1`, `entry-2` and 4 more.")


async def test_region_without_settings(client: AgoraClient) -> None:
    """A refused recording in a region without settings says just that."""
    with pytest.raises(NotFound) as caught:
        await client.enable_recording("live", "ap", "main-stage")

    explanation = await narrow(client, caught.value)

    assert explanation.causes == ("No recording settings are saved for `live` in Asia outside mainland China.",)
    assert explanation.state == "Nothing was changed."


@pytest.mark.parametrize(
    ("settings", "cause"),
    [
        (
            {"mp4Config": {"enabled": True}},
            "The recording settings of `live` in Europe name no storage to record into.",
        ),
        ({}, "No recording settings are saved for `live` in Europe."),
    ],
)
async def test_settings_without_storage(settings: dict[str, object], cause: str) -> None:
    """Settings that name no storage are told apart from none at all."""
    network = Agora([answer(200, {"entryPointList": [{"name": "live"}]}), answer(200, settings)])
    async with client_of(network) as client:
        explanation = await narrow(client, failed(calls.enable_recording("live", "eu", "main-stage"), 404))

    assert explanation.causes == (cause,)


async def test_automatic_recording_is_on(agora: AgoraStandIn, client: AgoraClient) -> None:
    """Where entry point, settings and storage are there, the switch that can't be read is what is left."""
    agora.entry_points["live"].auto = True
    with pytest.raises(AgoraError) as caught:
        await client.enable_recording("live", "eu", "main-stage")

    explanation = await narrow(client, caught.value)

    assert explanation.causes[0].startswith("Automatic recording of `live` may be on")
    assert (
        explanation.advice == "Settings and storage are there. Turn automatic recording of `live` off, then try again."
    )


async def test_inner_error_of_a_region_without_settings(client: AgoraClient) -> None:
    """A 500 on a recording may come from missing settings too, and is then no passing fault."""
    explanation = await narrow(client, failed(calls.enable_recording("live", "cn", "main-stage"), 500))

    assert explanation.causes == ("No recording settings are saved for `live` in mainland China.",)
    assert explanation.retry_helps is False


async def test_stream_that_is_not_live(client: AgoraClient) -> None:
    """Where the entry point is there, a stream that isn't found is not live."""
    with pytest.raises(NotFound) as caught:
        await client.online_stream("live", "rehearsal")

    explanation = await narrow(client, caught.value)

    assert explanation.causes == ("`rehearsal` isn't live at the moment.",)
    assert explanation.advice.startswith("The entry point `live` is there.")


@pytest.mark.parametrize(
    ("ask", "cause"),
    [
        (calls.publish_history, "`rehearsal` was never pushed."),
        (calls.publish_quality, "`rehearsal` was not pushed lately."),
        (calls.play_statistic, "`rehearsal` was not pushed lately."),
    ],
)
async def test_stream_without_a_report(client: AgoraClient, ask: Callable[..., Call], cause: str) -> None:
    """Where the entry point is there, a report that isn't found is one of a stream that nobody pushed."""
    now = datetime.now(UTC)

    explanation = await narrow(client, failed(ask("live", "rehearsal", start=now, end=now), 404))

    assert explanation.causes == (cause,)
    assert explanation.advice == "The entry point `live` is there. Check how the stream is spelled."


async def test_recording_that_is_not_there(client: AgoraClient) -> None:
    """Where the entry point is there, there is no such recording."""
    explanation = await narrow(client, failed(calls.disable_recording("live", "eu", "main-stage"), 404))

    assert not any("There is no entry point" in cause for cause in explanation.causes)
    assert "nothing to turn off" in explanation.advice


@pytest.mark.parametrize("call", [calls.transfer("live"), calls.online_streams("live")], ids=str)
async def test_entry_point_is_there(client: AgoraClient, call: Call) -> None:
    """What was looked at and is there is no cause any more, and nobody is sent to check its spelling."""
    explanation = await narrow(client, failed(call, 404))

    assert not any("There is no entry point" in cause for cause in explanation.causes)
    assert explanation.advice == "The entry point `live` is there. Ask support@agora.io, with the request id."
    assert explanation.causes


async def test_automatic_recording_without_settings(client: AgoraClient) -> None:
    """A switch that isn't found on an entry point that is there lacks its settings."""
    explanation = await narrow(client, failed(calls.set_automatic_recording("live", enabled=True), 404))

    assert explanation.causes == ("No recording settings are saved for `live` yet.",)
    assert explanation.advice == "Save recording settings for a region of `live` first."


@pytest.mark.parametrize("done", [True, False])
async def test_unknown_transfer(agora: AgoraStandIn, client: AgoraClient, done: bool) -> None:
    """After an unclear answer to a change of the transfer, it is read, and the words say what is there now."""
    agora.entry_points["live"].transfer = Transfer(enabled=done, callback_url=HOOK)
    call = calls.set_transfer("live", enabled=True, callback_url=HOOK)

    explanation = await narrow(client, failed(call, 504))

    now = "on" if done else "off"
    judged = "That is what was asked for." if done else "That is not what was asked for, as of now."
    where = f"Transfer of `live` is {now} now, with a callback address at `bot.example.com`."
    assert (explanation.state, explanation.done) == (f"{where} {judged}", done)
    assert explanation.retry_helps is not done


async def test_transfer_with_another_address(agora: AgoraStandIn, client: AgoraClient) -> None:
    """The switch alone is not enough: the address has to be the one asked for, unless none was."""
    agora.entry_points["live"].transfer = Transfer(enabled=True, callback_url="https://old.example.com/")
    wanted = failed(calls.set_transfer("live", enabled=True, callback_url=HOOK), 504)
    any_address = failed(calls.set_transfer("live", enabled=True, callback_url=None), 504)

    assert [(await narrow(client, error)).done for error in (wanted, any_address)] == [False, True]


BANNED_UNTIL = datetime(2030, 1, 1, 20, tzinfo=UTC)
LATER = BANNED_UNTIL + timedelta(hours=1)
BAN, UNBAN = calls.ban("live", "main-stage", until=BANNED_UNTIL), calls.unban("live", "main-stage")


@pytest.mark.parametrize(
    ("call", "until", "now", "done"),
    [
        (BAN, BANNED_UNTIL, "is banned now.", True),
        (BAN, LATER, "is banned now, with another end.", False),
        (BAN, None, "is not banned now.", False),
        (UNBAN, None, "is not banned now.", True),
        (UNBAN, LATER, "is banned now.", False),
    ],
)
async def test_unknown_ban(
    agora: AgoraStandIn, client: AgoraClient, *, call: calls.Call, until: datetime | None, now: str, done: bool
) -> None:
    """After an unclear answer to a ban or its end, the banned streams are read, and the words say what is there."""
    if until is not None:
        agora.entry_points["live"].ban("main-stage", until, datetime.now(UTC))

    explanation = await narrow(client, failed(call, 504))

    assert f"`main-stage` {now} That is {'' if done else 'not '}what was asked for" in explanation.state
    assert (done, not done) == (explanation.done, explanation.retry_helps)


async def test_unclear_then_not_found(client: AgoraClient) -> None:
    """Where there is no such entry point, an earlier unclear try has changed nothing either."""
    error = failed(calls.disable_recording("lvie", "eu", "main-stage"), 404)
    error.changed = "unknown"

    explanation = await narrow(client, error)

    assert (explanation.state, explanation.done) == ("Nothing was changed.", False)


@pytest.mark.parametrize("fault", ["500", "401", "reset", "garbage", "empty", "429:30"])
@pytest.mark.parametrize(
    ("call", "status"),
    [
        (calls.enable_recording("live", "eu", "main-stage"), 404),
        (calls.enable_recording("live", "eu", "main-stage"), 400),
        (calls.set_transfer("live", enabled=True, callback_url=HOOK), 504),
    ],
    ids=str,
)
async def test_looking_fails(agora: AgoraStandIn, client: AgoraClient, call: Call, status: int, fault: str) -> None:
    """Where looking fails, once, the words are those that were known before."""
    agora.fault(fault, times=None)
    error = failed(call, status)

    assert await narrow(client, error) == explain(error)
    assert len(agora.calls) == 1


@pytest.mark.parametrize("status", [401, 403, 415, 429, 502, 503])
async def test_clear_errors(agora: AgoraStandIn, client: AgoraClient, status: int) -> None:
    """What looking can't make clearer is not looked at."""
    error = failed(calls.enable_recording("live", "eu", "main-stage"), status)

    assert await narrow(client, error) == explain(error)
    assert agora.calls == []


async def test_limit_is_away(agora: AgoraStandIn) -> None:
    """A limit of calls that can't be asked ends the looking, not the explanation."""

    async def away() -> None:
        raise ConnectionError

    auth = HmacAuth("example-customer-id", SecretStr(SECRET))
    error = failed(calls.transfer("lvie"), 404)
    async with AgoraClient(app_id=APP_ID, auth=auth, base_url=agora.url, before_try=away) as client:
        explanation: Explanation = await narrow(client, error)

    assert explanation == explain(error)
