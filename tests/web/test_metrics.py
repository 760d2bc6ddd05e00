"""Metrics, as Prometheus reads them over HTTP."""

import asyncio
import math
from datetime import timedelta

from prometheus_client.parser import text_string_to_metric_families

from bot.metrics import Backlog, Metrics
from tests.web.conftest import Serve

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(text: str) -> Samples:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(found: Samples, name: str, **labels: str) -> float | None:
    return found.get((f"agora_bot_{name}", frozenset(labels.items())))


async def test_what_was_measured_is_shown(serve: Serve) -> None:
    """
    Each thing that is timed or counted shows up under its name, in seconds, with its labels.
    """
    metrics = Metrics()
    metrics.acknowledged("record on", "accepted", timedelta(milliseconds=20))
    metrics.decided(timedelta(milliseconds=3))
    metrics.taken(timedelta(seconds=7))
    metrics.agora_called("enable_recording", 504, timedelta(seconds=10))
    metrics.agora_called("enable_recording", "timeout", timedelta(seconds=1))
    metrics.told(timedelta(seconds=0.5))
    metrics.late(timedelta(seconds=12))
    metrics.finished("record on", "succeeded")
    metrics.finished("record on", "succeeded")
    client = await serve(metrics=metrics)
    found = samples((await client.get("/metrics")).text)

    expected = [0.02, 0.003, 7, 10, 1, 0.5, 12, 2]
    assert expected == [
        value(found, "ack_seconds_sum", command="record on", outcome="accepted"),
        value(found, "decide_seconds_sum"),
        value(found, "queue_wait_seconds_sum"),
        value(found, "agora_call_seconds_sum", call="enable_recording", status="504"),
        value(found, "agora_call_seconds_sum", call="enable_recording", status="timeout"),
        value(found, "tell_seconds_sum"),
        value(found, "loop_late_seconds_sum"),
        value(found, "operations_total", command="record on", outcome="succeeded"),
    ]


async def test_slack_limit_is_a_bucket(serve: Serve) -> None:
    """
    How many acknowledgements came within Slack's 3 seconds can be read off: https://docs.slack.dev/interactivity/implementing-slash-commands
    """
    metrics = Metrics()
    for seconds in (0.1, 2.9, 3.5):
        metrics.acknowledged("record on", "accepted", timedelta(seconds=seconds))
    client = await serve(metrics=metrics)
    found = samples((await client.get("/metrics")).text)

    expected = 2
    assert expected == value(found, "ack_seconds_bucket", command="record on", outcome="accepted", le="3.0")


async def test_backlog_is_read_each_time(serve: Serve) -> None:
    """
    The backlog is asked for when the metrics are read, not before.
    """
    backlogs = [Backlog(3, timedelta(minutes=1)), Backlog(0, timedelta(0))]

    async def read() -> Backlog:
        return backlogs.pop(0)

    metrics = Metrics()
    metrics.watch_backlog(read)
    client = await serve(metrics=metrics)
    seen = [samples((await client.get("/metrics")).text) for _ in range(2)]

    expected = [(3, 60), (0, 0)]
    assert expected == [
        (value(found, "open_operations"), value(found, "oldest_operation_age_seconds")) for found in seen
    ]


async def test_backlog_that_can_not_be_read_is_no_number(serve: Serve) -> None:
    """
    With Redis away the metrics are shown all the same, and the backlog is not said to be empty.
    """

    async def read() -> Backlog:
        raise ConnectionError

    metrics = Metrics()
    metrics.watch_backlog(read)
    client = await serve(metrics=metrics)
    response = await client.get("/metrics")

    assert response.status_code == 200
    assert math.isnan(value(samples(response.text), "open_operations") or 0)


async def test_backlog_that_does_not_come_is_not_waited_for() -> None:
    """
    A backlog that takes longer than its limit is not a number.
    """

    async def read() -> Backlog:
        await asyncio.Event().wait()
        raise AssertionError

    metrics = Metrics()
    metrics.watch_backlog(read)
    body, _ = await metrics.show(limit=timedelta(milliseconds=10))

    assert math.isnan(value(samples(body.decode()), "oldest_operation_age_seconds") or 0)


async def test_each_has_its_own_numbers() -> None:
    """
    Two bots in one process do not count together.
    """
    one, other = Metrics(), Metrics()
    one.finished("record on", "succeeded")
    body, _ = await other.show()

    assert value(samples(body.decode()), "operations_total", command="record on", outcome="succeeded") is None


async def test_format_is_the_one_asked_for(serve: Serve) -> None:
    """
    Prometheus gets OpenMetrics if it asks for it, everybody else the text format.
    """
    client = await serve()
    plain = await client.get("/metrics")
    opened = await client.get("/metrics", headers={"accept": "application/openmetrics-text; version=1.0.0"})

    assert plain.headers["content-type"].startswith("text/plain; version=")
    assert opened.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert opened.text.endswith("# EOF\n")
