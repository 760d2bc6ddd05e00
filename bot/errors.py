"""What can go wrong, by who can mend it.

BotError
└── UserError            the person: typed something that can't be, or asks for what can't be done
    └── BadArguments     the line itself is wrong

Errors of Agora, Redis and Slack are in their packages: `AgoraError`, `StoreError`, `SlackError`.
"""

from __future__ import annotations


class BotError(Exception):
    """An error that is shown to a person in words."""


class UserError(BotError):
    """
    The person can mend it.

    Args:
        message: One sentence: what was wrong.
        hint: What to type or do instead, a sentence of its own.
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class BadArguments(UserError):
    """The command line can't be read."""
