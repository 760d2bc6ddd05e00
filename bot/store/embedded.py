"""
The store that the bot brings along: a real Valkey on a unix socket below DATA_DIR.

Two kernel locks say all there is to know, and neither can go stale, since the kernel lets go of them when a process
ends, however it ends:

- `server.lock` is held by the server itself, which inherits it. Taken: a server runs on these files, so adopt it and
  never start a second one. Free: there is none, whatever else lies about.
- `users.lock` is shared by every process that uses the server. The last one to leave gets it alone and stops the
  server, no matter which one started it: `web` and `worker` may end in any order.

After a kill -9 of the bot the server stays, and the next start adopts it. It is not tied to its starter's life
(PR_SET_PDEATHSIG), because it would then be torn away from the other processes that adopted it.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import BusyLoadingError, RedisError

from bot.store.binary import server_program
from bot.store.errors import StoreError
from bot.store.folders import private_folder, socket_path
from bot.store.locks import FileLock

_POLL = timedelta(milliseconds=20)


class Embedded:
    """
    The embedded store, started or adopted.

    Attributes:
        url: Its address, `unix://…`.
        adopted: It ran already.
    """

    def __init__(
        self, folder: Path, users: FileLock, *, socket: Path, adopted: bool, program: Path | None = None
    ) -> None:
        self.url = f"unix://{quote(str(socket))}"
        self.adopted = adopted
        self._folder = folder
        self._users = users
        self._socket = socket
        self._program = program

    @classmethod
    async def start(
        cls, data_dir: Path, *, program: Path | None = None, patience: timedelta = timedelta(seconds=10)
    ) -> Embedded:
        """
        Start the server on the data below *data_dir*, or adopt the one that runs on it.

        Args:
            data_dir: Is made if it is not there, readable by its owner only.
            program: The server program; looked for if it is not given.
            patience: How long a server may be silent. Loading its data does not count.

        Raises:
            StoreError: No server program, none that starts, or one that runs and does not answer.
        """
        if sys.platform == "win32":
            raise StoreError("The embedded store needs Linux or macOS. Set REDIS_URL, or use WSL 2.", reason="start")
        folder = private_folder(data_dir / "store")
        users = FileLock(folder / "users.lock")
        await users.wait(shared=True)  # a process that is just stopping the server holds it alone
        try:
            socket, adopted = await _launch_or_adopt(folder, program, patience)
        except BaseException:
            users.close()
            raise
        return cls(folder, users, socket=socket, adopted=adopted, program=program)

    async def mend(self, *, patience: timedelta = timedelta(seconds=10)) -> bool:
        """
        Start the server again if it has ended by itself, or by a hand that was not ours.

        Returns:
            Whether it had ended.

        Raises:
            StoreError: It does not start.
        """
        if self._users.closed or _running(self._folder):
            return False
        await _launch_or_adopt(self._folder, self._program, patience)
        return True

    async def stop(self, *, patience: timedelta = timedelta(seconds=5)) -> None:
        """Leave the server, and stop it (its data written out) if no other process uses it. Can be called twice."""
        if self._users.closed:
            return
        try:
            if self._users.take():
                await _shut_down(self._folder, self._socket, patience)
        finally:
            self._users.close()


async def _launch_or_adopt(folder: Path, program: Path | None, patience: timedelta) -> tuple[Path, bool]:
    while True:
        launched = await _launch_if_none_runs(folder, program)
        socket = await _answering(folder, patience)
        if socket is not None:
            return socket, not launched
        if launched:
            raise _no_start(_last_line(folder / "server.log"))
        # The one that ran when we looked has ended since: start our own.


async def _launch_if_none_runs(folder: Path, program: Path | None) -> bool:
    server = FileLock(folder / "server.lock")
    try:
        if not server.take():
            return False
        socket = socket_path(folder)
        server.write(str(socket))
        await asyncio.to_thread(_launch, program or server_program(), folder, socket, server)
        return True
    finally:
        server.close()


def _launch(program: Path, folder: Path, socket: Path, server: FileLock) -> None:
    """
    Start the server as a daemon, which puts it in a session of its own: a Ctrl-C is for the bot, which drains first.

    https://valkey.io/topics/valkey.conf/
    """
    socket.unlink(missing_ok=True)  # left over from a kill -9; we hold the lock, so nobody listens on it
    files = ["--dir", str(folder), "--logfile", str(folder / "server.log"), "--pidfile", str(folder / "server.pid")]
    listen = ["--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"]
    keep = ["--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--maxmemory-policy", "noeviction"]
    command = [str(program), *files, *listen, *keep, "--loglevel", "warning", "--daemonize", "yes"]
    try:
        done = subprocess.run(  # noqa: S603 - our own program and arguments
            command, cwd=folder, pass_fds=[server.fileno()], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as exc:
        raise StoreError(
            f"{program} does not start: {exc}. Set REDIS_URL to use another Redis.", reason="start"
        ) from exc
    if done.returncode != 0:
        raise _no_start((done.stdout + done.stderr).strip())


async def _answering(folder: Path, patience: timedelta) -> Path | None:
    """
    Wait until the server answers and has loaded its data.

    Returns:
        Its socket, or None if there is no server any more.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience.total_seconds()
    while True:
        # Read anew each time: another process may have taken the lock and not yet written the path.
        socket = Path((folder / "server.lock").read_text(encoding="utf-8"))
        state = await _state(socket)
        if state == "ready":
            return socket
        if state == "loading":
            deadline = loop.time() + patience.total_seconds()
        elif not _running(folder):
            return None
        elif loop.time() > deadline:
            raise _silent(folder)
        await asyncio.sleep(_POLL.total_seconds())


async def _state(socket: Path) -> str:
    client = _client(socket, timedelta(seconds=1))
    try:
        _ = await client.ping()
    except BusyLoadingError:
        return "loading"
    except (RedisError, OSError):
        return "silent"
    else:
        return "ready"
    finally:
        await client.aclose()


async def _shut_down(folder: Path, socket: Path, patience: timedelta) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience.total_seconds()
    client = _client(socket, patience)
    try:
        await client.shutdown()
    except (RedisError, OSError) as exc:
        if _running(folder):
            raise _silent(folder) from exc
    finally:
        await client.aclose()
    while _running(folder):
        if loop.time() > deadline:
            raise _silent(folder)
        await asyncio.sleep(_POLL.total_seconds())


def _client(socket: Path, timeout: timedelta) -> Redis:
    seconds = timeout.total_seconds()
    return Redis(
        unix_socket_path=str(socket),
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        retry=Retry(NoBackoff(), 0),
    )


def _running(folder: Path) -> bool:
    server = FileLock(folder / "server.lock")
    try:
        return not server.take(shared=True)
    finally:
        server.close()


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() if log.exists() else []
    return lines[-1] if lines else "it said nothing"


def _no_start(said: str) -> StoreError:
    return StoreError(f"The embedded store does not start: {said}. Mend that, or set REDIS_URL.", reason="start")


def _silent(folder: Path) -> StoreError:
    pid = _last_line(folder / "server.pid")
    return StoreError(
        f"The embedded store in {folder} runs (process {pid}) but does not answer. End that process and start again.",
        reason="timeout",
    )
