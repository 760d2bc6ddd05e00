"""An entry point at one look: all of it, or what of it can be had."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.sandbox.agora_memory import EntryPoint, Transfer
from bot.wording import moment
from tests.harness import ADMIN, MANAGER, OPERATOR, STRANGER, VIEWER, Stage
from tests.outside.acts import confirmed, offers, whole
from tests.outside.clicking import operation_of
from tests.outside.test_later import planned

STATUS = "/agora status live"
KEYS = ("storage-access-key-for-tests", "storage-secret-key-for-tests", "token-for-tests")


async def read(stage: Stage, line: str = STATUS, user: str = VIEWER) -> list[str]:
    """The lines of the answer."""
    message = await stage.outcome(line, user)
    assert ("ephemeral", user) == (message.kind, message.to)
    assert [] == [key for key in KEYS if key in whole(message)]
    return message.text.splitlines()


def about(lines: list[str], start: str) -> str:
    """The one line that begins so."""
    (line,) = [line for line in lines if line.startswith(start)]
    return line


async def test_status_shows_all_of_it(stage: Stage) -> None:
    """
    What is live, transfer, recording by region with masked keys, bans, what was done and what is planned; no error.
    """
    live = stage.agora.entry_points["live"]
    live.transfer = Transfer(enabled=True, callback_url="https://hooks.example.com/transfer?key=token-for-tests")
    until = (stage.time.now() + timedelta(hours=2)).replace(microsecond=0)
    live.ban("rehearsal", until, stage.time.now())
    await stage.outcome("/record on live eu main-stage", OPERATOR)
    plan = await planned(stage, "/record on live eu final at tomorrow 20:45", MANAGER)

    lines = await read(stage)

    began = live.streams["main-stage"]
    assert "`live`: 1 stream is live now." == lines[0]
    assert about(lines, "Live:").startswith(f"Live: `main-stage` since {moment(began)} (20 min")
    assert "Transfer: on, Agora asks `https://hooks.example.com/transfer?…`." == about(lines, "Transfer:")
    eu = about(lines, "Recording in `eu`:")
    for part in ("MP4 and HLS", "`Amazon S3`", "bucket `example-recordings`", "access key `•••ests`"):
        assert part in eu
    assert "Recording in `cn` and `ap`: no settings" in about(lines, "Recording in `cn`")
    assert about(lines, "Recording in `na`:")
    assert f"Banned: `rehearsal` until {moment(until)}." == about(lines, "Banned:")
    done = about(lines, "Done ")
    assert f"asked by <@{OPERATOR}>: Recording is asked for: `main-stage` on `live`, region `eu`." in done
    coming = about(lines, "Planned:")
    for part in ("record `final` on `live`", f"<@{MANAGER}>", operation_of(plan), "<!date^"):
        assert part in coming
    assert not [line for line in lines if "could not be read" in line]


async def test_status_of_what_is_quiet(stage: Stage) -> None:
    """
    Where there is nothing, each line says so.
    """
    stage.agora.entry_points["quiet"] = EntryPoint()

    lines = await read(stage, "/agora status quiet")

    assert [
        "`quiet`: no stream is live now.",
        "Live: no stream.",
        "Transfer: off, with no address to ask.",
        "Recording in `cn`, `ap`, `eu` and `na`: no settings, so nothing can be recorded there.",
        "Banned: no stream.",
        "Done last by the bot: nothing that it knows of.",
        "Planned: nothing.",
    ] == lines


async def test_status_shows_the_last_that_was_done_there(stage: Stage) -> None:
    """
    The last three things that were done or tried on the entry point, newest first; not what was refused or cancelled,
    what happened elsewhere, or who got which role.
    """
    for name in ("one", "two", "three"):
        await stage.outcome(f"/record on live eu {name}", OPERATOR)
    await confirmed(stage, "/transfer set live on https://hooks.example.com/transfer", MANAGER)
    stage.agora.fault("504", method="PUT")
    await stage.outcome("/record on live eu four", OPERATOR)
    await stage.outcome("/record on sports eu elsewhere", OPERATOR)
    await stage.outcome("/record off live eu main-stage", VIEWER)
    await stage.grant(STRANGER, "viewer on live")

    done = [line for line in await read(stage) if line.startswith("Done ")]

    assert 3 == len(done)
    assert "Not known whether it was done: turn on recording of `four`" in done[0]
    assert f"asked by <@{MANAGER}>: Transfer of `live` is on" in done[1]
    assert "`three`" in done[2]


async def test_status_of_much_is_short(stage: Stage) -> None:
    """
    Of many streams, bans and plans the first are shown, the others counted, with what lists them.
    """
    live = stage.agora.entry_points["live"]
    live.streams.clear()
    for number in range(40):
        stage.agora.push("live", f"cam-{number}")
        live.bans[f"bad-{number}"] = stage.time.now() + timedelta(hours=1)
    for number in range(5):
        await planned(stage, f"/record on live eu s{number} at tomorrow 09:{number:02}", OPERATOR)

    lines = await read(stage)

    assert "`cam-4` since" in about(lines, "Live:")
    assert "; and 35 more, which `/stream list live` lists." in about(lines, "Live:")
    assert about(lines, "Banned:").endswith("; and 35 more.")
    assert 3 == len([line for line in lines if line.startswith("Planned:")])
    assert "2 more plans: `/agora planned` lists them." in lines
    assert "…" not in "".join(lines)


async def test_plans_of_other_entry_points_are_not_shown(stage: Stage) -> None:
    """
    What is planned elsewhere is not planned here.
    """
    await planned(stage, "/record on sports eu final at tomorrow 20:45", OPERATOR)

    assert "Planned: nothing." in await read(stage)


@pytest.mark.parametrize(
    ("path", "start"),
    [
        ("online_streams", "Live:"),
        ("settings/transfer", "Transfer:"),
        ("regions/eu", "Recording in `eu`:"),
        ("banned_streams", "Banned:"),
    ],
)
@pytest.mark.parametrize(("fault", "why"), [("504", "(504)"), ("400", "(400)"), ("reset", "no answer")])
async def test_part_that_fails_is_shown_as_such(stage: Stage, path: str, start: str, fault: str, why: str) -> None:
    """
    A part that Agora does not answer is shown as such, with why; all others still come.
    """
    stage.agora.fault(fault, path=path, times=None)

    lines = await read(stage)

    line = about(lines, start)
    assert f"{start} could not be read." in line
    assert why in line
    assert 1 == "\n".join(lines).count(": could not be read.")
    passes = "To read again what could not be read, type the command again."
    assert (fault != "400") == (passes in lines)


async def test_part_that_hangs_does_not_hold_up_the_rest(world: Stage) -> None:
    """
    Where Agora is silent on one part, the rest is there within seconds, whatever a call may take otherwise.
    """
    await world.start(AGORA_TIMEOUT_S="300", AGORA_ATTEMPTS="4")
    world.agora.fault("hang", path="banned_streams", times=None)
    seen = list(world.slack.messages)
    await world.slash(STATUS, ADMIN)

    message = await world.told(lambda shown: shown not in seen and "Transfer:" in shown.text)

    assert "Banned: could not be read. There was no answer from Agora in time." in message.text
    assert "Live: `main-stage` since" in message.text


async def test_passing_failure_is_not_noticed(world: Stage) -> None:
    """
    What fails once and then works is read.
    """
    await world.start(AGORA_ATTEMPTS="4")
    world.agora.fault("503", path="settings/transfer", times=1)
    seen = list(world.slack.messages)
    await world.slash(STATUS, ADMIN)

    message = await world.told(lambda shown: shown not in seen and "Live:" in shown.text)

    assert "Transfer: off, with no address to ask." in message.text


async def test_parts_are_asked_for_at_once(stage: Stage) -> None:
    """
    No part waits for another: while the first hang, all of them are at Agora.
    """
    stage.agora.fault("slow:2", times=None)
    await stage.slash(STATUS, VIEWER)

    await stage.agora.wait_for(lambda _: 7 == len(stage.agora.calls))

    assert {None} == {call.status for call in stage.agora.calls}
    await stage.told(lambda shown: "Live: `main-stage`" in shown.text)


async def test_nothing_read_is_a_failure(stage: Stage) -> None:
    """
    Where no part can be read it is a failure like any other, with why and a way to try again.
    """
    stage.agora.fault("504", times=None)

    message = await stage.outcome(STATUS, VIEWER)

    assert "🔴" in message.text
    assert "(504)" in message.text
    assert ["operation_retry"] == offers(message)


async def test_unknown_entry_point_is_named(stage: Stage) -> None:
    """
    An entry point that there is not is named, with the one that was probably meant; even where one part fails.
    """
    stage.agora.fault("504", path="banned_streams", times=None)

    text = "\n".join(await read(stage, "/agora status lvie"))

    assert "There is no entry point `lvie`. Did you mean `live`?" in text


async def test_who_has_no_role_there_is_refused(stage: Stage) -> None:
    """
    Without a role on the entry point there is a refusal, and no call.
    """
    await stage.grant(STRANGER, "viewer on sports")

    answer = await stage.slash(STATUS, STRANGER)

    assert "this takes viewer on `live`" in answer.text
    assert [] == stage.agora.calls
