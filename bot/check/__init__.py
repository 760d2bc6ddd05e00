"""Whether the bot would work as it is set up: one line each, with what to do."""

from __future__ import annotations

import sys
from typing import Final

from bot import log
from bot.check import agora, clocks, keys, public, report, slack, store
from bot.check.asking import Group, Scene, ask_all
from bot.check.findings import Finding, Mark, ok, wrong
from bot.clock import Clock, now
from bot.settings import BadSettings, Needs, survey

GROUPS: Final[tuple[Group, ...]] = (
    store.STORE,
    slack.SLACK,
    slack.SIGNING_SECRET,
    slack.SOCKET,
    slack.CHANNEL,
    agora.AGORA,
    clocks.AGORA_CLOCK,
    public.PUBLIC,
    keys.SECRET_KEY,
)


async def check(*, channel: str | None = None, as_json: bool = False, clock: Clock = now) -> int:
    """
    Print what is found.

    Args:
        channel: Where to post a message and delete it again; None: nowhere.
        as_json: Print one object in place of lines for people.
        clock: What this machine takes for the time.

    Returns:
        0 if the bot would work, else 1.
    """
    secrets: tuple[str, ...] = ()
    try:
        settings, problems = survey(Needs.SERVE)
    except BadSettings as error:
        findings = [_problem(problem) for problem in error.problems]
    else:
        secrets = settings.secrets()
        log.configure("error", settings.log_format, secrets)
        found = await ask_all(GROUPS, Scene(settings, clock, channel), frozenset(problems))
        findings = [*(map(_problem, problems.values()) if problems else [ok("Settings", "all there")]), *found]
    shown = report.without(secrets, findings)
    print(report.as_json(shown) if as_json else report.for_people(shown, stream=sys.stdout))
    return 1 if any(finding.mark is Mark.WRONG for finding in findings) else 0


def _problem(words: str) -> Finding:
    """A setting that is missing or wrong: what is, then what to do."""
    what, _, do = words.partition(". ")
    return wrong("Settings", f"{what.rstrip('.')}.", do)
