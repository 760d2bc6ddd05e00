"""Connecting, and what goes wrong with it, against real servers."""

from __future__ import annotations

from bot.store import Store


async def test_scripts_run_after_the_server_forgot_them(store: Store) -> None:
    """A script is sent again when the server does not know it."""
    before = await store.time_ms()
    await store.redis.script_flush()

    assert before <= await store.time_ms()
