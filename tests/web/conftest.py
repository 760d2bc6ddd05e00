"""A started server, and a client for it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import httpx
import pytest
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from bot.metrics import Metrics
from bot.web.health import Check
from bot.web.server import WebServer
from bot.web.site import site

Serve = Callable[..., Awaitable[httpx.AsyncClient]]


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """Serve *app* on a free port."""
    server = WebServer(app, host="127.0.0.1", port=0)
    await server.start()
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as client:
            yield client
    finally:
        await server.stop(timedelta(seconds=1))


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Serve the site with given parts; the answer is a client for it."""
    async with AsyncExitStack() as stack:

        async def start(
            *,
            routes: Sequence[BaseRoute] = (),
            checks: Mapping[str, Check] | None = None,
            metrics: Metrics | None = None,
        ) -> httpx.AsyncClient:
            app = site(routes=routes, checks=checks or {}, metrics=metrics or Metrics())
            return await stack.enter_async_context(serving(app))

        yield start
