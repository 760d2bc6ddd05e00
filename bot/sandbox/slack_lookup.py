"""Slack's methods that look things up: who, where, and what was said."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from bot.sandbox.slack_chat import as_json
from bot.sandbox.slack_model import Channel, Json, Message, Person, RefusedError, UserGroup
from bot.sandbox.slack_workspace import APP_ID, BOT_ID, BOT_USER, Workspace


class Lookup:
    """auth, bots, conversations, users and usergroups: https://docs.slack.dev/reference/methods."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def auth_test(self, _: Json) -> Json:
        """https://docs.slack.dev/reference/methods/auth.test."""
        bot = self._workspace.people[BOT_USER]
        team = self._workspace.team
        named = {"url": "https://studio.slack.invalid/", "team": "Studio", "user": bot.name}
        return {**named, "team_id": team, "user_id": bot.id, "bot_id": BOT_ID, "is_enterprise_install": False}

    def bots_info(self, given: Json) -> Json:
        """https://docs.slack.dev/reference/methods/bots.info."""
        if given.get("bot", BOT_ID) != BOT_ID:
            raise RefusedError("bot_not_found")
        name = self._workspace.people[BOT_USER].name
        return {"bot": {"id": BOT_ID, "app_id": APP_ID, "user_id": BOT_USER, "name": name, "deleted": False}}

    def users_info(self, given: Json) -> Json:
        """https://docs.slack.dev/reference/methods/users.info."""
        person = self._workspace.people.get(str(given["user"]))
        if person is None:
            raise RefusedError("user_not_found")
        return {"user": self._user(person)}

    def usergroups_list(self, given: Json) -> Json:
        """https://docs.slack.dev/reference/methods/usergroups.list."""
        wanted = {key for key, value in given.items() if str(value).lower() in {"true", "1"}}
        groups = self._workspace.usergroups.values()
        shown = [group for group in groups if "include_disabled" in wanted or not group.disabled]
        return {"usergroups": [self._listed(group, wanted) for group in shown]}

    def usergroups_users_list(self, given: Json) -> Json:
        """https://docs.slack.dev/reference/methods/usergroups.users.list."""
        group = self._workspace.usergroups.get(str(given["usergroup"]))
        disabled = str(given.get("include_disabled", "")).lower() in {"true", "1"}
        if group is None or (group.disabled and not disabled):
            raise RefusedError("no_such_subteam")
        return {"users": list(group.users)}

    def conversations_open(self, given: Json) -> Json:
        """https://docs.slack.dev/reference/methods/conversations.open, for one person."""
        users = str(given["users"]).split(",")
        if len(users) != 1:
            raise RefusedError("invalid_arguments", "[ERROR] this stand-in opens direct messages with one person only")
        if users[0] not in self._workspace.people:
            raise RefusedError("user_not_found")
        return {"channel": {"id": self._workspace.dm_with(users[0]).id}}

    def conversations_info(self, given: Json) -> Json:
        """https://docs.slack.dev/reference/methods/conversations.info."""
        return {"channel": self._conversation(self._readable(given))}

    def conversations_history(self, given: Json) -> Json:
        """https://docs.slack.dev/reference/methods/conversations.history."""
        shown = self._said_in(given, lambda message: message.thread_ts is None)
        return self._page(given, shown[::-1])

    def conversations_replies(self, given: Json) -> Json:
        """https://docs.slack.dev/reference/methods/conversations.replies."""
        ts = given["ts"]
        thread = self._said_in(given, lambda message: ts in (message.ts, message.thread_ts))
        if not thread:
            raise RefusedError("thread_not_found")
        return self._page(given, thread)

    def _listed(self, group: UserGroup, wanted: Collection[str]) -> Json:
        shown = group_json(self._workspace, group, wanted)
        most = self._workspace.cut_groups
        return {**shown, "users": shown["users"][:most]} if most is not None and "users" in shown else shown

    def _readable(self, given: Json) -> Channel:
        channel = self._workspace.channels.get(str(given["channel"]))
        if channel is None or (channel.kind != "public" and BOT_USER not in channel.members):
            raise RefusedError("channel_not_found")
        return channel

    def _said_in(self, given: Json, wanted: Callable[[Message], bool]) -> list[Message]:
        channel = self._readable(given)
        if BOT_USER not in channel.members:
            raise RefusedError("not_in_channel")
        oldest, latest = _ts(given.get("oldest", "0")), _ts(given.get("latest", "Infinity"))
        inclusive = str(given.get("inclusive", "")).lower() in {"true", "1"}
        shown = [m for m in self._workspace.messages if m.channel == channel.id and m.to is None and not m.deleted]
        times = ((m, Decimal(m.ts)) for m in shown if wanted(m))
        return [m for m, ts in times if oldest < ts < latest or (inclusive and ts in (oldest, latest))]

    def _page(self, given: Json, found: list[Message]) -> Json:
        start, limit = int(given.get("cursor") or 0), int(given.get("limit") or 100)
        if not 1 <= limit <= 999:
            raise RefusedError("invalid_limit")
        metadata = str(given.get("include_all_metadata", "")).lower() in {"true", "1"}
        more = len(found) > start + limit
        shown = [as_json(message, metadata=metadata) for message in found[start : start + limit]]
        cursor = {"next_cursor": str(start + limit) if more else ""}
        return {"messages": shown, "has_more": more, "response_metadata": cursor}

    def _user(self, person: Person) -> Json:
        here = datetime.fromtimestamp(self._workspace.clock(), UTC).astimezone(ZoneInfo(person.tz))
        offset = here.utcoffset()
        shown: Json = {
            "id": person.id,
            "team_id": person.team,
            "name": person.name,
            "real_name": person.name.capitalize(),
            "profile": {"display_name": person.name, "real_name": person.name.capitalize()},
            "tz": person.tz,
            "tz_label": here.tzname(),
            "tz_offset": int(offset.total_seconds()) if offset else 0,
            "deleted": person.deleted,
            "is_bot": person.is_bot,
            "is_app_user": False,
            "is_restricted": person.is_restricted,
            "is_ultra_restricted": person.is_ultra_restricted,
        }
        # https://docs.slack.dev/reference/objects/user-object: the flag is there for people of other workspaces only
        return shown if person.team == self._workspace.team else {**shown, "is_stranger": False}

    def _conversation(self, channel: Channel) -> Json:
        if channel.kind == "im":
            person = next(iter(channel.members - {BOT_USER}))
            return {"id": channel.id, "is_im": True, "user": person, "is_archived": channel.archived}
        private = channel.kind == "private"
        return {
            "id": channel.id,
            "name": channel.name,
            "is_channel": not private,
            "is_group": private,
            "is_im": False,
            "is_mpim": False,
            "is_private": private,
            "is_archived": channel.archived,
            "is_member": BOT_USER in channel.members,
            "is_ext_shared": False,
        }


def group_json(workspace: Workspace, group: UserGroup, wanted: Collection[str]) -> Json:
    """A user group, with what was asked for: https://docs.slack.dev/reference/objects/usergroup-object."""
    at = int(workspace.clock())
    shown: Json = {"id": group.id, "team_id": workspace.team, "handle": group.handle, "name": group.handle}
    shown |= {"is_usergroup": True, "date_update": at, "date_delete": at if group.disabled else 0}
    count = {"user_count": str(len(group.users))} if "include_count" in wanted else {}  # Slack gives a text
    return {**shown, **count, **({"users": list(group.users)} if "include_users" in wanted else {})}


def _ts(value: object) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise RefusedError("invalid_ts_latest") from None
