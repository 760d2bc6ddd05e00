"""Long answers: turned page by page, in place, by whoever asked and by nobody else."""

from __future__ import annotations

import re

import pytest

from bot.access.decide import Person
from bot.access.grants import Grant
from bot.access.rolemap import RoleMap
from bot.access.roles import Role
from bot.sandbox.agora_memory import EntryPoint
from bot.sandbox.slack import Message
from bot.sandbox.slack_text import buttons
from bot.store import Store
from tests.harness import ADMIN, MANAGER, SHOW, STRANGER, VIEWER, Stage
from tests.outside.acts import shown_after
from tests.outside.clicking import forged, press, turn


def filled(stage: Stage, count: int) -> list[str]:
    """Have Agora list so many entry points in all."""
    entries = stage.agora.entry_points
    entries.update({f"show-{number:04}": EntryPoint() for number in range(count - len(entries))})
    return list(entries)


def names(message: Message) -> list[str]:
    """The entry points on the page, in order."""
    return re.findall("^`([^`]+)`$", message.text, re.MULTILINE)


def labels(message: Message) -> list[str]:
    return [button.text for button in buttons(message)]


def operation_of(message: Message) -> str:
    (operation,) = {str(button.value).partition(":")[0] for button in buttons(message)}
    return operation


async def test_list_is_turned_page_by_page(stage: Stage) -> None:
    """
    A long list has a page of 15, where it stands in the whole, and buttons that put another page in its place.
    """
    known = filled(stage, 40)
    message = await stage.outcome("/agora entries", VIEWER)
    pages, seen = [names(message)], [labels(message)]
    said = [message.text]

    for label in ("Next", "Next", "Previous", "Previous", "Next", "Next"):
        assert message is await turn(stage, message, label, VIEWER)
        pages.append(names(message))
        seen.append(labels(message))
        said.append(message.text)

    first, second, third = known[:15], known[15:30], known[30:]
    assert [first, second, third, second, first, second, third] == pages
    assert [["Next"], ["Next", "Previous"], ["Previous"]] == seen[:3]
    for text, rows in zip(said, ("1–15", "16–30", "31–40"), strict=False):
        assert f"rows {rows} of 40" in text
        assert "40 entry points" in text
    assert ("ephemeral", VIEWER) == (message.kind, message.to)
    assert [message] == list(await shown_after(stage))
    assert 1 == len(stage.agora.calls)


async def test_list_that_fits_has_no_pages(stage: Stage) -> None:
    """
    What fits on one page has no buttons, and is not counted.
    """
    known = filled(stage, 15)

    message = await stage.outcome("/agora entries", VIEWER)

    assert (known, []) == (names(message), labels(message))
    assert "rows" not in message.text


async def test_page_is_of_what_was_found(stage: Stage) -> None:
    """
    Pages are those of the list as it was, whatever has changed meanwhile, and whoever serves now.
    """
    known = filled(stage, 40)
    message = await stage.outcome("/agora entries", VIEWER)
    stage.agora.entry_points.clear()
    await stage.bots[0].stop()
    await stage.start()

    await turn(stage, message, "Next", VIEWER)

    assert known[15:30] == names(message)


async def test_only_who_asked_turns_it(stage: Stage) -> None:
    """
    Somebody else who could press is told so and shown nothing; the list stays as it is.
    """
    filled(stage, 40)
    message = await stage.outcome("/agora entries", VIEWER)

    told = await turn(stage, message, "Next", MANAGER, unseen=True)

    assert f"Only <@{VIEWER}>" in told.text
    assert ([], 0) == (names(told), message.edits)


async def test_role_lost_shows_no_further_page(stage: Stage) -> None:
    """
    Who lost the role since is told so, and sees no further page.
    """
    filled(stage, 40)
    message = await stage.outcome("/agora entries", VIEWER)
    await stage.outcome(f"/agora revoke <@{VIEWER}>", ADMIN)

    told = await turn(stage, message, "Next", VIEWER)

    assert "viewer" in told.text
    assert ([], 0) == (names(told), message.edits)


async def test_page_of_a_record_that_is_gone_says_so(stage: Stage, store: Store) -> None:
    """
    After seven days the list is gone: that is said, with what to do, and what stands there stays.
    """
    filled(stage, 40)
    message = await stage.outcome("/agora entries", VIEWER)
    key = store.key("operation", operation_of(message))
    assert 0 < int(str(await store.do("TTL", key))) <= 7 * 24 * 3600
    await store.do("DEL", key)

    told = await turn(stage, message, "Next", VIEWER)

    assert "keeps an answer for 7 days" in told.text
    assert "Type the command again" in told.text
    assert (VIEWER, 0) == (told.to, message.edits)


@pytest.mark.parametrize(
    ("page", "shown"), [("0", 1), ("-1", 1), ("x", 1), ("", 1), ("2:3", 1), ("3", 3), ("4", 3), ("9" * 1000, 3)]
)
async def test_forged_page_is_one_that_there_is(stage: Stage, page: str, shown: int) -> None:
    """
    A number that the bot never gave leads to a page that there is.
    """
    known = filled(stage, 40)
    message = await stage.outcome("/agora entries", VIEWER)

    blocks = forged(message, f"{operation_of(message)}:{page}")
    await press(stage, message, "operation_page", VIEWER, blocks=blocks)

    assert known[(shown - 1) * 15 : shown * 15] == names(message)


async def test_answer_without_a_list_has_no_pages(stage: Stage) -> None:
    """
    A page of something that has none is answered in words.
    """
    filled(stage, 40)
    message = await stage.outcome("/agora entries", ADMIN)
    before = list(stage.slack.messages)
    await stage.slash(f"/agora grant <@{STRANGER}> viewer", ADMIN)
    card = await stage.told(lambda shown: shown not in before)
    operation = card.text.rpartition("operation `")[2].rstrip("`")

    told = await press(stage, message, "operation_page", ADMIN, blocks=forged(message, f"{operation}:2"))

    assert "It ended" in told.text
    assert (0, 0) == (message.edits, card.edits)


async def test_list_beyond_measure_is_cut_and_says_so(stage: Stage) -> None:
    """
    Of more than 1,000 rows the first 1,000 are kept, and how many are left out is said on every page.
    """
    known = filled(stage, 1100)
    message = await stage.outcome("/agora entries", VIEWER)
    blocks = forged(message, f"{operation_of(message)}:99")

    await press(stage, message, "operation_page", VIEWER, blocks=blocks)

    assert known[990:1000] == names(message)
    assert "1,100 entry points" in message.text
    assert "rows 991–1,000 of 1,000" in message.text
    assert "100 more are left out" in message.text


async def test_long_names_stay_whole(stage: Stage) -> None:
    """
    Rows that are long make a page shorter: nothing of it is cut, neither for the eye nor in the text for others.
    """
    entries = stage.agora.entry_points
    entries.update({f"{number:02} {'舞' * 125}": EntryPoint() for number in range(40)})
    message = await stage.outcome("/agora entries", VIEWER)
    pages = names(message)

    while "Next" in labels(message):
        await turn(stage, message, "Next", VIEWER)
        pages += names(message)
        assert "…" not in message.text

    assert list(entries) == pages


async def test_page_that_came_as_a_direct_message_is_turned(stage: Stage) -> None:
    """
    A list that found no other way than a direct message is turned there.
    """
    known = filled(stage, 40)
    stage.slack.fail("response_url", status=404, error="used_url")
    message = await stage.outcome("/agora entries", VIEWER, SHOW)
    assert "dm" == message.kind

    await turn(stage, message, "Next", VIEWER)

    assert known[15:30] == names(message)


async def test_roles_are_turned_too(stage: Stage, store: Store) -> None:
    """
    The role map, however long, is shown in pages.
    """
    roles = RoleMap(store, admins=frozenset({ADMIN}), clock=stage.time.now)
    many = [f"U{number:04}" for number in range(40)]
    for user in many:
        grant = Grant(
            role=Role.VIEWER, entries="*", regions="*", until=None, by=ADMIN, at=stage.time.now(), operation=user
        )
        await roles.grant(user, grant, actor=Person(ADMIN), channel=None)
    message = await stage.outcome("/agora roles", ADMIN)
    seen = re.findall("^<@(U[0-9]+)>", message.text, re.MULTILINE)

    while "Next" in labels(message):
        await turn(stage, message, "Next", ADMIN)
        seen += re.findall("^<@(U[0-9]+)>", message.text, re.MULTILINE)

    assert many == sorted(seen)
