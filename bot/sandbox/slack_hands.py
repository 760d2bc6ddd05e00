"""What people do in Slack: type commands, press buttons, submit forms."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.sandbox import slack_payloads as payloads
from bot.sandbox.slack_content import Content
from bot.sandbox.slack_delivery import Courier, command, event, interaction
from bot.sandbox.slack_forms import Forms
from bot.sandbox.slack_lookup import group_json
from bot.sandbox.slack_model import Answer, Json, Message, Place, RefusedError, Upload, View
from bot.sandbox.slack_responses import Responses
from bot.sandbox.slack_window import Window
from bot.sandbox.slack_workspace import Workspace


class Hands(Window):
    """Delivers what people do to the bot, and shows what it answers."""

    def __init__(self, workspace: Workspace, forms: Forms, responses: Responses, courier: Courier) -> None:
        super().__init__(workspace)
        self._forms = forms
        self._responses = responses
        self._courier = courier
        self._address = ""

    @property
    def bot_url(self) -> str | None:
        """Where signed requests are posted; None: through an open Socket Mode connection."""
        return self._courier.bot_url

    @bot_url.setter
    def bot_url(self, url: str | None) -> None:
        self._courier.bot_url = url

    def sign(self, body: bytes, timestamp: int | None = None) -> dict[str, str]:
        """The headers of a genuine request; *timestamp* is seconds since the epoch, now if None."""
        return self._courier.sign(body, timestamp)

    async def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post anything to the bot, for forged and odd requests; nothing of the answer is shown."""
        return await self._courier.post(body, headers)

    async def slash(self, line: str, *, user: str, channel: str = "C0LIVE", **overrides: str) -> Answer:
        """
        Type a command; *overrides* replace fields of the form as it is sent.

        Raises:
            ValueError: There is no such person or channel, or the person is not in it.
        """
        place = self._workspace.place(user, channel)
        form = payloads.slash_form(self._workspace, line, place, self._response_url(place))
        answer = await self._courier.deliver(command({**form, **overrides}))
        if answer.error:
            return replace(answer, message=self._failed(line, answer.error, place))
        return self._shown(line, answer, place)

    async def click(
        self,
        message: Message,
        action_id: str,
        *,
        user: str,
        value: str | None = None,
        blocks: Sequence[Json] | None = None,
        unseen: bool = False,
    ) -> Answer:
        """
        Press a button of *message* as it is now.

        *value* tells buttons of one id apart. *blocks* are those of an earlier state (`message.history`), as pressed by
        a client that has not yet drawn the edit. *unseen* presses although *user* can't see the message, as nobody
        can in Slack.

        Raises:
            ValueError: There is no such button or person, or the person does not see the message.
        """
        self._workspace.person(user)
        if not unseen and blocks is None and message not in self.visible_to(user, message.channel):
            raise ValueError(f"{user} does not see this message; nobody presses a button that is not there.")
        pressed = payloads.find_button(message.all_blocks() if blocks is None else blocks, action_id, value)
        url = self._response_url(Place(user, message.channel, message))
        payload = payloads.click_payload(self._workspace, message, pressed, user, url)
        answer = await self._courier.deliver(interaction(payload))
        if answer.text and not answer.error:
            self.violations.append(f"ack: {action_id} was answered with a body, which Slack does not show.")
        return answer

    async def submit_view(self, view: View, values: Mapping[str, Any] | None = None) -> Answer:
        """
        Submit a form; *values* by action id or block id, a choice by its option's value, a file as it was uploaded.

        Raises:
            ValueError: The form is closed, or Slack would not submit it.
        """
        if not view.open:
            raise ValueError("The form is closed; open it again before submitting it.")
        payload = payloads.submission_payload(self._workspace, view, values or {})
        answer = await self._courier.deliver(interaction(payload))
        if not answer.error:
            self._form_answered(view, answer)
        return answer

    def upload(
        self, name: str, text: str, *, user: str, told: int | None = 10_000_000, says_cut: bool = True
    ) -> Upload:
        """
        Choose a file for a form.

        *told* is how many characters of it Slack tells the bot, None: nothing of it; *says_cut* whether it says that
        it is cut.
        """
        owner = self._workspace.person(user).id
        upload = Upload(f"F{self._workspace.number()}", name, owner, text, told, says_cut)
        self._workspace.uploads[upload.id] = upload
        return upload

    async def close_view(self, view: View) -> Answer | None:
        """Close a form without submitting it; the bot hears of it if it asked for that."""
        self._forms.close(view)
        if not view.payload.get("notify_on_close"):
            return None
        return await self._courier.deliver(interaction(payloads.closing_payload(self._workspace, view)))

    async def event(self, happened: Json, *, retry: int | None = None, **overrides: Any) -> Answer:
        """Tell the bot of an event, such as `{"type": "app_home_opened", …}`; *overrides* replace outer fields."""
        payload = {**payloads.event_payload(self._workspace, happened), **overrides}
        return await self._courier.deliver(event(payload, retry), accepts_answer=False)

    async def change_group(self, group: str, users: Sequence[str] | None = None, *, disabled: bool = False) -> Answer:
        """Change who is in a user group, or disable it; the bot hears of it."""
        found = self.usergroups[group]
        before, found.users, found.disabled = found.users, list(found.users if users is None else users), disabled
        whole = group_json(self._workspace, found, {"include_users", "include_count"})
        answer = await self.event({"type": "subteam_updated", "subteam": whole})
        if found.users != before:
            answer = await self.event(payloads.members_changed(self._workspace, found, before))
        return answer

    def _response_url(self, place: Place) -> str:
        return f"http://{self._address}{self._responses.new_path(place)}"

    def _shown(self, line: str, answer: Answer, place: Place) -> Answer:
        given = answer.json if answer.json is not None else {"text": answer.text}
        if not answer.text or not given:
            return answer
        try:
            return replace(answer, message=self._responses.apply(given, place, "ack"))
        except RefusedError as exc:
            self.violations.append(f"ack: {exc.error} {'; '.join(exc.messages)}".strip())
            return replace(answer, message=self._failed(line, exc.error, place), error=exc.error)

    def _failed(self, line: str, error: str, place: Place) -> Message:
        text = f'{line.partition(" ")[0]} failed with the error "{error}"'
        return self._workspace.show(
            Content(text, None, None, None), place.channel, "slack", to=place.user, by_bot=False
        )

    def _form_answered(self, view: View, answer: Answer) -> None:
        try:
            if answer.text and answer.json is None:
                raise RefusedError("invalid_response_action")
            self._forms.answered(view, answer.json)
        except RefusedError as exc:
            self.violations.append(f"ack: {exc.error} {'; '.join(exc.messages)}".strip())
