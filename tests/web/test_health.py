"""Health and readiness, over real HTTP."""

import asyncio
from datetime import timedelta

import httpx
import pytest
import structlog
from starlette.applications import Starlette

from bot.web import health
from tests.web.conftest import Serve, serving


async def fine() -> str | None:
    return None


async def away() -> str | None:
    return "Redis can't be reached. Check REDIS_URL."


async def broken() -> str | None:
    raise RuntimeError("customer-secret-for-tests")


async def silent() -> str | None:
    await asyncio.Event().wait()
    return None


def facts(response: httpx.Response) -> tuple[int, object]:
    return response.status_code, response.json()


async def test_process_is_healthy_whatever_is_away(serve: Serve) -> None:
    """
    `/healthz` answers 200 while the process runs, also when it can't work.
    """
    client = await serve(checks={"redis": away})
    response = await client.get("/healthz")

    expected = (200, "ok\n")
    assert expected == (response.status_code, response.text)


async def test_ready_when_everything_is_fine(serve: Serve) -> None:
    """
    `/readyz` answers 200 when no check has anything to say.
    """
    client = await serve(checks={"redis": fine, "slack": fine})

    expected = (200, {"ready": True})
    assert expected == facts(await client.get("/readyz"))


async def test_reasons_are_told(serve: Serve) -> None:
    """
    `/readyz` answers 503 with the reason of each check that is not fine, and no others.
    """
    client = await serve(checks={"redis": away, "slack": fine})

    expected = (503, {"ready": False, "reasons": {"redis": "Redis can't be reached. Check REDIS_URL."}})
    assert expected == facts(await client.get("/readyz"))


async def test_readiness_comes_back(serve: Serve) -> None:
    """
    The checks are asked anew each time.
    """
    reasons: list[str | None] = ["Not connected.", None]

    async def slack() -> str | None:
        return reasons.pop(0)

    client = await serve(checks={"slack": slack})
    answers = [await client.get("/readyz") for _ in range(2)]

    expected = [503, 200]
    assert expected == [answer.status_code for answer in answers]


async def test_broken_check_is_a_reason(serve: Serve) -> None:
    """
    A check that breaks makes the process unready; what it broke on is logged and not shown.
    """
    client = await serve(checks={"redis": broken, "slack": fine})
    with structlog.testing.capture_logs() as events:
        answer = facts(await client.get("/readyz"))

    expected = (503, {"ready": False, "reasons": {"redis": "The check failed; the log says why."}})
    assert expected == answer
    logged = [("check.failed", "redis")]
    assert logged == [(event["event"], event["check"]) for event in events]


async def test_silent_checks_fail_together() -> None:
    """
    Checks that do not answer in time have failed; they are asked at the same time and do not hold each other up.
    """
    waiting = asyncio.Barrier(2)

    async def patient() -> str | None:
        # Passes only if both are asked at once.
        await waiting.wait()
        return None

    checks = {"a": patient, "b": patient, "redis": silent}
    async with serving(Starlette(routes=health.routes(checks, limit=timedelta(seconds=0.2)))) as client:
        response = await client.get("/readyz")

    expected = (503, {"ready": False, "reasons": {"redis": "No answer within 0.2 s."}})
    assert expected == facts(response)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_only_reading_is_allowed(serve: Serve, path: str) -> None:
    """
    These routes are read; HEAD is answered like GET, anything else with 405.
    """
    client = await serve()
    answers = [await client.request(method, path) for method in ("HEAD", "POST", "PUT", "DELETE")]

    expected = [200, 405, 405, 405]
    assert expected == [answer.status_code for answer in answers]
