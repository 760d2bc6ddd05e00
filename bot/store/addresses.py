"""What REDIS_URL may look like, and the forms of it that redis-py, docket and a log line need."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlencode

from bot.store.errors import StoreError

_ALIASES = {"redis+unix": "unix", "redis+socket": "unix"}
_SCHEMES = ("redis", "rediss", "unix", "redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster")
_SENTINEL_PORT = 26379  # https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/
_MEMBER = re.compile(r"^(?:\[(?P<ipv6>[^\]]+)\]|(?P<name>[^\[\]:]+))(?::(?P<port>\d{1,5}))?$")


@dataclass(frozen=True, repr=False)
class Address:
    """A Redis address, taken apart. Has no repr of its own since it holds the password."""

    scheme: str
    userinfo: str
    hosts: str
    path: str
    query: tuple[tuple[str, str], ...]

    @property
    def kind(self) -> str:
        """Say how to connect: `single`, `sentinel` or `cluster`."""
        return self.scheme.partition("+")[2] or "single"

    @property
    def tls(self) -> bool:
        """Say whether the connection is encrypted."""
        return self.scheme.startswith("rediss")

    def sentinels(self) -> list[tuple[str, int]]:
        """List the Sentinels to ask, as host and port."""
        return [_host_and_port(member.strip()) for member in self.hosts.split(",")]

    def service(self) -> tuple[str, int]:
        """Give the name that the Sentinels know the primary by, and the database number."""
        name, _, database = self.path.strip("/").partition("/")
        if not name or not re.fullmatch(r"\d*", database):
            raise _wrong("A Sentinel address ends in the primary's name, such as /mymaster or /mymaster/0.")
        return unquote(name), int(database or 0)

    def url(self, *, scheme: str | None = None, query: tuple[tuple[str, str], ...] | None = None) -> str:
        """Write the address again, with another scheme or query."""
        options = urlencode(self.query if query is None else query)
        userinfo = f"{self.userinfo}@" if self.userinfo else ""
        return f"{scheme or self.scheme}://{userinfo}{self.hosts}{self.path}{'?' if options else ''}{options}"


def parse(url: str) -> Address:
    """
    Take a Redis address apart.

    By hand, since urllib refuses several hosts in one address.

    Raises:
        StoreError: It is none that we know.
    """
    scheme, mark, rest = url.strip().partition("://")
    scheme = _ALIASES.get(scheme.lower(), scheme.lower())
    if not mark or scheme not in _SCHEMES:
        raise _wrong(f"It starts with one of {', '.join(f'{known}://' for known in _SCHEMES)}.")
    location, _, query = rest.partition("?")
    authority, slash, path = location.partition("/")
    userinfo, _, hosts = authority.rpartition("@")
    return Address(scheme, userinfo, hosts, slash + path, tuple(parse_qsl(query, keep_blank_values=True)))


def docket_url(url: str, *, max_connections: int) -> str:
    """
    Give the address in the form docket takes, with room for *max_connections*.

    docket makes its own pools from the address alone, and redis-py 8 stops at 100 connections if not told otherwise:
    https://github.com/redis/redis-py/pull/4082. A number that is in the address already stays.
    """
    address = parse(url)
    if any(name == "max_connections" for name, _ in address.query):
        return address.url()
    return address.url(query=(*address.query, ("max_connections", str(max_connections))))


def redacted(url: str) -> str:
    """Give the address without user, password and the values of its options, for people to read."""
    scheme, mark, rest = url.partition("://")
    if not mark:
        return "***"
    # The last @ counts: a password with an unescaped / or ? in it must not show either.
    _hidden, at, location = rest.rpartition("@")
    return f"{scheme}://{'***@' if at else ''}{location.partition('?')[0]}"


def _host_and_port(member: str) -> tuple[str, int]:
    found = _MEMBER.match(member)
    if found is None:
        raise _wrong("A Sentinel address lists its hosts as host:port,host:port.")
    return found["ipv6"] or found["name"], int(found["port"] or _SENTINEL_PORT)


def _wrong(hint: str) -> StoreError:
    return StoreError(f"REDIS_URL is not an address of Redis. {hint}", reason="address")
