"""What people asked the bot for, and what they were told at once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from bot.sandbox.slack_model import Answer, Place

# Stands in the line of one operation, or of a few that belong together: a part of a stream, address, entry point or
# person. Fixed in width, so that none is the beginning of another.
MARK: Final = re.compile(r"X\d{6}")
ACCEPTED: Final = ("Accepted", "was accepted before")
NOT_KNOWN: Final = ("It is not known whether", "The bot made a mistake")


class Told(Enum):
    """What the answer to a command said."""

    ACCEPTED = "accepted"
    NO_ANSWER = "no answer"  # or one that says that it is not known: it may have been accepted
    TURNED_AWAY = "turned away"  # nothing was done, and nothing will be


@dataclass(frozen=True)
class Heard:
    """An answer to what Slack sent: when it was sent, and when it was answered, in seconds since the epoch."""

    sent: float
    at: float
    answer: Answer


@dataclass(eq=False)
class Asked:
    """
    One command that somebody typed.

    Attributes:
        kind: Of the table of kinds.
        line: As typed; its first two words are the command.
        mark: By which it is recognised, see `MARK`; empty where there is no room for one (reads).
        items: What Agora has to hear of for it to be carried out; none for what never reaches Agora.
        place: Where it was typed; answers to it refer to this very object.
        url: Its response URL.
        at: Seconds since the epoch.
        due: Seconds since the epoch, of what is planned for then.
        answers: To the command, and to repeats of the very same request.
        confirms: To presses of the button that confirms it.
    """

    kind: str
    line: str
    mark: str
    items: tuple[str, ...]
    changes: bool
    place: Place
    url: str
    at: float
    due: float | None = None
    answers: list[Heard] = field(default_factory=list)
    confirms: list[Heard] = field(default_factory=list)

    @property
    def command(self) -> str:
        """Such as `record on`."""
        return " ".join(self.line.removeprefix("/").split()[:2])

    @property
    def told(self) -> Told:
        """The best of its answers counts: a repeat may be accepted where the first one was not heard of."""
        kinds = {told(heard.answer) for heard in self.answers} or {Told.NO_ANSWER}
        return next(kind for kind in Told if kind in kinds)


def told(answer: Answer) -> Told:
    """What one answer to a command said."""
    said = words_of(answer)
    if answer.error or any(words in said for words in NOT_KNOWN):
        return Told.NO_ANSWER
    return Told.ACCEPTED if not said or any(words in said for words in ACCEPTED) else Told.TURNED_AWAY


def words_of(answer: Answer) -> str:
    """What an answer says: to a command, or to a form, where it takes the place of the form."""
    if answer.json is None:
        return answer.text
    return str(answer.json.get("text") or answer.json.get("view") or answer.json.get("errors") or "")


def marks_in(text: str) -> set[str]:
    """The marks that stand in *text*."""
    return set(MARK.findall(text))
