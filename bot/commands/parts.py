"""Answers of several parts: what Agora does not tell is shown as such, and the rest still comes."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta
from typing import Final, TypeVar

from bot.agora import AgoraClient, AgoraError, explain

PATIENCE: Final = timedelta(seconds=3)  # with one try of a part; there is a second one
T = TypeVar("T")


def hurried(agora: AgoraClient) -> AgoraClient:
    """A client that does not let all parts wait long for one."""
    return agora.hurried(PATIENCE, attempts=2)


async def asked(call: Awaitable[T]) -> T | AgoraError:
    """What a read gives, or why it can't be had."""
    try:
        return await call
    except AgoraError as error:
        return error


def unread(error: AgoraError) -> str:
    """What to say in place of a part."""
    return f"could not be read. {explain(error).happened}"
