"""Taking secrets out of whatever is about to be written to a log."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote

MASK: Final = "•••"
SHORTEST: Final = 4  # characters; anything shorter would be found everywhere
DEEPEST: Final = 6  # levels of lists and mappings

# Fields whose value is a secret whatever it looks like.
FIELD: Final = re.compile(
    r"(?:^|[_-])(?:authorization|cookie|password|secret|token|response_?url|(?:access|secret|stream)_?key)$",
    re.IGNORECASE,
)

# What gives a secret away when its value is not known beforehand; `\1` stays.
GIVEAWAYS: Final = (
    # Slack's tokens: https://docs.slack.dev/authentication/tokens
    re.compile(r"()\b(?:xoxe\.)?(?:xox[a-z]|xapp)-[\w.-]+", re.IGNORECASE),
    # Whoever has a response URL can post with it: https://docs.slack.dev/interactivity/handling-user-interaction
    re.compile(r"(https?://hooks\.slack(?:-gov)?\.com/)[^\s\"'<>]+", re.IGNORECASE),
    re.compile(r"(response_url[\"']?\s*[:=]\s*[\"']?)[^\s\"',}]+", re.IGNORECASE),
    # To the end of the line: the value of an `hmac` header holds quotes, commas and blanks.
    re.compile(r"(authorization[\"']?\s*[:=,]).+", re.IGNORECASE),
    re.compile(r"(\b(?:basic|bearer)\s+)(?=[^\s]*[\d=])[\w+/=.~-]{8,}", re.IGNORECASE),
    # A stream key is the path behind the app, or behind the host where there is no app, with its query.
    re.compile(r"(rtmps?://(?:[^\s/\"'<>?@]+@)?[^\s/\"'<>?@]+/(?:[^\s/\"'<>?]+/)?)[^\s\"'<>]+", re.IGNORECASE),
    re.compile(r"(srt://[^\s\"'<>?]+\?)[^\s\"'<>]+", re.IGNORECASE),
    re.compile(
        r"([?&](?:ticket|token|access_token|signature|password|sentinel_password)=)[^\s\"'<>&#]+", re.IGNORECASE
    ),
    re.compile(r"(/agora/transfer/)[^\s\"'<>/?#]+"),
    # A user name and password in an address, Redis' most of all.
    re.compile(r"(\b[a-z][a-z0-9+.-]{1,20}://)[^\s/\"'<>@]+(?=@)", re.IGNORECASE),
)


class Redactor:
    """
    Takes secrets out of text and values.

    Args:
        secrets: Known secrets in clear; those of fewer than four characters are left to the patterns.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = {form for secret in secrets for form in (secret, quote(secret, safe="")) if len(secret) >= SHORTEST}
        # The longest first, so that a secret that holds another one is taken out whole.
        self._known = re.compile("|".join(map(re.escape, sorted(known, key=len, reverse=True))) or "(?!)")

    def text(self, text: str) -> str:
        """Put a mask in place of every secret in *text*."""
        text = self._known.sub(MASK, text)
        for giveaway in GIVEAWAYS:
            text = giveaway.sub(rf"\1{MASK}", text)
        return text

    def value(self, value: object, *, field: str = "", depth: int = 0) -> Any:
        """
        Copy *value* without its secrets; what is neither text, number, list nor mapping becomes text.

        Args:
            value: Anything that is about to be logged.
            field: The name it goes by.
            depth: How deep in other values it lies.
        """
        if value is None or isinstance(value, bool | int | float):
            return value
        if FIELD.search(field):
            return MASK
        if isinstance(value, Mapping) and depth < DEEPEST:
            return {
                self.text(str(key)): self.value(inner, field=str(key), depth=depth + 1) for key, inner in value.items()
            }
        if isinstance(value, list | tuple | set | frozenset) and depth < DEEPEST:
            return [self.value(inner, depth=depth + 1) for inner in value]
        return self.text(repr(value) if isinstance(value, BaseException | bytes) else str(value))
