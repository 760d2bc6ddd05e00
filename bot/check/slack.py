"""Slack: the tokens, what they may do, and whether the bot can post."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from typing import Final

from bot.check.asking import Group, Scene
from bot.check.clocks import compared, date_of, middle
from bot.check.findings import Finding, hint, ok, skipped, warn, wrong
from bot.setting_kinds import clear
from bot.slack.api import SlackApi, SlackAway, SlackError, SlackRefused
from bot.slack.manifest import OPTIONAL_SCOPES, SCOPES

REQUESTS: Final = "The bot takes Slack's requests for old ones, and refuses them."
AGAIN: Final = "Add it under OAuth & Permissions (or paste manifest.yml again), and install the app again"
COPY: Final = "Copy the Bot User OAuth Token from OAuth & Permissions into SLACK_BOT_TOKEN."
REINSTALL: Final = "Install the app again, and copy its new token into SLACK_BOT_TOKEN."
AWAY: Final = "Check the network from here to Slack, SLACK_API_URL, and slack-status.com."
# https://docs.slack.dev/reference/methods/auth.test#errors
TOKEN_GONE: Final = {"account_inactive", "token_revoked", "token_expired", "app_uninstalled", "org_login_required"}
# https://docs.slack.dev/reference/methods/chat.postMessage#errors
POSTING: Final = {
    "not_in_channel": "Invite it there: /invite and the bot's name.",
    "channel_not_found": "Give the channel's id, as in C012AB3CD; into a private channel invite the bot first.",
    "is_archived": "Name another one: this one is archived.",
    "missing_scope": "The token lacks chat:write; see Slack scopes.",
}
POSTED: Final = "The bot tries whether it can post here (`check --channel`). This message goes at once."
SIGNING: Final = re.compile("[0-9a-f]{32}")


async def ask(scene: Scene) -> AsyncGenerator[Finding, None]:
    """Whose token it is, which scopes it has, and Slack's time: all in one answer."""
    began = scene.clock()
    async with _api(scene) as api:
        try:
            answer = await api.ask("auth.test")
        except SlackAway as error:
            yield wrong("Slack", f"no answer that can be used ({error})", AWAY)
            return
    ours, data = middle(began, scene.clock()), answer.data
    if answer.refused:
        yield wrong(
            "Slack", f"refuses the bot's token ({answer.refused})", REINSTALL if answer.refused in TOKEN_GONE else COPY
        )
    else:
        yield ok("Slack", f"the token is that of {data.get('user', 'a bot')} in {data.get('team', 'a workspace')}")
        for finding in _scopes(answer.headers.get("x-oauth-scopes")):
            yield finding
    yield compared("Slack clock", "Slack", date_of(answer.headers), ours, far=REQUESTS)


def _scopes(header: str | None) -> list[Finding]:
    """What is missing; what is there too much does no harm."""
    if header is None:
        return [skipped("Slack scopes", "not told by Slack")]
    held = {scope.strip() for scope in header.split(",")}
    lacking = [
        wrong("Slack scopes", f"{scope} is missing: {why}", f"{AGAIN}.") for scope, why in _missing(SCOPES, held)
    ]
    lost = [hint("Slack scopes", f"{scope} is missing, which is there {why}", f"{AGAIN}, if that matters.")
            for scope, why in _missing(OPTIONAL_SCOPES, held)]  # fmt: skip
    return [*lacking, *lost] or [ok("Slack scopes", f"all {len(SCOPES) + len(OPTIONAL_SCOPES)} of the manifest")]


def _missing(scopes: dict[str, str], held: set[str]) -> list[tuple[str, str]]:
    return [(scope, why) for scope, why in scopes.items() if scope not in held]


async def ask_secret(scene: Scene) -> AsyncGenerator[Finding, None]:
    """Whether it looks like one; Slack can't be asked."""
    if SIGNING.fullmatch(clear(scene.settings.slack_signing_secret)):
        yield ok("Signing secret", "has the form of one; Slack's first request shows whether it is the right one")
    else:
        copy = "Copy the Signing Secret from Basic Information, App Credentials."
        yield warn("Signing secret", "is not 32 signs from 0-9 and a-f, as Slack's are", copy)


async def ask_socket(scene: Scene) -> AsyncGenerator[Finding, None]:
    """Whether Slack would let the bot connect; nothing connects."""
    token = scene.settings.slack_app_token
    if token is None:
        yield skipped("Socket Mode", "not used: SLACK_APP_TOKEN is not set, so Slack calls PUBLIC_URL")
        return
    do = "Switch Socket Mode on, and make an app-level token with connections:write (SLACK_APP_TOKEN)."
    async with SlackApi(token=clear(token), base_url=scene.settings.slack_api_url) as api:
        try:
            await api.call("apps.connections.open")
        except SlackRefused as error:
            yield wrong("Socket Mode", f"Slack refuses the app token ({error})", do)
        except SlackAway as error:
            yield wrong("Socket Mode", f"no answer that can be used ({error})", AWAY)
        else:
            yield ok("Socket Mode", "Slack would let the bot connect")


async def ask_channel(scene: Scene) -> AsyncGenerator[Finding, None]:
    """Post a message and delete it."""
    if scene.channel is None:
        yield skipped("Slack channel", "not tried; --channel C012AB3CD posts a message there and deletes it at once")
        return
    async with _api(scene) as api:
        try:
            posted = await api.call("chat.postMessage", channel=scene.channel, text=POSTED)
        except SlackError as error:
            do = POSTING.get(str(error), AWAY if isinstance(error, SlackAway) else COPY)
            yield wrong("Slack channel", f"the bot can't post in {scene.channel} ({error})", do)
            return
        try:
            await api.call("chat.delete", channel=posted.get("channel"), ts=posted.get("ts"))
        except SlackError as error:
            yield warn("Slack channel", f"posted in {scene.channel}, but not deleted ({error})", "Delete it by hand.")
        else:
            yield ok("Slack channel", f"the bot can post in {scene.channel}; the message is deleted again")


def _api(scene: Scene) -> SlackApi:
    return SlackApi(token=clear(scene.settings.slack_bot_token), base_url=scene.settings.slack_api_url)


BOT: Final = frozenset({"slack_bot_token", "slack_api_url"})
SLACK: Final = Group(("Slack", "Slack scopes", "Slack clock"), BOT, ask, AWAY)
SIGNING_SECRET: Final = Group(("Signing secret",), frozenset({"slack_signing_secret"}), ask_secret)
SOCKET: Final = Group(("Socket Mode",), frozenset({"slack_app_token", "slack_api_url"}), ask_socket, AWAY)
CHANNEL: Final = Group(("Slack channel",), BOT, ask_channel, AWAY)
