"""Logging: one line an event, the same for our own events and those of the libraries, without secrets."""

from __future__ import annotations

import contextlib
import logging
import re
import sys
from collections.abc import Iterable
from typing import Final, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.redaction import Redactor

OWN: Final = ("bot", "__main__")
# Bolt and slack_sdk ask a logger for its own level, and take one that has none for DEBUG. At DEBUG, and partly at INFO,
# they log request bodies, so they never get below WARNING, whatever level is asked for.
LIBRARIES: Final = (
    "aiohttp",
    "asyncio",
    "docket",
    "httpcore",
    "httpx",
    "redis",
    "slack_bolt",
    "slack_sdk",
    "slack_sdk.socket_mode.aiohttp",
    "slack_sdk.web.async_base_client",
    "slack_sdk.web.async_slack_response",
    "slack_sdk.webhook.async_client",
    "uvicorn",
    "uvicorn.error",
)
ACCESS: Final = ("aiohttp.access", "uvicorn.access")
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
CONTROL_BUT_BREAKS: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")

Layout = Literal["text", "json"]


def configure(level: str, layout: Layout, secrets: Iterable[str] = (), *, stream: TextIO | None = None) -> None:
    """
    Send the events of structlog and logging to one place; calling it again replaces what was there.

    Args:
        level: `debug`, `info`, `warning` or `error`, for the bot's own events. Libraries are heard from `warning` on.
        layout: `text` for people, `json` for machines.
        secrets: What must never be written, in clear.
        stream: Standard error, unless another is given.
    """
    stream = stream or sys.stderr
    handler = _Handler(stream)
    handler.setFormatter(_formatter(layout, Redactor(secrets), colors=stream.isatty()))
    logging.root.handlers = [handler]
    _set_levels(logging.getLevelNamesMapping()[level.upper()])
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            *_stamps(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


class _Handler(logging.StreamHandler[TextIO]):
    """Writes to a stream; a line that can't be made is named, while logging itself would print its raw arguments."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        error = sys.exc_info()[0]
        with contextlib.suppress(OSError, ValueError):  # the stream itself may be what is broken
            self.stream.write(
                f"log.failed logger={record.name} line={record.lineno} error={getattr(error, '__name__', '')}\n"
            )


def _set_levels(own: int) -> None:
    theirs = max(own, logging.WARNING)
    # The root's too: Bolt copies it to the loggers that it makes for listeners and middleware.
    for logger in (logging.root, *map(logging.getLogger, LIBRARIES)):
        logger.setLevel(theirs)
    for name in OWN:
        logging.getLogger(name).setLevel(own)
    for name in ACCESS:
        logging.getLogger(name).disabled = True


def _stamps() -> list[Processor]:
    return [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]


def _formatter(layout: Layout, redactor: Redactor, *, colors: bool) -> logging.Formatter:
    def redact(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        return {name: redactor.value(value, field=name) for name, value in event.items()}

    text: list[Processor] = [
        _on_one_line,
        # Plain, since the pretty ones show what local variables hold.
        structlog.dev.ConsoleRenderer(
            colors=colors, sort_keys=False, pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
        ),
    ]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_stamps(),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            redact,
            *(text if layout == "text" else [structlog.processors.JSONRenderer(ensure_ascii=False)]),
        ],
    )


def _on_one_line(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Escape what could start a line of its own or move a terminal's cursor; a traceback keeps its lines."""
    for name, value in event.items():
        if isinstance(value, str):
            unwanted = CONTROL_BUT_BREAKS if name in {"exception", "stack"} else CONTROL
            event[name] = unwanted.sub(lambda found: found[0].encode("unicode_escape").decode(), value)
    return event
