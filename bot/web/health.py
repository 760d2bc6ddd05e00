"""Is the process there, and can it do its work?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

# None is fine, anything else says what is wrong and what to do.
Check = Callable[[], Awaitable[str | None]]
LIMIT: Final = timedelta(seconds=2.5)  # more than the store takes to give up, since that says why

log = structlog.get_logger(__name__)


def routes(checks: Mapping[str, Check], *, limit: timedelta = LIMIT) -> list[Route]:
    """
    Serve `/healthz` and `/readyz`.

    Args:
        checks: What has to be fine, by the name of the thing; asked all at once, on each request.
        limit: For each check; one that takes longer has failed.
    """

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_: Request) -> Response:
        answers = await asyncio.gather(*(_ask(name, check, limit) for name, check in checks.items()))
        reasons = {name: reason for name, reason in zip(checks, answers, strict=True) if reason is not None}
        if reasons:
            return JSONResponse({"ready": False, "reasons": reasons}, status_code=503)
        return JSONResponse({"ready": True})

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


async def _ask(name: str, check: Check, limit: timedelta) -> str | None:
    try:
        async with asyncio.timeout(limit.total_seconds()):
            return await check()
    except TimeoutError:
        return f"No answer within {limit.total_seconds():g} s."
    except Exception:
        # The reason is public, so it does not repeat an exception's text.
        log.exception("check.failed", check=name)
        return "The check failed; the log says why."
