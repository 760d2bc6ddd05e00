"""How an operation is kept: a hash of what was written once, as JSON, and of what changes on its way."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import ValidationError

from bot.operations.operation import Operation
from bot.store import Reply

# What is written once; the rest of an operation changes on its way.
RECORD: Final = set(Operation.model_fields) - {
    "state", "starts", "runs", "expires", "asked", "decided", "result", "finished", "card", "retried", "done",
    "planned", "announced", "plan_card", "followed",
    "stopped", "before", "undone", "second",
}  # fmt: skip
WORDS: Final = ("state", "starts", "runs", "retried", "followed", "stopped", "undone", "second")
VALUES: Final = ("result", "card", "plan", "plan_card", "before")
MOMENTS: Final = ("expires", "asked", "decided", "finished", "planned", "announced")


class Newer(Exception):
    """It is written in a form that this release does not know: a newer one wrote it, and it is left to that one."""


def ms(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return int(moment.timestamp() * 1000)


def moment(milliseconds: str) -> datetime:
    """The time that `ms` wrote."""
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)


def record(operation: Operation) -> str:
    """What is written once. Only what is not as usual, so that a new field stops an older release where it is used."""
    return operation.model_dump_json(include=RECORD, exclude_defaults=True)


def operation(reply: Reply | dict[str, str]) -> Operation | None:
    """
    Read a hash, flat or as a dictionary, back into an operation.

    Raises:
        Newer: It holds what this release does not know.
    """
    if not reply:
        return None
    flat: list[Any] = list(reply) if isinstance(reply, list) else []
    fields: dict[str, str] = dict(reply) if isinstance(reply, dict) else dict(zip(flat[::2], flat[1::2], strict=True))
    if "record" not in fields:
        return None
    known: dict[str, Any] = json.loads(fields["record"])
    known |= {name: fields[name] for name in WORDS if name in fields}
    known |= {name: moment(fields[name]) for name in MOMENTS if name in fields}
    known |= {name: json.loads(fields[name]) for name in VALUES if name in fields}
    known["done"] = {
        name.removeprefix("item:"): json.loads(value) for name, value in fields.items() if name.startswith("item:")
    }
    try:
        return Operation.model_validate(known)
    except ValidationError as error:
        raise Newer(known.get("id")) from error
