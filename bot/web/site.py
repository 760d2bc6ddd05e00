"""All routes in one application, and its answers where there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from bot.metrics import Metrics
from bot.web import health
from bot.web import metrics as metrics_route


def site(*, routes: Sequence[BaseRoute], checks: Mapping[str, health.Check], metrics: Metrics) -> Starlette:
    """
    Join *routes* with health, readiness and metrics.

    Args:
        routes: Slack's endpoint, the transfer callback, notifications; each caps its own body.
        checks: What `/readyz` asks.
        metrics: What `/metrics` shows.
    """
    site = Starlette(
        routes=[*routes, *health.routes(checks), *metrics_route.routes(metrics)],
        # Bare and in JSON: nothing but machines comes here.
        exception_handlers={HTTPException: _refused, Exception: _broken},
    )
    # A redirect would turn a POST with a slash too many into a GET.
    site.router.redirect_slashes = False
    return site


async def _refused(_: Request, exc: Exception) -> Response:
    assert isinstance(exc, HTTPException)  # noqa: S101 - Starlette's signature is wider than its promise
    return JSONResponse({"error": exc.detail}, status_code=exc.status_code, headers=exc.headers)


async def _broken(_: Request, __: Exception) -> Response:
    # The server logs the exception, which Starlette raises again after this answer.
    return JSONResponse({"error": "Something broke here; the log says what."}, status_code=500)
