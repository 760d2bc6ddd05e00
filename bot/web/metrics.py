"""The route that Prometheus reads."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.metrics import Metrics


def routes(metrics: Metrics) -> list[Route]:
    """Serve `/metrics`."""

    async def show(request: Request) -> Response:
        body, content_type = await metrics.show(request.headers.get("accept", ""))
        return Response(body, headers={"content-type": content_type})

    return [Route("/metrics", show)]
