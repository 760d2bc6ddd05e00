"""A terminal for a process of the bot to print on."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import struct
import sys
import termios

from tests.processes.running import PATIENCE, Machine, surroundings


async def on_a_terminal(*words: str, machine: Machine, columns: int, environ: dict[str, str]) -> tuple[int, str]:
    """Run a command to its end; its status, and what was shown."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *words,
        cwd=machine.folder,
        env=surroundings() | environ | {"TERM": "xterm"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=theirs,
        stderr=asyncio.subprocess.STDOUT,
    )
    os.close(theirs)
    shown = asyncio.create_task(asyncio.to_thread(_read, ours))
    try:
        async with asyncio.timeout(PATIENCE.total_seconds()):
            status = await child.wait()
            return status, await shown
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
        await shown
        os.close(ours)


def _read(terminal: int) -> str:
    """Everything up to the end; a terminal whose other side is closed is an error on Linux."""
    parts: list[bytes] = []
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:
            part = b""
        if not part:
            return b"".join(parts).decode().replace("\r\n", "\n")
        parts.append(part)
