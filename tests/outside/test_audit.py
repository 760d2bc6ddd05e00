"""`/agora audit`: what was changed and refused, for whoever is manager of it."""

from __future__ import annotations

import re

import pytest

from bot.audit import LOOKED_THROUGH, Audit, Record
from bot.sandbox.slack import Message
from bot.store import Store
from tests.harness import ADMIN, MANAGER, OPERATOR, SHOW, STRANGER, VIEWER, Stage
from tests.outside.acts import confirmed, shown_after
from tests.outside.clicking import turn
from tests.trails import NOW, checked, filled, record

LIVE_ON, SPORTS_ON = "/record on live eu main-stage", "/record on sports eu final"


async def asked(stage: Stage, line: str = "/agora audit", user: str = MANAGER) -> Message:
    message = await stage.outcome(line, user)
    assert ("ephemeral", user) == (message.kind, message.to)
    return message


def rows(message: Message) -> list[str]:
    """The records on the page, each without the time that begins it and without the operation's id."""
    found = re.findall(r"^<!date\^\d+\^\{date_short\} \{time_secs\}\|[^>]*>, (.*)$", message.text, re.MULTILINE)
    return [re.sub(", operation `[0-9a-z]{4}-[0-9a-z]{4}`", "", row) for row in found]


async def test_newest_comes_first_with_all_that_is_known(stage: Stage, store: Store) -> None:
    """
    Each record says when (in the reader's own time), what came of it, who, what and where; refusals are there too.
    """
    await stage.outcome(LIVE_ON)
    await stage.outcome(SPORTS_ON, STRANGER, SHOW)
    await confirmed(stage, "/record off live eu main-stage")

    message = await asked(stage)

    reason = "You have no role on `sports` in `eu`; this takes operator."
    assert [
        f"succeeded: <@{MANAGER}> `/record off live eu main-stage` in <#C0LIVE>.",
        f"refused: <@{STRANGER}> `{SPORTS_ON}` in <#{SHOW}>. {reason}",
        f"succeeded: <@{OPERATOR}> `{LIVE_ON}` in <#C0LIVE>.",
    ] == rows(message)[:3]
    assert "6 records of the audit trail, newest first" in message.text
    assert all(f"operation `{one.operation}`" in message.text for one in await Audit(store).recent(10))
    assert f"succeeded: <@{ADMIN}> `/agora grant` in <#C0LIVE>. <@{VIEWER}>: no role → viewer" in rows(message)


@pytest.mark.parametrize("user", [VIEWER, OPERATOR, STRANGER])
async def test_trail_is_for_managers(stage: Stage, user: str) -> None:
    """
    Whoever is less than manager is refused, told who can help, and shown nothing of it.
    """
    answer = await stage.slash("/agora audit", user)

    assert "takes manager" in answer.text
    assert f"<@{ADMIN}> can grant it." in answer.text
    assert [] == [message for message in await shown_after(stage, user) if "audit trail" in message.text]


async def test_failure_says_why(stage: Stage) -> None:
    """
    What did not go well says what happened, as the channel was told.
    """
    stage.agora.fault("403")
    await stage.outcome(LIVE_ON)

    (row,) = rows(await asked(stage, "/agora audit 1"))
    assert row.startswith(f"failed: <@{OPERATOR}> `{LIVE_ON}` in <#C0LIVE>. Failed: ")


async def test_detour_of_an_outcome_is_told(stage: Stage) -> None:
    """
    How an outcome was told is said where that was not in its channel, in the row of what it is an outcome of.
    """
    stage.slack.fail("chat.postMessage", error="not_in_channel")
    await stage.outcome(LIVE_ON)

    message = await asked(stage, "/agora audit 1")
    while "Not told yet." in message.text:  # Slack has it, and the bot is about to write that down
        message = await asked(stage, "/agora audit 1")

    (row,) = rows(message)
    assert row.startswith(
        f"succeeded: <@{OPERATOR}> `{LIVE_ON}` in <#C0LIVE>. Told in the answer to the command, since Slack says"
    )


async def test_outcome_that_waits_for_slack_is_not_told_yet(stage: Stage) -> None:
    """
    While Slack takes no messages in the channel, the trail has the outcome, and says that nobody was told yet.
    """
    stage.slack.fail("chat.postMessage", retry_after=1000)
    await stage.slash(LIVE_ON)
    message = await asked(stage, "/agora audit 1")
    while OPERATOR not in message.text:  # until the bot is done with Agora
        message = await asked(stage, "/agora audit 1")

    assert [f"succeeded: <@{OPERATOR}> `{LIVE_ON}` in <#C0LIVE>. Not told yet."] == rows(message)


async def test_trail_of_an_entry_point(stage: Stage) -> None:
    """
    By the name of an entry point one sees what was done to it, and what was refused there.
    """
    for line, user in ((LIVE_ON, OPERATOR), (SPORTS_ON, OPERATOR), (LIVE_ON, STRANGER)):
        await stage.outcome(line, user)

    message = await asked(stage, "/agora audit live")

    assert ["refused", "succeeded"] == [row.partition(":")[0] for row in rows(message)]
    assert "2 records of the audit trail on `live`" in message.text
    assert SPORTS_ON not in message.text


@pytest.mark.parametrize("who", ["@otto", f"<@{OPERATOR}>", OPERATOR])
async def test_trail_of_a_person(stage: Stage, who: str) -> None:
    """
    By a mention, or an id as Slack shows it in a profile, one sees what that person asked for.
    """
    for user in (OPERATOR, STRANGER, ADMIN):
        await stage.outcome(LIVE_ON, user)

    message = await asked(stage, f"/agora audit {who}")

    assert [f"succeeded: <@{OPERATOR}> `{LIVE_ON}` in <#C0LIVE>."] == rows(message)
    assert f"1 record of the audit trail by <@{OPERATOR}>" in message.text


async def test_entry_point_that_looks_like_a_person_or_a_number(stage: Stage) -> None:
    """
    In quotes what looks like an id is an entry point; a number with a number behind it is one, too.
    """
    for name in ('"U0OPERATOR"', "7"):
        await stage.outcome(f"/record on {name} eu main-stage", ADMIN)

    quoted = await asked(stage, '/agora audit "U0OPERATOR"')
    number = await asked(stage, "/agora audit 7 5")

    assert "on `U0OPERATOR`" in quoted.text
    assert "on `7`" in number.text
    assert [1, 1] == [len(rows(quoted)), len(rows(number))]


async def test_count_is_how_many(stage: Stage) -> None:
    """
    A number says how many records, alone or behind what they are about; that there may be more is said.
    """
    for number in range(4):
        await stage.outcome(f"/record on live eu cam-{number}")

    alone, behind = await asked(stage, "/agora audit 2"), await asked(stage, "/agora audit live 3")

    assert ["cam-3", "cam-2"] == re.findall(r"eu (cam-\d)", alone.text)
    assert ["cam-3", "cam-2", "cam-1"] == re.findall(r"eu (cam-\d)", behind.text)
    assert "There may be older ones: put a number behind it, up to 1000. `python -m bot audit`" in alone.text


async def test_manager_sees_what_lies_inside_the_grants(stage: Stage) -> None:
    """
    A manager of some entry points sees what was done to these, and neither to others nor to all of them.
    """
    await stage.grant(STRANGER, "manager on sp*")
    await stage.grant(VIEWER, "viewer on sports")
    for line in (LIVE_ON, SPORTS_ON, "/transfer get live"):
        await stage.outcome(line)
    await stage.outcome("/agora roles", VIEWER)
    everything, inside = await asked(stage), await asked(stage, user=STRANGER)
    outside = await stage.slash("/agora audit live", STRANGER)

    assert 8 == len(rows(everything))
    assert [f"succeeded: <@{OPERATOR}> `{SPORTS_ON}` in <#C0LIVE>."] == rows(inside)[:1]
    assert ["/record on", "/agora grant", "/agora grant"] == re.findall("`(/[a-z]+ [a-z]+)", "\n".join(rows(inside)))
    assert "Your manager role covers only `sp*`; this takes manager on `live`." in outside.text
    (refusal, *_) = rows(await asked(stage, "/agora audit live", ADMIN))
    assert refusal.startswith(f"refused: <@{STRANGER}> `/agora audit live`")


async def test_manager_in_one_region_sees_that_region(stage: Stage) -> None:
    """
    A manager in one region sees what was done there, and what has no region.
    """
    await stage.grant(STRANGER, "manager on live in na")
    for line in (LIVE_ON, "/record on live na second"):
        await stage.outcome(line)
    await confirmed(stage, "/record auto live on")

    message = await asked(stage, "/agora audit live", STRANGER)

    assert ["/record auto live on", "/record on live na second"] == re.findall("`(/record [^`]*)`", message.text)


async def test_trail_is_turned_page_by_page(stage: Stage, store: Store) -> None:
    """
    Many records are shown in pages, the newest on the first.
    """
    audit = Audit(store)
    for number in range(40):
        await audit.append(Record(at=NOW, actor="U0ANA", action=f"x{number}", outcome="succeeded", entry="live"))
    message = await asked(stage, "/agora audit live")
    seen = re.findall(r"`/x(\d+)`", message.text)
    assert 15 == len(seen)

    for _ in range(2):
        await turn(stage, message, "Next", MANAGER)
        seen += re.findall(r"`/x(\d+)`", message.text)

    assert [str(number) for number in reversed(range(40))] == seen


async def test_nothing_is_said_in_words(stage: Stage) -> None:
    """
    Where nothing fits, that is said, with what is kept in the trail.
    """
    message = await asked(stage, "/agora audit other")

    assert "The audit trail holds nothing on `other` that you are manager of." in message.text
    assert "Changes and refusals are kept in it, reads are not." in message.text


async def test_search_that_did_not_see_all_says_so(stage: Stage, store: Store) -> None:
    """
    In a very long trail the newest records are looked through, and that older ones are left out is said.
    """
    async with store.redis.pipeline(transaction=False) as pipe:
        for number in range(LOOKED_THROUGH):
            pipe.execute_command("XADD", store.key("audit"), "*", *record(number).fields())
        await pipe.execute()

    await stage.slash("/agora audit other", MANAGER)
    message = await stage.told(lambda shown: "audit trail" in shown.text)

    assert f"holds nothing on `other` among the newest {LOOKED_THROUGH:,} that you are manager of" in message.text
    assert "`python -m bot audit` in a shell shows all of it." in message.text


async def test_record_that_can_not_be_read_stops_nothing(stage: Stage, store: Store) -> None:
    """
    A record that somebody else wrote, and that is none, is shown as that among the others.
    """
    await stage.outcome(LIVE_ON)
    await store.redis.execute_command("XADD", store.key("audit"), "*", b"\xff<!channel>", b"\xfe")

    message = await asked(stage, user=ADMIN)

    assert ["unreadable: `?` `/?`.", f"succeeded: <@{OPERATOR}> `{LIVE_ON}` in <#C0LIVE>."] == rows(message)[:2]


@pytest.mark.parametrize(
    ("line", "user"), [(LIVE_ON, ADMIN), (LIVE_ON, STRANGER), (f"/agora grant <@{VIEWER}> viewer", ADMIN)]
)
async def test_bound_holds_for_all_that_is_kept(world: Stage, store: Store, line: str, user: str) -> None:
    """
    Whatever adds a record, an outcome, a refusal or a change of roles, trims the trail to `AUDIT_RECORDS`.
    """
    await world.start(AUDIT_RECORDS="100")
    await filled(store, 450)

    await world.outcome(line, user)

    check = await checked(store)
    assert 100 <= check.count < 200
    assert [] == check.problems


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/agora audit 0", "`0` is not a number of records, from 1 to 1000. For an entry point of this name"),
        ("/agora audit 1001", "`1001` is not a number of records, from 1 to 1000."),
        ("/agora audit live many", "`many` is not a number of records, from 1 to 1000."),
        ("/agora audit live 5 6", "`6` is one word too many."),
        ("/agora audit #live-ops", "is a mention, not a name for <entry>"),
        ("/agora audit <!channel>", "is not one person. Mention one, as in `@ana`, or name an entry point."),
    ],
)
async def test_line_that_is_wrong_says_what_to_type(stage: Stage, line: str, said: str) -> None:
    """
    What can't be read is told to its caller, with how it is typed.
    """
    answer = await stage.slash(line, MANAGER)

    assert answer.message is not None
    assert said in answer.message.text.replace("&lt;", "<").replace("&gt;", ">")
    assert "/agora audit" in answer.message.text
