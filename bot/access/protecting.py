"""Protection: what can cost footage or audience on an entry point takes two people."""

from __future__ import annotations

from typing import Final

from pydantic import AwareDatetime, TypeAdapter
from pydantic.dataclasses import dataclass

from bot.wording import code, moment, person

KIND: Final = "protected"


@dataclass(frozen=True)
class Protection:
    """
    The protection of one entry point.

    Attributes:
        by: Who protected it: a Slack user id.
        operation: The operation that did.
    """

    entry: str
    by: str
    at: AwareDatetime
    operation: str


FORM: Final = TypeAdapter(Protection)


def described(protection: Protection) -> str:
    """A sentence: what is protected, by whom, since when."""
    whom = f"{person(protection.by)} {moment(protection.at)}"
    return f"{code(protection.entry)} is protected by {whom}: what can cost footage or audience there takes two people."
