"""The three listeners: every command, every button, every form. HTTP and Socket Mode both end here."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.access_clicks import AccessClicks
from bot.clicks import Clicks
from bot.dispatch import Dispatcher, Invocation
from bot.drafts import Asking
from bot.metrics import Metrics
from bot.notice import Notice, carried
from bot.operations.operation import new_id
from bot.pressing import Click, Pressed
from bot.slack.api import SlackApi, SlackAway, SlackError, SlackRefused
from bot.slack.blocks import render
from bot.slack.forms import CALLBACK, errors, open_form, submitted
from bot.slack.groups import SlackGroups
from bot.submissions import Submissions
from bot.wording import code

# Bolt reads these by itself; the first two would turn a bot for one workspace into an installable app.
STRAY: Final = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_VERIFICATION_TOKEN", "SLACK_BOT_TOKEN")
ANSWER_TRIES: Final = 3  # of an answer to a click while Slack is busy

log = structlog.get_logger(__name__)

Body = dict[str, Any]


def bolt_app(
    *,
    api: SlackApi,
    dispatcher: Dispatcher,
    clicks: Clicks,
    access_clicks: AccessClicks,
    submissions: Submissions,
    background: Callable[[Awaitable[None]], None],
    metrics: Metrics,
    groups: SlackGroups,
) -> AsyncApp:
    """
    Make the Bolt app.

    Args:
        api: To answer clicks with.
        dispatcher: Takes commands.
        clicks: Takes clicks on operations.
        access_clicks: Takes clicks on requests for access.
        submissions: Takes forms.
        background: Runs what goes out after the acknowledgement.
        metrics: Counts the answers.
        groups: Hears of changes of user groups.
    """
    with _without(STRAY):
        app = AsyncApp(
            name="agora-bot",
            # No token: Bolt would ask auth.test before it answers the first request.
            client=AsyncWebClient(base_url=api.client.base_url, session=api.client.session, retry_handlers=[]),
            authorize=_authorize,
            # The listener ends before the answer goes out: no half-acknowledged state, no 10 ms polling.
            process_before_response=True,
            request_verification_enabled=False,  # bot.slack.http has verified it; Socket Mode needs none
            ssl_check_enabled=False,
            raise_error_for_unhandled_request=True,
        )

    async def command_used(ack: AsyncAck, body: Body) -> BoltResponse:
        began = time.monotonic()
        answer = await _used(dispatcher, body)
        took = timedelta(seconds=time.monotonic() - began)
        metrics.acknowledged("command", "answered" if isinstance(answer, Notice) else "accepted", took)
        if isinstance(answer, Notice):
            return await ack(response_type="ephemeral", **render(answer).fields())
        if isinstance(answer, Asking):  # in the background: the acknowledgement never waits for Slack
            background(open_form(api, answer, str(body.get("trigger_id"))))
        return await ack()

    async def button_pressed(ack: AsyncAck, body: Body) -> BoltResponse:
        click = _click(body)
        if click is not None:
            takes = access_clicks.press if click.action.startswith("access_") else clicks.press
            background(_answer(api, click, await _pressed(lambda: takes(click))))
        return await ack()

    async def form_sent(ack: AsyncAck, body: Body) -> BoltResponse:
        began = time.monotonic()
        answer = await _sent(api, submissions, body)
        took = timedelta(seconds=time.monotonic() - began)
        metrics.acknowledged("form", "answered" if answer else "accepted", took)
        return await ack(**answer)

    async def happened(ack: AsyncAck, body: Body) -> BoltResponse:
        groups.heard(body)
        return await ack()

    async def unhandled(error: Exception) -> BoltResponse:
        if isinstance(error, BoltUnhandledRequestError):
            return BoltResponse(status=200)  # nobody sees an error because of what the bot does not offer
        log.error("listener.broke", exc_info=error)
        return BoltResponse(status=500)

    everything = re.compile("")
    app.command(everything)(command_used)
    app.action(everything)(button_pressed)
    app.view(CALLBACK)(form_sent)
    app.event(everything)(happened)
    app.error(unhandled)
    return app


async def _used(dispatcher: Dispatcher, body: Body) -> Notice | Asking | None:
    try:
        return await dispatcher.invoke(_invocation(body))
    except Exception:  # a mistake of ours must end in words, not in Slack's "dispatch_failed"
        reference = new_id()
        log.exception("command.broke", reference=reference)
        return _broken(reference)


async def _sent(api: SlackApi, submissions: Submissions, body: Body) -> dict[str, Any]:
    try:
        return await submitted(api, submissions, body)
    except Exception:  # as for commands
        reference = new_id()
        log.exception("form.broke", reference=reference)
        notice, box = _broken(reference), next(iter(body["view"]["state"]["values"]), "")
        return errors({box: " ".join((notice.headline, *notice.after))})


async def _pressed(press: Callable[[], Awaitable[Pressed]]) -> Pressed:
    try:
        return await press()
    except Exception:  # as for commands
        reference = new_id()
        log.exception("click.broke", reference=reference)
        return Pressed(_broken(reference))


def _broken(reference: str) -> Notice:
    return Notice(
        headline="The bot made a mistake. Whether anything was done is not known.",
        after=(f"Look before you repeat it, and tell whoever runs the bot: its log has {code(reference)}.",),
    )


async def _answer(api: SlackApi, click: Click, pressed: Pressed) -> None:
    """Answer a click: Slack shows nothing of an acknowledgement's body, and a click is never met with silence."""
    if pressed.then is not None:
        pressed = await _pressed(pressed.then)
    if await _answered(api, click, pressed) and pressed.said is not None:
        await pressed.said()


async def _answered(api: SlackApi, click: Click, pressed: Pressed) -> bool:
    if pressed.notice is None:  # a question of its own follows
        return True
    message = render(pressed.notice)
    for _ in range(ANSWER_TRIES):
        try:
            if click.response_url:
                await api.respond(click.response_url, message, replace=pressed.replace)
                return True
            break
        except SlackAway as error:
            await asyncio.sleep(error.after.total_seconds())
        except SlackRefused:
            break
    try:
        await api.call("chat.postEphemeral", channel=click.channel, user=click.person, **message.fields())
    except SlackError as error:
        log.warning("click.not_answered", reason=str(error))
        return False
    return True


async def _authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
    """Bolt wants to know whose token to use; it uses none."""
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token="unused")  # noqa: S106


def _invocation(body: Body) -> Invocation:
    fields = {name: str(body.get(name) or "") for name in ("command", "text", "user_id", "team_id", "channel_id")}
    seen = "\n".join([*fields.values(), str(body.get("trigger_id")), str(body.get("response_url"))])
    return Invocation(
        command=fields["command"],
        text=fields["text"],
        person=fields["user_id"],
        team=fields["team_id"],
        channel=fields["channel_id"],
        response_url=body.get("response_url"),
        once=hashlib.sha256(seen.encode()).hexdigest(),
    )


def _click(body: Body) -> Click | None:
    """
    The click, or None for an element that only looks like one of our buttons.

    https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
    """
    action = body["actions"][0]
    if not isinstance(action.get("value"), str):
        return None
    operation, page = carried(action["value"])
    user, team = body["user"], body.get("team") or {}
    home = user.get("team_id")
    channel = (body.get("channel") or {}).get("id") or (body.get("container") or {}).get("channel_id") or ""
    return Click(
        action=str(action["action_id"]),
        operation=operation,
        page=page,
        person=str(user["id"]),
        team=str(team.get("id") or home or ""),
        channel=str(channel),
        response_url=body.get("response_url"),
        outsider=bool(home and team.get("id") and home != team["id"]),
    )


@contextmanager
def _without(names: tuple[str, ...]) -> Iterator[None]:
    kept = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)
