"""Real processes of the bot, between stand-ins that live in the test's own process."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import httpx
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

import bot
from tests.harness import Stage

ROOT = Path(bot.__file__).parent.parent
PATIENCE = timedelta(seconds=20)  # for a process to start or to end, on a machine that has other things to do
POLL = timedelta(milliseconds=20)


@dataclass
class Ended:
    """What a process left behind."""

    status: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


@dataclass
class Process:
    """One process of the bot; its output is collected from the start."""

    child: asyncio.subprocess.Process
    lines: list[str] = field(default_factory=list)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)
    _reader: asyncio.Task[None] | None = None
    port: int = 0

    @classmethod
    async def start(cls, *words: str, folder: Path, environ: dict[str, str]) -> Self:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *words,
            cwd=folder,
            env=surroundings() | environ,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        process = cls(child)
        process._reader = asyncio.create_task(process._read())
        return process

    async def _read(self) -> None:
        assert self.child.stdout is not None
        async for line in self.child.stdout:
            async with self._news:
                self.lines.append(line.decode(errors="replace").rstrip("\n"))
                self._news.notify_all()
        async with self._news:
            self._news.notify_all()

    async def said(self, found: Callable[[str], bool]) -> str:
        """Wait for a line of output."""
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()), self._news:
                while not (match := next(filter(found, self.lines), None)):
                    assert self._reader is not None
                    assert not self._reader.done(), f"it ended without that:\n{self.output}"
                    await self._news.wait()
                return match
        except TimeoutError:
            raise AssertionError(f"no such line:\n{self.output}") from None

    async def event(self, name: str) -> dict[str, Any]:
        """Wait for an event in a log of JSON."""
        found: dict[str, Any] = json.loads(await self.said(lambda line: f'"event": "{name}"' in line))
        return found

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    @property
    def pid(self) -> int:
        return self.child.pid

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def get(self, path: str) -> httpx.Response:
        async with httpx.AsyncClient(base_url=self.url, trust_env=False) as client:
            return await client.get(path)

    async def ready(self, *, status: int = 200) -> httpx.Response:
        """Ask `/readyz` until it answers *status*; readiness has no event that one could wait for."""
        end = time.monotonic() + PATIENCE.total_seconds()
        while True:
            answer = await self.get("/readyz")
            if answer.status_code == status:
                return answer
            assert time.monotonic() < end, f"/readyz: {answer.status_code} {answer.text}\n{self.output}"
            await asyncio.sleep(POLL.total_seconds())

    async def deaf(self) -> None:
        """Wait until it takes no more connections: it has heard that it shall end."""
        end = time.monotonic() + PATIENCE.total_seconds()
        while time.monotonic() < end:
            try:
                await self.get("/healthz")
            except httpx.TransportError:
                return
            await asyncio.sleep(POLL.total_seconds())
        raise AssertionError(f"it still listens:\n{self.output}")

    def send(self, number: signal.Signals) -> None:
        self.child.send_signal(number)

    async def ended(self, limit: timedelta = PATIENCE) -> int:
        """Wait for the end; its exit status."""
        try:
            async with asyncio.timeout(limit.total_seconds()):
                status = await self.child.wait()
        except TimeoutError:
            raise AssertionError(f"it still runs after {limit}:\n{self.output}") from None
        if self._reader is not None:
            await self._reader
        return status

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end, and wait for that for as long as platforms do."""
        self.send(number)
        return await self.ended(timedelta(seconds=10))

    async def kill(self) -> None:
        """End it without a chance to say goodbye; what is over is left alone."""
        if self.child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.child.kill()
        await self.ended()


@dataclass
class Machine:
    """
    Where processes of the bot run.

    Attributes:
        stage: The stand-ins; commands typed there go to the process that served last.
        folder: The processes' working directory, which holds the embedded store too.
    """

    stage: Stage
    folder: Path
    processes: list[Process] = field(default_factory=list)

    async def run(self, *words: str, environ: dict[str, str] | None = None) -> Ended:
        """Run a command to its end; *environ* replaces the usual settings."""
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *words,
            cwd=self.folder,
            env=surroundings() | (self.stage.environment() if environ is None else environ),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                out, err = await child.communicate()
        except TimeoutError:
            child.kill()
            out, err = await child.communicate()
            raise AssertionError(f"it does not end:\n{out.decode()}\n{err.decode()}") from None
        assert child.returncode is not None
        return Ended(child.returncode, out.decode(), err.decode())

    async def begin(self, *words: str, **changes: str) -> Process:
        """Start a process, and do not wait for anything."""
        environ = self.stage.environment(LOG_FORMAT="json") | changes
        # An empty setting counts as none: REDIS_URL="" is the embedded store.
        process = await Process.start(*words, folder=self.folder, environ=environ)
        self.processes.append(process)
        return process

    async def serve(self, *words: str, **changes: str) -> Process:
        """Start `serve` and wait until it is ready; Slack sends to it from now on."""
        process = await self.listen(*words, **changes)
        await process.ready()
        return process

    async def listen(self, *words: str, **changes: str) -> Process:
        """Start `serve` and wait until it listens, be it ready or not; Slack sends to it from now on."""
        process = await self.begin("serve", *words, **changes)
        process.port = int((await process.event("bot.started"))["port"])
        if "SLACK_APP_TOKEN" not in changes:
            self.listens(process)
        return process

    async def worker(self, **changes: str) -> Process:
        """Start `worker` and wait until it works."""
        process = await self.begin("worker", **changes)
        await process.event("bot.started")
        return process

    def listens(self, process: Process) -> None:
        """Have Slack send to *process*."""
        self.stage.slack.bot_url = f"{process.url}/slack/events"

    async def close(self) -> None:
        """End all that still runs, the embedded store too."""
        for process in self.processes:
            await process.kill()
        await end_embedded(self.folder.rglob("store/server.lock"))


def surroundings() -> dict[str, str]:
    """An environment with nothing in it that the bot could take for a setting, or for a proxy."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "default"}


async def end_embedded(locks: Iterable[Path]) -> None:
    """End the embedded store of a bot that was killed; one that was stopped has taken it along."""
    for lock in locks:
        async with Redis(unix_socket_path=lock.read_text(), retry=Retry(NoBackoff(), 0)) as server:
            with contextlib.suppress(RedisError, OSError):
                await server.shutdown(nosave=True)


def jsons(process: Process) -> list[dict[str, Any]]:
    """Every line of a log of JSON; a line that is none fails."""
    return [json.loads(line) for line in process.lines]
