"""A runner with the real store and the real Agora client; its voice and its queue write down what they are given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr

from bot.access.gate import Gate
from bot.access.rolemap import RoleMap
from bot.again import Again
from bot.agora import AgoraClient, HmacAuth
from bot.app import catalog
from bot.audit import Audit, Record
from bot.command import Effect
from bot.metrics import Metrics
from bot.notice import Notice
from bot.operations.cancelling import Cancelling
from bot.operations.desk import Desk
from bot.operations.following import Following
from bot.operations.journal import Accepted, Journal
from bot.operations.operation import Card, Operation, State, new_id
from bot.operations.planning import Planning
from bot.operations.plans import Plans
from bot.operations.ports import NotTold, Told
from bot.operations.progress import Progress
from bot.operations.runner import Runner
from bot.operations.telling import Telling
from bot.operations.undoing import Undoing
from bot.sandbox.agora import AgoraStandIn
from bot.store import Store
from tests.harness import ADMIN, LIVE, Time

ON, OFF = "record on", "record off"


@dataclass
class Voice:
    """Says nothing, keeps everything; `mute` is what saying fails with, `held` lets a prompt that is `asking` wait."""

    asked: list[Notice] = field(default_factory=list)
    told: list[tuple[str, Notice]] = field(default_factory=list)
    mute: NotTold | None = None
    held: asyncio.Event | None = None
    asking: asyncio.Event = field(default_factory=asyncio.Event)
    place: Card | None = None  # where a card can stand
    shown: list[Notice] = field(default_factory=list)
    private: list[bool] = field(default_factory=list)  # of each that was told
    again: list[bool] = field(default_factory=list)
    meanwhile: Callable[[], Awaitable[None]] | None = None  # happens once, just after an outcome is told

    async def ask(self, operation: Operation, notice: Notice) -> None:
        if self.mute:
            raise self.mute
        self.asked.append(notice)
        self.asking.set()
        if self.held:
            await self.held.wait()

    async def show(self, operation: Operation, notice: Notice, *, again: bool = False) -> Card | None:
        self.shown.append(notice)
        return self.place

    async def tell(self, operation: Operation, notice: Notice, *, private: bool, again: bool = False) -> Told:
        if self.mute:
            raise self.mute
        self.told.append((operation.id, notice))
        self.private.append(private)
        self.again.append(again)
        happens, self.meanwhile = self.meanwhile, None
        if happens:
            await happens()
        return Told("response_url" if private else "channel")


@dataclass
class Where:
    """Says in which zone everybody is."""

    zone: str | None = "Europe/Berlin"

    async def zone_of(self, person: str) -> str | None:
        return self.zone


@dataclass
class Bench:
    """One runner, and all that it touches."""

    store: Store
    agora: AgoraStandIn
    time: Time
    runner: Runner
    voice: Voice
    queued: list[str]
    where: Where
    times: dict[str, datetime | None]  # that each was queued for last

    @property
    def journal(self) -> Journal:
        return self.runner.journal

    @property
    def streams(self) -> list[str]:
        """Those of the calls that change something, in their order."""
        return [str(call.stream) for call in self.agora.calls if call.method != "GET"]

    def operation(self, stream: str = "main-stage", command: str = ON, **changes: Any) -> Operation:
        asks = command == OFF
        usual: dict[str, Any] = {
            "id": new_id(),
            "command": command,
            "args": {"entry": "live", "region": "eu", "streams": [stream]},
            "line": f"/{command} live eu {stream}",
            "effect": Effect.DISRUPTIVE if asks else Effect.CHANGE,
            "person": ADMIN,
            "team": "T0STUDIO",
            "channel": LIVE,
            "response_url": None,
            "target": "live",
            "asks": asks,
            "created": self.time.now(),
            "state": State.ASKING if asks else State.QUEUED,
        }
        return Operation(**{**usual, **changes})

    async def accepted(self, stream: str = "main-stage", command: str = ON, **changes: Any) -> Operation:
        """Write an operation down, and queue nothing."""
        operation = self.operation(stream, command, **changes)
        deadline_ms = await self.store.time_ms() + 10_000
        reply = await self.journal.accept(operation, once=operation.id, deadline_ms=deadline_ms)
        assert isinstance(reply, Accepted)
        return operation

    async def work(self, operation: Operation) -> None:
        """Do as the engine does with what is queued for the operation as it is now."""
        now = await self.now(operation)
        await self.runner.work(now.id, now.queue_target)

    async def now(self, operation: Operation) -> Operation:
        found = await self.journal.load(operation.id)
        assert found is not None
        return found

    async def confirm(self, operation: Operation, *, at: datetime | None = None) -> str:
        deadline_ms = await self.store.time_ms() + 10_000
        return await self.journal.confirm(operation, at or self.time.now(), deadline_ms=deadline_ms)

    @property
    def again(self) -> Again:
        return Again(self.runner.catalog, {Effect.DISRUPTIVE}.__contains__, self.time.now)

    async def trail(self) -> list[Record]:
        return list(await Audit(self.store).recent(100))


@asynccontextmanager
async def bench_of(store: Store, time: Time) -> AsyncIterator[Bench]:
    """A runner for which `ADMIN` is admin."""
    roles, voice, queued = RoleMap(store, admins=frozenset({ADMIN}), clock=time.now), Voice(), list[str]()
    times: dict[str, datetime | None] = {}

    async def requeue(operation: Operation, when: datetime | None = None, *, turn: str = "") -> None:
        key = f"{operation.queue_key}:{turn}" if turn else operation.queue_key
        queued.append(key)
        times[key] = when

    auth = HmacAuth("example-customer-id", SecretStr("customer-secret-for-tests"))
    journal, known, where = Journal(store), catalog(), Where()
    plans = Plans(store, journal)
    app_id = "0123456789abcdef0123456789abcdef"
    async with (
        AgoraStandIn(clock=time.now) as agora,
        AgoraClient(app_id=app_id, auth=auth, base_url=agora.url, attempts=1, clock=time.now) as client,
    ):
        journal, metrics = Journal(store), Metrics()
        runner = Runner(
            journal=journal,
            gate=Gate(roles, frozenset({ADMIN}), time.now),
            roles=roles,
            catalog=known,
            agora=client,
            teller=voice,
            progress=Progress(journal, voice),
            telling=Telling(known, journal, voice, requeue, time.now, metrics),
            requeue=requeue,
            clock=time.now,
            metrics=metrics,
            planning=Planning(journal, plans, voice, where, requeue, time.now),
            following=Following(journal, plans, known, requeue, time.now),
            desk=Desk(plans, Cancelling(journal, known, requeue, time.now), known, Audit(store)),
            undoing=Undoing(journal, Audit(store), Cancelling(journal, known, requeue, time.now)),
            confirm_ttl=timedelta(minutes=5),
        )
        yield Bench(store, agora, time, runner, voice, queued, where, times)
