"""The key that encrypts what the bot keeps."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Final

from bot.check.asking import Group, Scene
from bot.check.findings import Finding, hint, ok
from bot.wording import plural

MAKE_ONE: Final = 'Set SECRET_KEY; python3 -c "import secrets; print(secrets.token_urlsafe(48))" makes one.'


async def ask(scene: Scene) -> AsyncGenerator[Finding, None]:
    """Whether there is one, where it does not make itself."""
    keys = len(scene.settings.secret_key)
    if keys:
        others = f" of {plural(keys, 'key')}, the first one encrypts" if keys > 1 else ""
        yield ok("Secret key", f"set{others}")
    elif scene.settings.redis_url is None:
        yield ok("Secret key", "not set, and not needed with the bot's own store")
    else:
        yield hint("Secret key", "not set, so addresses to restream to can't be kept", MAKE_ONE)


SECRET_KEY: Final = Group(("Secret key",), frozenset({"secret_key", "redis_url"}), ask)
