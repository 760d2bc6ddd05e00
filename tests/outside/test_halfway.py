"""Redis lost halfway: what was written down is done and told once, what was not is never done."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from redis import Redis

from bot.sandbox.slack import Answer, Message
from bot.store import Store
from tests.harness import ADMIN, Stage
from tests.outside.acts import ended, offers, shown_after, trail
from tests.outside.clicking import OFF, OFF_CALL, press
from tests.redis_proxy import QUEUEING, Kind, RedisProxy, Trouble, proxy_to

ON = "/record on live eu main-stage"
ON_CALL = "PUT entry_points/live/admin/record/custom/regions/eu/tasks?id=main-stage"
SLACK_WAITS = timedelta(seconds=3)
SWEPT = timedelta(seconds=11)  # after so long the sweep takes what lies about for lost


@pytest.fixture
async def way(world: Stage) -> AsyncIterator[RedisProxy]:
    """The way to Redis of the process that serves; those that work have one of their own."""
    async with proxy_to(world.redis_url) as proxy, world.stack:  # the bots end before their way does
        yield proxy


@pytest.fixture
async def front(world: Stage, way: RedisProxy) -> Stage:
    """A process that serves, and a Redis that has heard of one that works."""
    await work(world)
    await world.start(worker=False, REDIS_URL=way.url)
    return world


async def work(stage: Stage) -> None:
    """Start a process that works."""
    await stage.start(web=False)


async def rest(stage: Stage) -> None:
    """Stop the process that works, and lose the engine's queue: whoever works next sweeps at once."""
    worker = next(bot for bot in stage.bots if not bot.port)
    stage.bots.remove(worker)
    await worker.stop()
    with Redis.from_url(stage.redis_url) as client:
        for key in client.scan_iter(match="agora-bot:*"):
            client.delete(key)


def said(answer: Answer) -> str:
    """What the caller read in place of Slack's own error, in time."""
    assert answer.message is not None
    assert (None, 200, True) == (answer.error, answer.status, answer.took < SLACK_WAITS)
    return answer.message.text


async def outcomes(stage: Stage) -> list[Message]:
    """What came of everything, once the process that works has swept up."""
    stage.time.turn(SWEPT)
    await work(stage)
    return [message for message in await shown_after(stage) if ended(message)]


async def swept(stage: Stage, trouble: Trouble) -> Message:
    """The one outcome of what was left lying about; the trouble is over when it is there."""
    stage.time.turn(SWEPT)
    await work(stage)
    outcome = await stage.told(ended)
    trouble.over.set()
    assert [outcome] == [message for message in await shown_after(stage) if ended(message)]
    return outcome


@pytest.mark.parametrize("kind", ["cut", "hold"])
async def test_queue_that_fails_or_stalls_is_no_refusal(
    front: Stage, way: RedisProxy, store: Store, kind: Kind
) -> None:
    """
    What was written down is accepted, whatever the queue does: the caller reads that it takes longer, and it is done.
    """
    await rest(front)
    trouble = way.trouble(kind, QUEUEING)

    text = said(await front.slash(ON, ADMIN))
    outcome = await swept(front, trouble)

    assert ("Accepted" in text, "Nothing was done" in text, "longer" in text) == (True, False, True)
    assert ("channel", [ON_CALL]) == (outcome.kind, front.wire)
    assert ["succeeded"] == [record.outcome for record in await trail(store)]


async def test_answer_that_is_lost_leaves_it_open(front: Stage, way: RedisProxy, store: Store) -> None:
    """
    Where the answer to the write is lost the caller reads that it is not known; what was written is done and told once.
    """
    await rest(front)
    trouble = way.trouble("lose", way.script("operation_accept"))

    text = said(await front.slash(ON, ADMIN))
    await swept(front, trouble)

    assert ("not known" in text, "Nothing was done" in text) == (True, False)
    assert trouble.answered.is_set()
    assert [ON_CALL] == front.wire
    assert ["succeeded"] == [record.outcome for record in await trail(store)]


async def test_answer_that_is_lost_once_is_asked_for_again(front: Stage, way: RedisProxy, store: Store) -> None:
    """
    A connection that breaks once is nobody's business: the write is repeated, and counts once.
    """
    trouble = way.trouble("lose", way.script("operation_accept"), times=1)

    answer = await front.slash(ON, ADMIN)
    outcome = await front.told(ended)

    assert ("", True) == (answer.text, trouble.answered.is_set())
    assert [outcome] == [message for message in await shown_after(front) if ended(message)]
    assert [ON_CALL] == front.wire
    assert ["succeeded"] == [record.outcome for record in await trail(store)]


async def test_write_that_comes_too_late_is_not_taken(front: Stage, way: RedisProxy, store: Store) -> None:
    """
    What Redis hears of after its caller was told that it is not known is never done.
    """
    await rest(front)
    trouble = way.trouble("hold", way.script("operation_accept"))

    text = said(await front.slash(ON, ADMIN))
    trouble.over.set()
    await trouble.answered.wait()

    assert "not known" in text
    assert [] == await outcomes(front)
    assert ([], []) == (front.wire, await trail(store))


@pytest.mark.parametrize("kind", ["cut", "hold"])
async def test_confirmation_that_is_not_queued_is_done_later(
    front: Stage, way: RedisProxy, store: Store, kind: Kind
) -> None:
    """
    A click that counted is confirmed, whatever the queue does, and is carried out.
    """
    prompt = await front.prompt(OFF, ADMIN)
    await rest(front)
    trouble = way.trouble(kind, QUEUEING)

    told = await press(front, prompt, "operation_confirm", ADMIN)
    text = told.text
    await trouble.met.wait()
    await swept(front, trouble)

    assert (prompt, True, []) == (told, "Confirmed" in text, offers(prompt))
    assert [OFF_CALL] == front.wire
    assert 1 == len(await trail(store))


async def test_click_whose_answer_is_lost_counts_once(front: Stage, way: RedisProxy, store: Store) -> None:
    """
    Where it is not known whether a click counted, that is what is said; pressing again does it once.
    """
    prompt = await front.prompt(OFF, ADMIN)
    await rest(front)
    trouble = way.trouble("lose", way.script("operation_confirm"))

    told = await press(front, prompt, "operation_confirm", ADMIN)
    trouble.over.set()
    again = await press(front, prompt, "operation_confirm", ADMIN)
    await swept(front, trouble)

    assert ("not known" in told.text, "Nothing was done" in told.text) == (True, False)
    assert "confirmed already" in again.text
    assert [OFF_CALL] == front.wire
    assert 1 == len(await trail(store))


async def test_click_that_comes_too_late_leaves_the_question_open(front: Stage, way: RedisProxy) -> None:
    """
    A click that Redis hears of after its time does nothing; the question is still there and works.
    """
    prompt = await front.prompt(OFF, ADMIN)
    trouble = way.trouble("hold", way.script("operation_confirm"))

    told = await press(front, prompt, "operation_confirm", ADMIN)
    trouble.over.set()
    await trouble.answered.wait()

    assert "not known" in told.text
    await shown_after(front)
    assert [] == front.wire
    assert ["operation_confirm", "operation_cancel"] == offers(prompt)
    assert await press(front, prompt, "operation_confirm", ADMIN) is prompt
    await front.told(ended)
    assert [OFF_CALL] == front.wire


async def failed(stage: Stage) -> Message:
    """A card with a button that tries again; nothing works any more."""
    stage.agora.fault("503", method="PUT")
    card = await stage.outcome(ON, ADMIN)
    assert ["operation_retry"] == offers(card)
    await rest(stage)
    return card


async def retried(stage: Stage, card: Message, trouble: Trouble) -> None:
    """See that it was tried again once, and told; the trouble is over when it is."""
    stage.time.turn(SWEPT)
    await work(stage)
    outcome = await stage.told(lambda message: message is not card and ended(message) and message.kind == "channel")
    trouble.over.set()
    found = [message for message in await shown_after(stage) if ended(message) and message.kind == "channel"]
    assert [card, outcome] == found
    assert [ON_CALL, ON_CALL] == stage.wire


@pytest.mark.parametrize("kind", ["cut", "hold"])
async def test_retry_that_is_not_queued_is_done_later(front: Stage, way: RedisProxy, kind: Kind) -> None:
    """
    A retry that was taken is taken, whatever the queue does, and is carried out.
    """
    card = await failed(front)
    trouble = way.trouble(kind, QUEUEING)

    told = await press(front, card, "operation_retry", ADMIN)
    await trouble.met.wait()

    assert (card, []) == (told, offers(card))
    await retried(front, card, trouble)


async def test_retry_whose_answer_is_lost_counts_once(front: Stage, way: RedisProxy) -> None:
    """
    Where it is not known whether it is tried again, that is what is said; pressing again does it once.
    """
    card = await failed(front)
    trouble = way.trouble("lose", way.script("operation_accept"))

    told = await press(front, card, "operation_retry", ADMIN)
    trouble.over.set()
    again = await press(front, card, "operation_retry", ADMIN)

    assert ("not known" in told.text, "Nothing was done" in told.text) == (True, False)
    assert "already" in again.text
    await retried(front, card, trouble)


async def test_retry_that_comes_too_late_can_be_pressed_again(front: Stage, way: RedisProxy) -> None:
    """
    A retry that Redis hears of after its time does nothing; the button is still there and works.
    """
    card = await failed(front)
    trouble = way.trouble("hold", way.script("operation_accept"))

    told = await press(front, card, "operation_retry", ADMIN)
    trouble.over.set()
    await trouble.answered.wait()

    assert "not known" in told.text
    assert ["operation_retry"] == offers(card)
    assert await press(front, card, "operation_retry", ADMIN) is card
    await retried(front, card, trouble)
