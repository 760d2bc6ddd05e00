"""Settings from the environment or a `.env` file, checked before anything starts."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import parse_qsl, unquote

from pydantic import Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.setting_kinds import (
    AppToken,
    BaseUrl,
    BotToken,
    Host,
    Identifier,
    Keys,
    Lower,
    RedisUrl,
    Secret,
    SigningSecret,
    Url,
    UserIds,
    clear,
)


class BadSettings(Exception):
    """
    The process can't start.

    Attributes:
        problems: One line each: names the setting, says what to do, shows no value.
    """

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Settings(BaseSettings):
    """
    All settings; their names in the environment are the same in capitals.

    What the process does not need is empty, see `load`. A field's description says what a value must be.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, validate_default=False)

    slack_bot_token: BotToken = SecretStr("")
    slack_signing_secret: SigningSecret = SecretStr("")
    slack_app_token: AppToken | None = None
    slack_api_url: BaseUrl = "https://slack.com/api/"
    agora_app_id: Identifier = ""
    agora_customer_id: Identifier = ""
    agora_customer_secret: Secret = SecretStr("")
    agora_api_url: Url = "https://api.agora.io"
    agora_auth: Annotated[Literal["hmac", "basic"], Lower] = Field("hmac", description="hmac or basic")
    agora_timeout_s: float = Field(10, gt=0, le=300, description="a number of seconds, above 0 and at most 300")
    agora_attempts: int = Field(4, ge=1, le=20, description="a whole number from 1 to 20")
    agora_calls_per_s: float = Field(25, gt=0, le=1000, description="a number of calls, above 0; Agora allows 50")
    agora_notify_secret: SecretStr | None = None
    redis_url: RedisUrl | None = None
    data_dir: Path = Path(".agora-bot")
    host: Host = "0.0.0.0"  # noqa: S104 - made to be reached by Slack
    port: int = Field(3000, ge=0, le=65_535, description="a whole number from 0 to 65535; 0 takes any free port")
    secret_key: Keys = ()
    public_url: Url | None = None
    bot_admins: UserIds = frozenset()
    confirm: Annotated[Literal["disruptive", "changes"], Lower] = Field(
        "disruptive", description="disruptive, or changes to be asked before everything that changes something"
    )
    confirm_ttl_s: int = Field(300, ge=1, le=86_400, description="a whole number of seconds from 1 to 86400")
    audit_records: int = Field(
        100_000, ge=100, le=10_000_000, description="a number of records from 100 to 10000000, without a comma"
    )
    log_level: Annotated[Literal["debug", "info", "warning", "error"], Lower] = Field(
        "info", description="debug, info, warning or error"
    )
    log_format: Annotated[Literal["text", "json"], Lower] = Field("text", description="text or json")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read nothing by itself: `load` decides which names count."""
        return (init_settings,)

    @property
    def agora_timeout(self) -> timedelta:
        """The limit of one try of one call."""
        return timedelta(seconds=self.agora_timeout_s)

    @property
    def confirm_ttl(self) -> timedelta:
        """How long a confirmation stays open."""
        return timedelta(seconds=self.confirm_ttl_s)

    def secrets(self) -> tuple[str, ...]:
        """List all secrets in clear, in each form that may turn up in a log line, for the log to leave out."""
        return tuple(dict.fromkeys(secret for secret in self._secrets() if secret))

    def _secrets(self) -> Iterator[str]:
        for value in (*self.secret_key, *(getattr(self, name) for name in type(self).model_fields)):
            if isinstance(value, SecretStr):
                yield value.get_secret_value()
        yield from _passwords(clear(self.redis_url or ""))
        if secret := clear(self.agora_customer_secret):
            yield base64.b64encode(f"{self.agora_customer_id}:{secret}".encode()).decode()


class Needs(Enum):
    """What a process needs; the names are those of the fields that it reads."""

    STORE = frozenset({"redis_url", "data_dir", "bot_admins", "audit_records", "log_level", "log_format"})
    WORKER = frozenset(Settings.model_fields) - {"slack_signing_secret", "slack_app_token"}
    SERVE = frozenset(Settings.model_fields)


# Names that have no default, and where the value is found.
REQUIRED: Final = {
    "slack_bot_token": "Copy the Bot User OAuth Token (xoxb-) from the Slack app's page, OAuth & Permissions.",
    "slack_signing_secret": "Copy the Signing Secret from the Slack app's page, Basic Information.",
    "agora_app_id": "Copy the App ID of the project from Agora's console.",
    "agora_customer_id": "Make a customer id and secret in Agora's console, Developer Toolkit, RESTful API.",
    "agora_customer_secret": "It is in the file that Agora's console offers with the customer id, RESTful API.",
}


def load(needs: Needs, *, environ: Mapping[str, str] | None = None, env_file: Path | None = Path(".env")) -> Settings:
    """
    Read the settings that a process needs; what is unset or empty in the environment may stand in *env_file*.

    Args:
        needs: Other settings stay at their defaults and are not checked.
        environ: Instead of the process's own environment.
        env_file: May be missing.

    Raises:
        BadSettings: A setting is missing or wrong.
    """
    settings, problems = survey(needs, environ=environ, env_file=env_file)
    if problems:
        raise BadSettings(tuple(problems.values()))
    return settings


def survey(
    needs: Needs, *, environ: Mapping[str, str] | None = None, env_file: Path | None = Path(".env")
) -> tuple[Settings, dict[str, str]]:
    """
    Read what can be read, as `load` does.

    Returns:
        The settings, and what is wrong by the name of the field; a field that is missing or wrong is at its default.

    Raises:
        BadSettings: *env_file* can't be read.
    """
    values = {name: value for name, value in _values(environ, env_file).items() if name in needs.value}
    problems = {name: f"{name.upper()} is missing. {where}" for name, where in _missing(needs, values)}
    try:
        return Settings.model_validate(values), problems
    except ValidationError as exc:
        wrong = {str(error["loc"][0]): _problem(error) for error in exc.errors(include_url=False, include_input=False)}
    left = {name: value for name, value in values.items() if name not in wrong}
    return Settings.model_validate(left), problems | wrong


def _values(environ: Mapping[str, str] | None, env_file: Path | None) -> dict[str, str]:
    environment = EnvSettingsSource(Settings)
    if environ is not None:
        environment.env_vars = {name.lower(): value for name, value in environ.items()}
    try:
        file = DotEnvSettingsSource(Settings, env_file=env_file)
    except (OSError, UnicodeDecodeError):
        raise BadSettings((f"{env_file} can't be read. Make it a UTF-8 text file that this user may read.",)) from None
    found = [*file().items(), *environment().items()]
    return {name: value.strip() for name, value in found if value and value.strip()}


def _missing(needs: Needs, values: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name, where) for name, where in REQUIRED.items() if name in needs.value and name not in values]


def _problem(error: ErrorDetails) -> str:
    name = str(error["loc"][0])
    own = error.get("ctx", {}).get("error")
    if isinstance(own, ValueError):
        return f"{name.upper()} {own}"
    return f"{name.upper()} must be {Settings.model_fields[name].description}."


def _passwords(url: str) -> Iterator[str]:
    """Find the passwords in a Redis address; by hand, since urllib refuses several hosts in one address."""
    authority, _, query = url.partition("://")[2].partition("?")
    password = authority.rpartition("@")[0].partition(":")[2]
    yield from (password, unquote(password))
    yield from (value for key, value in parse_qsl(query) if key.endswith("password"))
