"""Asking everything at once, each thing for a few seconds at most."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from bot.check.findings import Finding, Mark, skipped, wrong
from bot.clock import Clock
from bot.settings import Settings
from bot.wording import listing

LIMIT: Final = timedelta(seconds=5)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Scene:
    """What is checked: the settings, what this machine takes for the time, and a channel to post to."""

    settings: Settings
    clock: Clock
    channel: str | None


@dataclass(frozen=True)
class Group:
    """
    Things that are asked of one another's answer.

    Attributes:
        whats: What it says something about, in this order.
        needs: The settings without which it can't be asked.
        ask: Finds them; what it leaves out after something wrong is not asked.
        hanging: What to do where there is no answer.
        limit: How long it may take in all.
    """

    whats: tuple[str, ...]
    needs: frozenset[str]
    ask: Callable[[Scene], AsyncGenerator[Finding, None]]
    hanging: str = ""
    limit: timedelta = LIMIT


async def ask_all(groups: Sequence[Group], scene: Scene, unusable: frozenset[str]) -> list[Finding]:
    """
    Ask all *groups* at once.

    Args:
        groups: In the order of what is found.
        scene: What is checked.
        unusable: Settings that are missing or wrong; what needs one of them is not asked.
    """
    found = await asyncio.gather(*(_asked(group, scene, unusable) for group in groups))
    return [finding for findings in found for finding in findings]


async def _asked(group: Group, scene: Scene, unusable: frozenset[str]) -> list[Finding]:
    if lacking := sorted(name.upper() for name in group.needs & unusable):
        why = f"not asked, since {listing(lacking)} can't be used; see Settings"
        return [skipped(what, why) for what in group.whats]
    found: list[Finding] = []
    try:
        async with asyncio.timeout(group.limit.total_seconds()), aclosing(group.ask(scene)) as findings:
            async for finding in findings:
                found.append(finding)  # noqa: PERF401 - what was found before the time was up is kept
    except TimeoutError:
        found.append(wrong(_next(group, found), f"no answer within {group.limit.total_seconds():g} s", group.hanging))
    except Exception as error:  # a mistake of ours in one check must not hide what the others find
        log.exception("check.broke", check=group.whats[0])
        found.append(wrong(_next(group, found), f"the check itself broke ({type(error).__name__})", "Report it."))
    return [*found, *_left(group, found)]


def _next(group: Group, found: Sequence[Finding]) -> str:
    """What was being asked."""
    return next(iter(_unsaid(group, found)), group.whats[-1])


def _left(group: Group, found: Sequence[Finding]) -> list[Finding]:
    """What was not asked any more."""
    because = next((finding.what for finding in found if finding.mark is Mark.WRONG), group.whats[0])
    return [skipped(what, f"not asked; see {because}") for what in _unsaid(group, found)]


def _unsaid(group: Group, found: Sequence[Finding]) -> list[str]:
    said = {finding.what for finding in found}
    return [what for what in group.whats if what not in said]
