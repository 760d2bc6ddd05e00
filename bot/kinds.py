"""What an argument can be: how each kind is typed, read and printed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from bot.access.patterns import validate_pattern, validate_region_pattern
from bot.access.roles import Role
from bot.agora import REGIONS
from bot.agora import Region as RegionCode
from bot.wording import code, listing, suggestion
from bot.words import Word

NAME_LIMIT: Final = 128  # Agora documents none; a cap keeps cards readable
# Categories that make one name look like another, or a line like two; some scripts and emoji need the joiners.
UNSEEN: Final = {"Cc", "Cf", "Cs", "Zl", "Zp"}
JOINERS: Final = "\u200c\u200d"
REGION_CODES: Final = tuple(code for code, _ in REGIONS)
OWN_CALLBACK: Final = "/agora/transfer/"  # behind it stands a token
UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class NotThis(ValueError):
    """
    A word is not of the kind wanted.

    Attributes:
        instead: What was probably meant, ready to be put in its place.
    """

    def __init__(self, message: str, *, instead: str | None = None) -> None:
        super().__init__(message)
        self.instead = instead


@dataclass(frozen=True)
class Kind:
    """
    One kind of argument.

    Attributes:
        shown: How usage lines show it, such as `<entry>` or `on|off`.
        read: A word to its value; raises `NotThis`.
        print: A value back to the word.
        display: How a line that others read shows it, where that differs.
        sample: A word of this kind, for tests and examples.
        words: How many words it may be typed in; as many as make sense together are taken.
    """

    shown: str
    read: Callable[[Word], Any]
    print: Callable[[Any], str] = field(default=str)
    sample: str = ""
    display: Callable[[Any], str] | None = None
    words: int = 1


@dataclass(frozen=True)
class Keyword:
    """The argument stands behind this word and may come anywhere after the others."""

    word: str


@dataclass(frozen=True)
class Many:
    """The argument may be repeated up to the end of the line; at *most* so many different ones."""

    most: int = 1000


def name(shown: str) -> Callable[[Word], str]:
    """A reader of names that Agora knows: any letters, no control characters, nothing that a path would swallow."""

    def read(word: Word) -> str:
        value = _plain(word, f"a name for <{shown}>")
        if value in {".", ".."} or not value.strip():
            raise NotThis(f"{code(value) if value else 'An empty text'} can't be the name for <{shown}>.")
        if len(value) > NAME_LIMIT:
            raise NotThis(f"The name for <{shown}> has {len(value)} characters; {NAME_LIMIT} are the most.")
        if any(unicodedata.category(letter) in UNSEEN and letter not in JOINERS for letter in value):
            raise NotThis(f"The name for <{shown}> holds a line break or another character that can't be seen.")
        return value

    return read


def choice(*options: str) -> Callable[[Word], str]:
    """A reader of one of *options*, without regard to case."""

    def read(word: Word) -> str:
        value = word.text.casefold()
        if value in options:
            return value
        raise NotThis(
            f"{code(word.text)} is not {listing([code(option) for option in options], word='or')}.",
            instead=suggestion(value, options),
        )

    return read


def region(word: Word) -> str:
    """Agora's code of a region, in lower case."""
    value = word.text.casefold()
    if value in REGION_CODES:
        return value
    known = listing([f"{code(region)} ({words})" for region, words in REGIONS])
    raise NotThis(f"{code(word.text)} is not a region. There are {known}.", instead=suggestion(value, REGION_CODES))


def role(word: Word) -> Role:
    """A role by its name."""
    try:
        return Role(word.text)
    except ValueError:
        options = [str(role) for role in Role]
        roles = listing([code(option) for option in options])
        raise NotThis(
            f"{code(word.text)} is not a role. There are {roles}.", instead=suggestion(word.text.casefold(), options)
        ) from None


def subject(word: Word) -> str:
    """The id of a person or a user group, from a mention or typed as it is."""
    found = word.target if word.kind in {"person", "group"} else word.text
    # Slack's ids hold digits; without one a bare word is somebody's name.
    if re.fullmatch(r"[UWS][A-Z0-9_]{2,20}", found) and (word.kind != "text" or re.search(r"\d", found)):
        return found
    if word.kind == "broadcast":
        raise NotThis(f"{code(word.text)} is everybody; roles go to one person or user group.")
    raise NotThis(
        f"{code(word.text)} is not a person. Mention them, as in `@ana`, and pick the name that Slack offers."
    )


def pattern(shown: str, check: Callable[[str], str]) -> Callable[[Word], str]:
    """A reader of patterns such as `sports-*`, as *check* takes them."""

    def read(word: Word) -> str:
        try:
            return check(_plain(word, f"a pattern for <{shown}>"))
        except NotThis:
            raise
        except ValueError as error:
            raise NotThis(str(error), instead=suggestion(word.text.casefold(), REGION_CODES)) from None

    return read


def address(word: Word) -> str:
    """A web address that Agora can call."""
    value = word.target if word.kind == "link" else word.text
    try:
        parts = urlsplit(value)
        _ = parts.port  # a number that is no port raises here
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"https", "http"} or not parts.hostname or any(letter.isspace() for letter in value):
        raise NotThis(f"{code(word.text)} is not a web address such as `https://hooks.example.com/transfer`.")
    if parts.username or parts.password:
        raise NotThis("An address with a name and password in it can't be used here; put a secret behind a `?`.")
    return value


def display_address(value: str) -> str:
    """Without what may be a secret: the query, and the token in the address of this bot's own callback."""
    bare, _, hidden = value.partition("?")
    bare, _, fragment = bare.partition("#")
    before, own, token = bare.partition(OWN_CALLBACK)
    if own and token:
        return f"{before}{own}…"
    return f"{bare}?…" if hidden or fragment else bare


def span(word: Word) -> timedelta:
    """A length of time: `30m`, `2h`, `3d`."""
    found = re.fullmatch(r"(\d{1,5})([mhd])", word.text.casefold())
    if not found or not int(found[1]):
        raise NotThis(f"{code(word.text)} is not a length of time such as `30m`, `2h` or `3d`.")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def instant(word: Word) -> datetime:
    """A time: RFC 3339, a date, or the next such weekday, to its end in UTC."""
    value = word.text.casefold()
    if value in WEEKDAYS:
        today = datetime.now(UTC).date()
        day = today + timedelta(days=(WEEKDAYS.index(value) - today.weekday()) % 7)
        return datetime.combine(day, time(23, 59, 59), UTC)
    try:
        found = datetime.fromisoformat(word.text)
    except ValueError:
        raise NotThis(
            f"{code(word.text)} is not a time such as `2026-12-24`, `2026-12-24T20:45Z` or `friday`."
        ) from None
    if len(value) <= len("2026-12-24"):
        return datetime.combine(found.date(), time(23, 59, 59), UTC)
    if found.tzinfo is None:
        raise NotThis(f"{code(word.text)} lacks a time zone.", instead=f"{word.text}Z")
    try:
        return found.astimezone(UTC)
    except OverflowError:  # the first or the last hours that a calendar of four digits has
        raise NotThis(f"{code(word.text)} is not a time that anyone will see.") from None


def ban_end(word: Word) -> timedelta | datetime:
    """A length of time, or the time of an end."""
    try:
        return span(word)
    except NotThis:
        pass
    try:
        return instant(word)
    except NotThis as problem:
        if problem.instead:
            raise
        wanted = "`2h`, `7d` or `2026-12-24T20:45Z`"
        raise NotThis(f"{code(word.text)} is neither a length of time nor a time; type {wanted}.") from None


def print_instant(at: datetime) -> str:
    """Print as RFC 3339, in UTC."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def print_ban_end(value: timedelta | datetime) -> str:
    """Print so that `ban_end` reads it again."""
    return print_span(value) if isinstance(value, timedelta) else print_instant(value)


def print_span(value: timedelta) -> str:
    """Print as the largest unit that fits evenly."""
    minutes = int(value.total_seconds()) // 60
    for unit, size in (("d", 1440), ("h", 60)):
        if minutes % size == 0:
            return f"{minutes // size}{unit}"
    return f"{minutes}m"


def _plain(word: Word, wanted: str) -> str:
    if word.kind in {"text", "link"}:
        return word.text
    raise NotThis(f"{code(word.text)} is a mention, not {wanted}. Put it in quotes if it is meant to the letter.")


Entry = Annotated[str, Kind("<entry>", name("entry"), sample="live")]
Region = Annotated[RegionCode, Kind("<region>", region, sample="eu")]
_STREAM = Kind("<stream>", name("stream"), sample="main-stage")
Stream = Annotated[str, _STREAM]
Streams = Annotated[tuple[str, ...], _STREAM, Many()]
OnOff = Annotated[str, Kind("on|off", choice("on", "off"), sample="on")]
Address = Annotated[
    str, Kind("<callback-url>", address, sample="https://hooks.example.com/transfer", display=display_address)
]
RoleName = Annotated[Role, Kind("<role>", role, sample="operator")]
Subject = Annotated[str, Kind("<@user|@usergroup>", subject, sample="U0OPERATOR")]
EntryPattern = Annotated[str, Kind("<entry-pattern>", pattern("entry-pattern", validate_pattern), sample="sports-*")]
RegionPattern = Annotated[
    str, Kind("<region-pattern>", pattern("region-pattern", validate_region_pattern), sample="eu")
]
Span = Annotated[timedelta, Kind("<duration>", span, print_span, sample="2h")]
Instant = Annotated[datetime, Kind("<time>", instant, print_instant, sample="2030-01-01")]
BanEnd = Annotated[timedelta | datetime, Kind("<duration>|<time>", ban_end, print_ban_end, sample="2h")]
