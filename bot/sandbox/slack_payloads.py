"""What Slack sends when somebody types a command, presses a button or submits a form."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.sandbox import slack_files
from bot.sandbox.slack_chat import as_json
from bot.sandbox.slack_forms import view_json
from bot.sandbox.slack_model import Json, Message, Place, UserGroup, View
from bot.sandbox.slack_workspace import APP_ID, Workspace

_TOKEN = re.compile(r"<(?:[@#!][^<>]*|(?:https?|mailto):[^<>]*)>")
_NAME = re.compile(r"(?<!\S)[@#][\w.-]+")
_ADDRESS = re.compile(r"https?://[^\s<>\"“”]+")


def slash_form(workspace: Workspace, line: str, place: Place, response_url: str) -> Json:
    """The fields of a slash command: https://docs.slack.dev/interactivity/implementing-slash-commands."""
    name, _, text = line.partition(" ")
    channel = workspace.channels[place.channel]
    shown = {"public": channel.name, "private": "privategroup", "im": "directmessage"}[channel.kind]
    return {
        "token": "deprecated",
        "team_id": workspace.team,
        "team_domain": "studio",
        "channel_id": channel.id,
        "channel_name": shown,
        "user_id": place.user,
        "user_name": workspace.people[place.user].name,
        "command": name,
        "text": escaped(workspace, text.strip()),
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": workspace.new_trigger(place.user),
    }


def escaped(workspace: Workspace, text: str) -> str:
    """
    What was typed, as it arrives with `should_escape`: names of people, groups and channels as ids, addresses as links.

    What is written as such a token already is left alone.
    """
    parts, end = [], 0
    for token in _TOKEN.finditer(text):
        parts += [_encoded(workspace, text[end : token.start()]), token.group()]
        end = token.end()
    return "".join([*parts, _encoded(workspace, text[end:])])


def _encoded(workspace: Workspace, text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _ADDRESS.sub(lambda found: f"<{found.group()}>", text)
    return _NAME.sub(lambda found: _mention(workspace, found.group()), text)


def _mention(workspace: Workspace, typed: str) -> str:
    name = typed[1:]
    if typed[0] == "#":
        rooms = (channel for channel in workspace.channels.values() if channel.name == name and channel.kind != "im")
        room = next(rooms, None)
        return f"<#{room.id}|{name if room.kind == 'public' else ''}>" if room else typed
    people = (person for person in workspace.people.values() if person.name == name)
    groups = (group for group in workspace.usergroups.values() if group.handle == name)
    if person := next(people, None):
        return f"<@{person.id}|{name}>"
    group = next(groups, None)
    return f"<!subteam^{group.id}|@{name}>" if group else typed


def find_button(blocks: Sequence[Json], action_id: str, value: str | None) -> tuple[Json, Json]:
    """
    The block and the button of *action_id*, and of *value* where several have that id.

    Raises:
        ValueError: There is none.
    """
    for block, button in pressables(blocks):
        if button.get("action_id") == action_id and value in (None, button.get("value")):
            return block, button
    there = sorted(str(button.get("action_id")) for _, button in pressables(blocks))
    raise ValueError(f"The message has no button {action_id} with value {value}; it has {', '.join(there) or 'none'}.")


def pressables(blocks: Sequence[Json]) -> Iterator[tuple[Json, Json]]:
    """Every button, with its block."""
    for block in blocks:
        elements = [*block.get("elements", []), block.get("accessory") or {}]
        yield from ((block, e) for e in elements if block["type"] != "rich_text" and e.get("type") == "button")


def click_payload(
    workspace: Workspace, message: Message, pressed: tuple[Json, Json], user: str, response_url: str
) -> Json:
    """A press of a button: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload."""
    block, button = pressed
    hidden = message.to is not None
    container = {"type": "message", "message_ts": message.ts, "channel_id": message.channel, "is_ephemeral": hidden}
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    for number, part in enumerate(message.attachments, 1):
        if block in part.get("blocks", []):
            container |= {"type": "message_attachment", "attachment_id": number, "is_app_unfurl": False}
    action = {key: button[key] for key in ("action_id", "text", "value", "style", "type", "url") if key in button}
    channel = workspace.channels[message.channel]
    return {
        **_from(workspace, user, "block_actions"),
        "container": container,
        "channel": {"id": channel.id, "name": channel.name},
        **({} if hidden else {"message": as_json(message)}),
        "state": {"values": {}},
        "response_url": response_url,
        "actions": [{**action, "block_id": block["block_id"], "action_ts": workspace.next_ts()}],
    }


def submission_payload(workspace: Workspace, view: View, values: Mapping[str, Any]) -> Json:
    """A submitted form: https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload."""
    shown = view_json(view, workspace, values=state_values(view, values))
    return {**_from(workspace, view.user, "view_submission"), "view": shown, "response_urls": []}


def closing_payload(workspace: Workspace, view: View) -> Json:
    """A form that was closed without submitting it."""
    payload = _from(workspace, view.user, "view_closed")
    del payload["trigger_id"]
    return {**payload, "view": view_json(view, workspace), "is_cleared": False}


def event_payload(workspace: Workspace, event: Json) -> Json:
    """An event: https://docs.slack.dev/apis/events-api."""
    return {
        "token": "deprecated",
        "team_id": workspace.team,
        "api_app_id": APP_ID,
        "event": {"event_ts": workspace.next_ts(), **event},
        "type": "event_callback",
        "event_id": f"Ev{workspace.number()}",
        "event_time": int(workspace.clock()),
    }


def members_changed(workspace: Workspace, group: UserGroup, before: Sequence[str]) -> Json:
    """Of a user group's members: https://docs.slack.dev/reference/events/subteam_members_changed."""
    at = int(workspace.clock())
    added = [user for user in group.users if user not in before]
    removed = [user for user in before if user not in group.users]
    counts = {"added_users_count": str(len(added)), "removed_users_count": str(len(removed))}
    dates = {"date_previous_update": at, "date_update": at}
    about = {"type": "subteam_members_changed", "subteam_id": group.id, "team_id": workspace.team}
    return {**about, **dates, "added_users": added, "removed_users": removed, **counts}


def _from(workspace: Workspace, user: str, kind: str) -> Json:
    person = workspace.person(user)
    return {
        "type": kind,
        "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": person.team},
        "team": {"id": workspace.team, "domain": "studio"},
        "enterprise": None,
        "is_enterprise_install": False,
        "api_app_id": APP_ID,
        "token": "deprecated",
        "trigger_id": workspace.new_trigger(user),
    }


def state_values(view: View, values: Mapping[str, Any]) -> Json:
    """
    What the inputs of a form hold: *values* by action id or block id, else what they hold from the start.

    Raises:
        ValueError: A name is of no input, a choice is not there, or an input that is required is empty.
    """
    inputs = [block for block in view.payload["blocks"] if block["type"] == "input"]
    names = {name for block in inputs for name in (block["block_id"], block["element"]["action_id"])}
    if unknown := sorted(values.keys() - names):
        raise ValueError(f"The form has no input {unknown[0]}; it has {', '.join(sorted(names))}.")
    return {block["block_id"]: {block["element"]["action_id"]: _held(view, block, values)} for block in inputs}


def _held(view: View, block: Json, values: Mapping[str, Any]) -> Json:
    element = block["element"]
    given = values.get(block["block_id"], values.get(element["action_id"]))
    state = slack_files.held(element, view, given) if element["type"] == "file_input" else _state(element, given)
    if not block.get("optional") and not any(value for key, value in state.items() if key != "type"):
        raise ValueError(f"The input {element['action_id']} is required; Slack does not submit the form without it.")
    return state


def _state(element: Json, given: Any) -> Json:
    kind = element["type"]
    if kind.endswith("_input"):
        return {"type": kind, "value": _typed(element, element.get("initial_value") if given is None else given)}
    if kind in {"checkboxes", "multi_static_select"}:
        start = element.get("initial_options", [])
        return {"type": kind, "selected_options": start if given is None else [_option(element, v) for v in given]}
    if kind in {"static_select", "radio_buttons"}:
        start = element.get("initial_option")
        return {"type": kind, "selected_option": start if given is None else _option(element, given)}
    name = {"datepicker": "date", "timepicker": "time", "datetimepicker": "date_time"}.get(
        kind, kind.removesuffix("s_select")
    )
    return {"type": kind, f"selected_{name}": element.get(f"initial_{name}") if given is None else given}


def _typed(element: Json, text: str | None) -> str | None:
    shortest, longest = element.get("min_length", 0), element.get("max_length", 3000)
    if text and not shortest <= len(text) <= longest:
        raise ValueError(f"The input {element['action_id']} takes {shortest} to {longest} characters; give it as many.")
    return text or None


def _option(element: Json, value: Any) -> Json:
    groups = [group["options"] for group in element.get("option_groups", [])]
    for option in (option for options in [element.get("options", []), *groups] for option in options):
        if option["value"] == value:
            found: Json = option
            return found
    raise ValueError(f"The input {element['action_id']} has no option {value}.")
