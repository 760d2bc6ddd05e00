"""A card that says that it works says in the end what came of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.access.decide import Person
from bot.access.rolemap import RoleMap
from bot.store import Store
from tests.harness import ADMIN, OPERATOR, Stage
from tests.outside.acts import ended, public, shown_after
from tests.outside.clicking import OFF, settled

WORKING = "⏳"
SEVERAL = "/record on live eu one two three"


async def revoked(stage: Stage, store: Store) -> None:
    """Take the operator's role away while nothing works."""
    roles = RoleMap(store, admins=frozenset({ADMIN}), clock=stage.time.now)
    await roles.revoke(OPERATOR, role=None, entries=None, actor=Person(ADMIN), channel=None, operation="meanwhile")


async def without_a_worker(stage: Stage) -> None:
    await stage.bots[0].stop()
    await stage.start(worker=False)


@pytest.mark.parametrize("slow", [timedelta(), timedelta(seconds=0.3)])
async def test_refusal_at_the_start_leaves_no_card_working(stage: Stage, store: Store, slow: timedelta) -> None:
    """
    Several streams, refused when they begin: no card says for ever that it works, and who can help is named.
    """
    await without_a_worker(stage)
    await stage.slash(SEVERAL)
    await revoked(stage, store)
    if slow:
        stage.slack.fail("chat.postMessage", delay=slow)

    await stage.start(web=False)
    refusal = await stage.told(ended)

    assert "operator" in refusal.text
    assert f"<@{ADMIN}>" in refusal.text
    assert [] == await settled(stage)
    assert [] == [shown.text for shown in await shown_after(stage) if WORKING in shown.text]


@pytest.mark.parametrize("trouble", [{"status": 500}, {"abort": True}, {"abort": True, "after_processing": True}])
async def test_card_that_slack_mishandles_is_no_card_for_ever(stage: Stage, trouble: dict[str, int]) -> None:
    """
    Where Slack fails while the card is shown, the outcome comes all the same, and nothing says that it works.
    """
    stage.slack.fail("chat.postMessage", **trouble)  # type: ignore[arg-type]

    await stage.slash(SEVERAL)

    outcome = await stage.told(ended)
    assert "3 of 3" in outcome.text
    assert [outcome] == public(await shown_after(stage))


async def test_card_ends_where_the_worker_was_replaced(stage: Stage) -> None:
    """
    Stopped while its card says that it works, an operation ends in that card, by the next worker.
    """
    stage.agora.fault("hang", method="PUT", stream="two")
    await stage.slash(SEVERAL)
    card = await stage.told(lambda shown: WORKING in shown.text and "2 of 3" in shown.text)
    await stage.bots[0].stop()

    await stage.start()
    outcome = await stage.told(ended)

    assert card is outcome
    assert "3 of 3" in outcome.text
    assert ["two", "two"] == [call.stream for call in stage.agora.calls if call.stream == "two"]


async def test_confirmed_several_end_in_one_card(stage: Stage, store: Store) -> None:
    """
    The same after a question: refused between the click and the start, nothing is left working.
    """
    prompt = await stage.prompt(f"{OFF} second-stage", OPERATOR)
    await without_a_worker(stage)
    await stage.slack.click(prompt, "operation_confirm", user=OPERATOR)
    await revoked(stage, store)

    await stage.start(web=False)
    refusal = await stage.told(lambda shown: shown is not prompt and ended(shown))

    assert "operator" in refusal.text
    assert f"<@{ADMIN}>" in refusal.text
    assert [] == await settled(stage)
    assert [] == [shown.text for shown in await shown_after(stage) if WORKING in shown.text]
