"""What a command sees of a planned operation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Planned:
    """
    Something that is planned, or was cancelled.

    Attributes:
        deed: What is done, as a sentence goes on with it: "record `final` on `live`".
        person: Who asked for it.
        entry: The entry point that it is about.
        due: When it is done; None: at once.
        ends: When it is turned off again by itself.
        follows: The operation whose work it turns off again.
    """

    id: str
    deed: str
    person: str
    due: datetime | None
    ends: datetime | None = None
    follows: str | None = None
    entry: str | None = None
