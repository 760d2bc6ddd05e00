"""Slack's Web API: who calls, with what rights, and what comes back."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any, Final, TypeAlias

from aiohttp import web

from bot.sandbox.slack_chat import Chat
from bot.sandbox.slack_faults import Faults, Reply
from bot.sandbox.slack_files import Files
from bot.sandbox.slack_forms import Forms
from bot.sandbox.slack_lookup import Lookup
from bot.sandbox.slack_model import Call, Json, RefusedError
from bot.sandbox.slack_workspace import Workspace

Names: TypeAlias = frozenset[str]
# What the bot asks for in its manifest, and leave to read the history of channels
DEFAULT_SCOPES: Final = frozenset(
    [
        "commands",
        "chat:write",
        "users:read",
        "usergroups:read",
        "files:read",
        "im:write",
        "channels:read",
        "groups:read",
        "im:read",
        "channels:history",
        "groups:history",
        "im:history",
    ]
)
_MESSAGE: Final = "text blocks attachments metadata link_names parse"
_POST: Final = f"{_MESSAGE} thread_ts reply_broadcast unfurl_links unfurl_media mrkdwn username icon_url icon_emoji"
_HISTORY: Final = "oldest latest inclusive limit cursor include_all_metadata"


@dataclass(frozen=True, slots=True)
class Method:
    """
    One method: what carries it out, the scope it needs, and its arguments.

    *scope* ending in `:` is completed by the kind of the channel. *form_only* methods do not read JSON.
    """

    run: Callable[[Json], Json]
    scope: str | None = None
    required: Names = frozenset()
    optional: Names = frozenset()
    form_only: bool = False
    app_token: bool = False


def methods(workspace: Workspace, scopes: Collection[str], connect: Callable[[Json], Json]) -> Mapping[str, Method]:
    """Every method that is served; *connect* opens a Socket Mode connection."""
    chat, look, forms = Chat(workspace, scopes), Lookup(workspace), Forms(workspace, scopes)
    files = Files(workspace.uploads)

    def write(
        run: Callable[[Json], Json], required: str, optional: str = "", scope: str | None = "chat:write"
    ) -> Method:
        return Method(run, scope, frozenset(required.split()), frozenset(optional.split()))

    def read(run: Callable[[Json], Json], scope: str, required: str = "", optional: str = "") -> Method:
        return Method(run, scope, frozenset(required.split()), frozenset(optional.split()), form_only=True)

    return {
        "api.test": write(lambda given: {"args": given}, "", "foo", None),
        "auth.test": write(look.auth_test, "", "", None),
        "apps.connections.open": Method(connect, "connections:write", app_token=True),
        "bots.info": read(look.bots_info, "users:read", "", "bot"),
        "chat.postMessage": write(chat.post, "channel", _POST),
        "chat.postEphemeral": write(chat.post_ephemeral, "channel user", _POST),
        "chat.update": write(chat.update, "channel ts", f"{_MESSAGE} reply_broadcast file_ids"),
        "chat.delete": write(chat.delete, "channel ts"),
        "conversations.open": write(look.conversations_open, "users", "return_im prevent_creation", "im:write"),
        "conversations.info": read(look.conversations_info, ":read", "channel", "include_locale include_num_members"),
        "conversations.history": read(look.conversations_history, ":history", "channel", _HISTORY),
        "conversations.replies": read(look.conversations_replies, ":history", "channel ts", _HISTORY),
        "files.info": read(files.info, "files:read", "file", "cursor limit"),
        "users.info": read(look.users_info, "users:read", "user", "include_locale"),
        "usergroups.list": read(
            look.usergroups_list, "usergroups:read", "", "include_users include_count include_disabled"
        ),
        "usergroups.users.list": read(look.usergroups_users_list, "usergroups:read", "usergroup", "include_disabled"),
        "views.open": write(forms.open, "trigger_id view", "", None),
        "views.push": write(forms.push, "trigger_id view", "", None),
        "views.update": write(forms.update, "view", "view_id external_id hash", None),
        "views.publish": write(forms.publish, "user_id view", "hash", None),
    }


class WebApi:
    """Answers the bot's calls as `https://slack.com/api/` would, and notes each."""

    def __init__(
        self,
        workspace: Workspace,
        faults: Faults,
        *,
        bot_token: str,
        app_token: str,
        scopes: Collection[str],
        connect: Callable[[Json], Json],
    ) -> None:
        self._workspace = workspace
        self._faults = faults
        self._tokens = {False: bot_token, True: app_token}
        self._scopes = frozenset(scopes)
        self._methods = methods(workspace, self._scopes, connect)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one request."""
        name = request.match_info["method"]
        given = await read_arguments(request)
        fault = self._faults.take(name)
        if fault:
            await fault.wait()
        carried_out = fault is None or fault.reply is None or fault.after_processing
        reply = self._reply(name, given, request) if carried_out else None
        if fault and fault.reply:
            reply = fault.reply
        if reply is None:
            raise RuntimeError("a fault without a reply must be carried out")
        self._note(name, given, reply, request)
        response = reply.response(request)
        response.headers["Date"] = formatdate(self._workspace.clock(), usegmt=True)
        return response

    def _reply(self, name: str, given: Json, request: web.Request) -> Reply:
        headers = {"X-OAuth-Scopes": ",".join(sorted(self._scopes))}
        try:
            method = self._methods.get(name)
            if method is None:
                raise RefusedError("unknown_method")
            self._authorize(method, given, request)
            self._check(name, method, given, request)
            return Reply(200, {"ok": True, **method.run(given)}, headers)
        except RefusedError as exc:
            return Reply(200, {"ok": False, "error": exc.error, **exc.details}, headers)

    def _authorize(self, method: Method, given: Json, request: web.Request) -> None:
        token = _token(request)
        if token is None:
            raise RefusedError("not_authed")
        if token != self._tokens[method.app_token]:
            raise RefusedError("not_allowed_token_type" if token in self._tokens.values() else "invalid_auth")
        scope = self._needed(method, given)
        if scope and not method.app_token and scope not in self._scopes:
            raise RefusedError("missing_scope", needed=scope, provided=",".join(sorted(self._scopes)))

    def _needed(self, method: Method, given: Json) -> str | None:
        if method.scope is None or not method.scope.startswith(":"):
            return method.scope
        channel = self._workspace.channels.get(str(given.get("channel")))
        family = {"public": "channels", "private": "groups", "im": "im"}[channel.kind if channel else "public"]
        return family + method.scope

    def _check(self, name: str, method: Method, given: Json, request: web.Request) -> None:
        if method.form_only and request.content_type == "application/json":
            self._workspace.violations.append(f"{name}: JSON is not read by this method; send a form.")
            given.clear()
        if missing := sorted(method.required - given.keys()):
            raise RefusedError("invalid_arguments", *(f"[ERROR] missing required field: {key}" for key in missing))
        # Bolt adds team_id to every call, and Slack ignores it outside of organisations
        for key in sorted(given.keys() - method.required - method.optional - {"team_id"}):
            self._workspace.violations.append(f"{name}: there is no argument `{key}`; leave it out.")

    def _note(self, name: str, given: Json, reply: Reply, request: web.Request) -> None:
        method = self._methods.get(name)
        token_ok = _token(request) == self._tokens[bool(method and method.app_token)]
        call = Call(name, given, reply.status, reply.error, token_ok, self._workspace.clock())
        self._workspace.calls.append(call)
        self._workspace.touch()


async def read_arguments(request: web.Request) -> Json:
    """The arguments of a call: of the address, and of a form or JSON body."""
    given: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text())
        except ValueError:
            body = None
        return {**given, **body} if isinstance(body, dict) else given
    return {**given, **{key: value for key, value in (await request.post()).items() if isinstance(value, str)}}


def _token(request: web.Request) -> str | None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if kind == "Bearer" and token else None
