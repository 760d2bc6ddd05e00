"""What reaches `/slack/events` and is not Slack's, or not whole: turned away, and nothing of it is kept."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from bot.sandbox.slack import Answer
from tests.harness import ADMIN, LIVE, Stage

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
CANARY = "canary-in-the-body"
COMMAND = {
    "command": "/record",
    "text": f"on live eu {CANARY}",
    "user_id": ADMIN,
    "channel_id": LIVE,
    "team_id": "T0STUDIO",
    "token": "deprecated",
    "trigger_id": "1.2.trigger",
    "response_url": f"https://hooks.example.com/{CANARY}",
}
BODY = urlencode(COMMAND).encode()


@pytest.fixture
async def door(world: Stage) -> Stage:
    await world.start()
    return world


async def signed(stage: Stage, body: bytes, kind: Mapping[str, str] = FORM) -> Answer:
    return await stage.slack.post(body, {**kind, **stage.slack.sign(body)})


async def interaction(stage: Stage, payload: Any) -> Answer:
    return await signed(stage, urlencode({"payload": json.dumps(payload)}).encode())


async def unharmed(stage: Stage) -> bool:
    """Whether by the time that a harmless command is answered nothing was done, and nothing else was said."""
    message = await stage.outcome("/agora whoami", ADMIN)
    return not stage.agora.calls and [message] == stage.slack.messages


def forged(stage: Stage, case: str) -> dict[str, str]:
    """The headers of a request that is not genuine, each in its own way."""
    now = int(stage.time.seconds())
    good = stage.slack.sign(BODY)
    at, signature = "X-Slack-Request-Timestamp", "X-Slack-Signature"
    changed = {
        "no headers": {},
        "no signature": {at: good[at]},
        "no timestamp": {signature: good[signature]},
        "empty signature": {**good, signature: ""},
        "wrong signature": {**good, signature: "v0=" + "0" * 64},
        "signature of another body": stage.slack.sign(BODY + b"&x=y"),
        "signature of another time": {**stage.slack.sign(BODY, now - 10), at: str(now)},
        "other version": {**good, signature: good[signature].replace("v0=", "v1=")},
        "signature that is not ASCII": {**good, signature: "v0=ü"},
        "signature of 10,000 characters": {**good, signature: "v0=" + "a" * 10_000},
        "timestamp that is no number": {**good, at: "now"},
        "timestamp in other digits": {**good, at: "١٢٣"},
        "timestamp with a sign": {**good, at: f"-{now}"},
        "timestamp with a fraction": {**good, at: f"{now}.5"},
        "timestamp of 5,000 digits": {**good, at: "9" * 5000},
        "empty timestamp": {**good, at: ""},
        "old": stage.slack.sign(BODY, now - 302),
        "from the future": stage.slack.sign(BODY, now + 302),
    }
    return {**FORM, **changed[case]}


FORGED = [
    "no headers",
    "no signature",
    "no timestamp",
    "empty signature",
    "wrong signature",
    "signature of another body",
    "signature of another time",
    "other version",
    "signature that is not ASCII",
    "signature of 10,000 characters",
    "timestamp that is no number",
    "timestamp in other digits",
    "timestamp with a sign",
    "timestamp with a fraction",
    "timestamp of 5,000 digits",
    "empty timestamp",
    "old",
    "from the future",
]


@pytest.mark.parametrize("case", FORGED)
async def test_what_is_not_genuine_is_turned_away(
    door: Stage, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, case: str
) -> None:
    """
    A request without a good and fresh signature gets 401 and does nothing; nothing of its body is logged.
    """
    answer = await door.slack.post(BODY, forged(door, case))

    assert 401 == answer.status
    assert await unharmed(door)
    out, err = capfd.readouterr()
    assert CANARY not in out + err + caplog.text + answer.text
    assert "Traceback" not in out + err


@pytest.mark.parametrize(("skew_s", "status"), [(-295, 200), (295, 200), (-305, 401), (305, 401)])
async def test_five_minutes_are_the_limit(door: Stage, skew_s: int, status: int) -> None:
    """
    Clocks may differ by up to five minutes, either way.

    https://docs.slack.dev/authentication/verifying-requests-from-slack
    """
    body = urlencode({**COMMAND, "text": "help"}).encode()
    headers = {**FORM, **door.slack.sign(body, int(door.time.seconds()) + skew_s)}

    assert status == (await door.slack.post(body, headers)).status


async def test_replayed_request_is_done_once(door: Stage) -> None:
    """
    The same genuine request again within its five minutes does nothing a second time, and says so.
    """
    body = urlencode({**COMMAND, "text": "on live eu main-stage"}).encode()
    headers = {**FORM, **door.slack.sign(body)}
    await door.slack.post(body, headers)
    await door.told(lambda message: "asked for" in message.text)
    again = await door.slack.post(body, headers)

    assert 200 == again.status
    assert "accepted before" in again.text
    await door.outcome("/agora whoami", ADMIN)
    assert 1 == len(door.wire)


UNREADABLE: list[tuple[bytes, Mapping[str, str]]] = [
    (b"", FORM),
    (CANARY.encode(), FORM),
    (b"%ff%fe=1", FORM),
    (b"&&&===", FORM),
    (f"payload={CANARY}".encode(), FORM),
    (b"payload={", FORM),
    (b"payload=[]", FORM),
    (b"payload=null", FORM),
    (b"payload=7", FORM),
    (b"payload=%22block_actions%22", FORM),
    (b"payload=%7B%7D", FORM),
    (b"payload=" + b"[" * 100_000, FORM),
    (b"command=%2Frecord", FORM),
    (b"command=%2Frecord&user_id=U0ADMIN", FORM),
    (b"{", JSON),
    (b"[]", JSON),
    (b'"x"', JSON),
    (b"{}", JSON),
    (b"[" * 100_000, JSON),
    (BODY, JSON),
    (b'{"type": "event_callback"}', FORM),
    (b'{"type": "event_callback"}', {"Content-Type": "text/plain"}),
    (b'{"type": "event_callback"}', {"Content-Type": "multipart/form-data; boundary=x"}),
]


@pytest.mark.parametrize(("body", "kind"), UNREADABLE, ids=range(len(UNREADABLE)))
async def test_garbage_is_turned_away(
    door: Stage,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    body: bytes,
    kind: Mapping[str, str],
) -> None:
    """
    What can't be read gets 400, signed or not (then 401); never a traceback, and nothing of it is logged.
    """
    genuine = await signed(door, body, kind)
    anybody = await door.slack.post(body, kind)

    assert [400, 401] == [genuine.status, anybody.status]
    assert await unharmed(door)
    out, err = capfd.readouterr()
    assert CANARY not in out + err + caplog.text + genuine.text
    assert "Traceback" not in out + err


async def test_invalid_utf8_is_turned_away(door: Stage, capfd: pytest.CaptureFixture[str]) -> None:
    """
    A body that is no text can't be Slack's, whatever its signature.
    """
    answer = await signed(door, b"command=\xff\xfe")

    assert 401 == answer.status
    assert "Traceback" not in "".join(capfd.readouterr())


BROKEN: list[Any] = [
    {"type": "block_actions"},
    {"type": "block_actions", "user": {"id": ADMIN}, "actions": []},
    {"type": "block_actions", "user": {"id": ADMIN}, "actions": {}},
    {"type": "block_actions", "user": {"id": ADMIN}, "actions": ["x"]},
    {"type": "block_actions", "user": {"id": ADMIN}, "actions": [{}]},
    {"type": "block_actions", "user": "x", "actions": [{"action_id": "operation_confirm", "value": "x"}]},
    {"type": "block_actions", "user": {}, "actions": [{"action_id": "operation_confirm", "value": "x"}]},
]


@pytest.mark.parametrize("payload", BROKEN, ids=range(len(BROKEN)))
async def test_half_a_click_is_turned_away(door: Stage, capfd: pytest.CaptureFixture[str], payload: Any) -> None:
    """
    A click without who pressed, or without what, gets 400.
    """
    answer = await interaction(door, payload)

    assert 400 == answer.status
    assert await unharmed(door)
    assert "Traceback" not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    "kind", ["shortcut", "message_action", "view_submission", "view_closed", "block_suggestion", "of_the_future"]
)
async def test_other_interactions_are_acknowledged(door: Stage, capfd: pytest.CaptureFixture[str], kind: str) -> None:
    """
    What the bot does not offer is acknowledged and does nothing: the person would see an error otherwise.
    """
    payload = {
        "type": kind,
        "user": {"id": ADMIN, "team_id": "T0STUDIO"},
        "team": {"id": "T0STUDIO"},
        "callback_id": "x",
        "action_id": "x",
        "block_id": "x",
        "value": "",
        "view": {"id": "V1", "type": "modal", "callback_id": "x", "state": {"values": {}}},
    }
    answer = await interaction(door, payload)

    assert (200, "") == (answer.status, answer.text)
    assert await unharmed(door)
    assert "Traceback" not in "".join(capfd.readouterr())


async def test_event_is_acknowledged(door: Stage) -> None:
    """
    Events that nobody asked for are acknowledged, so that Slack does not send them again.
    """
    answer = await door.slack.event({"type": "app_home_opened", "user": ADMIN, "tab": "home", "channel": "D0ADA"})

    assert 200 == answer.status
    assert await unharmed(door)


async def test_address_is_verified_by_a_genuine_request_alone(door: Stage) -> None:
    """
    Slack's check of the address is answered with its challenge; a check that is not signed is not.

    https://docs.slack.dev/reference/events/url_verification
    """
    body = json.dumps({"type": "url_verification", "challenge": CANARY, "token": "deprecated"}).encode()

    genuine = await signed(door, body, JSON)
    anybody = await door.slack.post(body, JSON)

    assert (200, 401) == (genuine.status, anybody.status)
    assert CANARY in genuine.text
    assert CANARY not in anybody.text


async def test_check_of_the_certificate_is_answered(door: Stage) -> None:
    """
    Now and then Slack looks whether the address of a command has a good certificate; the answer is a bare 200.

    https://docs.slack.dev/interactivity/implementing-slash-commands
    """
    answer = await signed(door, b"ssl_check=1&token=deprecated")

    assert 200 == answer.status
    assert await unharmed(door)


async def test_large_body_is_not_read(door: Stage, capfd: pytest.CaptureFixture[str]) -> None:
    """
    Two megabytes are more than Slack ever sends: 413, genuine or not, and nothing of it is logged.
    """
    body = b"command=%2Frecord&text=" + CANARY.encode() * 120_000

    statuses = []
    for headers in (FORM, {**FORM, **door.slack.sign(body)}):
        assert door.slack.bot_url is not None
        async with (
            aiohttp.ClientSession() as session,
            session.post(door.slack.bot_url, data=io.BytesIO(body), headers=headers) as response,
        ):
            statuses.append(response.status)

    assert len(body) > 2_000_000
    assert [413, 413] == statuses
    assert await unharmed(door)
    assert CANARY not in "".join(capfd.readouterr())


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_only_post_is_taken(door: Stage, method: str) -> None:
    """
    Anything but POST gets 405.
    """
    assert door.slack.bot_url is not None
    async with aiohttp.ClientSession() as session, session.request(method, door.slack.bot_url) as response:
        assert 405 == response.status


async def test_other_addresses_are_not_there(door: Stage) -> None:
    """
    An address beside Slack's is 404, with a slash too many as well.
    """
    assert door.slack.bot_url is not None
    async with aiohttp.ClientSession() as session:
        for path in ("/", "/../", "x", "/events"):
            async with session.post(f"{door.slack.bot_url}{path}", data=BODY, headers=FORM) as response:
                assert 404 == response.status


async def test_clock_of_the_bot_decides_what_is_old(door: Stage) -> None:
    """
    What was genuine is old five minutes later.
    """
    body = urlencode({**COMMAND, "text": "help"}).encode()
    headers = {**FORM, **door.slack.sign(body)}
    door.time.turn(timedelta(minutes=6))

    assert 401 == (await door.slack.post(body, headers)).status
