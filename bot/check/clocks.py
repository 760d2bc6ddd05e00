"""Whether this machine's clock agrees with those of Slack, Agora and Redis."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from bot.check.asking import Group, Scene
from bot.check.findings import Finding, ok, skipped, warn, wrong
from bot.wording import duration

FAR: Final = timedelta(minutes=5)
DOUBTFUL: Final = timedelta(minutes=1)
ALIKE: Final = timedelta(seconds=2)  # the header has whole seconds, and the way takes time
HALF_A_SECOND: Final = timedelta(seconds=0.5)
SET_IT: Final = "Set this machine's clock, best by NTP (on Linux: timedatectl set-ntp true)."
PATIENCE_S: Final = 4.0


async def ask(scene: Scene) -> AsyncGenerator[Finding, None]:
    """Compare with Agora's, by a request that is not signed: whatever it is answered has a date."""
    began = scene.clock()
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S) as web:
            answer = await web.get(scene.settings.agora_api_url)
    except httpx.HTTPError:
        yield skipped("Agora clock", "not known: Agora did not answer; see Agora")
        return
    signed = scene.settings.agora_auth == "hmac"
    yield compared(
        "Agora clock",
        "Agora",
        date_of(answer.headers),
        middle(began, scene.clock()),
        far="Agora refuses calls whose signature is that old, or that new." if signed else "",
    )


AGORA_CLOCK: Final = Group(("Agora clock",), frozenset({"agora_api_url", "agora_auth"}), ask)


def compared(
    what: str, whose: str, theirs: datetime | None, ours: datetime, *, far: str, doubtful: timedelta = DOUBTFUL
) -> Finding:
    """
    Compare two clocks.

    Args:
        what: What it is called.
        whose: The other one.
        theirs: What the other one shows; None: it did not say.
        ours: What this one showed then.
        far: Why 5 minutes are too many; empty: they are not.
        doubtful: From here on it is worth a word.
    """
    if theirs is None:
        return skipped(what, f"not known: {whose}'s answer has no date")
    off = ours - theirs
    if abs(off) < ALIKE:
        return ok(what, f"agrees with {whose}'s")
    found = f"this machine's is {duration(abs(off))} {'ahead of' if off > timedelta() else 'behind'} {whose}'s"
    if far and abs(off) >= FAR:
        return wrong(what, f"{found}. {far}", SET_IT)
    return warn(what, found, SET_IT) if abs(off) >= doubtful else ok(what, found)


def date_of(headers: Mapping[str, str]) -> datetime | None:
    """When an answer was sent, by the clock of whoever sent it."""
    try:
        return parsedate_to_datetime(headers["date"]).replace(tzinfo=UTC) + HALF_A_SECOND
    except (KeyError, ValueError):
        return None


def middle(began: datetime, ended: datetime) -> datetime:
    """When the other side most probably looked at its clock."""
    return began + (ended - began) / 2
