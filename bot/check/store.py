"""Redis, or the embedded store."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.access.rolemap import RoleMap
from bot.app import open_store
from bot.check.asking import Group, Scene
from bot.check.clocks import compared, middle
from bot.check.findings import Finding, hint, ok, skipped, warn, wrong
from bot.settings import Settings
from bot.store import Store, StoreError
from bot.store.keeping import Setup, setup
from bot.wording import listing

CLOCKS: Final = timedelta(seconds=10)  # several processes tell each other times
SHOWN: Final = 3
START: Final = timedelta(seconds=12)  # more than the embedded store may take; a Redis that hangs is given up sooner


async def ask(scene: Scene) -> AsyncGenerator[Finding, None]:
    """Whether it is there, keeps what it is given, and has the right time; and whether anybody can give roles."""
    what = "Redis"
    async with AsyncExitStack() as stack:
        try:
            store, _ = await open_store(stack, scene.settings)
            await store.ping()
            for finding in await _setup(store, scene.settings):
                yield finding
            what = "Redis clock"
            began = scene.clock()
            theirs = datetime.fromtimestamp(await store.time_ms() / 1000, UTC)
            yield compared(what, "Redis", theirs, middle(began, scene.clock()), far="", doubtful=CLOCKS)
            what = "Admins"
            yield await _admins(store, scene)
        except StoreError as error:
            yield wrong(what, *_told(error))


STORE: Final = Group(
    ("Redis", "Redis disk", "Redis memory", "Redis clock", "Admins"),
    frozenset({"redis_url", "data_dir", "bot_admins"}),
    ask,
    "Check that Redis runs and is not overloaded, and REDIS_URL.",
    limit=START,
)


async def _setup(store: Store, settings: Settings) -> list[Finding]:
    place = "" if settings.redis_url else f", the bot's own under {settings.data_dir}"
    try:
        found = await setup(store)
    except StoreError as error:  # some do not let everybody ask; it answered before
        unknown = f"not told: {error}"
        return [ok("Redis", f"answers{place}"), skipped("Redis disk", unknown), skipped("Redis memory", unknown)]
    version = f"{found.product} {found.version} answers{place}".replace("  ", " ")
    return [
        wrong("Redis", *_parts(found.age)) if found.age else ok("Redis", version),
        warn("Redis disk", *_parts(found.disk)) if found.disk else ok("Redis disk", "changes are written down"),
        warn("Redis memory", *_parts(found.memory)) if found.memory else ok("Redis memory", _kept(found)),
    ]


async def _admins(store: Store, scene: Scene) -> Finding:
    admins = await RoleMap(store, admins=scene.settings.bot_admins, clock=scene.clock).administrators()
    if not admins:
        return hint("Admins", "nobody can give a role yet", "Set BOT_ADMINS to your Slack id, such as U012AB3CD.")
    return ok("Admins", f"{listing(admins[:SHOWN])} can give roles")


def _kept(found: Setup) -> str:
    return f"nothing is thrown away when it is full ({found.policy})"


def _told(error: StoreError) -> tuple[str, str]:
    what, do = _parts(str(error))
    return what, do if "REDIS_URL" in do else f"{do} See REDIS_URL.".strip()


def _parts(words: str) -> tuple[str, str]:
    """What is wrong, and what to do."""
    what, _, do = words.partition(". ")
    return f"{what.rstrip('.')}.", do
