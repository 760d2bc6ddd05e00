"""Forms that are sent in: what was filled in is read, decided on anew, and taken as if it had been typed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog
from pydantic import ValidationError

from bot import names
from bot.arguments import Parameter, parameters, problem
from bot.catalog import Catalog
from bot.command import AnyCommand
from bot.dispatch import Away, Dispatcher, Halfway, Invocation
from bot.drafts import Draft, Drafts
from bot.form import Form
from bot.notice import Notice
from bot.outage import nothing_done, why
from bot.store import StoreError
from bot.wording import plural

UNCLEAR: Final = (
    "It is not known whether this counted: the bot lost touch with its memory (Redis). "
    "Press again in a moment: it counts once, however often you press."
)
TOO_OLD: Final = "Nothing was done: this form is too old. Close it, and type the command again."
FOREIGN: Final = Notice("This form is for whoever typed the command. Nothing was done.")

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Submission:
    """
    A form that was sent in.

    Attributes:
        draft: What the form belongs to: an id, and nothing else.
        view: The one window that it was; the same however often its button is pressed.
        texts: What each box holds, or the file in it; a text for every box.
    """

    draft: str
    view: str
    person: str
    texts: Mapping[str, str]


@dataclass(frozen=True)
class Wrong:
    """What is wrong, by box; the form stays open."""

    boxes: Mapping[str, str]


class Submissions:
    """Takes forms."""

    def __init__(self, *, catalog: Catalog, drafts: Drafts, dispatcher: Dispatcher) -> None:
        self._catalog, self._drafts, self._dispatcher = catalog, drafts, dispatcher

    async def take(self, submission: Submission, *, until: float) -> Wrong | Notice | None:
        """
        Take a form; the notice is for its sender alone, None says that there is nothing to say yet.

        Args:
            submission: What was filled in.
            until: When an answer has to be there, in the time of the event loop.
        """
        first = next(iter(submission.texts), "")
        try:
            async with asyncio.timeout_at(until):
                draft = await self._drafts.load(submission.draft)
            return await self._taken(submission, draft, until) if draft else Wrong({first: TOO_OLD})
        except Away as away:
            return Wrong({first: _nothing_done(away.trouble)})
        except (StoreError, TimeoutError) as error:
            log.warning("store.away", form=submission.draft, reason=why(error))
            return Wrong({first: _nothing_done(error)})
        except Halfway:
            return Wrong({first: UNCLEAR})

    async def _taken(self, submission: Submission, draft: Draft, until: float) -> Wrong | Notice | None:
        command = self._catalog.get(draft.command)
        if command is None or command.form is None:  # of another release
            return Wrong({next(iter(submission.texts), ""): TOO_OLD})
        if submission.person != draft.person:
            return FOREIGN
        filled = _filled(command, command.form, submission.texts)
        if isinstance(filled, Wrong):
            return filled
        try:
            args = command.args.model_validate({**draft.args, command.form.asks: filled})
        except ValidationError as error:
            return Wrong({command.form.boxes[0].name: problem(error)})
        answer = await self._dispatcher.take(_invocation(submission, draft), command, args, until=until)
        return answer if isinstance(answer, Notice) else None


def _nothing_done(error: Exception) -> str:
    notice = nothing_done(error, again="press again")
    return " ".join((notice.headline, *notice.after))


def _filled(command: AnyCommand, form: Form, texts: Mapping[str, str]) -> Any | Wrong:
    """The value that the form asks for."""
    parameter = next(one for one in parameters(command.args) if one.field == form.asks)
    lists = {box.name: names.read(texts.get(box.name, ""), parameter.kind.read) for box in form.boxes}
    if wrong := {box: found.problem for box, found in lists.items() if found.problems}:
        return Wrong(wrong)
    found = names.merged(lists.values())
    if miscounted := _miscounted(parameter, len(set(found))):
        return Wrong({next((box for box, one in lists.items() if one.names), form.boxes[0].name): miscounted})
    return found


def _miscounted(parameter: Parameter, count: int) -> str | None:
    if not count:
        return f"There is no {parameter.noun} in it yet. Paste names, or choose a file."
    if parameter.most and count > parameter.most:
        return f"These are {plural(count, parameter.noun)}; {parameter.most:,} are the most at once."
    return None


def _invocation(submission: Submission, draft: Draft) -> Invocation:
    return Invocation(
        command=f"/{draft.command.split()[0]}",
        text="",
        person=submission.person,
        team=draft.team,
        channel=draft.channel,
        response_url=draft.response_url,
        once=f"form:{submission.view}",
    )
