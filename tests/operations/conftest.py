"""Fixtures for the tests of operations."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.store import Store
from tests.harness import Time
from tests.operations.parts import Bench, bench_of


@pytest.fixture
async def bench(store: Store, time: Time) -> AsyncIterator[Bench]:
    async with bench_of(store, time) as made:
        yield made
