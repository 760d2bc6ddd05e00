"""`check`: what it finds wrong, what it says to do, and what it leaves alone."""

from __future__ import annotations

import json
import re
import signal
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis

from bot.check.asking import Scene, ask_all
from bot.check.findings import Mark
from bot.check.store import STORE
from bot.sandbox.agora import AgoraStandIn
from bot.sandbox.slack import SlackStandIn
from bot.slack.manifest import OPTIONAL_SCOPES, SCOPES
from tests.harness import LIVE, Stage
from tests.processes.running import Ended, Machine
from tests.processes.terminal import on_a_terminal
from tests.redis_server import RedisServer

MANIFEST = (*SCOPES, *OPTIONAL_SCOPES)
SECRET = "0123456789abcdef" * 2  # as Slack's signing secrets look
KEEPS = ("--appendonly", "yes")


@dataclass
class Found:
    """What one run found."""

    status: int
    rows: list[dict[str, str]]

    @property
    def states(self) -> dict[str, str]:
        return {row["what"]: row["state"] for row in self.rows}

    def of(self, state: str) -> list[str]:
        return [row["what"] for row in self.rows if row["state"] == state]

    def said(self, what: str) -> str:
        return "\n".join(f"{row['found']} {row['do']}" for row in self.rows if row["what"] == what)


@pytest.fixture
async def slack(world: Stage) -> AsyncIterator[SlackStandIn]:
    """A workspace in which the app is installed as the manifest says."""
    async with SlackStandIn(clock=world.time.seconds, scopes=MANIFEST) as installed:
        world.slack = installed
        yield installed
    assert [] == installed.violations


@pytest.fixture
def shop(machine: Machine, slack: SlackStandIn) -> Machine:
    """A machine whose bot is set up well, but for Redis, which keeps nothing in tests."""
    machine.stage.environ = {"SLACK_SIGNING_SECRET": SECRET}
    return machine


async def checked(machine: Machine, *words: str, **changes: str) -> Found:
    ended = await machine.run("check", "--json", *words, environ=machine.stage.environment(**changes))
    return read(ended)


def read(ended: Ended) -> Found:
    assert "" == ended.err, ended.said
    assert "for-tests" not in ended.out
    assert "planted" not in ended.out
    answer: dict[str, Any] = json.loads(ended.out)
    assert answer["ok"] == (ended.status == 0)
    return Found(ended.status, answer["findings"])


def nowhere() -> str:
    """A host and port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


async def test_check_of_a_bot_that_would_work(shop: Machine) -> None:
    """
    Of a bot that would work everything is fine or not asked, and `check` ends with 0; the embedded store that it
    started is stopped again, nobody in Slack sees anything, and Agora is only read.
    """
    found = await checked(shop, REDIS_URL="")

    assert (0, {"ok", "skip", "hint"}) == (found.status, set(found.states.values())), found.rows
    assert ["Socket Mode", "Slack channel"] == found.of("skip")
    assert ["Public address"] == found.of("hint")
    assert not (shop.folder / ".agora-bot" / "store" / "server.pid").exists()
    assert [] == shop.stage.slack.messages
    assert {"GET"} == {call.method for call in shop.stage.agora.calls}


async def test_check_prints_a_line_each(shop: Machine) -> None:
    """
    For people it prints one aligned line each, and the upshot in the last one; without color where that goes to a file.
    """
    ended = await shop.run("check")

    *lines, blank, upshot = ended.out.splitlines()
    assert (0, "", "") == (ended.status, ended.err, blank), ended.said
    assert {"ok", "warn", "hint", "skip"} == {line.split()[0] for line in lines}
    assert 1 == len({re.match(r"\S+ +\S+(?: \S+)* {2,}", line)[0].__len__() for line in lines})  # type: ignore[index]
    assert "The bot would work; 1 thing is doubtful." == upshot
    assert "\x1b" not in ended.out


async def test_check_fits_on_a_terminal(shop: Machine) -> None:
    """
    On a terminal of 80 columns no line is longer, what goes on below is indented, and states are in color.
    """
    status, shown = await on_a_terminal("check", machine=shop, columns=80, environ=shop.stage.environment())

    lines = re.sub(r"\x1b\[[\d;]*m", "", shown).splitlines()
    assert 0 == status, shown
    assert all(len(line) <= 80 for line in lines), shown
    assert any(line.startswith(" " * 22 + "→ Set appendonly to yes.") for line in lines), shown
    assert "\x1b[33mwarn" in shown


async def test_check_finds_all_that_is_wrong(shop: Machine) -> None:
    """
    `check` looks at everything, though one thing fails: what does is named with its setting, and it ends with 1.
    """
    wrong = {
        "SLACK_BOT_TOKEN": "xoxb-planted",
        "SLACK_APP_TOKEN": "xapp-planted",
        "AGORA_CUSTOMER_SECRET": "planted-for-tests",
        "REDIS_URL": f"redis://:planted@{nowhere()}",
    }

    found = await checked(shop, **wrong)

    assert (1, ["Redis", "Slack", "Socket Mode", "Agora"]) == (found.status, found.of("fail")), found.rows
    assert "REDIS_URL" in found.said("Redis")
    assert "SLACK_BOT_TOKEN" in found.said("Slack")
    assert "invalid_auth" in found.said("Slack")
    assert "SLACK_APP_TOKEN" in found.said("Socket Mode")
    assert "AGORA_CUSTOMER_SECRET" in found.said("Agora")
    for what, see in {
        "Redis disk": "Redis",
        "Admins": "Redis",
        "Slack scopes": "Slack",
        "Agora signing": "Agora",
    }.items():
        assert f"see {see}" in found.said(what)
    assert ("ok", "ok") == (found.states["Slack clock"], found.states["Agora clock"])


async def test_check_without_a_setting_looks_at_the_rest(shop: Machine) -> None:
    """
    A setting that is missing or wrong is a finding like any other; what needs it is not asked and says so, the rest is.
    """
    found = await checked(shop, SLACK_BOT_TOKEN="xapp-planted", AGORA_APP_ID="", AGORA_ATTEMPTS="planted", REDIS_URL="")

    assert (1, {"Settings"}) == (found.status, set(found.of("fail"))), found.rows
    for name in ("SLACK_BOT_TOKEN", "AGORA_APP_ID", "AGORA_ATTEMPTS"):
        assert name in found.said("Settings")
    assert "SLACK_BOT_TOKEN can't be used" in found.said("Slack")
    assert "AGORA_APP_ID can't be used" in found.said("Agora")
    assert ("ok", "ok", "ok") == tuple(found.states[what] for what in ("Redis", "Signing secret", "Agora clock"))


async def test_check_starts_no_store_where_redis_is_set_wrong(shop: Machine) -> None:
    """
    An address that is none is not taken for the wish to have the embedded store.
    """
    found = await checked(shop, REDIS_URL="http://planted.example.com")

    assert ("fail", "skip") == (found.states["Settings"], found.states["Redis"])
    assert not (shop.folder / ".agora-bot").exists()


async def test_check_counts_settings_as_findings(machine: Machine) -> None:
    """
    To `check` a missing setting is a finding like any other: it ends with 1, not 2.
    """
    ended = await machine.run("check", environ={"SLACK_BOT_TOKEN": "xapp-planted"})

    assert 1 == ended.status
    assert "SLACK_BOT_TOKEN" in ended.out
    assert "AGORA_APP_ID" in ended.out
    assert "planted" not in ended.said


async def test_check_of_a_file_that_is_none(machine: Machine) -> None:
    """
    A file of settings that can't be read is a finding too.
    """
    (machine.folder / ".env").write_bytes(b"\xff\xfe")

    ended = await machine.run("check")

    assert (1, "", True) == (ended.status, ended.err, ".env can't be read" in ended.out), ended.said


async def test_check_doubts_a_redis_that_may_forget(shop: Machine) -> None:
    """
    `check` says what in the setup of Redis may lose what it holds, and what to set; that stops no deployment.
    """
    found = await checked(shop)

    assert (0, ["Redis disk"]) == (found.status, found.of("warn")), found.rows
    assert "Set appendonly to yes." in found.said("Redis disk")


async def test_check_doubts_a_redis_that_throws_away(shop: Machine) -> None:
    """
    A Redis that evicts is named with its policy, and with the one to set.
    """
    server = RedisServer.start(*KEEPS, "--maxmemory-policy", "allkeys-lru")
    try:
        found = await checked(shop, REDIS_URL=server.url)
    finally:
        server.stop()

    assert (0, ["Redis memory"]) == (found.status, found.of("warn")), found.rows
    assert "allkeys-lru" in found.said("Redis memory")
    assert "noeviction" in found.said("Redis memory")


async def test_check_of_a_redis_that_does_not_let_it_ask(shop: Machine) -> None:
    """
    A user that may not ask how Redis is set up works; one that may not run scripts does not.
    """
    server = RedisServer.start(*KEEPS)
    place = server.url.removeprefix("unix://")
    try:
        with Redis.from_url(server.url) as client:
            for user, denied in (("shy", "-info"), ("bound", "-@scripting")):
                client.acl_setuser(user, enabled=True, passwords=["+planted"], keys=["*"], commands=["+@all", denied])
        shy = await checked(shop, REDIS_URL=f"unix://shy:planted@{place}")
        bound = await checked(shop, REDIS_URL=f"unix://bound:planted@{place}")
    finally:
        server.stop()

    assert (0, {"Redis disk", "Redis memory"} <= set(shy.of("skip"))) == (shy.status, True), shy.rows
    assert (1, ["Redis clock"]) == (bound.status, bound.of("fail")), bound.rows
    assert "ACL" in bound.said("Redis clock")


@pytest.mark.parametrize(
    ("missing", "state", "status"),
    [("files:read", "fail", 1), ("users:read", "hint", 0), ("groups:history", "hint", 0)],
)
async def test_check_knows_the_scopes(machine: Machine, missing: str, state: str, status: int) -> None:
    """
    A scope that the bot takes is wrong where it is missing; without one that it can do without something is lost, and
    that is said. One too many does no harm.
    """
    scopes = [scope for scope in (*MANIFEST, "reactions:read") if scope != missing]
    async with SlackStandIn(clock=machine.stage.time.seconds, scopes=scopes) as slack:
        machine.stage.slack = slack

        found = await checked(machine)

    assert (status, [state]) == (
        found.status,
        [row["state"] for row in found.rows if row["what"] == "Slack scopes"],
    ), found.rows
    assert missing in found.said("Slack scopes")
    assert {**SCOPES, **OPTIONAL_SCOPES}[missing].replace("`", "") in found.said("Slack scopes").replace("`", "")


@pytest.mark.parametrize("off", [timedelta(minutes=10), timedelta(minutes=-10)], ids=["ahead", "behind"])
async def test_check_compares_clocks(shop: Machine, off: timedelta) -> None:
    """
    A clock that is 10 minutes off is wrong, and why: Slack's requests look old, Agora refuses what is signed with it.
    """
    shop.stage.time.turn(off)

    found = await checked(shop)

    assert {"Slack clock", "Agora clock", "Agora signing"} == set(found.of("fail")), found.rows
    side = "behind" if off > timedelta() else "ahead of"
    for what, whose in {"Slack clock": "Slack", "Agora clock": "Agora"}.items():
        assert re.search(rf"(10 min|9 min 5\d s).* {side} {whose}'s", found.said(what)), found.said(what)
        assert "NTP" in found.said(what)
    assert "unless the clock is what is wrong" in found.said("Agora signing")


async def test_check_is_content_with_clocks_a_little_apart(shop: Machine) -> None:
    """
    Some seconds are said and do no harm; two minutes are doubtful.
    """
    shop.stage.time.turn(timedelta(seconds=20))
    near = await checked(shop)
    shop.stage.time.turn(timedelta(minutes=2))
    far = await checked(shop)

    assert ("ok", "ok") == (near.states["Slack clock"], near.states["Agora clock"]), near.rows
    assert ("warn", "warn", 0) == (far.states["Slack clock"], far.states["Agora clock"], far.status), far.rows


@pytest.mark.parametrize(("own", "basic"), [("hmac", True), ("hmac", False), ("basic", True), ("basic", False)])
async def test_check_signs_both_ways(shop: Machine, own: str, basic: bool) -> None:
    """
    It says which way of signing is set and which works; where only the other one does, which to set.
    """
    async with AgoraStandIn(clock=shop.stage.time.now, accept_basic=basic) as agora:
        shop.stage.agora = agora

        found = await checked(shop, AGORA_AUTH=own)

    works = own == "hmac" or basic
    assert (0 if works else 1, "ok" if works else "fail") == (found.status, found.states["Agora signing"]), found.rows
    assert f"{own} is set, and {'works' if works else 'refused'}" in found.said("Agora signing")
    assert ("AGORA_AUTH=hmac" in found.said("Agora signing")) == (not works)
    assert ("refused" in found.said("Agora signing")) == (not basic)


@pytest.mark.parametrize(("fault", "says"), [("403", "Media Broadcast"), ("503", "503"), ("reset", "AGORA_API_URL")])
async def test_check_explains_agora(shop: Machine, fault: str, says: str) -> None:
    """
    Whatever Agora answers in place of its entry points is explained.
    """
    shop.stage.agora.fault(fault, times=None)

    found = await checked(shop)

    assert (1, ["Agora"]) == (found.status, found.of("fail")), found.rows
    assert says in found.said("Agora")


async def test_check_hints_at_a_project_without_entry_points(shop: Machine) -> None:
    """
    A project without an entry point is fine, and can do nothing yet.
    """
    shop.stage.agora.entry_points.clear()

    found = await checked(shop)

    assert ("hint", 0) == (found.states["Agora"], found.status)


async def test_check_ends_though_everything_hangs(shop: Machine) -> None:
    """
    Where Redis, Slack and Agora accept connections and never answer, it still ends within seconds.
    """
    server = RedisServer.start()
    server.process.send_signal(signal.SIGSTOP)
    shop.stage.slack.fail("auth.test", delay=timedelta(minutes=1))
    shop.stage.slack.fail("apps.connections.open", delay=timedelta(minutes=1))
    shop.stage.agora.fault("hang", times=None)
    began = time.monotonic()
    try:
        found = await checked(shop, REDIS_URL=server.url, SLACK_APP_TOKEN="xapp-for-tests")
    finally:
        server.stop()

    assert time.monotonic() - began < 15
    assert ["Redis", "Slack", "Socket Mode", "Agora"] == found.of("fail"), found.rows
    assert all(found.said(what).split("\n")[0].strip() for what in found.of("fail"))


async def test_check_tries_socket_mode(shop: Machine) -> None:
    """
    With an app token it asks whether Slack would let the bot connect, and does not connect.
    """
    found = await checked(shop, SLACK_APP_TOKEN="xapp-for-tests")

    assert ("ok", 0) == (found.states["Socket Mode"], shop.stage.slack.connections), found.rows
    assert "apps.connections.open" in {call.method for call in shop.stage.slack.calls}


async def test_check_posts_where_it_is_told_to(shop: Machine) -> None:
    """
    With a channel it posts a message there and deletes it; without one it posts nothing.
    """
    without = await checked(shop)
    tried = [call.method for call in shop.stage.slack.calls if call.method.startswith("chat.")]
    found = await checked(shop, "--channel", LIVE)

    calls = [call.method for call in shop.stage.slack.calls if call.method.startswith("chat.")]
    assert ("skip", []) == (without.states["Slack channel"], tried)
    assert ("ok", ["chat.postMessage", "chat.delete"]) == (found.states["Slack channel"], calls), found.rows
    assert [] == [message for message in shop.stage.slack.messages if not message.deleted]


async def test_check_says_why_it_can_not_post(shop: Machine) -> None:
    """
    A channel that the bot does not know, or can't delete in, is said with Slack's word for it.
    """
    unknown = await checked(shop, "--channel", "C0NOWHERE")
    shop.stage.slack.fail("chat.delete", error="cant_delete_message")
    stays = await checked(shop, "--channel", LIVE)

    assert ("fail", True) == (unknown.states["Slack channel"], "channel_not_found" in unknown.said("Slack channel"))
    assert ("warn", True) == (stays.states["Slack channel"], "Delete it by hand" in stays.said("Slack channel"))


async def test_check_goes_to_the_public_address(shop: Machine) -> None:
    """
    The bot is looked for at its public address. If one runs here and is not found there that is wrong; if none runs it
    is only doubtful, since a check comes before the first start.
    """
    process = await shop.serve()
    here = {"PORT": str(process.port)}

    there = await checked(shop, PUBLIC_URL=process.url, **here)
    elsewhere = await checked(shop, PUBLIC_URL=f"http://{nowhere()}", **here)
    other = await checked(shop, PUBLIC_URL=shop.stage.agora.url, **here)
    await process.stop()
    before = await checked(shop, PUBLIC_URL=process.url, **here)

    states = [found.states["Public address"] for found in (there, elsewhere, other, before)]
    assert ["ok", "fail", "fail", "warn"] == states, [found.said("Public address") for found in (elsewhere, other)]
    assert "no connection" in elsewhere.said("Public address")
    assert "another answer (401)" in other.said("Public address")


@pytest.mark.parametrize(
    ("changes", "what", "state", "says"),
    [
        ({"SLACK_SIGNING_SECRET": "planted-signing-secret"}, "Signing secret", "warn", "Basic Information"),
        ({"SECRET_KEY": ""}, "Secret key", "hint", "SECRET_KEY"),
        ({"SECRET_KEY": "planted" * 5}, "Secret key", "ok", "set"),
        ({"SECRET_KEY": f"{'planted' * 5},{'planted' * 6}"}, "Secret key", "ok", "2 keys"),
        ({"BOT_ADMINS": ""}, "Admins", "hint", "BOT_ADMINS"),
    ],
)
async def test_check_looks_at_what_nobody_can_be_asked(
    shop: Machine, changes: dict[str, str], what: str, state: str, says: str
) -> None:
    """
    Secrets and admins are looked at as far as that is possible, and never shown.
    """
    found = await checked(shop, **changes)

    assert (state, 0) == (found.states[what], found.status)
    assert says in found.said(what)


async def test_check_compares_the_clock_of_redis(world: Stage) -> None:
    """
    Times are told from process to process by way of Redis, so a clock that is a minute off is doubtful there too.
    """
    scene = Scene(world.settings(), clock=lambda: datetime.now(UTC) + timedelta(minutes=1), channel=None)

    found = {finding.what: finding for finding in await ask_all([STORE], scene, frozenset())}

    assert Mark.DOUBTFUL is found["Redis clock"].mark
    assert re.search(r"(1 min|59 s|1 min 1 s) ahead of Redis's", found["Redis clock"].found)


async def test_check_shows_no_secret_whoever_says_it(shop: Machine) -> None:
    """
    A secret that comes back in an answer is masked.
    """
    shop.stage.slack.fail("auth.test", error="xoxb-for-tests")

    found = await checked(shop)

    assert ("fail", True) == (found.states["Slack"], "•••" in found.said("Slack"))
