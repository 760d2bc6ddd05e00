"""Socket Mode: the same bot, without a public address."""

import asyncio

import httpx

from bot.processes import Bot
from bot.sandbox.slack import Answer
from bot.store import Store
from tests.harness import ADMIN, LIVE, MANAGER, OPERATOR, STRANGER, VIEWER, Stage
from tests.outside.acts import confirm, ended, offers, public, trail
from tests.outside.crew import CREW, known
from tests.outside.test_health import probe_of

APP_TOKEN = "xapp-for-tests"
OFF = "DELETE entry_points/live/admin/record/custom/regions/eu/tasks/main-stage"


async def connected(world: Stage) -> Bot:
    """Start a bot in Socket Mode, and wait for one more connection."""
    before = world.slack.connections
    bot = await world.start(SLACK_APP_TOKEN=APP_TOKEN)
    await world.slack.wait_connected(before + 1)
    assert world.slack.bot_url is None  # whatever arrives came through the socket
    return bot


async def test_command_reaches_agora_and_the_channel(world: Stage, store: Store) -> None:
    """
    A command through the socket ends like one over HTTP: one call to Agora, one message, one record.
    """
    await connected(world)

    message = await world.outcome("/record on live eu main-stage", ADMIN)

    assert ["PUT entry_points/live/admin/record/custom/regions/eu/tasks?id=main-stage"] == world.wire
    assert ("channel", LIVE, True) == (message.kind, message.channel, ended(message))
    assert [(ADMIN, "succeeded")] == [(record.actor, record.outcome) for record in await trail(store)]


async def test_read_is_for_its_caller_alone(world: Stage) -> None:
    """
    A read is answered to its caller, and nobody else sees it.
    """
    await connected(world)

    message = await world.outcome("/transfer get live", ADMIN)

    assert ("ephemeral", ADMIN) == (message.kind, message.to)


async def test_refusal_and_help_are_in_the_acknowledgement(world: Stage) -> None:
    """
    A refusal, a slip and help are private, come with the acknowledgement, and Agora hears nothing.
    """
    await connected(world)

    answers = [
        await world.slash("/record on live eu main-stage", STRANGER),
        await world.slash("/record onn live eu main-stage", STRANGER),
        await world.slash("/record help", STRANGER),
    ]

    shown = [answer.message for answer in answers if answer.message]
    assert [("ephemeral", "ack", STRANGER)] * 3 == [(message.kind, message.via, message.to) for message in shown]
    assert "operator" in shown[0].text
    assert "/record on live eu main-stage" in shown[1].text
    assert [] == world.agora.calls


async def test_click_counts_once(world: Stage) -> None:
    """
    A question is confirmed by its requester alone, and once however often it is pressed.
    """
    await connected(world)
    await world.grant(MANAGER, "manager")
    prompt = await world.prompt("/record off live eu main-stage")
    blocks = prompt.blocks

    await world.slack.click(prompt, "operation_confirm", user=OPERATOR, unseen=True)
    foreign = await world.told(lambda message: message.to == OPERATOR)
    presses = [world.slack.click(prompt, "operation_confirm", user=MANAGER, blocks=blocks) for _ in range(20)]
    answers = await asyncio.gather(*presses)
    await world.told(lambda message: message.kind == "channel" and "main-stage" in message.text)
    await world.outcome("/agora whoami", ADMIN)

    assert f"<@{MANAGER}>" in foreign.text
    assert {(200, None)} == {(answer.status, answer.error) for answer in answers}
    assert [OFF] == world.wire
    assert [] == offers(prompt)


async def test_cancelled_question_does_nothing(world: Stage) -> None:
    """
    The other button ends the question, and nothing reaches Agora.
    """
    await connected(world)
    prompt = await world.prompt("/record off live eu main-stage", ADMIN)

    await world.slack.click(prompt, "operation_cancel", user=ADMIN)
    await world.told(lambda message: message is prompt and offers(prompt) == [])
    await world.outcome("/agora whoami", ADMIN)

    assert [] == world.wire


async def test_two_connections_share_the_work(world: Stage, store: Store) -> None:
    """
    Slack sends each payload to one of several connections: each is done once, a click may come through the other.
    """
    await connected(world)
    await connected(world)

    async def typed(number: int) -> Answer:
        return await world.slash(f"/record on live eu s{number}", ADMIN)

    await asyncio.gather(*map(typed, range(10)))
    await world.told(lambda _: 10 == len(list(filter(ended, public(world.slack.messages)))))
    prompt = await world.prompt("/record off live eu s0", ADMIN)
    await confirm(world, prompt, ADMIN)

    assert 2 == world.slack.connections
    assert sorted(f"s{number}" for number in range(10)) == sorted(
        call.split("id=")[1] for call in world.wire if call.startswith("PUT")
    )
    assert 11 == len(await trail(store))


async def test_refreshed_connection_is_replaced(world: Stage) -> None:
    """
    Slack renews each connection every few hours: the bot opens another, and what comes then is answered.
    """
    await connected(world)

    await world.slack.disconnect("refresh_requested")
    await world.slack.wait_connected()
    await world.outcome("/record on live eu main-stage", ADMIN)

    assert 2 == len([call for call in world.slack.calls if call.method == "apps.connections.open"])
    assert 1 == len(world.wire)


async def test_refresh_cuts_nothing_off(world: Stage) -> None:
    """
    While the connection is renewed, what is under way is finished and told once.
    """
    await connected(world)
    world.agora.fault("slow:0.3")

    await world.slash("/record on live eu main-stage", ADMIN)
    await world.slack.disconnect("warning")
    message = await world.told(ended)

    assert [message] == public(world.slack.messages)
    assert 1 == len(world.wire)


async def test_disabled_link_is_not_ready(world: Stage) -> None:
    """
    Whether Slack can reach the bot is what `/readyz` says, and it needs no endpoint for Slack to say so.
    """
    probe = probe_of(world, await connected(world))
    assert {} == await probe.becomes()

    world.slack.fail("apps.connections.open", error="link_disabled", times=1000)
    await world.slack.disconnect("link_disabled")
    reasons = await probe.becomes("slack")

    assert "Socket Mode" in reasons["slack"]
    assert 200 == (await probe.get("/healthz")).status_code


async def test_slack_that_is_away_at_the_start_is_tried_again(world: Stage) -> None:
    """
    A bot that can't connect when it starts says so on `/readyz`, and connects as soon as Slack lets it.
    """
    world.slack.fail("apps.connections.open", status=503)

    bot = await world.start(SLACK_APP_TOKEN=APP_TOKEN)
    probe = probe_of(world, bot)
    assert {"slack"} == set(await probe.becomes("slack"))
    await probe.becomes()
    await world.outcome("/agora whoami", ADMIN)

    assert 1 == world.slack.connections


async def test_wrong_app_token_is_not_ready(world: Stage) -> None:
    """
    A bot whose app token Slack refuses is not ready, and does not show it.
    """
    bot = await world.start(SLACK_APP_TOKEN="xapp-planted")

    reasons = await probe_of(world, bot).becomes("slack")

    assert "planted" not in str(reasons)
    assert 0 == world.slack.connections


async def test_http_endpoint_still_asks_for_a_signature(world: Stage) -> None:
    """
    Socket Mode opens no second door: what is posted without Slack's signature is turned away.
    """
    bot = await connected(world)
    form = {"command": "/record", "text": "on live eu main-stage", "user_id": ADMIN, "channel_id": LIVE}

    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(f"http://127.0.0.1:{bot.port}/slack/events", data=form)
    await world.outcome("/agora whoami", ADMIN)

    assert 401 == answer.status_code
    assert [] == world.agora.calls


async def test_roles_hold_here_too(world: Stage) -> None:
    """
    A grant typed through the socket lets its person in from the next command on.
    """
    await connected(world)
    await world.grant(VIEWER, "operator on live in eu")

    await world.outcome("/record on live eu main-stage", VIEWER)
    refused = await world.slash("/record on sports eu main-stage", VIEWER)

    assert refused.message is not None
    assert "operator" in refused.message.text
    assert 1 == len(world.wire)


async def test_events_of_groups_come_through_the_socket(world: Stage, store: Store) -> None:
    """
    Who leaves a user group loses its role at once, without a public address too.
    """
    await connected(world)
    world.slack.add_usergroup(CREW, "crew", [STRANGER])
    await world.outcome("/agora grant @crew operator on live", ADMIN)
    await known(store, lambda group: group.size == 1)
    inside = await world.outcome("/record on live eu main-stage", STRANGER)
    await world.slack.change_group(CREW, [])
    await known(store, lambda group: group.size == 0)
    outside = await world.outcome("/record on live eu main-stage", STRANGER)

    assert [None, STRANGER] == [inside.to, outside.to]


async def test_access_is_asked_for_through_the_socket(world: Stage) -> None:
    """
    A refusal becomes a role for an hour through the socket as over HTTP.
    """
    await connected(world)
    refusal = await world.outcome("/record on live eu main-stage", STRANGER)
    await world.slack.click(refusal, "access_ask", user=STRANGER)
    letter = await world.told(lambda message: message.kind == "dm" and "asks for access" in message.text)
    await world.slack.click(letter, "access_grant_hour", user=ADMIN)
    await world.told(lambda message: message.kind == "channel" and "asked for by" in message.text)
    done = await world.outcome("/record on live eu main-stage", STRANGER)

    assert ("channel", 1) == (done.kind, len(world.wire))
