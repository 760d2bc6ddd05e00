"""What the bot counts and times, for Prometheus."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import choose_encoder

# Seconds. Slack waits 3 s for an acknowledgement; an Agora call with all its tries may take most of a minute.
FAST: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3)
LATE: Final = (1, 3, 10, 30)  # Slack's limit, and the engine's: a worker that stands still for longer is taken for dead
SLOW: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Backlog:
    """Operations that are written down and not finished, and for how long the oldest one has been waiting."""

    open_operations: int
    oldest: timedelta


class Metrics:
    """
    All metrics of one process, in a registry of their own.

    Labels come from fixed sets (names of commands and calls, outcomes, statuses), never from what people type: each new
    value is a time series for good.
    """

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._ack = self._times(
            "ack", "From Slack's request to our acknowledgement.", "command", "outcome", buckets=FAST
        )
        self._decide = self._times("decide", "Deciding who may do what.", buckets=FAST)
        self._queue_wait = self._times("queue_wait", "From written down to taken by a worker.")
        self._agora_call = self._times("agora_call", "One try of one call to Agora.", "call", "status")
        self._tell = self._times("tell", "Posting or updating a card in Slack.")
        self._late = self._times("loop_late", "How late the loop was, each time that it was late.", buckets=LATE)
        self._operations = Counter(
            "operations", "Finished operations.", ("command", "outcome"), namespace="agora_bot", registry=self._registry
        )
        self._open = self._gauge("open_operations", "Operations written down and not finished.")
        self._oldest = self._gauge("oldest_operation_age_seconds", "How long the oldest of them has been waiting.")
        self._read_backlog: Callable[[], Awaitable[Backlog]] | None = None

    def acknowledged(self, command: str, outcome: str, took: timedelta) -> None:
        """Time an acknowledgement."""
        self._ack.labels(command, outcome).observe(took.total_seconds())

    def decided(self, took: timedelta) -> None:
        """Time a decision."""
        self._decide.observe(took.total_seconds())

    def taken(self, waited: timedelta) -> None:
        """Time how long an operation waited for a worker."""
        self._queue_wait.observe(waited.total_seconds())

    def agora_called(self, call: str, status: str | int, took: timedelta) -> None:
        """Time a try of a call; *status* is the HTTP status, or a word where there was no answer."""
        self._agora_call.labels(call, str(status)).observe(took.total_seconds())

    def told(self, took: timedelta) -> None:
        """Time a card."""
        self._tell.observe(took.total_seconds())

    def late(self, lag: timedelta) -> None:
        """Count that the loop was late, and by how much."""
        self._late.observe(lag.total_seconds())

    def finished(self, command: str, outcome: str) -> None:
        """Count a finished operation."""
        self._operations.labels(command, outcome).inc()

    def watch_backlog(self, read: Callable[[], Awaitable[Backlog]]) -> None:
        """Ask *read* for the backlog each time that the metrics are shown."""
        self._read_backlog = read

    async def show(self, accept: str = "", *, limit: timedelta = timedelta(seconds=2)) -> tuple[bytes, str]:
        """
        Give all metrics and their content type.

        Args:
            accept: The request's Accept header.
            limit: For reading the backlog, which is not a number where it can't be read.
        """
        await self._refresh(limit)
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type

    async def _refresh(self, limit: timedelta) -> None:
        if self._read_backlog is None:
            return
        try:
            async with asyncio.timeout(limit.total_seconds()):
                backlog = await self._read_backlog()
        except Exception as exc:  # noqa: BLE001 - the other metrics matter most when something is broken
            log.warning("backlog.unreadable", error=type(exc).__name__)
            self._open.set(math.nan)
            self._oldest.set(math.nan)
            return
        self._open.set(backlog.open_operations)
        self._oldest.set(backlog.oldest.total_seconds())

    def _times(self, name: str, meaning: str, *labels: str, buckets: tuple[float, ...] = SLOW) -> Histogram:
        return Histogram(
            f"{name}_seconds", meaning, labels, namespace="agora_bot", buckets=buckets, registry=self._registry
        )

    def _gauge(self, name: str, meaning: str) -> Gauge:
        gauge = Gauge(name, meaning, namespace="agora_bot", registry=self._registry)
        gauge.set(math.nan)  # nobody has looked yet; 0 would say that there is nothing
        return gauge
