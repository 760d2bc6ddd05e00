"""How a prompt gets to its requester where Slack makes it hard."""

from __future__ import annotations

from bot.sandbox.slack_text import buttons
from tests.harness import MANAGER, SHOW, Stage
from tests.outside.clicking import OFF, OFF_CALL, confirm


async def test_prompt_finds_its_way_without_a_response_url(stage: Stage) -> None:
    """
    Without a response URL the prompt comes as an ephemeral message of the channel, and works.
    """
    before = len(stage.slack.messages)
    await stage.slack.slash(OFF, user=MANAGER, response_url="")
    prompt = await stage.told(lambda shown: shown in stage.slack.messages[before:] and bool(buttons(shown)))

    await confirm(stage, prompt)

    assert ("ephemeral", "chat.postEphemeral", MANAGER) == (prompt.kind, prompt.via, prompt.to)
    assert [OFF_CALL] == stage.wire


async def test_prompt_finds_its_way_past_a_dead_response_url(stage: Stage) -> None:
    """
    A response URL that Slack takes no longer does not lose the prompt.
    """
    stage.slack.fail("response_url", status=404)

    prompt = await stage.prompt(OFF)

    assert ("ephemeral", "chat.postEphemeral", MANAGER) == (prompt.kind, prompt.via, prompt.to)


async def test_prompt_waits_for_a_busy_slack(stage: Stage) -> None:
    """
    A prompt that Slack has no time for now is shown when it has.
    """
    stage.slack.fail("response_url", retry_after=1, times=2)

    prompt = await stage.prompt(OFF)
    await confirm(stage, prompt)

    assert [OFF_CALL] == stage.wire


async def test_prompt_outside_of_the_bots_channels(stage: Stage) -> None:
    """
    Where the bot is no member, prompt and outcome come by way of response URLs.
    """
    prompt = await stage.prompt(OFF, MANAGER, SHOW)

    card = await confirm(stage, prompt)

    assert ("response_url", SHOW) == (card.via, card.channel)
    assert [OFF_CALL] == stage.wire


async def test_prompt_comes_by_direct_message_where_nothing_else_is_left(stage: Stage) -> None:
    """
    No response URL and no place in the channel: prompt and outcome go to the requester directly.
    """
    before = list(stage.slack.messages)
    await stage.slack.slash(OFF, user=MANAGER, channel=SHOW, response_url="")
    prompt = await stage.told(lambda shown: shown not in before and bool(buttons(shown)))

    await stage.slack.click(prompt, "operation_confirm", user=MANAGER)
    card = await stage.told(lambda shown: shown not in [*before, prompt] and "main-stage" in shown.text)

    assert ("dm", "dm", prompt.channel) == (prompt.kind, card.kind, card.channel)
    assert [OFF_CALL] == stage.wire
