"""`python -m bot audit`: the trail from a shell, exported and verified by a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot import audit_cli, roles_cli
from bot.__main__ import main
from bot.audit import Audit, Record
from bot.audit_cli import Wanted
from bot.chain import Noted
from bot.store import Store
from tests.harness import ADMIN, OPERATOR, STRANGER, Stage
from tests.processes.running import ROOT, Ended, Machine, surroundings
from tests.trails import NOW, altered, delete, entries, filled, head, older_release, rebuilt

ON, SPORTS = "/record on live eu main-stage", "/record on sports eu final"

OLDER_PIECE = """
local function append_to_trail(trail, head, first)
    redis.call('XADD', trail, 'MAXLEN', '~', ARGV[first], '*', unpack(ARGV, first + 1))
end
"""


async def audit(machine: Machine, *words: str, **environ: str) -> Ended:
    """Run it with the store's settings alone."""
    return await machine.run("audit", *words, environ={"REDIS_URL": machine.stage.redis_url, **environ})


@dataclass(frozen=True)
class Here:
    """The same in the test's own process, which starts sooner."""

    stage: Stage
    capture: pytest.CaptureFixture[str]

    async def export(self, wanted: Wanted = Wanted(), *, as_json: bool = True) -> Ended:  # noqa: B008 - frozen
        self.capture.readouterr()
        return self._ended(await audit_cli.export(self.stage.settings(), wanted, as_json=as_json))

    async def verify(self, noted: Noted | None = None) -> Ended:
        self.capture.readouterr()
        return self._ended(await audit_cli.verify(self.stage.settings(), noted))

    def _ended(self, status: int) -> Ended:
        return Ended(status, *self.capture.readouterr())


@pytest.fixture
def here(world: Stage, capsys: pytest.CaptureFixture[str]) -> Here:
    return Here(world, capsys)


def rows(shown: Ended) -> list[dict[str, Any]]:
    return [json.loads(line) for line in shown.out.splitlines()]


@pytest.fixture
async def story(machine: Machine) -> Machine:
    """A grant, a recording on each of two entry points, and a refusal."""
    stage = machine.stage
    await stage.start()
    await stage.grant(OPERATOR, "operator")
    for line in (ON, SPORTS):
        await stage.outcome(line)
    await stage.slash(ON, STRANGER)
    return machine


async def test_trail_is_exported_as_json(story: Machine, store: Store) -> None:
    """
    Each record is one JSON object on a line of its own, the oldest first, with its place in the chain; the head of the
    trail stands on standard error, so that it can be noted.
    """
    shown = await audit(story, "--json")

    found = rows(shown)
    assert (0, 4) == (shown.status, len(found)), shown.said
    assert [
        (ADMIN, "agora grant", "succeeded", "*"),
        (OPERATOR, "record on", "succeeded", "live"),
        (OPERATOR, "record on", "succeeded", "sports"),
        (STRANGER, "record on", "refused", "live"),
    ] == [(one["actor"], one["action"], one["outcome"], one["entry"]) for one in found]
    assert [1, 2, 3, 4] == [one["number"] for one in found]
    assert [one["digest"] for one in found[:-1]] == [one["before"] for one in found[1:]]
    assert ["main-stage"] == found[1]["streams"]
    assert datetime.now(UTC) - datetime.fromisoformat(found[1]["at"]) < timedelta(minutes=5)
    assert f"4 records. Head of the trail: {await head(store)}\n" == shown.err
    assert str(await head(store)).endswith(found[-1]["digest"])


async def test_trail_is_shown_as_text(story: Machine) -> None:
    """
    Without `--json` it is for people: a line each, with time, who, outcome, what, where, and why it was refused.
    """
    shown = await audit(story)

    lines = shown.out.splitlines()
    assert (0, 4) == (shown.status, len(lines))
    for part in (OPERATOR, "succeeded", ON, "C0LIVE"):
        assert part in lines[1]
    for part in (STRANGER, "refused", "takes operator"):
        assert part in lines[3]
    assert all(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z  ", line) for line in lines)
    assert not re.search("[<>`]", shown.out)


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Wanted(entry="live"), [2, 4]),
        (Wanted(person=OPERATOR), [2, 3]),
        (Wanted(entry="live", person=STRANGER), [4]),
        (Wanted(since=datetime(2020, 1, 1, tzinfo=UTC)), [1, 2, 3, 4]),
        (Wanted(since=datetime(1, 1, 1, tzinfo=UTC)), [1, 2, 3, 4]),
        (Wanted(since=datetime(2999, 1, 1, tzinfo=UTC)), []),
        (Wanted(entry="live", since=datetime(2020, 1, 1, tzinfo=UTC)), [2, 4]),
    ],
)
async def test_trail_is_narrowed(story: Machine, here: Here, wanted: Wanted, numbers: list[int]) -> None:
    """
    By entry point, by person, by time, and by several of these at once.
    """
    shown = await here.export(wanted)

    assert (0, numbers) == (shown.status, [one["number"] for one in rows(shown)])
    assert numbers or "No record of the audit trail fits" in shown.err


async def test_trail_begins_at_the_time_named(here: Here, store: Store) -> None:
    """
    What was before the time that is named is left out to the second.
    """
    trail = Audit(store)
    for minutes in (0, 1, 2):
        await trail.append(
            Record(at=NOW + timedelta(minutes=minutes), actor="shell", action=f"x{minutes}", outcome="succeeded")
        )

    shown = await here.export(Wanted(since=NOW + timedelta(minutes=1)))

    assert ["x1", "x2"] == [one["action"] for one in rows(shown)]


async def test_empty_trail_is_said_in_words(here: Here) -> None:
    """
    An empty trail is no failure: nothing on standard output, a sentence on standard error.
    """
    seen = [await here.export(), await here.export(Wanted(entry="live"), as_json=False), await here.verify()]

    assert [(0, "")] * 3 == [(shown.status, shown.out) for shown in seen]
    assert all("The audit trail is empty" in shown.err for shown in seen)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2h", NOW - timedelta(hours=2)),
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        ("2026-11-20T20:45+01:00", datetime(2026, 11, 20, 19, 45, tzinfo=UTC)),
    ],
)
def test_time_is_read(text: str, moment: datetime) -> None:
    """
    `--since` takes how long ago, a date in UTC, or a time with its offset.
    """
    assert moment == audit_cli.since(text, NOW)


async def test_whole_trail_is_verified(story: Machine, here: Here, store: Store) -> None:
    """
    What the bot wrote is whole, whichever way it came there: changes, refusals, roles from Slack and from a shell. The
    head is named; noted, it is found again when more was written.
    """
    stage = story.stage
    await stage.outcome(f"/agora revoke <@{OPERATOR}>", ADMIN)
    assert 0 == await roles_cli.run(stage.settings(), ["grant", OPERATOR, "operator"])
    first = await here.verify()
    noted = str(await head(store))
    await stage.outcome(ON)

    later = await audit(story, "--verify", "--head", noted)

    assert (0, "") == (first.status, first.err), first.said
    assert "The audit trail is whole: 6 records, from record 1 (" in first.out
    assert f"Head of the trail: {noted}\n" in first.out
    assert 0 == later.status, later.said
    assert f"The head {noted} is in it." in later.out


async def test_removed_and_changed_records_are_named(story: Machine, store: Store) -> None:
    """
    A trail that was tampered with gives 1; what is missing or changed is named with its number and time.
    """
    whole = await entries(store)
    await rebuilt(store, lambda trail: [trail[0], altered(trail[1], b"entry", b"other"), *trail[2:]])
    await delete(store, 4)

    shown = await audit(story, "--verify")

    when = f"{datetime.fromisoformat(whole[1].fields['at']):%b %Y %H:%M:%S} UTC"
    assert 1 == shown.status, shown.said
    assert "The audit trail is NOT whole: 2 things are wrong." in shown.out
    assert re.search(rf"Record 2 \(\d+ {when}, record on by {OPERATOR}\) was changed", shown.out)
    assert "Record 4 is missing at the newest end: the trail ends with record 3 (" in shown.out


async def test_trail_that_was_emptied_is_not_whole(here: Here, store: Store) -> None:
    """
    A trail without any record, whose head tells of some, is not the same as an empty one.
    """
    await filled(store, 4)
    await store.do("DEL", store.key("audit"))

    shown = await here.verify()

    assert 1 == shown.status
    assert "Records 1 to 4 (4 records) are missing at the newest end: nothing of the chain is there." in shown.out


async def test_records_without_a_digest_are_told_in_words(here: Here, store: Store) -> None:
    """
    Records from before the chain, and those of an older release beside it, are counted and said to be unproven.
    """
    await older_release(store, 3)
    before = await here.verify()
    await filled(store, 2)
    await older_release(store)
    await filled(store, 1)

    shown = await here.verify()

    assert (0, 0) == (before.status, shown.status), before.said + shown.said
    assert "No record is chained yet" in before.out
    assert "The audit trail is whole: 3 records, from record 1 (" in shown.out
    assert "In front of the chain: 3 records without a digest, the record of 20 Nov 2026 20:14:07" in shown.out
    assert "Outside of the chain, though later: 1 record without a digest" in shown.out


async def test_older_release_appends_beside_this_one(machine: Machine, here: Here) -> None:
    """
    While two releases change roles on one Redis, the older one's records stand outside of the chain, which is whole.
    """
    tree = machine.folder / "older"
    shutil.copytree(ROOT / "bot", tree / "bot", ignore=shutil.ignore_patterns("__pycache__"))
    (tree / "bot" / "store" / "scripts" / "audit_trail.lua").write_text(OLDER_PIECE)
    settings, environ = machine.stage.settings(), machine.stage.environment(PYTHONPATH=str(tree))
    await roles_cli.run(settings, ["grant", "U0NEW1", "viewer"])
    older = await machine.run("roles", "grant", "U0NEW2", "viewer", environ=environ)
    await roles_cli.run(settings, ["grant", "U0NEW3", "viewer"])

    shown, exported = await here.verify(), await here.export()

    assert (0, 0) == (older.status, shown.status), older.said + shown.said
    assert [1, None, 2] == [one["number"] for one in rows(exported)]
    assert "is whole: 2 records" in shown.out
    assert "Outside of the chain, though later: 1 record without a digest" in shown.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--since", "yesterday"], "'yesterday' is neither a length of time such as 2h nor a time such as"),
        (["--since", "0001-01-01T00:00+14:00"], "is neither a length of time such as 2h nor a time such as"),
        (["--since", "2026-12-24T20:45"], "lacks a time zone. Did you mean 2026-12-24T20:45Z?"),
        (["--head", "1234"], "--head belongs to --verify"),
        (["--verify", "--head", "1234"], "is no head of an audit trail, such as 1234:"),
        (["--verify", "--json"], "--verify looks at the whole trail"),
        (["live"], "unrecognized arguments: live"),
    ],
)
def test_line_that_is_wrong_says_what_to_type(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """
    What can't be read gives 2, which no verdict on the trail does, with what is wrong.
    """
    with pytest.raises(SystemExit) as ended:
        main(["audit", *words])

    shown = capsys.readouterr()
    assert (2, "") == (ended.value.code, shown.out)
    assert said in shown.err


async def test_reader_that_stops_early_is_no_failure(machine: Machine, store: Store) -> None:
    """
    A pipe whose reader has enough, as `head` does, ends the export without a traceback.
    """
    await filled(store, 1500)
    reading, writing = os.pipe()
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "audit", "--json"),
        cwd=machine.folder,
        env=surroundings() | {"REDIS_URL": machine.stage.redis_url},
        stdout=writing,
        stderr=asyncio.subprocess.PIPE,
    )
    os.close(writing)
    first = await asyncio.to_thread(os.read, reading, 10)
    os.close(reading)
    _, err = await child.communicate()

    assert (b'{"at": "20', 0, b"") == (first, child.returncode, err)


async def test_record_that_can_not_be_read_is_exported_as_it_is(here: Here, store: Store) -> None:
    """
    What somebody else wrote, and is no record, is exported with all that it holds.
    """
    await store.do("XADD", store.key("audit"), "*", "colour", "red", "actor", "U0ANA")

    (found,) = rows(await here.export())

    assert ("unreadable", {"colour": "red", "actor": "U0ANA"}) == (found["outcome"], found["raw"])


async def test_values_cannot_write_to_the_terminal(here: Here, store: Store) -> None:
    """
    Whatever stands in a record is one line of text: no line breaks, no control of the terminal.
    """
    trail = Audit(store)
    await trail.append(Record(at=NOW, actor="U0ANA", action="x", outcome="failed", detail="a\nb\x1b[2J\x9b`c`"))

    shown = await here.export(as_json=False)

    assert "2026-11-20T20:14:07.250Z  U0ANA  failed  x  a␣b␣[2J␣c\n" == shown.out


async def test_bound_is_a_setting(here: Here, store: Store) -> None:
    """
    `AUDIT_RECORDS` says how many records are kept, about; what trims the old end here is a shell's change of roles.
    """
    await filled(store, 450)

    await roles_cli.run(here.stage.settings(AUDIT_RECORDS="100"), ["grant", "U0NEW", "viewer"])

    shown = await here.verify()
    assert 100 <= len(await entries(store)) < 200
    assert 0 == shown.status, shown.said
    assert "Older records were trimmed, as AUDIT_RECORDS says." in shown.out
