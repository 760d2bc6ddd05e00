"""In which time zone people are, as they told Slack."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from bot.slack.api import SlackApi, SlackAway, SlackRefused
from bot.store import Store

KEPT: Final = timedelta(days=1)  # people travel
TRIES: Final = 2
LONGEST_WAIT: Final = timedelta(seconds=3)  # somebody waits for an answer

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class SlackZones:
    """Asks Slack, once a day for each person: https://docs.slack.dev/reference/methods/users.info."""

    api: SlackApi
    store: Store

    async def zone_of(self, person: str) -> str | None:
        """The name of a person's zone; see `bot.operations.ports.Zones`."""
        key = self.store.key("zone", person)
        kept = await self.store.do("GET", key)
        if isinstance(kept, str):
            return kept
        zone = await self._asked(person)
        if zone:
            await self.store.do("SET", key, zone, "EX", int(KEPT.total_seconds()))
        return zone

    async def _asked(self, person: str) -> str | None:
        for _ in range(TRIES):
            try:
                answer = await self.api.read("users.info", user=person)
            except SlackRefused as error:
                log.warning("zone.refused", reason=str(error))
                return None
            except SlackAway as error:
                log.info("zone.away", reason=str(error))
                await asyncio.sleep(min(error.after, LONGEST_WAIT).total_seconds())
            else:
                user = answer.get("user")
                zone = user.get("tz") if isinstance(user, dict) else None
                return zone if isinstance(zone, str) and zone else None
        return None
