"""What `try` runs: the bot unchanged, with the stand-ins around it and an embedded store of its own."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bot.access.decide import Person
from bot.access.grants import Grant
from bot.access.rolemap import RoleMap
from bot.access.roles import Role
from bot.app import open_store
from bot.operations.journal import Journal
from bot.operations.operation import Operation, State
from bot.operations.plans import Plans
from bot.processes import Bot
from bot.sandbox.agora import AgoraStandIn, Call
from bot.sandbox.slack import Message, SlackStandIn, View
from bot.settings import Needs, Settings, load
from bot.slack.manifest import OPTIONAL_SCOPES, SCOPES
from bot.store import Store

ADMIN: Final = "U0ADMIN"
SEEDS: Final = {"U0MANAGER": Role.MANAGER, "U0OPERATOR": Role.OPERATOR, "U0VIEWER": Role.VIEWER}
# Settings of the environment that count here too; all others are those of the stand-ins.
PASSED_ON: Final = ("AGORA_ATTEMPTS", "AGORA_AUTH", "AGORA_CALLS_PER_S", "AGORA_TIMEOUT_S", "CONFIRM", "CONFIRM_TTL_S")
IMPATIENT: Final = {"AGORA_ATTEMPTS": "3", "AGORA_TIMEOUT_S": "3"}  # somebody watches
_POLL_S: Final = 0.02
_LONG_S: Final = 1e8

Heard = Callable[["Call | Message"], None]


@dataclass
class Time:
    """A clock that can be turned on."""

    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        """Give the time, aware, in UTC."""
        return datetime.now(UTC) + self.ahead

    def seconds(self) -> float:
        """Give the time in seconds since 1970."""
        return self.now().timestamp()


@dataclass(frozen=True)
class Pressable:
    """A button as it was shown."""

    message: Message
    blocks: list[dict[str, Any]]
    action_id: str
    value: str | None
    confirm: str | None  # what Slack asks first

    @property
    def there(self) -> bool:
        """Whether the message still has it."""
        return not self.message.deleted and self.message.blocks is self.blocks


@dataclass
class World:
    """A running bot, and who and what it deals with."""

    slack: SlackStandIn
    agora: AgoraStandIn
    time: Time
    settings: Settings
    store: Store
    journal: Journal
    bot: Bot
    left_over: frozenset[str] = frozenset()  # operations that an earlier `try` left behind
    seen: dict[str, tuple[int, bool]] = field(default_factory=dict)

    async def type(self, line: str, *, user: str, channel: str) -> None:
        """Type a slash command, and wait until what it began rests."""
        calls = len(self.slack.calls)
        answer = await self.slack.slash(line, user=user, channel=channel)
        if answer.message is None and not await self._busy():  # it is over already, or opens a form
            await self._called(calls)
        await self.rest()

    async def send(self, view: View, values: dict[str, Any]) -> None:
        """Send a form in, and wait until what it began rests."""
        await self.slack.submit_view(view, values)
        await self.rest()

    async def press(self, button: Pressable, *, user: str) -> None:
        """Press a button, there or gone (as a screen that lags behind would), and wait until what it began rests."""
        calls = len(self.slack.calls)
        await self.slack.click(button.message, button.action_id, user=user, value=button.value, blocks=button.blocks)
        await self._called(calls)  # the answer to a click comes after its acknowledgement
        await self.rest()

    async def rest(self) -> None:
        """Wait until every operation is told, or waits for a button; a cancellation that redis-py lost ends it too."""
        task = asyncio.current_task()
        while not (task and task.cancelling()) and await self._busy():  # noqa: ASYNC110 - the journal is in Redis and calls nobody
            await asyncio.sleep(_POLL_S)

    async def turn(self, span: timedelta) -> None:
        """Turn the clock on, from one plan that is due by then to the next; each is done before the clock goes on."""
        end = self.time.ahead + span
        while (left := end - self.time.ahead) > timedelta():
            plans = await Plans(self.store, self.journal).soonest()
            waits = [plan.due - self.time.now() for plan in plans if plan.due]
            self.time.ahead += max(min([left, *waits]), timedelta())
            if left == end - self.time.ahead:  # one that is due already, and was not done
                self.time.ahead = end
            await self.bot.sweep()
            await self.rest()

    async def operations(self) -> frozenset[str]:
        """Give the ids of all operations that are kept."""
        start = self.store.key("operation", "")
        keys = await self.store.do("KEYS", f"{start}*")
        return frozenset(str(key).removeprefix(start) for key in keys) if isinstance(keys, list) else frozenset()

    async def since(self, before: frozenset[str]) -> list[Operation]:
        """Give the operations that were not there *before*."""
        found = [await self.journal.load(one) for one in await self.operations() - before]
        return [operation for operation in found if operation is not None]

    async def watch(self, heard: Heard) -> None:
        """Tell of each message that is new or has changed, until cancelled."""
        while True:
            message = await self.slack.wait_for(self._is_news, timeout=_LONG_S)
            self.seen[message.id] = (message.edits, message.deleted)
            heard(message)

    async def _called(self, before: int) -> None:
        """Wait until the bot has called Slack once more than *before*."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(3):
                while len(self.slack.calls) == before:  # noqa: ASYNC110 - as in `rest`
                    await asyncio.sleep(_POLL_S)

    def _is_news(self, message: Message) -> bool:
        return self.seen.get(message.id) != (message.edits, message.deleted)

    async def _busy(self) -> bool:
        if self.bot.answering:
            return True
        everything = self.time.now() + timedelta(days=365)
        for one in await self.journal.open_before(everything, 1000):
            operation = None if one in self.left_over else await self.journal.load(one)
            asked = operation and operation.state is State.WAITING and operation.asked is not None
            if operation and not asked and operation.state is not State.TOLD:
                return True
        return False


@asynccontextmanager
async def open_world(folder: Path, *, fresh: bool, environ: Mapping[str, str], heard: Heard) -> AsyncIterator[World]:
    """
    Start everything, and stop it in the opposite order.

    Args:
        folder: Holds what survives a restart: roles, operations, the audit trail.
        fresh: Forget all that.
        environ: The environment, for `PASSED_ON`.
        heard: Told of each call that reached Agora and of each message, in the order in which they happen.

    Raises:
        BadSettings: One of `PASSED_ON` is wrong.
        StoreError: The embedded store can't be started.
    """
    time = Time()
    async with AsyncExitStack() as stack:
        slack = SlackStandIn(clock=time.seconds, scopes=[*SCOPES, *OPTIONAL_SCOPES])
        await _start(slack, folder)
        stack.push_async_callback(slack.stop)
        agora = await stack.enter_async_context(AgoraStandIn(clock=time.now))
        agora.on_call.append(heard)
        settings = _settings(slack, agora, folder, environ)
        store, _ = await open_store(stack, settings)
        if fresh:
            await store.do("FLUSHALL")
        await _seed(RoleMap(store, admins=settings.bot_admins, clock=time.now), time.now())
        bot = Bot(settings, clock=time.now)
        world = World(slack, agora, time, settings, store, Journal(store), bot)
        world.left_over = await world.operations()
        watching = asyncio.create_task(world.watch(heard))
        stack.callback(watching.cancel)
        stack.push_async_callback(bot.stop)
        await bot.start(web=True, worker=True)
        slack.bot_url = f"http://127.0.0.1:{bot.port}/slack/events"
        yield world


async def _start(slack: SlackStandIn, folder: Path) -> None:
    """Listen where it did the last time, so that operations from then find their way back."""
    kept = folder / "slack.port"
    try:
        await slack.start(port=_kept_port(kept))
    except OSError:
        await slack.start()
    await asyncio.to_thread(kept.write_text, slack.api_url.removesuffix("/api/").rpartition(":")[2])


def _kept_port(kept: Path) -> int:
    text = kept.read_text() if kept.exists() else ""
    return int(text) if text.isdecimal() else 0


def _settings(slack: SlackStandIn, agora: AgoraStandIn, folder: Path, environ: Mapping[str, str]) -> Settings:
    own = {
        "SLACK_BOT_TOKEN": "xoxb-for-tests",
        "SLACK_SIGNING_SECRET": "signing-secret-for-tests",
        "SLACK_API_URL": slack.api_url,
        "AGORA_APP_ID": "0123456789abcdef0123456789abcdef",
        "AGORA_CUSTOMER_ID": "example-customer-id",
        "AGORA_CUSTOMER_SECRET": "customer-secret-for-tests",
        "AGORA_API_URL": agora.url,
        "BOT_ADMINS": ADMIN,
        "DATA_DIR": str(folder),
        "HOST": "127.0.0.1",
        "PORT": "0",
    }
    chosen = {name: environ[name] for name in PASSED_ON if environ.get(name)}
    return load(Needs.SERVE, environ={**IMPATIENT, **chosen, **own}, env_file=None)


async def _seed(roles: RoleMap, at: datetime) -> None:
    """Give everybody their role, at the first start."""
    _, version = await roles.everything()
    if version:
        return
    for user, role in SEEDS.items():
        grant = Grant(role=role, entries="*", regions="*", until=None, by=ADMIN, at=at, operation=None)
        await roles.grant(user, grant, actor=Person(ADMIN), channel=None)
