"""The bot between the stand-ins: signed requests go in, what Slack and Agora saw comes out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.processes import Bot
from bot.sandbox.agora import AgoraStandIn
from bot.sandbox.slack import Answer, Message, SlackStandIn
from bot.settings import Needs, Settings, load

ADMIN, MANAGER, OPERATOR, VIEWER, STRANGER = "U0ADMIN", "U0MANAGER", "U0OPERATOR", "U0VIEWER", "U0STRANGER"
LIVE, SHOW, PRIVATE = "C0LIVE", "C0SHOW", "G0PRIVATE"


class Time:
    """A clock that tests turn on by hand."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def seconds(self) -> float:
        return self.now().timestamp()

    def turn(self, span: timedelta) -> None:
        self.ahead += span


@dataclass
class Stage:
    """One bot and its world."""

    slack: SlackStandIn
    agora: AgoraStandIn
    time: Time
    redis_url: str
    environ: dict[str, str] = field(default_factory=dict)
    bots: list[Bot] = field(default_factory=list)
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    patience: timedelta = timedelta(seconds=2)

    def environment(self, **changes: str) -> dict[str, str]:
        """What a process of the bot finds in its environment."""
        environ = {
            "SLACK_BOT_TOKEN": "xoxb-for-tests",
            "SLACK_SIGNING_SECRET": "signing-secret-for-tests",
            "SLACK_API_URL": self.slack.api_url,
            "AGORA_APP_ID": "0123456789abcdef0123456789abcdef",
            "AGORA_CUSTOMER_ID": "example-customer-id",
            "AGORA_CUSTOMER_SECRET": "customer-secret-for-tests",
            "AGORA_API_URL": self.agora.url,
            "AGORA_CALLS_PER_S": "500",
            "AGORA_ATTEMPTS": "1",
            "REDIS_URL": self.redis_url,
            "BOT_ADMINS": ADMIN,
            "HOST": "127.0.0.1",
            "PORT": "0",
        }
        return {**environ, **self.environ, **changes}

    def settings(self, **changes: str) -> Settings:
        return load(Needs.SERVE, environ=self.environment(**changes), env_file=None)

    async def start(self, *, web: bool = True, worker: bool = True, **changes: str) -> Bot:
        """Start one more process' worth of bot; Slack sends to the newest one that serves."""
        bot = Bot(self.settings(**changes), clock=self.time.now, patience=self.patience)
        self.stack.push_async_callback(bot.stop)
        await bot.start(web=web, worker=worker)
        self.bots.append(bot)
        if web and "SLACK_APP_TOKEN" not in {**self.environ, **changes}:
            self.slack.bot_url = f"http://127.0.0.1:{bot.port}/slack/events"
        return bot

    async def grant(self, user: str, words: str) -> None:
        """Give a role as the bootstrap admin does it."""
        seen = list(self.slack.messages)
        await self.slack.slash(f"/agora grant <@{user}> {words}", user=ADMIN)
        await self.told(lambda message: message not in seen and f"<@{user}> is now" in message.text)

    async def told(self, found: Callable[[Message], bool]) -> Message:
        return await self.slack.wait_for(found)

    async def slash(self, line: str, user: str = OPERATOR, channel: str = LIVE) -> Answer:
        return await self.slack.slash(line, user=user, channel=channel)

    async def outcome(self, line: str, user: str = OPERATOR, channel: str = LIVE) -> Message:
        """Type a command, and wait for the next message that ends it."""
        seen = len(self.slack.messages)
        answer = await self.slash(line, user, channel)
        if answer.message is not None:
            return answer.message
        return await self.told(lambda message: message in self.slack.messages[seen:])

    async def prompt(self, line: str, user: str = MANAGER, channel: str = LIVE) -> Message:
        """Type a command that asks first, and wait for the question."""
        message = await self.outcome(line, user, channel)
        assert "operation_confirm" in str(message.blocks), message.text
        return message

    @property
    def wire(self) -> list[str]:
        """What reached Agora: method and target of each call that changes something."""
        return [f"{call.method} {call.target.split('/fls/')[1]}" for call in self.agora.calls if call.method != "GET"]


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def world(redis_url: str, time: Time) -> AsyncIterator[Stage]:
    """The stand-ins, and no bot yet."""
    async with SlackStandIn(clock=time.seconds) as slack, AgoraStandIn(clock=time.now) as agora:
        stage = Stage(slack, agora, time, redis_url)
        async with stage.stack:
            yield stage
    assert [] == slack.violations


@pytest.fixture
async def stage(world: Stage) -> Stage:
    """A bot that serves and works, and a role for everybody who has one in their name."""
    await world.start()
    await world.grant(MANAGER, "manager")
    await world.grant(OPERATOR, "operator")
    await world.grant(VIEWER, "viewer")
    world.slack.messages.clear()
    return world
