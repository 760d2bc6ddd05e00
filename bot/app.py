"""The one place where objects are made and joined; what is made is closed in the opposite order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot import commands
from bot.access.gate import Gate
from bot.access.groups import GroupBook
from bot.access.requests import Requests
from bot.access.rolemap import RoleMap
from bot.access_clicks import AccessClicks
from bot.again import Again
from bot.agora import AgoraClient, BasicAuth, HmacAuth, Try
from bot.agora.waiting import LONGEST_PAUSE
from bot.audit import Audit
from bot.background import Background
from bot.catalog import Catalog
from bot.clicks import Clicks
from bot.clock import Clock
from bot.command import Effect
from bot.dispatch import Dispatcher
from bot.drafts import Drafts
from bot.ending import end
from bot.metrics import Backlog, Metrics
from bot.operations.cancelling import Cancelling
from bot.operations.desk import Desk
from bot.operations.engine import Engine
from bot.operations.following import Following
from bot.operations.journal import Journal
from bot.operations.letters import Letters
from bot.operations.operation import Operation
from bot.operations.planning import Planning
from bot.operations.plans import Plans
from bot.operations.progress import Progress
from bot.operations.runner import Runner
from bot.operations.telling import Telling
from bot.operations.undoing import Undoing
from bot.pace import Pace
from bot.setting_kinds import clear
from bot.settings import Settings
from bot.slack.api import SlackApi
from bot.slack.groups import SlackGroups
from bot.slack.teller import SlackTeller
from bot.slack.voice import SlackVoice
from bot.slack.zones import SlackZones
from bot.store import Embedded, Store, StoreError, connect, docket_url, keep
from bot.submissions import Submissions

CONNECTIONS: Final = 100  # to Redis, for us; the engine has a pool of its own
# A command on 1,000 streams at an Agora that hangs takes longer, and goes on where it was: each result is kept.
LONGEST_RUN: Final = timedelta(minutes=15)
CLOSING: Final = timedelta(seconds=0.3)
LEAVING: Final = timedelta(seconds=1.5)  # the embedded store; it ends by itself if that takes longer

log = structlog.get_logger(__name__)


def catalog() -> Catalog:
    """All commands of this release."""
    return Catalog.walk(commands)


@dataclass(frozen=True)
class Core:
    """What every process has: the store, and the halves that meet in it."""

    store: Store
    engine: Engine
    api: SlackApi
    dispatcher: Dispatcher
    clicks: Clicks
    access_clicks: AccessClicks
    submissions: Submissions
    background: Background
    metrics: Metrics
    groups: SlackGroups
    sweep: Callable[[], Awaitable[None]]

    async def trouble(self) -> str | None:
        """What is wrong with Redis; None if it answers and takes changes."""
        try:
            await self.store.ping()
        except StoreError as error:
            return str(error)
        return None


async def open_store(stack: AsyncExitStack, settings: Settings) -> tuple[Store, str]:
    """
    Connect to Redis, or start the embedded store.

    Returns:
        The store, and its address.

    Raises:
        StoreError: The embedded store can't be started, or the address is none.
    """
    if settings.redis_url is None:
        embedded = await Embedded.start(settings.data_dir)
        stack.push_async_callback(_stop, embedded)
        keeper = asyncio.create_task(keep(embedded), name="store keeper")
        stack.push_async_callback(end, keeper, within=CLOSING)
        url = embedded.url
    else:
        url = clear(settings.redis_url)
    store = await connect(url, max_connections=CONNECTIONS)
    stack.push_async_callback(_close, store)
    return store, url


async def _stop(embedded: Embedded) -> None:
    try:
        await embedded.stop(patience=LEAVING)
    except StoreError as error:
        log.warning("store.not_stopped", reason=str(error))


async def _close(store: Store) -> None:
    with suppress(TimeoutError):  # what is still to be sent to a Redis that hangs is not waited for
        async with asyncio.timeout(CLOSING.total_seconds()):
            await store.close()


async def join(stack: AsyncExitStack, settings: Settings, *, clock: Clock, patience: timedelta) -> Core:
    """Make everything and join it; *stack* closes it in the opposite order."""
    store, url = await open_store(stack, settings)
    records = settings.audit_records
    api = await stack.enter_async_context(
        SlackApi(token=clear(settings.slack_bot_token), base_url=settings.slack_api_url)
    )
    groups = SlackGroups(api, GroupBook(store), clock)
    roles = RoleMap(store, admins=settings.bot_admins, clock=clock, audit_records=records, changed=groups.wake)
    journal, audit = Journal(store, audit_records=records), Audit(store, most=records)
    gate, known = Gate(roles, settings.bot_admins, clock), catalog()
    drafts, requests = Drafts(store), Requests(store)
    background, metrics = Background(), Metrics()
    pace = Pace(store, calls_per_s=settings.agora_calls_per_s)
    agora = await stack.enter_async_context(
        make_agora(settings, clock=clock, before_try=pace, on_try=lambda tried: _count(metrics, tried))
    )
    teller, plans = SlackTeller(api), Plans(store, journal)

    async def requeue(operation: Operation, when: datetime | None = None, *, turn: str = "") -> None:
        after = when - clock() if when else None
        key = f"{operation.queue_key}:{turn}" if turn else operation.queue_key
        await engine.add(key, operation.id, operation.queue_target, after=after)

    cancelling = Cancelling(journal, known, requeue, clock)
    runner = Runner(
        journal=journal,
        gate=gate,
        roles=roles,
        catalog=known,
        agora=agora,
        teller=teller,
        progress=Progress(journal, teller, patience),
        telling=Telling(known, journal, teller, requeue, clock, metrics),
        requeue=requeue,
        clock=clock,
        metrics=metrics,
        planning=Planning(journal, plans, teller, SlackZones(api, store), requeue, clock),
        following=Following(journal, plans, known, requeue, clock),
        desk=Desk(plans, cancelling, known, audit),
        undoing=Undoing(journal, audit, cancelling),
        confirm_ttl=settings.confirm_ttl,
    )

    async def sweep() -> None:
        await runner.sweep()
        await access_clicks.sweep()

    engine = Engine(
        url=docket_url(url, max_connections=500),
        name="agora-bot",
        work=runner.work,
        longest=longest_run(settings),
        sweep=sweep,
        alive=journal.worker_seen,
        gone=journal.worker_gone,
    )
    await engine.open()
    stack.push_async_callback(engine.close)

    metrics.watch_backlog(lambda: _backlog(journal, clock))

    asks = {Effect.DISRUPTIVE, Effect.CHANGE} if settings.confirm == "changes" else {Effect.DISRUPTIVE}
    dispatcher = Dispatcher(
        catalog=known,
        gate=gate,
        journal=journal,
        drafts=drafts,
        requests=requests,
        audit=audit,
        requeue=requeue,
        clock_ms=store.time_ms,
        clock=clock,
        asks=asks.__contains__,
        metrics=metrics,
    )
    clicks = Clicks(
        catalog=known,
        again=Again(known, asks.__contains__, clock),
        gate=gate,
        journal=journal,
        audit=audit,
        requeue=requeue,
        clock_ms=store.time_ms,
        clock=clock,
        background=background,
    )
    access_clicks = AccessClicks(
        catalog=known,
        gate=gate,
        roles=roles,
        requests=requests,
        letters=Letters(requests, audit, SlackVoice(api), clock),
        dispatcher=dispatcher,
        clock=clock,
        background=background,
    )
    submissions = Submissions(catalog=known, drafts=drafts, dispatcher=dispatcher)
    return Core(store, engine, api, dispatcher, clicks, access_clicks, submissions, background, metrics, groups, sweep)


def longest_run(settings: Settings) -> timedelta:
    """How long an operation may run: more than all that has a limit of its own."""
    call = settings.agora_attempts * (settings.agora_timeout + LONGEST_PAUSE)
    return max(LONGEST_RUN, 2 * call)  # twice: what was asked for, and looking why it went wrong


def make_agora(
    settings: Settings,
    *,
    clock: Clock,
    before_try: Callable[[], Awaitable[None]] | None = None,
    on_try: Callable[[Try], None] | None = None,
) -> AgoraClient:
    """The client of Agora's API."""
    scheme = HmacAuth if settings.agora_auth == "hmac" else BasicAuth
    return AgoraClient(
        app_id=settings.agora_app_id,
        auth=scheme(settings.agora_customer_id, settings.agora_customer_secret),
        base_url=settings.agora_api_url,
        timeout=settings.agora_timeout,
        attempts=settings.agora_attempts,
        before_try=before_try,
        on_try=on_try,
        clock=clock,
    )


def _count(metrics: Metrics, tried: Try) -> None:
    metrics.agora_called(tried.call.name, tried.status or tried.outcome, tried.duration)
    log.info("agora.tried", call=tried.call.name, outcome=tried.outcome, number=tried.number, request=tried.request_id)


async def _backlog(journal: Journal, clock: Clock) -> Backlog:
    count, oldest = await journal.backlog()
    return Backlog(count, clock() - oldest if oldest else timedelta())
