"""The Slack app's manifest, made from the catalog: https://docs.slack.dev/reference/app-manifest"""

from __future__ import annotations

from typing import Any, Final

import yaml

from bot.catalog import Catalog

# Each with the reason why it is asked for.
SCOPES: Final = {
    "commands": "the slash commands",
    "chat:write": "cards in channels that the bot is in, and direct messages",
    "chat:write.public": "cards in public channels that nobody invited it to",
    "files:read": "lists of streams that somebody hands over as a file, in a form of the bot's",
}
# Whoever installs the app may leave these out; the bot then does without what they are for.
OPTIONAL_SCOPES: Final = {
    "channels:history": "to see whether a card stands already before it is posted again, in public channels",
    "groups:history": "to see whether a card stands already, in private channels that the bot was invited to",
    "im:history": "to see whether a message stands already, in direct messages with the bot",
    "users:read": "to know what time it is for whoever types `at 20:45`; nothing else of anybody is read",
    "usergroups:read": "to know who is in a user group that was given a role",
}
# Each with the reason why the bot wants to hear of it. Only user groups that hold a role are looked at.
EVENTS: Final = {
    "subteam_members_changed": "somebody joined or left a user group: their roles change with it",
    "subteam_updated": "a user group was disabled, and counts for nothing; or enabled again",
}
DESCRIPTIONS: Final = {
    "/agora": "Entry points, and who may do what",
    "/record": "Record live streams",
    "/stream": "See what is live, and ban a stream",
    "/transfer": "Restream an entry point to other platforms",
}
HINT_LIMIT: Final = 1000


def manifest(catalog: Catalog, url: str | None) -> str:
    """
    The manifest as YAML.

    Args:
        catalog: The commands.
        url: The public address of `serve`; None: Socket Mode, which needs none.
    """
    endpoint = f"{url.rstrip('/')}/slack/events" if url else None
    at = {"url": endpoint} if endpoint else {}
    value: dict[str, Any] = {
        "_metadata": {"major_version": 2},
        "display_information": {
            "name": "Agora Control Room",
            "description": "Record and restream live streams on Agora, and see who switched what.",
            "background_color": "#0b2545",
        },
        "features": {
            "bot_user": {"display_name": "agora-control-room", "always_online": True},
            "slash_commands": [
                {
                    "command": group,
                    **at,
                    "description": DESCRIPTIONS[group],
                    "usage_hint": _hint(catalog, group),
                    "should_escape": True,  # mentions arrive as ids, not as text that anyone could type
                }
                for group in catalog.groups
            ],
        },
        "oauth_config": {"scopes": {"bot": [*SCOPES, *OPTIONAL_SCOPES], "bot_optional": list(OPTIONAL_SCOPES)}},
        "settings": {
            "interactivity": {"is_enabled": True, **({"request_url": endpoint} if endpoint else {})},
            "event_subscriptions": {**({"request_url": endpoint} if endpoint else {}), "bot_events": list(EVENTS)},
            "org_deploy_enabled": False,
            "socket_mode_enabled": endpoint is None,
            "token_rotation_enabled": False,
        },
    }
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=110)


def _hint(catalog: Catalog, group: str) -> str:
    verbs = [command.usage.removeprefix(f"{group} ") for command in catalog.group(group)]
    return " | ".join([*verbs, "help"])[:HINT_LIMIT]
