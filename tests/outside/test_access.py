"""A refusal that turns into a role for a while: asked for by a button, answered by a button."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.access.decide import Person
from bot.access.grants import Grant
from bot.access.rolemap import RoleMap
from bot.access.roles import Role
from bot.audit import Audit, Record
from bot.sandbox.slack import Message
from bot.store import Store
from tests.harness import ADMIN, LIVE, MANAGER, OPERATOR, STRANGER, VIEWER, Stage
from tests.outside.acts import offers, public, whole
from tests.outside.crew import known

RECORD = "/record on live eu main-stage"
SECOND = "U0SECOND"
ANSWERS = ["access_grant_hour", "access_grant_day", "access_deny"]


async def ask(stage: Stage, line: str = RECORD, user: str = STRANGER, channel: str = LIVE) -> Message:
    """Be refused, ask for access, and wait until that is said."""
    refusal = await stage.outcome(line, user, channel)
    assert ["access_ask"] == offers(refusal), refusal.text
    await stage.slack.click(refusal, "access_ask", user=user)
    return await stage.told(lambda message: message is refusal and message.edits > 0)


async def letter(stage: Stage, to: str = ADMIN) -> Message:
    """The last message that asks somebody for access."""
    await stage.told(lambda message: message in letters(stage, to))
    return letters(stage, to)[-1]


def letters(stage: Stage, to: str = ADMIN) -> list[Message]:
    """All direct messages to somebody that ask for access."""
    dms = {name for name, channel in stage.slack.channels.items() if channel.kind == "im" and to in channel.members}
    return [
        message for message in stage.slack.messages if message.channel in dms and "asks for access" in whole(message)
    ]


async def answer(stage: Stage, message: Message, button: str, user: str = ADMIN) -> None:
    """Press, and wait for what is said in place of the message, and for the channel where a role was given."""
    edits, before = message.edits, list(stage.slack.messages)
    await stage.slack.click(message, button, user=user)
    await stage.told(lambda one: one is message and one.edits > edits)
    if f"<@{user}> gave" in message.text:
        await stage.told(lambda one: one not in before and one.kind == "channel" and "asked for by" in one.text)


async def told(stage: Stage, words: str, to: str = STRANGER) -> Message:
    """Wait for a direct message."""
    return await stage.told(
        lambda one: one.kind == "dm" and to in stage.slack.channels[one.channel].members and words in one.text
    )


async def second_admin(stage: Stage) -> None:
    """Have one more person who can give every role."""
    stage.slack.add_person(SECOND, "max")
    stage.slack.channels[LIVE].members.add(SECOND)
    await stage.grant(SECOND, "admin")


async def records(store: Store, action: str) -> list[Record]:
    """What the audit trail says of one kind of thing, newest first."""
    return [record for record in await Audit(store).recent(100) if record.action == action]


async def test_refusal_turns_into_an_hour(stage: Stage, store: Store) -> None:
    """
    Who was refused asks, an admin presses *1 hour*, and the command works: there, and nowhere else, for an hour.
    """
    asked = await ask(stage)
    wanted = await letter(stage)
    await answer(stage, wanted, "access_grant_hour")
    news = await told(stage, "gave you")
    done = await stage.outcome(RECORD, STRANGER)
    others = ("/record on live na main-stage", "/record on sports eu main-stage", "/record auto live off")
    elsewhere = [await stage.outcome(line, STRANGER) for line in others]
    stage.time.turn(timedelta(hours=1, seconds=1))
    after = await stage.outcome(RECORD, STRANGER)

    assert f"Asked <@{ADMIN}>" in asked.text
    assert f"<@{ADMIN}> gave you operator on `live` in `eu` for 1 h" in news.text
    assert done.to is None
    assert [STRANGER] * 3 == [message.to for message in elsewhere]
    assert "ended on" in after.text
    assert ["PUT entry_points/live/admin/record/custom/regions/eu/tasks?id=main-stage"] == stage.wire


async def test_letter_says_who_wants_what_and_why(stage: Stage) -> None:
    """
    Who is asked reads who asks, for which role and where, what they typed, and why it was refused.
    """
    await ask(stage)
    wanted = await letter(stage)

    assert ANSWERS == offers(wanted)
    for part in (f"<@{STRANGER}>", "operator on `live` in `eu`", f"`{RECORD}`", "You have no role on `live` in `eu`"):
        assert part in wanted.text


async def test_refusal_names_two_people(stage: Stage) -> None:
    """
    A refusal names two people, those who can give the role first, to its caller alone.
    """
    one = await stage.outcome(RECORD, STRANGER)
    await second_admin(stage)
    two = await stage.outcome(RECORD, STRANGER)

    assert f"<@{ADMIN}> can grant it. <@{MANAGER}> can do it." in one.text
    assert f"<@{ADMIN}> or <@{SECOND}> can grant it.\n" in two.text
    assert [STRANGER, STRANGER] == [one.to, two.to]


async def test_people_are_named_who_hold_it_there(world: Stage, store: Store) -> None:
    """
    Who can help is who can there: an admin of another entry point, one whose role has ended, and whoever is refused
    are not named; a member of a user group is.
    """
    await world.start(BOT_ADMINS="")
    roles = RoleMap(store, admins=frozenset(), clock=world.time.now)
    world.slack.add_usergroup("S0CREW", "crew", [OPERATOR, STRANGER])

    async def give(subject: str, role: Role, entries: str, *, ended: bool = False) -> None:
        until = world.time.now() + timedelta(minutes=1) if ended else None
        grant = Grant(role, entries=entries, until=until, by="shell", at=world.time.now())
        await roles.grant(subject, grant, actor=Person("shell"), channel=None)

    await give(ADMIN, Role.ADMIN, "sports")
    await give(MANAGER, Role.ADMIN, "live", ended=True)
    await give("S0CREW", Role.OPERATOR, "li*")
    world.time.turn(timedelta(minutes=2))
    await known(store, lambda group: group.fresh(world.time.now()))
    refusal = await world.outcome(RECORD, VIEWER)

    assert "Nobody can grant it yet" in refusal.text
    assert f"<@{OPERATOR}> or <@{STRANGER}> can do it." in refusal.text
    assert [] == [one for one in (ADMIN, MANAGER) if one in refusal.text]
    assert [] == offers(refusal)


async def test_grant_is_audited_with_both_names(stage: Stage, store: Store) -> None:
    """
    The audit trail says who gave what to whom until when, who had asked and for what, and the channel reads it.
    """
    await ask(stage)
    await answer(stage, await letter(stage), "access_grant_day")
    posted = await stage.told(lambda message: message.kind == "channel" and f"<@{STRANGER}> is now" in message.text)

    (grant, *_), (asked,) = await records(store, "agora grant"), await records(store, "access ask")
    assert (ADMIN, "succeeded", "live", "eu", LIVE) == (
        grant.actor, grant.outcome, grant.entry, grant.region, grant.channel)  # fmt: skip
    assert f"Asked for by <@{STRANGER}>, to type {RECORD}" in str(grant.detail)
    assert "operator on `live` in `eu` until " in str(grant.detail)
    assert (STRANGER, grant.operation) == (asked.actor, asked.operation)
    assert f"given by <@{ADMIN}>" in posted.text
    assert LIVE == posted.channel


async def test_roles_show_the_end_and_forget_what_has_ended(stage: Stage) -> None:
    """
    `/agora roles` shows when a role ends, and does not show it once it has.
    """
    await ask(stage)
    await answer(stage, await letter(stage), "access_grant_hour")
    before = await stage.outcome("/agora roles", ADMIN)
    stage.time.turn(timedelta(hours=2))
    after = await stage.outcome("/agora roles", ADMIN)

    assert f"<@{STRANGER}>: operator on `live` in `eu` until <!date^" in before.text
    assert STRANGER not in after.text


async def test_no_is_told(stage: Stage, store: Store) -> None:
    """
    A no changes nothing; who asked is told by whom, and the audit trail has both names.
    """
    await ask(stage)
    wanted = await letter(stage)
    await answer(stage, wanted, "access_deny")
    news = await told(stage, "said no")
    refusal = await stage.outcome(RECORD, STRANGER)

    (record,) = await records(store, "access answer")
    assert [] == offers(wanted) + offers(news)
    assert f"<@{ADMIN}> said no" in news.text
    assert STRANGER == refusal.to
    assert (ADMIN, "refused") == (record.actor, record.outcome)
    assert STRANGER in str(record.detail)
    assert [] == [one for one in public(stage.slack.messages) if STRANGER in one.text]


async def test_two_people_are_asked_and_one_answers(stage: Stage, store: Store) -> None:
    """
    Two who can give it are asked. The first answer counts; the other one sees who gave it, and presses in vain.
    """
    await second_admin(stage)
    await ask(stage)
    mine, other = await letter(stage), await letter(stage, SECOND)
    old = other.blocks
    await answer(stage, mine, "access_grant_hour")
    await stage.told(lambda one: one is other and one.edits > 0)
    await stage.slack.click(other, "access_deny", user=SECOND, blocks=old)
    await stage.told(lambda one: one is other and one.edits > 1)

    assert f"<@{ADMIN}> gave <@{STRANGER}> operator on `live` in `eu`" in other.text
    assert [] == offers(mine) + offers(other)
    assert [] == await records(store, "access answer")
    assert (await stage.outcome(RECORD, STRANGER)).to is None


@pytest.mark.parametrize("presses", [("access_grant_hour", "access_deny"), ("access_grant_day", "access_grant_hour")])
async def test_pressed_by_two_at_once_counts_once(stage: Stage, store: Store, presses: tuple[str, str]) -> None:
    """
    Two who answer in the same moment, and each of them twice: one answer counts, it is carried out and told once.
    """
    await second_admin(stage)
    await ask(stage)
    pairs = [(await letter(stage), ADMIN, presses[0]), (await letter(stage, SECOND), SECOND, presses[1])]
    shown = {user: message.blocks for message, user, _ in pairs}
    clicks = [stage.slack.click(one, button, user=user, blocks=shown[user]) for one, user, button in pairs * 2]
    await asyncio.gather(*clicks)
    for message, _, _ in pairs:
        await stage.told(lambda one, message=message: one is message and one.edits > 0)  # type: ignore[misc]
    news = await told(stage, f"`{RECORD}`")
    await stage.outcome("/agora whoami", STRANGER)

    given = [record for record in await records(store, "agora grant") if STRANGER in str(record.detail)]
    said = await records(store, "access answer")
    assert 1 == len(given) + len(said)
    (by,) = {record.actor for record in (*given, *said)}
    assert all(f"<@{by}>" in message.text for message, _, _ in pairs)
    assert f"<@{by}>" in news.text
    assert 1 == len([one for one in stage.slack.messages if one.channel == news.channel])


async def test_asking_twice_asks_once(stage: Stage) -> None:
    """
    A button pressed twice, and another refusal of the same, write to nobody a second time, and say who was asked.
    """
    refusal = await stage.outcome(RECORD, STRANGER)
    again = await stage.outcome(RECORD, STRANGER)
    blocks = refusal.blocks
    await asyncio.gather(*(stage.slack.click(refusal, "access_ask", user=STRANGER, blocks=blocks) for _ in range(3)))
    await stage.told(lambda one: one is refusal and one.edits > 0)
    await stage.slack.click(refusal, "access_ask", user=STRANGER, blocks=blocks)
    await stage.slack.click(again, "access_ask", user=STRANGER)
    late = await stage.told(lambda one: one.to == STRANGER and "nobody has answered yet" in one.text)

    assert f"<@{ADMIN}> got your request" in late.text
    assert 1 == len(letters(stage))


async def test_nobody_answers_their_own_request(stage: Stage, store: Store) -> None:
    """
    Who asked can't answer, even if they have become admin meanwhile.
    """
    await ask(stage)
    wanted = await letter(stage)
    await stage.grant(STRANGER, "admin on sports")
    before = len(await records(store, "agora grant"))
    await stage.slack.click(wanted, "access_grant_day", user=STRANGER, unseen=True)
    said = await stage.told(lambda one: "their own request" in one.text)

    assert STRANGER == said.to or said.kind == "dm"
    assert before == len(await records(store, "agora grant"))
    assert ANSWERS == offers(wanted)


@pytest.mark.parametrize("button", ANSWERS)
async def test_only_who_may_give_it_answers(stage: Stage, store: Store, button: str) -> None:
    """
    Whoever is admin no more when they press, or never was, is told so; nothing happens, and others can still answer.
    """
    await second_admin(stage)
    await ask(stage)
    other = await letter(stage, SECOND)
    await stage.outcome("/agora revoke @max", ADMIN)
    before = len(await records(store, "agora grant"))
    for user in (SECOND, MANAGER):
        await stage.slack.click(other, button, user=user, unseen=True)
        await stage.told(lambda one: "takes admin" in one.text)

    assert before == len(await records(store, "agora grant"))
    assert [] == await records(store, "access answer")
    assert ANSWERS == offers(other)


async def test_nobody_gives_for_longer_than_they_are_admin(world: Stage, store: Store) -> None:
    """
    An admin whose own role ends in two hours can give an hour, and not a day.
    """
    await world.start()
    await second_admin(world)
    await world.outcome("/agora revoke @max", ADMIN)
    await world.grant(SECOND, "admin on live for 2h")
    await ask(world)
    wanted = await letter(world, SECOND)
    await world.slack.click(wanted, "access_grant_day", user=SECOND)
    await world.told(lambda one: "can't give a role for longer" in one.text)
    await answer(world, wanted, "access_grant_hour", SECOND)

    assert f"<@{SECOND}> gave <@{STRANGER}>" in wanted.text


async def test_request_lapses(stage: Stage, store: Store) -> None:
    """
    After a day a request can't be answered any more, and can be made anew.
    """
    await ask(stage)
    wanted = await letter(stage)
    stage.time.turn(timedelta(days=1, seconds=1))
    await answer(stage, wanted, "access_grant_hour")
    refused = await stage.outcome(RECORD, STRANGER)
    await ask(stage)

    assert "This request lapsed" in wanted.text
    assert STRANGER == refused.to
    assert 2 == len(letters(stage))


async def test_slack_that_is_away_keeps_nobody_from_being_told(stage: Stage, store: Store) -> None:
    """
    While Slack is away the role is given all the same; whoever asked is told when it is back.
    """
    await ask(stage)
    wanted = await letter(stage)
    stage.slack.fail("chat.postMessage", error="internal_error", times=3)
    edits = wanted.edits
    await stage.slack.click(wanted, "access_grant_hour", user=ADMIN)
    await stage.told(lambda one: one is wanted and one.edits > edits)
    async with asyncio.timeout(20):
        while not stage.slack.met("chat.postMessage") or stage.bots[0].answering:  # noqa: ASYNC110 it calls nobody
            await asyncio.sleep(0.02)
    before = [one for one in stage.slack.messages if "gave you" in one.text]
    done = await stage.outcome(RECORD, STRANGER)
    (asked,) = await records(store, "access ask")
    await store.redis.delete(store.key("request", "telling", str(asked.operation)))  # as when its time is up
    await stage.bots[0].sweep()
    await told(stage, "gave you")

    assert (None, []) == (done.to, before)


async def test_lapse_is_told(stage: Stage) -> None:
    """
    When a request lapses its buttons go, and who asked is told, once.
    """
    await ask(stage)
    wanted = await letter(stage)
    stage.time.turn(timedelta(days=1, seconds=1))
    for _ in range(2):
        await stage.bots[0].sweep()
    news = await told(stage, "Nobody answered your request")
    await stage.told(lambda one: one is wanted and "This request lapsed" in one.text)

    assert [] == offers(wanted)
    assert 1 == len([one for one in stage.slack.messages if one.channel == news.channel])


async def test_killed_after_the_answer(stage: Stage, store: Store) -> None:
    """
    An answer that was written down by a process that was killed then is carried out and told by the others, once.
    """
    await second_admin(stage)
    await ask(stage)
    mine, other = await letter(stage), await letter(stage, SECOND)
    (asked,) = await records(store, "access ask")
    kept = f'{{"by": "{ADMIN}", "says": "hour", "at": "{stage.time.now().isoformat()}"}}'
    await store.redis.hset(store.key("request", str(asked.operation)), "answer", kept)
    for _ in range(2):
        await stage.bots[0].sweep()
    news = await told(stage, "gave you")
    for message in (mine, other):
        await stage.told(lambda one, message=message: one is message and "gave" in one.text)  # type: ignore[misc]
    await stage.told(lambda one: one.kind == "channel" and "asked for by" in one.text)
    done = await stage.outcome(RECORD, STRANGER)

    assert done.to is None
    assert 1 == len([one for one in stage.slack.messages if one.channel == news.channel])
    assert 1 == len([one for one in await records(store, "agora grant") if "Asked for by" in str(one.detail)])


async def test_who_can_not_be_written_to_is_passed_over(stage: Stage) -> None:
    """
    Where Slack lets the bot not write to one, the next one is asked.
    """
    await second_admin(stage)
    stage.slack.fail("chat.postMessage", error="user_not_found")
    asked = await ask(stage)

    assert f"Asked <@{SECOND}> to give you" in asked.text
    assert [] == letters(stage)


async def test_nobody_can_be_reached(stage: Stage) -> None:
    """
    Where nobody can be written to that is said, and the button stays: pressed again it tries again.
    """
    refusal = await stage.outcome(RECORD, STRANGER)
    stage.slack.fail("chat.postMessage", error="user_not_found")
    await stage.slack.click(refusal, "access_ask", user=STRANGER)
    said = await stage.told(lambda one: "Nobody could be asked" in one.text)
    await stage.slack.click(refusal, "access_ask", user=STRANGER)
    await stage.told(lambda one: one is refusal and "Asked <@" in one.text)

    assert STRANGER == said.to
    assert f"<@{ADMIN}>" in said.text
    assert 1 == len(letters(stage))


async def test_slack_that_is_busy_is_waited_for(stage: Stage) -> None:
    """
    A 429 in between loses no request.
    """
    stage.slack.fail("chat.postMessage", retry_after=1)
    asked = await ask(stage)

    assert f"Asked <@{ADMIN}>" in asked.text


async def test_what_was_refused_is_done_by_a_button(stage: Stage) -> None:
    """
    Who was given the role presses *Do it now*: it is done as if typed again in its channel, once however often pressed.
    """
    await ask(stage)
    await answer(stage, await letter(stage), "access_grant_hour")
    news = await told(stage, "gave you")
    blocks = news.blocks
    for _ in range(2):
        await stage.slack.click(news, "access_use", user=STRANGER, blocks=blocks)
    done = await stage.told(lambda one: one.kind == "channel" and "Recording is asked for" in one.text)

    assert (LIVE, 1) == (done.channel, len(stage.wire))
    assert f"asked by <@{STRANGER}>" in done.text


async def test_button_to_do_it_is_decided_on_anew(stage: Stage) -> None:
    """
    Once the role has ended the button does nothing, and says why.
    """
    await ask(stage)
    await answer(stage, await letter(stage), "access_grant_hour")
    news = await told(stage, "gave you")
    stage.time.turn(timedelta(hours=2))
    await stage.slack.click(news, "access_use", user=STRANGER)
    said = await stage.told(lambda one: "ended on" in one.text)

    assert "takes operator" in said.text
    assert [] == stage.wire


async def test_role_that_came_another_way_is_left_alone(stage: Stage, store: Store) -> None:
    """
    Who was given the role for good meanwhile does not lose that to an hour.
    """
    await ask(stage)
    wanted = await letter(stage)
    await stage.grant(STRANGER, "operator on live in eu")
    await answer(stage, wanted, "access_grant_hour")
    stage.time.turn(timedelta(hours=2))

    assert "may do it by now" in wanted.text
    assert (await stage.outcome(RECORD, STRANGER)).to is None


@pytest.mark.parametrize("line", ["/agora entries", "/agora roles", '/record on "li*" eu main-stage'])
async def test_what_would_be_too_wide_is_not_offered(stage: Stage, line: str) -> None:
    """
    Where no grant is exactly as wide as what was refused there is no button, and people are named all the same.
    """
    refusal = await stage.outcome(line, STRANGER)

    assert [] == offers(refusal)
    assert f"<@{ADMIN}> can grant it" in refusal.text


async def test_change_that_reaches_all_regions_is_given_for_all(stage: Stage) -> None:
    """
    What names no region takes a role in all of them, and that is what is asked for and given.
    """
    await ask(stage, "/record auto live off", OPERATOR)
    await answer(stage, await letter(stage), "access_grant_hour")
    prompt = await stage.prompt("/record auto live off", OPERATOR)
    other = await stage.outcome("/record auto sports off", OPERATOR)

    assert prompt.to == OPERATOR
    assert "takes manager" in other.text


async def test_press_that_was_broken_off_is_gone_on_with(stage: Stage, store: Store) -> None:
    """
    If the bot was killed between an answer and what it means, the next press carries out what was answered first.
    """
    await ask(stage)
    wanted = await letter(stage)
    (asked,) = await records(store, "access ask")
    at = (stage.time.now() - timedelta(seconds=30)).isoformat()
    kept = f'{{"by": "{ADMIN}", "says": "hour", "at": "{at}"}}'
    await store.redis.hset(store.key("request", str(asked.operation)), "answer", kept)
    await answer(stage, wanted, "access_deny")

    assert f"<@{ADMIN}> gave <@{STRANGER}>" in wanted.text
    assert (await stage.outcome(RECORD, STRANGER)).to is None


async def test_who_can_not_be_written_to_is_told_in_the_channel(stage: Stage) -> None:
    """
    Where Slack lets the bot not write to whoever asked, they alone read the answer where they typed.
    """
    await ask(stage)
    wanted = await letter(stage)
    stage.slack.fail("chat.postMessage", error="user_not_found")
    await answer(stage, wanted, "access_deny")
    news = await stage.told(lambda one: one.kind == "ephemeral" and "said no" in one.text)

    assert (STRANGER, LIVE) == (news.to, news.channel)


async def test_redis_that_fails_in_between_loses_nothing(stage: Stage, store: Store) -> None:
    """
    An answer that was written down and not carried out is carried out, and told, with the next press.
    """
    await ask(stage)
    wanted = await letter(stage)
    (asked,) = await records(store, "access ask")
    kept = f'{{"by": "{ADMIN}", "says": "hour", "at": "{stage.time.now().isoformat()}"}}'
    await store.redis.hset(store.key("request", str(asked.operation)), "answer", kept)
    await answer(stage, wanted, "access_grant_hour")
    news = await told(stage, "gave you")

    assert f"<@{ADMIN}> gave you operator" in news.text
    assert (await stage.outcome(RECORD, STRANGER)).to is None
