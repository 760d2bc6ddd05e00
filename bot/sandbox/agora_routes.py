"""Finding the documented call that a raw target means, and its names; decoding each name once."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote_to_bytes

from bot.sandbox.agora_answers import NO_ROUTE, Answer, RefusedError
from bot.sandbox.agora_memory import REGIONS, EntryPoint, Memory

_BAD_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True)
class Request:
    """One request after its path was understood; `names` and `query` are still as on the wire."""

    names: Mapping[str, str]
    query: str
    content_type: str
    body: bytes = field(repr=False)

    def name(self, key: str) -> str:
        """Give one decoded name of the path; 400 if it is no text."""
        return decoded(self.names[key])

    @property
    def region(self) -> str:
        """The region of the path; 400 for one that there is not."""
        if (region := self.name("region")) not in REGIONS:
            raise RefusedError(400, "invalid region")
        return region

    def entry(self, memory: Memory) -> EntryPoint:
        """Give the entry point of the path: 400 for an empty name, 404 for an unknown one, both documented."""
        if not (name := self.name("entry_point")):
            raise RefusedError(400, "invalid entry point")
        try:
            return memory.entry_points[name]
        except KeyError:
            raise RefusedError(404, "entry point not found") from None

    def takes_nothing(self) -> None:
        """400 for a query or a body."""
        self.takes_no_query()
        self.takes_no_body()

    def takes_no_query(self) -> None:
        """400 for a query."""
        if self.query:
            raise RefusedError(400, "this call has no query parameters")

    def takes_no_body(self) -> None:
        """400 for a body."""
        if self.body:
            raise RefusedError(400, "this call has no body")


Handler = Callable[[Memory, Request], Answer]


@dataclass(frozen=True)
class Route:
    """One documented call; names stand in braces."""

    method: str
    template: str
    handler: Handler

    def names(self, method: str, path: str) -> Mapping[str, str] | None:
        """Give the raw names if *path* has this shape; None if not."""
        ours, theirs = self.template.split("/"), path.split("/")
        if method != self.method or len(ours) != len(theirs):
            return None
        pairs = list(zip(ours, theirs, strict=True))
        if any(one != other for one, other in pairs if not one.startswith("{")):
            return None
        names = {one.strip("{}"): other for one, other in pairs if one.startswith("{")}
        return None if names.get("stream_name") == "" else names


def find(routes: Sequence[Route], method: str, path: str) -> tuple[Route, Mapping[str, str]]:
    """
    Find the call that is meant.

    Raises:
        RefusedError: 404 as a gateway has it; a wrong method is no route either.
    """
    for route in routes:
        if (names := route.names(method, path)) is not None:
            return route, names
    raise RefusedError(404, NO_ROUTE)


def decoded(raw: str, *, plus_is_blank: bool = False) -> str:
    """Undo percent-encoding once; 400 for an escape that is none and for bytes that are no UTF-8."""
    if _BAD_ESCAPE.search(raw):
        raise RefusedError(400, "invalid percent-encoding")
    try:
        return unquote_to_bytes(raw.replace("+", " ") if plus_is_blank else raw).decode()
    except UnicodeError:
        raise RefusedError(400, "not UTF-8") from None


def query_of(raw: str) -> dict[str, str]:
    """Read a query; `+` is a blank there. 400 for a parameter that comes twice."""
    pairs = [part.partition("=") for part in raw.split("&") if part]
    query = {decoded(name, plus_is_blank=True): decoded(value, plus_is_blank=True) for name, _, value in pairs}
    if len(query) != len(pairs):
        raise RefusedError(400, "a query parameter comes twice")
    return query
