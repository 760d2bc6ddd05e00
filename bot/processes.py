"""Running the bot until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

from bot.app import Bot


async def run(bot: Bot, *, web: bool, worker: bool, started: Callable[[Bot], None] = lambda bot: None) -> int:
    """
    Run until SIGTERM or SIGINT; a second one ends it at once.

    Raises:
        BadSettings: It can't start as it is set up.
        StoreError: The embedded store can't be started.
    """
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop(name: signal.Signals) -> None:
        asked.set()
        loop.remove_signal_handler(name)

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop, name)
    try:
        await bot.start(web=web, worker=worker)
        started(bot)
        await asked.wait()
    finally:
        await bot.stop()
    return 0
