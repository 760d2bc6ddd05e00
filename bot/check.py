"""Whether the bot would work as it is set up: one line each, with what to do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from enum import StrEnum

from bot.agora import AgoraError, explain
from bot.app import make_agora, open_store
from bot.clock import now
from bot.setting_kinds import clear
from bot.settings import BadSettings, Needs, Settings, load
from bot.slack.api import SlackApi, SlackError
from bot.store import Store, StoreError
from bot.store.keeping import doubts


class Mark(StrEnum):
    """How it looks."""

    FINE = "ok"
    DOUBTFUL = "warn"  # works, and may lose something one day
    WRONG = "FAIL"


Finding = tuple[Mark, str]


async def check() -> int:
    """Print what is found; 0 if all is well, else 1."""
    try:
        settings = load(Needs.SERVE)
    except BadSettings as error:
        for problem in error.problems:
            _print("Settings", (Mark.WRONG, problem))
        return 1
    _print("Settings", (Mark.FINE, "all there"))
    probes: dict[str, Callable[[Settings], Awaitable[Finding]]] = {"Redis": _redis, "Slack": _slack, "Agora": _agora}
    findings = {name: await probe(settings) for name, probe in probes.items()}
    for name, finding in findings.items():
        _print(name, finding)
    return 1 if Mark.WRONG in {mark for mark, _ in findings.values()} else 0


async def _redis(settings: Settings) -> Finding:
    try:
        async with AsyncExitStack() as stack:
            store, _ = await open_store(stack, settings)
            await store.ping()
            doubtful = await _doubts(store)
    except StoreError as error:
        return Mark.WRONG, f"{error} See REDIS_URL."
    answers = "answers" if settings.redis_url else f"the embedded store under {settings.data_dir} answers"
    return (Mark.DOUBTFUL, f"{answers}. {' '.join(doubtful)}") if doubtful else (Mark.FINE, answers)


async def _doubts(store: Store) -> tuple[str, ...]:
    try:
        return await doubts(store)
    except StoreError:  # some do not let everybody ask; they answered before
        return ()


async def _slack(settings: Settings) -> Finding:
    async with SlackApi(token=clear(settings.slack_bot_token), base_url=settings.slack_api_url) as api:
        try:
            answer = await api.call("auth.test")
        except SlackError as error:
            return Mark.WRONG, f"refused or away: {error}. See SLACK_BOT_TOKEN; copy it from OAuth & Permissions."
    return Mark.FINE, f"the token belongs to {answer.get('user', 'a bot')} in {answer.get('team', 'a workspace')}"


async def _agora(settings: Settings) -> Finding:
    async with make_agora(settings, clock=now) as agora:
        try:
            entries = await agora.hurried(timedelta(seconds=5)).entry_points()
        except AgoraError as error:
            explanation = explain(error)
            names = "AGORA_APP_ID, AGORA_CUSTOMER_ID and AGORA_CUSTOMER_SECRET" if error.status else "AGORA_API_URL"
            return Mark.WRONG, f"{explanation.happened} {explanation.advice} See {names}.".replace("`", "")
    return Mark.FINE, f"{len(entries)} entry points: {', '.join(entries[:5])}"


def _print(name: str, finding: Finding) -> None:
    mark, words = finding
    print(f"{mark:<4}  {name:<9} {words}")
