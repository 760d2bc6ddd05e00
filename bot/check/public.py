"""The address under which others reach the bot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Final

import httpx

from bot.check.asking import Group, Scene
from bot.check.findings import Finding, hint, ok, skipped, warn, wrong

PATIENCE_S: Final = 4.0
ALIVE: Final = "ok\n"
ROUTE: Final = "Check PUBLIC_URL, its name and certificate, and that it leads to HOST and PORT of the bot."
EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - how a bot on all addresses is reached


async def ask(scene: Scene) -> AsyncGenerator[Finding, None]:
    """Whether the bot answers there; where none runs on this machine, nothing need answer yet."""
    settings = scene.settings
    if settings.public_url is None:
        if settings.slack_app_token is not None:
            yield skipped("Public address", "PUBLIC_URL is not set, and not needed in Socket Mode")
        else:
            yield hint(
                "Public address",
                "PUBLIC_URL is not set, so it is not known whether Slack can reach the bot",
                "Set it to the address in the app's manifest, without /slack/events.",
            )
        return
    host = EVERYWHERE.get(settings.host, settings.host)
    here = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    trouble, unheard = await asyncio.gather(_trouble(settings.public_url), _trouble(here))
    if trouble is None:
        yield ok("Public address", f"the bot answers at {settings.public_url}")
    elif unheard is None:
        yield wrong("Public address", f"the bot runs here, but not at {settings.public_url}: {trouble}", ROUTE)
    else:
        found = f"no bot at {settings.public_url}: {trouble}"
        yield warn("Public address", found, f"If none runs yet that is as it should be; else: {ROUTE}")


PUBLIC: Final = Group(("Public address",), frozenset({"public_url", "host", "port", "slack_app_token"}), ask, ROUTE)


async def _trouble(address: str) -> str | None:
    """Why the bot does not answer there; None if it does."""
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S) as web:
            answer = await web.get(f"{address}/healthz")
    except httpx.ConnectError as error:
        return "its certificate is not accepted" if "CERTIFICATE" in str(error) else "no connection"
    except httpx.TimeoutException:
        return "no answer in time"
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return f"no answer ({type(error).__name__})"
    return (
        None
        if (answer.status_code, answer.text) == (httpx.codes.OK, ALIVE)
        else f"another answer ({answer.status_code})"
    )
