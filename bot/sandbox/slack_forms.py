"""Slack's views methods: forms, and what becomes of them when they are submitted."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from bot.sandbox.slack_blocks import check_view, with_ids
from bot.sandbox.slack_content import decoded
from bot.sandbox.slack_model import Json, RefusedError, View
from bot.sandbox.slack_workspace import APP_ID, BOT_ID, Workspace

# https://docs.slack.dev/surfaces/modals: views on top of each other
_STACK_LIMIT: Final = 3


class Forms:
    """https://docs.slack.dev/reference/methods?family=views."""

    def __init__(self, workspace: Workspace, scopes: Collection[str]) -> None:
        self._workspace, self._scopes = workspace, scopes

    def open(self, given: Json) -> Json:
        """https://docs.slack.dev/reference/methods/views.open."""
        payload = self._checked(given, "modal")
        user = self._workspace.use_trigger(given["trigger_id"])
        return {"view": view_json(self._add(user, payload), self._workspace)}

    def push(self, given: Json) -> Json:
        """https://docs.slack.dev/reference/methods/views.push."""
        payload = self._checked(given, "modal")
        user = self._workspace.use_trigger(given["trigger_id"])
        if not self.stack(user):
            raise RefusedError("not_found")
        return {"view": view_json(self.push_for(user, payload), self._workspace)}

    def update(self, given: Json) -> Json:
        """https://docs.slack.dev/reference/methods/views.update."""
        view = self._addressed(given)
        payload = self._checked(given, str(view.payload["type"]), changed=view)
        self._unchanged(view, given.get("hash"))
        self.change(view, payload)
        return {"view": view_json(view, self._workspace)}

    def publish(self, given: Json) -> Json:
        """https://docs.slack.dev/reference/methods/views.publish."""
        user = str(given["user_id"])
        if user not in self._workspace.people:
            raise RefusedError("invalid_arguments", "[ERROR] user_id is nobody [json-pointer:/user_id]")
        payload = self._checked(given, "home")
        homes = [view for view in self._workspace.views if view.user == user and view.payload["type"] == "home"]
        if homes:
            self._unchanged(homes[0], given.get("hash"))
            self.change(homes[0], payload)
        view = homes[0] if homes else self._add(user, payload)
        return {"view": view_json(view, self._workspace)}

    def stack(self, user: str) -> list[View]:
        """The forms that *user* has open, the topmost last."""
        return [view for view in self._workspace.views if view.open and view.user == user and _is_modal(view)]

    def push_for(self, user: str, payload: Json) -> View:
        """Put one more form on top."""
        if len(self.stack(user)) >= _STACK_LIMIT:
            raise RefusedError("push_limit_reached")
        return self._add(user, payload)

    def change(self, view: View, payload: Json) -> None:
        """Show another form in the place of *view*."""
        view.payload = self._kept(payload)
        view.hash = f"{self._workspace.number()}.hash"
        view.errors = {}
        self._workspace.touch()

    def close(self, view: View) -> None:
        """Close a form."""
        view.open = False
        self._workspace.touch()

    def answered(self, view: View, answer: Json | None) -> None:
        """
        Do what the bot answered to a submission; nothing closes the form.

        Raises:
            RefusedError: Slack would show the person an error.

        https://docs.slack.dev/surfaces/modals#response_actions
        """
        action = (answer or {}).get("response_action")
        if not answer:
            self.close(view)
        elif action == "clear":
            for shown in self.stack(view.user):
                self.close(shown)
        elif action == "errors":
            self._wrong(view, answer.get("errors"))
        elif action == "update":
            self.change(view, self._checked(answer, "modal", changed=view))
        elif action == "push":
            self.push_for(view.user, self._checked(answer, "modal"))
        else:
            raise RefusedError("invalid_response_action")

    def _wrong(self, view: View, errors: object) -> None:
        inputs = {block["block_id"] for block in view.payload["blocks"] if block["type"] == "input"}
        if not isinstance(errors, dict) or not errors or not inputs.issuperset(errors):
            raise RefusedError("invalid_errors", "[ERROR] errors must be keyed by the block ids of inputs")
        view.errors = errors
        self._workspace.touch()

    def _add(self, user: str, payload: Json) -> View:
        below = self.stack(user)[-1:] if payload["type"] == "modal" else []
        view_id = f"V{self._workspace.number()}"
        root = below[0].root_id if below else view_id
        view = View(view_id, user, self._kept(payload), f"{self._workspace.number()}.hash", root)
        view.previous_id = below[0].id if below else None
        self._workspace.views.append(view)
        self._workspace.touch()
        return view

    def _kept(self, payload: Json) -> Json:
        ids = (f"sl{self._workspace.number()}" for _ in iter(int, 1))
        return {**payload, "blocks": with_ids(payload["blocks"], ids)}

    def _checked(self, given: Mapping[str, Any], kind: str, *, changed: View | None = None) -> Json:
        view = decoded(given.get("view"), "invalid_arguments")
        problems = check_view(view)
        if problems or not isinstance(view, dict):
            raise RefusedError("invalid_arguments", *problems)
        if view["type"] != kind:
            raise RefusedError("invalid_arguments", f"[ERROR] must be a {kind} view [json-pointer:/view/type]")
        # That the scope is needed is documented, what is said without it is not:
        # https://docs.slack.dev/reference/block-kit/block-elements/file-input-element#usage-info
        takes_files = any(block.get("element", {}).get("type") == "file_input" for block in view["blocks"])
        if takes_files and "files:read" not in self._scopes:
            raise RefusedError("missing_scope", needed="files:read", provided=",".join(sorted(self._scopes)))
        external = view.get("external_id")
        others = [other for other in self._workspace.views if other.open and other is not changed]
        if external and any(other.payload.get("external_id") == external for other in others):
            raise RefusedError("duplicate_external_id")
        return view

    def _addressed(self, given: Json) -> View:
        view_id, external = given.get("view_id"), given.get("external_id")
        for view in self._workspace.views:
            if view.open and (view.id == view_id or (external and view.payload.get("external_id") == external)):
                return view
        raise RefusedError("not_found")

    def _unchanged(self, view: View, seen: object) -> None:
        if seen is not None and seen != view.hash:
            raise RefusedError("hash_conflict")


def view_json(view: View, workspace: Workspace, *, values: Json | None = None) -> Json:
    """A view as Slack's answers and payloads show it."""
    texts: Json = dict.fromkeys(("title", "submit", "close"))
    keys: Json = {"callback_id": "", "external_id": "", "private_metadata": "", "clear_on_close": False}
    return {
        **texts,
        **keys,
        "notify_on_close": False,
        **view.payload,
        "id": view.id,
        "team_id": workspace.team,
        "app_id": APP_ID,
        "bot_id": BOT_ID,
        "hash": view.hash,
        "root_view_id": view.root_id,
        "previous_view_id": view.previous_id,
        "state": {"values": values or {}},
    }


def _is_modal(view: View) -> bool:
    return bool(view.payload["type"] == "modal")
