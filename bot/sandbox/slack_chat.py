"""Slack's chat methods: posting, changing and deleting messages."""

from collections.abc import Collection

from bot.sandbox.slack_content import UPDATE_TEXT_LIMIT, Content, read_content
from bot.sandbox.slack_model import Channel, Json, Message, RefusedError
from bot.sandbox.slack_workspace import APP_ID, BOT_ID, BOT_USER, Workspace


class Chat:
    """https://docs.slack.dev/reference/methods?family=chat."""

    def __init__(self, workspace: Workspace, scopes: Collection[str]) -> None:
        self._workspace = workspace
        self._scopes = scopes

    def post(self, given: Json) -> Json:
        """https://docs.slack.dev/reference/methods/chat.postMessage."""
        channel = self._writable(self._addressed(given["channel"]))
        content = self._content("chat.postMessage", given)
        thread = self._thread(channel, given.get("thread_ts"))
        message = self._workspace.show(content, channel.id, "chat.postMessage", thread_ts=thread)
        return {"channel": channel.id, "ts": message.ts, "message": as_json(message)}

    def post_ephemeral(self, given: Json) -> Json:
        """https://docs.slack.dev/reference/methods/chat.postEphemeral."""
        channel = self._writable(self._known(given["channel"]))
        if given["user"] not in channel.members:
            raise RefusedError("user_not_in_channel")
        content = self._content("chat.postEphemeral", given)
        thread = self._thread(channel, given.get("thread_ts"))
        message = self._workspace.show(
            content, channel.id, "chat.postEphemeral", to=str(given["user"]), thread_ts=thread
        )
        return {"message_ts": message.ts}

    def update(self, given: Json) -> Json:
        """https://docs.slack.dev/reference/methods/chat.update."""
        channel = self._known(given["channel"])
        if channel.archived:
            raise RefusedError("is_archived")
        message = self._own(channel, given["ts"], "cant_update_message")
        if isinstance(given.get("text"), str) and len(given["text"]) > UPDATE_TEXT_LIMIT:
            raise RefusedError("msg_too_long")
        self._workspace.edit(message, self._content("chat.update", given))
        return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": as_json(message)}

    def delete(self, given: Json) -> Json:
        """https://docs.slack.dev/reference/methods/chat.delete."""
        channel = self._known(given["channel"])
        message = self._own(channel, given["ts"], "cant_delete_message")
        self._workspace.delete(message)
        return {"channel": channel.id, "ts": message.ts}

    def _addressed(self, channel: object) -> Channel:
        # A person's id stands for the direct messages with that person
        if isinstance(channel, str) and channel in self._workspace.people:
            return self._workspace.dm_with(channel)
        return self._known(channel)

    def _known(self, channel: object) -> Channel:
        found = self._workspace.channels.get(channel) if isinstance(channel, str) else None
        if found is None or (found.kind != "public" and BOT_USER not in found.members):
            raise RefusedError("channel_not_found")
        return found

    def _writable(self, channel: Channel) -> Channel:
        if channel.archived:
            raise RefusedError("is_archived")
        if BOT_USER not in channel.members and "chat:write.public" not in self._scopes:
            raise RefusedError("not_in_channel")
        return channel

    def _own(self, channel: Channel, ts: object, error: str) -> Message:
        message = self._workspace.find(channel.id, ts) if isinstance(ts, str) else None
        if message is None:
            raise RefusedError("message_not_found")
        if not message.by_bot:
            raise RefusedError(error)
        return message

    def _thread(self, channel: Channel, ts: object) -> str | None:
        if ts is None:
            return None
        if not isinstance(ts, str) or self._workspace.find(channel.id, ts) is None:
            raise RefusedError("thread_not_found")
        return ts

    def _content(self, method: str, given: Json) -> Content:
        content = read_content(given)
        if content.is_empty:
            raise RefusedError("no_text")
        if content.lacks_fallback:
            self._workspace.violations.append(f"{method}: a message without fallback text; give `text` too.")
        return content


def as_json(message: Message, *, metadata: bool = False) -> Json:
    """A message as Slack's answers and payloads show it."""
    author = {"user": BOT_USER, "bot_id": BOT_ID, "app_id": APP_ID} if message.by_bot else {}
    shown: Json = {"type": "message", "ts": message.ts, "text": message.text, "blocks": message.blocks, **author}
    if message.attachments:
        shown["attachments"] = message.attachments
    if message.thread_ts:
        shown["thread_ts"] = message.thread_ts
    if message.edits:
        shown["edited"] = {"user": BOT_USER, "ts": message.ts}
    if metadata and message.metadata:
        shown["metadata"] = message.metadata
    return shown
