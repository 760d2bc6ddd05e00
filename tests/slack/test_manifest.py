"""The Slack app's manifest: what Slack demands of it, and that the one in the repository is today's."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from bot.app import catalog
from bot.slack.manifest import manifest

KEPT = Path(__file__).parents[2] / "manifest.yml"
KINDS = ("channels", "groups", "im")  # of conversations
ADDRESS = "https://bot.example.com"


def made(url: str | None) -> dict[str, Any]:
    value: dict[str, Any] = yaml.safe_load(manifest(catalog(), url))
    return value


@pytest.fixture(params=[None, ADDRESS], ids=["socket", "http"])
def app(request: pytest.FixtureRequest) -> dict[str, Any]:
    return made(request.param)


def test_kept_manifest_is_up_to_date() -> None:
    """
    The file that people create their app from says what `python -m bot manifest` says today.
    """
    assert manifest(catalog(), None) == KEPT.read_text(encoding="utf-8"), "python -m bot manifest > manifest.yml"


def test_lengths_are_within_the_limits(app: dict[str, Any]) -> None:
    """
    Names and descriptions are as short as Slack wants them.

    https://docs.slack.dev/reference/app-manifest
    """
    shown, bot = app["display_information"], app["features"]["bot_user"]["display_name"]

    assert 1 <= len(shown["name"]) <= 35
    assert 1 <= len(shown["description"]) <= 140
    assert re.fullmatch("#[0-9a-fA-F]{3}([0-9a-fA-F]{3})?", shown["background_color"])
    assert re.fullmatch(r"[a-z0-9._-]{1,80}", bot)


def test_each_command_is_there_once_and_complete(app: dict[str, Any]) -> None:
    """
    Every slash command of the catalog is declared once, with a description, a hint, and ids in place of names.
    """
    commands = app["features"]["slash_commands"]

    assert list(catalog().groups) == [command["command"] for command in commands]
    assert 1 <= len(commands) <= 50
    for command in commands:
        assert re.fullmatch(r"/\S{1,31}", command["command"])
        assert 1 <= len(command["description"]) <= 2000
        assert 1 <= len(command["usage_hint"]) <= 1000
        assert command["should_escape"] is True


def test_hint_names_each_verb(app: dict[str, Any]) -> None:
    """
    While somebody types, Slack shows every verb and its arguments.
    """
    hints = {command["command"]: command["usage_hint"] for command in app["features"]["slash_commands"]}

    for command in catalog():
        assert command.usage.removeprefix(f"{command.group} ") in hints[command.group]


def test_scopes_are_the_ones_that_are_used(app: dict[str, Any]) -> None:
    """
    No scope is asked for that nothing needs, and `commands`, which the schema does not insist on, is there. What the
    bot can do without may be left out by whoever installs it.
    """
    needed = ["commands", "chat:write", "chat:write.public", "files:read"]
    optional = [*(f"{kind}:history" for kind in KINDS), "users:read", "usergroups:read"]

    assert {"bot": [*needed, *optional], "bot_optional": optional} == app["oauth_config"]["scopes"]


def test_events_are_the_ones_that_are_used(app: dict[str, Any]) -> None:
    """
    The bot hears of changes of user groups, and of nothing that people say.
    """
    assert ["subteam_members_changed", "subteam_updated"] == app["settings"]["event_subscriptions"]["bot_events"]


def test_buttons_work_and_nothing_irreversible_is_on(app: dict[str, Any]) -> None:
    """
    Interactivity is on; token rotation, which can't be turned off again, is not.
    """
    assert app["settings"]["interactivity"]["is_enabled"] is True
    assert app["settings"]["token_rotation_enabled"] is False


def test_socket_mode_has_no_address() -> None:
    """
    With Socket Mode there is no address anywhere: Slack would not use it.
    """
    app = made(None)

    assert app["settings"]["socket_mode_enabled"] is True
    assert "://" not in str(app)
    assert "request_url" not in app["settings"]["interactivity"]
    assert "request_url" not in app["settings"]["event_subscriptions"]
    assert not any("url" in command for command in app["features"]["slash_commands"])


@pytest.mark.parametrize("url", [ADDRESS, f"{ADDRESS}/", f"{ADDRESS}/bots/agora"])
def test_http_has_one_address_for_everything(url: str) -> None:
    """
    Over HTTP commands and clicks go to the same address, over https.
    """
    app = made(url)
    urls = {command["url"] for command in app["features"]["slash_commands"]}

    assert {f"{url.rstrip('/')}/slack/events"} == urls | {
        app["settings"][part]["request_url"] for part in ("interactivity", "event_subscriptions")
    }
    assert "https" == urlsplit(*urls).scheme
    assert app["settings"]["socket_mode_enabled"] is False
