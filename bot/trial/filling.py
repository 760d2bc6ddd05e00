"""Forms at the console: shown as text, filled in by a line."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from bot.sandbox.slack import View
from bot.sandbox.slack_text import plain
from bot.trial.knobs import Puzzled
from bot.trial.world import World

HOW = "`paste cam-1, cam-2` sends it in with these names, `file names.csv` with a file; another command leaves it."


class Filling:
    """Shows forms, and sends them in."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._shown: set[str] = set()

    def news(self, user: str) -> str:
        """The form that *user* has in front of them; nothing if it was shown as it is."""
        view = self._open(user)
        if view is None or view.hash in self._shown:
            return ""
        self._shown.add(view.hash)
        lines = [f"  {line}" for line in plain(view.payload["blocks"], "").split("\n")]
        title = view.payload["title"]["text"]
        return "\n".join([f"A form opens: {title}", *lines, *([HOW] if _box(view, "plain_text_input") else [])])

    async def paste(self, user: str, text: str) -> str:
        """Send the form in with what was pasted."""
        return await self._send(user, "plain_text_input", text)

    async def file(self, user: str, name: str) -> str:
        """Send the form in with a file of this machine."""
        try:
            text = await asyncio.to_thread(_text, name)
        except (OSError, UnicodeDecodeError) as error:
            raise Puzzled(f"There is no text in {name or 'nothing'}: {type(error).__name__}.") from error
        return await self._send(user, "file_input", self._world.slack.upload(Path(name).name, text, user=user))

    async def _send(self, user: str, kind: str, value: Any) -> str:
        view = self._open(user)
        box = _box(view, kind) if view else None
        if view is None or box is None:
            raise Puzzled("There is no form to fill in. `/record on live eu`, without a stream, opens one.")
        try:
            await self._world.send(view, {box: value})
        except ValueError as error:
            raise Puzzled(f"Slack would not send that: {error}") from error
        problems = view.errors.values() if view.open else ()
        return "\n".join(f"The form says: {problem}" for problem in problems) or self.news(user)

    def _open(self, user: str) -> View | None:
        mine = [view for view in self._world.slack.views if view.open and view.user == user]
        return mine[-1] if mine else None


def _text(name: str) -> str:
    return Path(name).expanduser().read_text(encoding="utf-8")


def _box(view: View, kind: str) -> str | None:
    inputs = (block for block in view.payload["blocks"] if block["type"] == "input")
    return next((block["block_id"] for block in inputs if block["element"]["type"] == kind), None)
