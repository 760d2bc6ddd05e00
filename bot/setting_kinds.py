"""What the value of a setting can be; each check says what to do, and never shows the value."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

REDIS_SCHEMES: Final = (
    "redis",
    "rediss",
    "unix",
    "redis+unix",
    "redis+socket",
    "redis+sentinel",
    "rediss+sentinel",
    "redis+cluster",
    "rediss+cluster",
)
USER_ID: Final = re.compile(r"[UW][A-Z0-9_]{2,}")
WORD: Final = re.compile(r"[!-~]+")  # printable ASCII without blanks: may stand in an HTTP header
SIGNING_SECRET_MIN: Final = 8  # characters; Slack's have 32
SECRET_KEY_MIN: Final = 32  # characters


def _word(value: SecretStr | str) -> Any:
    if not WORD.fullmatch(clear(value)):
        raise ValueError(
            "holds blanks or characters that can't be sent. Copy it once more, without anything around it."
        )
    return value


def _identifier(value: str) -> str:
    if re.search(r'[/:"?#]', value):
        raise ValueError("is no identifier: it holds a slash, a colon or a quote. Copy it from Agora's console.")
    return value


def _bot_token(value: SecretStr) -> SecretStr:
    if clear(value).startswith("xapp-"):
        raise ValueError("must start with xoxb-. This looks like the app token (xapp-); put it in SLACK_APP_TOKEN.")
    if clear(value).startswith("xoxe"):
        raise ValueError("must start with xoxb-. This one is rotated (xoxe); use an app without token rotation.")
    if not clear(value).startswith("xoxb-"):
        raise ValueError("must start with xoxb-. Copy the Bot User OAuth Token from OAuth & Permissions.")
    return value


def _app_token(value: SecretStr) -> SecretStr:
    if clear(value).startswith("xoxb-"):
        raise ValueError("must start with xapp-. This looks like the bot token (xoxb-); put it in SLACK_BOT_TOKEN.")
    if not clear(value).startswith("xapp-"):
        raise ValueError("must start with xapp-. Make an app-level token with connections:write, or leave it out.")
    return value


def _signing_secret(value: SecretStr) -> SecretStr:
    if re.match(r"xox|xapp-", clear(value)):
        raise ValueError("is a token. Copy the Signing Secret from Basic Information, App Credentials.")
    if len(clear(value)) < SIGNING_SECRET_MIN:
        raise ValueError("is too short. Copy the Signing Secret from Basic Information, App Credentials.")
    return value


def _url(value: str) -> str:
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in {"http", "https"} or re.search(r"\s", value):
        raise ValueError("is no address. Write it like https://host.example.com.")
    if parts.scheme == "http" and not _loopback(host):
        raise ValueError("must start with https://, since credentials go there; http:// is for this machine alone.")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("must be a plain address, without a user name, `?` or `#`.")
    return value.rstrip("/")


def _redis_url(value: SecretStr) -> SecretStr:
    scheme, mark, rest = clear(value).partition("://")
    if not mark or not rest or scheme.lower() not in REDIS_SCHEMES:
        starts = ", ".join(f"{known}://" for known in REDIS_SCHEMES)
        raise ValueError(f"is no address of a Redis. It starts with one of {starts}; unset it for the embedded store.")
    return value


def _host(value: str) -> str:
    if re.search(r"[\s/]", value):
        raise ValueError("must be a host name or an IP address alone, such as 0.0.0.0. The port goes into PORT.")
    return value


def _user_ids(value: str) -> frozenset[str]:
    ids = frozenset(_parts(value))
    if not all(USER_ID.fullmatch(one) for one in ids):
        raise ValueError("must be Slack user ids, separated by commas, such as U012AB3CD (profile, Copy member ID).")
    return ids


def _keys(value: str) -> tuple[SecretStr, ...]:
    keys = _parts(value)
    if not keys or any(len(key) < SECRET_KEY_MIN for key in keys):
        raise ValueError(f"is too short: each key, separated by commas, has at least {SECRET_KEY_MIN} characters.")
    return tuple(map(SecretStr, keys))


def _parts(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def clear(value: SecretStr | str) -> str:
    """Give a value in clear, secret or not."""
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


Word = Annotated[str, AfterValidator(_word)]
Secret = Annotated[SecretStr, AfterValidator(_word)]
BotToken = Annotated[Secret, AfterValidator(_bot_token)]
AppToken = Annotated[Secret, AfterValidator(_app_token)]
SigningSecret = Annotated[Secret, AfterValidator(_signing_secret)]
Identifier = Annotated[Word, AfterValidator(_identifier)]
Url = Annotated[str, AfterValidator(_url)]
BaseUrl = Annotated[Url, AfterValidator(lambda url: f"{url}/")]
RedisUrl = Annotated[Secret, AfterValidator(_redis_url)]
Host = Annotated[str, AfterValidator(_host)]
Keys = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_keys)]
UserIds = Annotated[frozenset[str], NoDecode, BeforeValidator(_user_ids)]
Lower = BeforeValidator(str.lower)
