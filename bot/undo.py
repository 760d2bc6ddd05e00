"""How a change is turned back: said beside the command that makes it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict

from bot.arguments import Args

if TYPE_CHECKING:
    from bot.command import Context

A = TypeVar("A", bound=Args)
Found: TypeAlias = dict[str, Any]  # what is there of what a command changes, as JSON values


class Step(BaseModel):
    """
    A command that turns a change back.

    Attributes:
        command: Its name: `record off`.
        args: Its arguments as JSON values.
    """

    model_config = ConfigDict(frozen=True)

    command: str
    args: dict[str, Any]


@dataclass(frozen=True)
class Undo(Generic[A]):
    """
    How a change is turned back.

    Attributes:
        back: What turns it back, from its arguments and from what was there before; None if nothing does. What was
            there is None where that is not known.
        read: What is there now; None where nobody can be asked.
        says: What is there, in words: "off, with no address to ask".
    """

    back: Callable[[A, Found | None], Step | None]
    read: Callable[[A, Context], Awaitable[Found]] | None = None
    says: Callable[[Found], str] = str
