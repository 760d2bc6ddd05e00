"""Drafts: commands whose form is open, kept in Redis until it is sent in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from bot.form import Form
from bot.store import Store

KEPT: Final = timedelta(hours=1)


class Draft(BaseModel):
    """
    A command that lacks what its form asks for.

    Attributes:
        args: What was typed, as JSON values.
        person: Who typed it; nobody else may send the form in.
        response_url: Where Slack takes answers to the command.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    command: str
    args: dict[str, Any]
    person: str
    team: str
    channel: str
    response_url: str | None


@dataclass(frozen=True)
class Asking:
    """
    A form to be opened.

    Attributes:
        line: What was typed.
        usage: The whole that could have been typed.
    """

    draft: Draft
    form: Form
    line: str
    usage: str


class Drafts:
    """All that wait for their form."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def keep(self, draft: Draft) -> None:
        """Keep it for as long as anybody will look at a form."""
        await self._store.do("SET", self._key(draft.id), draft.model_dump_json(), "EX", int(KEPT.total_seconds()))

    async def load(self, draft_id: str) -> Draft | None:
        """The draft; None if there never was one, or it is too old."""
        found = await self._store.do("GET", self._key(draft_id))
        return Draft.model_validate_json(found) if isinstance(found, str) else None

    def _key(self, draft_id: str) -> str:
        return self._store.key("form", draft_id)


def new_id() -> str:
    """A fresh id."""
    return secrets.token_hex(8)
