"""Forms as Slack's modals: opened, sent in, answered. https://docs.slack.dev/surfaces/modals"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any, Final

import structlog

from bot.drafts import Asking
from bot.form import Box
from bot.notice import Notice
from bot.slack.api import SlackApi, SlackAway, SlackError
from bot.slack.blocks import Block, render
from bot.slack.files import NoText, text_of
from bot.submissions import Submission, Submissions, Wrong
from bot.wording import code

CALLBACK: Final = "form"
VALUE: Final = "value"  # the one action of each box
ANSWER_WITHIN: Final = timedelta(seconds=2.2)  # of Slack's 3: the rest is the network's, and queueing
# It is open: the same command came twice. https://docs.slack.dev/reference/methods/views.open#errors
OPEN_ALREADY: Final = "exchanged_trigger_id"

log = structlog.get_logger(__name__)

View = dict[str, Any]


async def open_form(api: SlackApi, asking: Asking, trigger: str) -> None:
    """Open a form, by a trigger that is good for 3 seconds; whoever typed the command hears of it if that fails."""
    try:
        await api.call("views.open", trigger_id=trigger, view=view(asking))
    except SlackError as error:
        log.warning("form.not_opened", reason=str(error))
        if str(error) != OPEN_ALREADY:
            await _apologise(api, asking, error)


def view(asking: Asking) -> View:
    """The form as `views.open` takes it."""
    form = asking.form
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": asking.draft.id,
        "title": _plain(form.title),
        "submit": _plain(form.submit),
        "close": _plain("Cancel"),
        "blocks": [{"type": "section", "text": _plain(asking.line)}, *map(_input, form.boxes)],
    }


async def submitted(api: SlackApi, submissions: Submissions, body: dict[str, Any]) -> dict[str, Any]:
    """
    Take a form that was sent in.

    Returns:
        The answer; an empty one closes the form. https://docs.slack.dev/surfaces/modals#response_actions
    """
    until = asyncio.get_running_loop().time() + ANSWER_WITHIN.total_seconds()
    shown, texts = body["view"], {}
    for box, held in shown["state"]["values"].items():
        try:
            texts[box] = await _text(api, held.get(VALUE) or {})
        except NoText as error:
            return errors({box: str(error)})
    submission = Submission(str(shown.get("private_metadata")), str(shown["id"]), str(body["user"]["id"]), texts)
    answer = await submissions.take(submission, until=until)
    if isinstance(answer, Wrong):
        return errors(dict(answer.boxes))
    return {"response_action": "update", "view": _said(answer, shown)} if answer else {}


def errors(boxes: dict[str, str]) -> dict[str, Any]:
    """The answer that keeps the form open and says at each box what is wrong."""
    return {"response_action": "errors", "errors": boxes}


async def _apologise(api: SlackApi, asking: Asking, error: SlackError) -> None:
    maybe = isinstance(error, SlackAway) and error.maybe
    what = "If no form has opened: nothing was done" if maybe else "The form did not open, and nothing was done"
    notice = Notice(
        headline=f"{what}. Slack says {code(error)}.",
        after=(f"Type it once more, or all of it: {code(asking.usage)}.",),
        small=(code(asking.line),),
    )
    if asking.draft.response_url:
        try:
            await api.respond(asking.draft.response_url, render(notice))
        except SlackError as silent:
            log.warning("form.not_told", reason=str(silent))


async def _text(api: SlackApi, held: dict[str, Any]) -> str:
    """What a box holds: https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload"""
    files = held.get("files")
    return await text_of(api, str(files[0]["id"])) if files else str(held.get("value") or "")


def _said(notice: Notice, shown: View) -> View:
    """A notice in the place of the form."""
    blocks = [block for block in render(notice).blocks if block["type"] != "actions"]
    return {"type": "modal", "title": shown["title"], "close": _plain("Close"), "blocks": blocks}


def _input(box: Box) -> Block:
    element: dict[str, Any] = {"type": "plain_text_input", "action_id": VALUE, "multiline": True}
    if box.files:
        element = {"type": "file_input", "action_id": VALUE, "filetypes": list(box.files), "max_files": 1}
    # Not required, since there are others.
    block = {"type": "input", "block_id": box.name, "label": _plain(box.label), "element": element, "optional": True}
    return {**block, "hint": _plain(box.hint)} if box.hint else block


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}
