"""Messages are posted, changed and read as Slack allows it."""

from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.slack import DEFAULT_SCOPES, SlackStandIn
from tests.sandbox.slack_helpers import Clock, actions, button, client_of


async def refused(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def test_a_posted_message_is_shown() -> None:
    """
    A message is shown in its channel with what the bot gave, and found again with its metadata.
    """
    metadata = {"event_type": "operation", "event_payload": {"id": "op-1"}}
    async with SlackStandIn() as slack, client_of(slack) as client:
        posted = await client.chat_postMessage(channel="C0LIVE", text="Recording", metadata=metadata)
        history = await client.conversations_history(channel="C0LIVE", include_all_metadata=True)

        assert [("channel", "C0LIVE", "Recording", metadata)] == [
            (m.kind, m.channel, m.text, m.metadata) for m in slack.visible_to("U0VIEWER", "C0LIVE")
        ]
        assert [(posted["ts"], metadata)] == [(m["ts"], m["metadata"]) for m in history["messages"]]
        assert slack.violations == []
        assert [(call.method, call.status, call.error, call.token_ok) for call in slack.calls] == [
            ("chat.postMessage", 200, None, True),
            ("conversations.history", 200, None, True),
        ]


@pytest.mark.parametrize(
    ("channel", "error"),
    [("C0SHOW", "not_in_channel"), ("G0PRIVATE", "channel_not_found"), ("C0NOWHERE", "channel_not_found")],
)
async def test_posting_needs_membership(channel: str, error: str) -> None:
    """
    The bot can't post where it is not a member, and does not learn of private channels.
    """
    async with SlackStandIn() as slack, client_of(slack) as client:
        assert error == await refused(client.chat_postMessage(channel=channel, text="Hello"))
        assert slack.messages == []


async def test_public_scope_replaces_membership() -> None:
    """
    With `chat:write.public` the bot posts to public channels without being in them.
    """
    async with SlackStandIn(scopes=DEFAULT_SCOPES | {"chat:write.public"}) as slack, client_of(slack) as client:
        await client.chat_postMessage(channel="C0SHOW", text="Hello")

        assert [message.channel for message in slack.messages] == ["C0SHOW"]


async def test_archived_channels_are_closed() -> None:
    """
    Nobody posts to an archived channel.
    """
    async with SlackStandIn() as slack, client_of(slack) as client:
        slack.channels["C0LIVE"].archived = True

        assert await refused(client.chat_postMessage(channel="C0LIVE", text="Hello")) == "is_archived"


async def test_a_person_is_a_channel() -> None:
    """
    Posting to a person's id shows a direct message, in the channel that conversations.open names.
    """
    async with SlackStandIn() as slack, client_of(slack) as client:
        await client.chat_postMessage(channel="U0VIEWER", text="Hello")
        opened = await client.conversations_open(users="U0VIEWER")

        assert [("dm", opened["channel"]["id"])] == [(message.kind, message.channel) for message in slack.messages]
        assert slack.visible_to("U0ADMIN", opened["channel"]["id"]) == []


async def test_ephemeral_is_for_one() -> None:
    """
    An ephemeral message is seen by one person, who has to be in the channel.
    """
    async with SlackStandIn() as slack, client_of(slack) as client:
        slack.add_person("U0FAR", "far")
        await client.chat_postEphemeral(channel="C0LIVE", user="U0VIEWER", text="Just you")
        error = await refused(client.chat_postEphemeral(channel="C0LIVE", user="U0FAR", text="Just you"))

        assert error == "user_not_in_channel"
        assert [message.text for message in slack.visible_to("U0VIEWER", "C0LIVE")] == ["Just you"]
        assert slack.visible_to("U0ADMIN", "C0LIVE") == []


async def test_long_text_is_cut_when_posted() -> None:
    """
    Slack cuts a text above 40,000 characters.
    """
    async with SlackStandIn() as slack, client_of(slack) as client:
        await client.chat_postMessage(channel="C0LIVE", text="x" * 40_000)
        await client.chat_postMessage(channel="C0LIVE", text="x" * 40_001)

        assert [len(message.text) for message in slack.messages] == [40_000, 40_000]


async def test_update_keeps_what_was_before() -> None:
    """
    An update with text alone drops the blocks, and keeps metadata and the earlier states.
    """
    metadata = {"event_type": "operation", "event_payload": {}}
    async with SlackStandIn() as slack, client_of(slack) as client:
        posted = await client.chat_postMessage(
            channel="C0LIVE", text="Stop?", blocks=[actions(button())], metadata=metadata
        )
        await client.chat_update(channel="C0LIVE", ts=posted["ts"], text="Stopped")

        message = slack.messages[0]
        assert ("Stopped", [], metadata, 1) == (message.text, message.blocks, message.metadata, message.edits)
        assert [(text, blocks[0]["elements"][0]["action_id"]) for text, blocks in message.history] == [
            ("Stop?", "operation_confirm")
        ]


async def test_update_has_a_shorter_limit() -> None:
    """
    An update takes 4,000 characters and refuses one more.
    """
    async with SlackStandIn() as slack, client_of(slack) as client:
        ts = (await client.chat_postMessage(channel="C0LIVE", text="x"))["ts"]
        await client.chat_update(channel="C0LIVE", ts=ts, text="x" * 4000)

        assert await refused(client.chat_update(channel="C0LIVE", ts=ts, text="x" * 4001)) == "msg_too_long"


async def test_only_own_messages_change() -> None:
    """
    The bot changes and deletes its own lasting messages alone.
    """
    async with SlackStandIn(answer_limit=timedelta(milliseconds=1)) as slack, client_of(slack) as client:
        hidden = await client.chat_postEphemeral(channel="C0LIVE", user="U0VIEWER", text="x")
        ts = hidden["message_ts"]

        assert await refused(client.chat_update(channel="C0LIVE", ts=ts, text="y")) == "message_not_found"
        slack.messages[0].to, slack.messages[0].by_bot = None, False
        assert await refused(client.chat_update(channel="C0LIVE", ts=ts, text="y")) == "cant_update_message"
        assert await refused(client.chat_delete(channel="C0LIVE", ts=ts)) == "cant_delete_message"


async def test_a_deleted_message_is_gone() -> None:
    """
    A deleted message is not seen, and can't be deleted again.
    """
    async with SlackStandIn() as slack, client_of(slack) as client:
        ts = (await client.chat_postMessage(channel="C0LIVE", text="x"))["ts"]
        await client.chat_delete(channel="C0LIVE", ts=ts)

        assert slack.visible_to("U0ADMIN", "C0LIVE") == []
        assert await refused(client.chat_delete(channel="C0LIVE", ts=ts)) == "message_not_found"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ({"text": ""}, "no_text"),
        ({"text": "x", "blocks": [{"type": "fancy"}]}, "invalid_blocks"),
        ({"text": "x", "attachments": [{"color": "#f00", "blocks": [{"type": "fancy"}]}]}, "invalid_blocks"),
        ({"text": "x", "attachments": [{"text": "y"}] * 101}, "too_many_attachments"),
        ({"text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_format"),
        ({"text": "x", "thread_ts": "1.0"}, "thread_not_found"),
    ],
)
async def test_wrong_content_is_refused(content: dict[str, Any], error: str) -> None:
    """
    Slack refuses a message that it could not show.
    """
    async with SlackStandIn() as slack, client_of(slack) as client:
        assert error == await refused(client.api_call("chat.postMessage", json={"channel": "C0LIVE", **content}))


async def test_history_comes_in_pages() -> None:
    """
    History is newest first, in pages, and leaves out threads and what only one person saw.
    """
    async with SlackStandIn() as slack, client_of(slack) as client:
        first = await client.chat_postMessage(channel="C0LIVE", text="1")
        await client.chat_postMessage(channel="C0LIVE", text="reply", thread_ts=first["ts"])
        await client.chat_postEphemeral(channel="C0LIVE", user="U0VIEWER", text="hidden")
        await client.chat_postMessage(channel="C0LIVE", text="2")
        page = await client.conversations_history(channel="C0LIVE", limit=1)
        cursor = page["response_metadata"]["next_cursor"]
        rest = await client.conversations_history(channel="C0LIVE", limit=1, cursor=cursor)
        newer = await client.conversations_history(channel="C0LIVE", oldest=first["ts"])
        thread = await client.conversations_replies(channel="C0LIVE", ts=first["ts"])

        assert [[message["text"] for message in found["messages"]] for found in (page, rest, newer, thread)] == [
            ["2"],
            ["1"],
            ["2"],
            ["1", "reply"],
        ]


async def test_time_stamps_follow_the_clock() -> None:
    """
    A message's time stamp is the clock's time, and no two are the same.
    """
    async with SlackStandIn(clock=Clock()) as slack, client_of(slack) as client:
        posted = [(await client.chat_postMessage(channel="C0LIVE", text="x"))["ts"] for _ in range(2)]

        assert posted == ["1800000000.000000", "1800000000.000001"]
