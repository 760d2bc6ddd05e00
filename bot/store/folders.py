"""Where the embedded store keeps its files and its socket."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from bot.store.errors import StoreError

_SOCKET_PATH_MAX_BYTES = 100  # sun_path holds 108 bytes on Linux, 104 on macOS: unix(7)


def private_folder(folder: Path) -> Path:
    """
    Make *folder*, for its owner only.

    Raises:
        StoreError: It can't be made, or is there and belongs to somebody else, or is no folder.
    """
    folder = folder.absolute()
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        # The folder for sockets has a name that others can guess, in a place where others can write.
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise StoreError(
                f"{folder} belongs to somebody else. Remove it, or choose another DATA_DIR.", reason="start"
            )
        folder.chmod(0o700)
    except OSError as exc:
        raise StoreError(
            f"DATA_DIR can't be used: {exc.strerror}, {exc.filename}. Choose another folder.", reason="start"
        ) from exc
    return folder


def socket_path(folder: Path) -> Path:
    """Say where the socket of the store in *folder* is: there, or in the temporary folder if the name is too long."""
    socket = folder / "store.sock"
    if len(os.fsencode(socket)) <= _SOCKET_PATH_MAX_BYTES:
        return socket
    short = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
    return private_folder(Path(tempfile.gettempdir()) / f"agora-bot-{os.getuid()}-{short}") / "store.sock"
