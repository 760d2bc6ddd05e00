"""The role map from a shell: the words of the slash commands, and the same audit trail."""

from __future__ import annotations

import re
import sys
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime

from bot.access.changes import Change
from bot.access.decide import Person
from bot.access.grants import SHELL, Grant, describe
from bot.access.groups import GROUP, Group
from bot.access.rolemap import RoleMap
from bot.app import open_store
from bot.arguments import read
from bot.clock import now
from bot.commands.agora_grant import AgoraGrantArgs, as_grant
from bot.commands.agora_revoke import AgoraRevokeArgs
from bot.errors import UserError
from bot.operations.operation import new_id
from bot.settings import Settings
from bot.wording import ago, plural
from bot.words import Word, join, split

USAGE = """Type one of:
  roles list
  roles grant WHO ROLE [on ENTRY] [in REGION] [for 2h | until friday]
  roles revoke WHO [ROLE] [on ENTRY]
WHO is a Slack id: of a person, such as U0123ABC (in Slack, open the profile and choose "Copy member ID"), or of a
user group, such as S0123ABC (open the group and choose "Copy group ID")."""


async def run(settings: Settings, words: list[str]) -> int:
    """Carry out one line; 0 if it went well, 1 if it was refused or can't be read."""
    async with AsyncExitStack() as stack:
        store, _ = await open_store(stack, settings)
        roles = RoleMap(store, admins=settings.bot_admins, clock=now, audit_records=settings.audit_records)
        try:
            print(await _carried_out(roles, words))
        except UserError as error:
            print(error.message, file=sys.stderr)
            print((error.hint or USAGE).replace("`", "").replace("/agora ", "roles "), file=sys.stderr)
            return 1
    return 0


async def _carried_out(roles: RoleMap, words: list[str]) -> str:
    verb, rest = words[0].casefold(), [_meant(word) for word in split(join(words[1:]))]
    match verb:
        case "grant":
            given = read(AgoraGrantArgs, rest, start="/agora grant")
            grant = as_grant(given, by=SHELL, at=now(), operation=new_id())
            return _said(given.subject, await roles.grant(given.subject, grant, actor=Person(SHELL), channel=None))
        case "revoke":
            gone = read(AgoraRevokeArgs, rest, start="/agora revoke")
            change = await roles.revoke(
                gone.subject, role=gone.role, entries=gone.on, actor=Person(SHELL), channel=None, operation=new_id()
            )
            return _said(gone.subject, change)
        case "list":
            return await _listed(roles)
        case _:
            raise UserError(f"roles has no {verb!r}.", hint=USAGE)


def _meant(word: Word) -> Word:
    """In a shell nobody can be mentioned, so what looks like an id is one."""
    found = re.fullmatch(r"([UWS])[A-Z0-9_]{2,20}", word.text)
    if not found:
        return word
    return replace(word, kind="group" if found[1] == GROUP else "person", target=word.text)


def _said(subject: str, change: Change) -> str:
    has = ", ".join(_plain(grant) for grant in change.after) or "no role"
    return f"{subject} now has: {has}" if change.done else f"Nothing was changed. {subject} has: {has}"


async def _listed(roles: RoleMap) -> str:
    everybody, version = await roles.everything()
    settled = [f"{admin}  admin  (by BOT_ADMINS)" for admin in sorted(roles.settled)]
    groups, at = await roles.book.groups(), now()
    rows = [f"{subject}  {_plain(grant)}  (by {grant.by}, {grant.at:%Y-%m-%d %H:%M} UTC)"
            f"{_state(groups.get(subject), at)}"
            for subject, grants in everybody.items() for grant in grants if grant.live(at)]  # fmt: skip
    if not settled and not rows:
        return "Nobody has a role yet. Give the first: roles grant U0123ABC admin"
    return "\n".join([*settled, *rows, f"version {version}"])


def _state(group: Group | None, at: datetime) -> str:
    """What is known of a user group; nothing is said of people."""
    if group is None:
        return ""
    if group.asked is None:
        return "  group, not asked about yet: a running bot does that"
    name = f"group @{group.handle}" if group.handle else "group"
    if not group.fresh(at):
        return f"  {name}, counts for nobody: last asked about {ago(group.asked, at)}; is a bot running?"
    return f"  {name}, {plural(group.size, 'person', 'people')}" if group.active else "  group, disabled in Slack"


def _plain(grant: Grant) -> str:
    return describe(grant).replace("`", "")
