"""Agora: whether it takes the credentials, and signed in which way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta
from typing import Final, Literal

from bot.agora import AgoraError, explain
from bot.app import make_agora
from bot.check.asking import Group, Scene
from bot.check.findings import Finding, hint, ok, wrong
from bot.wording import listing, plural

Scheme = Literal["hmac", "basic"]
OTHER: Final[dict[Scheme, Scheme]] = {"hmac": "basic", "basic": "hmac"}
PATIENCE: Final = timedelta(seconds=4)
SHOWN: Final = 5
UNAUTHORIZED: Final = 401
NETWORK: Final = "Check the network from here to Agora, and AGORA_API_URL."
PROJECT: Final = "Check AGORA_APP_ID, and that Media Broadcast is enabled for that project (support@agora.io)."
ADVICE: Final = {
    UNAUTHORIZED: "Copy AGORA_CUSTOMER_ID and AGORA_CUSTOMER_SECRET again; AGORA_APP_ID has to be of the same account, "
    "and the clock right (see Agora clock).",
    403: PROJECT,
    404: PROJECT,
}

Answer = Sequence[str] | AgoraError


async def ask(scene: Scene) -> AsyncGenerator[Finding, None]:
    """List the entry points, signed in each of the two ways: a read that changes nothing."""
    own = scene.settings.agora_auth
    mine, others = await asyncio.gather(_entry_points(scene, own), _entry_points(scene, OTHER[own]))
    answer = others if _refused(mine) and not isinstance(others, AgoraError) else mine
    if isinstance(answer, AgoraError):
        yield wrong("Agora", *_explained(answer))
        return
    yield _entries(answer)
    yield _signing(own, mine, others)


AGORA: Final = Group(
    ("Agora", "Agora signing"),
    frozenset({"agora_app_id", "agora_customer_id", "agora_customer_secret", "agora_api_url", "agora_auth"}),
    ask,
    NETWORK,
)


async def _entry_points(scene: Scene, scheme: Scheme) -> Answer:
    settings = scene.settings.model_copy(update={"agora_auth": scheme})
    async with make_agora(settings, clock=scene.clock) as agora:
        try:
            return await agora.hurried(PATIENCE).entry_points()
        except AgoraError as error:
            return error


def _entries(names: Sequence[str]) -> Finding:
    if not names:
        return hint(
            "Agora", "takes the credentials; the project has no entry point yet", "Make one in Agora's console."
        )
    shown = [*names[:SHOWN], *([f"{len(names) - SHOWN} more"] if len(names) > SHOWN else [])]
    return ok("Agora", f"takes the credentials; {plural(len(names), 'entry point')}: {listing(shown)}")


def _signing(own: Scheme, mine: Answer, others: Answer) -> Finding:
    other = OTHER[own]
    if isinstance(mine, AgoraError):
        do = f"Set AGORA_AUTH={other}, unless the clock is what is wrong; see Agora clock."
        return wrong("Agora signing", f"{own} is set, and refused ({mine.label}); {other} works", do)
    if not isinstance(others, AgoraError):
        return ok("Agora signing", f"{own} is set, and works; {other} would, too")
    how = f"is refused ({others.label})" if _refused(others) else f"could not be tried ({others.label})"
    return ok("Agora signing", f"{own} is set, and works; {other} {how}")


def _refused(answer: Answer) -> bool:
    return isinstance(answer, AgoraError) and answer.status == UNAUTHORIZED


def _explained(error: AgoraError) -> tuple[str, str]:
    explanation = explain(error)
    do = NETWORK if error.status is None else ADVICE.get(error.status, explanation.advice)
    return explanation.happened, do
