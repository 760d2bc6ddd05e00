"""`try`: the terminal in front, the world in a thread behind it."""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import signal
import sys
import tempfile
from collections.abc import Coroutine, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Any, Final

from bot import log
from bot.operations.operation import Operation, Outcome, State
from bot.sandbox.agora import Call
from bot.sandbox.slack import Message
from bot.sandbox.slack_text import buttons
from bot.store.folders import private_folder
from bot.store.locks import FileLock
from bot.trial import texts
from bot.trial.backstage import Backstage
from bot.trial.console import Console
from bot.trial.knobs import Puzzled
from bot.trial.screen import CONTROL, Screen
from bot.trial.world import Pressable, World, open_world

FOLDER: Final = Path(".agora-bot/try")

Event = Call | Message | str


def run(*, line: str | None, person: str, fresh: bool, yes: bool, verbose: bool) -> int:
    """
    Start the console, or type one *line* and leave.

    Args:
        line: A slash command.
        person: Who types at first: a name or a role.
        fresh: Forget roles and operations of before.
        yes: Press the button that a command asks for.
        verbose: Show the bot's log.

    Returns:
        0, or 1 if *line* was refused, failed, or asked and was not confirmed.

    Raises:
        BadSettings: A setting of the environment is wrong.
        StoreError: The embedded store can't be started.
    """
    log.configure("info" if verbose else "error", "text")
    for stream in (sys.stdin, sys.stdout):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    with ExitStack() as stack:
        stack.enter_context(_ended_by_sigterm())
        folder = stack.enter_context(_own_folder())
        events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        stage = Backstage(lambda: open_world(folder, fresh=fresh, environ=os.environ, heard=events.put))
        try:
            world = stack.enter_context(stage)
            return Session(stage, world, events).run(line, person, yes=yes)
        except BrokenPipeError:  # whoever read what we print has left
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - for the interpreter's own last flush
            return 1


class Session:
    """One use of the terminal."""

    def __init__(self, stage: Backstage, world: World, events: queue.SimpleQueue[Event]) -> None:
        colors = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        self._stage, self._world, self._events = stage, world, events
        self._last: Event = ""
        self._screen = Screen(world.slack, width=shutil.get_terminal_size((100, 24)).columns, colors=colors)
        self._console = Console(world, self._screen, events.put)

    def run(self, line: str | None, person: str, *, yes: bool) -> int:
        """Type one line, or all that come."""
        try:
            self._console.me = self._console.person(person)
        except Puzzled as puzzled:
            print(puzzled, file=sys.stderr)
            return 1
        if line is not None:
            return int(self._wait(self._one(line.strip(), yes=yes)))
        print(texts.WELCOME)
        if self._world.left_over:
            print(texts.AGAIN)
        self._converse()
        return 0

    def _converse(self) -> None:
        while not self._console.over:
            self._print_news()
            line = self._read()
            if line is None:
                return
            try:
                self._wait(self._console.do(line))
            except KeyboardInterrupt:
                print("\nNot waited for any longer; it goes on, and what comes of it is shown later.")

    def _read(self) -> str | None:
        """Give the next line; None at the end."""
        self._last = ""
        print()
        prompt = self._console.prompt
        if sys.stdin.isatty():
            _edit_lines()
            try:
                return input(prompt)
            except EOFError:
                print()
                return None
            except KeyboardInterrupt:
                print()
                raise
        line = sys.stdin.readline()
        if line:
            print(f"{prompt}{CONTROL.sub('', line.rstrip())}", flush=True)
        return line or None

    async def _one(self, line: str, *, yes: bool) -> int:
        """Type one line, and say by a number how it went."""
        before = await self._world.operations()
        try:
            if not line.startswith("/"):
                raise Puzzled("Give it a slash command, such as: try '/record on live eu main-stage'")
            await self._console.slash(line)
        except Puzzled as puzzled:
            self._events.put(str(puzzled))
            return 1
        for operation in await self._world.since(before):
            if operation.state is State.WAITING:
                await self._answer(operation, yes=yes)
        done = await self._world.since(before)
        if not done:
            words = line.casefold().split()
            return 0 if len(words) == 1 or "help" in words else 1
        good = [one.state is State.PLANNED or (one.result and one.result.outcome is Outcome.SUCCEEDED) for one in done]
        return 0 if all(good) else 1

    async def _answer(self, operation: Operation, *, yes: bool) -> None:
        wanted = "operation_confirm" if yes else "operation_cancel"
        for message in self._world.slack.messages:
            for button in buttons(message):
                if (button.action_id, button.value) == (wanted, operation.id):
                    note = "--yes presses" if yes else "Nobody is here to say yes (--yes would), so this is pressed:"
                    self._events.put(f"\n{note} [{button.text}]")
                    pressed = Pressable(message, message.blocks, button.action_id, button.value, button.confirm)
                    return await self._console.press(pressed)
        return None

    def _wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Print what happens until *work* is done."""
        doing = self._stage.begin(work)
        try:
            while not doing.done():
                with contextlib.suppress(queue.Empty):
                    self._print(self._events.get(timeout=0.02))
        except BaseException:
            doing.cancel()
            raise
        self._print_news()
        return doing.result()

    def _print_news(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                self._print(self._events.get_nowait())

    def _print(self, event: Event) -> None:
        match event:
            case Call():
                text = ("\n" if isinstance(self._last, Message) else "") + self._screen.call(event)
            case Message():
                text = self._screen.news(event, me=self._console.me)
            case _:
                text = event
        self._last = event
        if text:
            print(text, flush=True)


@contextlib.contextmanager
def _own_folder() -> Iterator[Path]:
    """Where this `try` keeps its state: the usual folder, or another one while somebody else has that."""
    folder = private_folder(FOLDER)
    lock = FileLock(folder / "console.lock")
    try:
        if lock.take():
            yield folder
            return
        print("Another `try` runs in this folder, so this one starts without its memory and leaves none.\n")
        with tempfile.TemporaryDirectory(prefix="agora-bot-try-") as other:
            yield Path(other)
    finally:
        lock.close()


@contextlib.contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    def leave(_: int, __: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it ends already
        raise SystemExit(0)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGTERM) is leave:
            signal.signal(signal.SIGTERM, before)


def _edit_lines() -> None:
    """Make arrow keys work where Python can."""
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401, PLC0415 - being imported is what it does
