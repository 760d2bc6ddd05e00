"""Locks between processes, kept by the kernel for as long as a process (or one that inherited the lock) lives."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path

if sys.platform != "win32":
    import fcntl

_POLL = timedelta(milliseconds=20)


class FileLock:
    """A lock on a file, with flock(2): the file is made if it is not there, and stays."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take(self, *, shared: bool = False) -> bool:
        """Take the lock, alone or shared with others; False if somebody else's stands against it."""
        try:
            fcntl.flock(self.fileno(), (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    async def wait(self, *, shared: bool = False) -> None:
        """Take the lock as soon as it can be had."""
        # Polled: a blocking flock would stop the loop, and in a thread it could not be cancelled.
        while not self.take(shared=shared):  # noqa: ASYNC110 - what is awaited happens in another process
            await asyncio.sleep(_POLL.total_seconds())

    def write(self, text: str) -> None:
        """Put *text* into the file."""
        os.ftruncate(self.fileno(), 0)
        os.pwrite(self.fileno(), text.encode(), 0)

    def fileno(self) -> int:
        """Give the descriptor; a process that inherits it holds the lock too."""
        if self._descriptor is None:
            raise ValueError(f"The lock {self._path.name} is closed.")
        return self._descriptor

    @property
    def closed(self) -> bool:
        """Say whether the lock was given up."""
        return self._descriptor is None

    def close(self) -> None:
        """Give the lock up, unless another process inherited it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
