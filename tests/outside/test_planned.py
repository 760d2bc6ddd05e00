"""`/agora planned`: what is planned, for whoever may look there."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.harness import ADMIN, MANAGER, OPERATOR, STRANGER, VIEWER, Stage, Time
from tests.outside.acts import ended
from tests.outside.clicking import operation_of, press, turn
from tests.outside.test_later import outcome, planned
from tests.planning import EVENING, KICK_OFF, PLAN, passed, time_at


@pytest.fixture
def time() -> Time:
    return time_at(EVENING)


async def listed(stage: Stage, user: str = VIEWER) -> str:
    message = await stage.outcome("/agora planned", user)
    assert ("ephemeral", user) == (message.kind, message.to)
    return message.text


async def test_nothing_planned_says_how_to(stage: Stage) -> None:
    """
    An empty list shows how something is planned, by a line that works.
    """
    text = await listed(stage)

    assert "Nothing is planned" in text
    line = "/record on live eu main-stage at tomorrow 20:45 for 2h"
    assert f"`{line}`" in text
    await planned(stage, line)


async def test_soonest_comes_first(stage: Stage) -> None:
    """
    Each plan says when, how long until then, what, who asked and its id; the soonest comes first.
    """
    later = await planned(stage, "/record on live eu third at tomorrow 09:00", MANAGER)
    sooner = await planned(stage, f"{PLAN} for 2h")

    text = await listed(stage)

    assert "2 plans, soonest first" in text
    first, second = text.index(operation_of(sooner)), text.index(operation_of(later))
    assert first < second
    soon, late = (int(moment.timestamp()) for moment in (KICK_OFF, KICK_OFF + timedelta(hours=2)))
    wanted = [f"<!date^{soon}^", f"<!date^{late}^", "in 2 h 4", "record `final` on `live`", f"<@{OPERATOR}>"]
    assert [] == [part for part in [*wanted, f"<@{MANAGER}>"] if part not in text]


async def test_what_turns_off_is_planned_too(stage: Stage) -> None:
    """
    Once something is on, its end is on the list, with what it belongs to; once that is done, nothing is.
    """
    card = await planned(stage, f"{PLAN} for 2h")
    await outcome(stage)

    text = await listed(stage)
    assert "1 plan," in text
    assert "stop recording `final` on `live`" in text
    assert card.text.rsplit("operation `", 1)[1][:9] in text
    await passed(stage, KICK_OFF + timedelta(hours=2))
    await stage.told(lambda shown: "Recording is off" in shown.text)
    assert "Nothing is planned" in await listed(stage)


async def test_question_is_no_plan(stage: Stage) -> None:
    """
    What nobody has confirmed yet, and what was cancelled, is not on the list.
    """
    prompt = await stage.prompt(f"{PLAN} for 2h", OPERATOR)
    assert "Nothing is planned" in await listed(stage)
    seen = list(stage.slack.messages)
    await press(stage, prompt, "operation_confirm", OPERATOR)
    card = await stage.told(lambda shown: shown not in seen and "Planned: " in shown.text)
    assert "1 plan," in await listed(stage)

    await press(stage, card, "operation_cancel", OPERATOR)

    assert "Nothing is planned" in await listed(stage)


async def test_list_ends_where_the_roles_do(world: Stage) -> None:
    """
    Who may look at some entry points or regions sees the plans there, and no others; who may look nowhere is refused.
    """
    await world.start()
    await world.grant(OPERATOR, "viewer on sports")
    await world.grant(VIEWER, "viewer on live in na")
    for place in ("live eu", "live na", "sports eu"):
        name = place.replace(" ", "-")
        await planned(world, f"/record on {place} {name} at 20:45", ADMIN)

    seen = [await listed(world, user) for user in (OPERATOR, VIEWER, ADMIN)]

    names = [[name for name in ("live-eu", "live-na", "sports-eu") if f"`{name}`" in text] for text in seen]
    assert [["sports-eu"], ["live-na"], ["live-eu", "live-na", "sports-eu"]] == names
    refused = await world.slash("/agora planned", STRANGER)
    assert "You have no role" in refused.text


async def test_long_list_is_turned(stage: Stage) -> None:
    """
    The soonest of many are on the first page, the others on the next.
    """
    for number in range(17):
        await stage.slash(f"/record on live eu s{number} at tomorrow 09:{number:02}")
    await stage.told(lambda _: 17 == sum("Planned: " in shown.text for shown in stage.slack.messages))

    message = await stage.outcome("/agora planned", VIEWER)
    pages = [message.text]
    await turn(stage, message, "Next", VIEWER)
    pages.append(message.text)

    assert [
        ("17 plans" in text, f"rows {rows} of 17" in text) for text, rows in zip(pages, ("1–15", "16–17"), strict=True)
    ] == [(True, True)] * 2
    assert [[f"s{number}" for number in range(15)], ["s15", "s16"]] == [
        re.findall("record `(s[0-9]+)`", text) for text in pages
    ]
    assert not [shown for shown in stage.slack.messages if ended(shown) and shown.kind == "channel"]
