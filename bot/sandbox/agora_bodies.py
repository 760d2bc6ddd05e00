"""Request bodies of Agora's API, checked field by field as they are documented."""

from collections.abc import Collection, Mapping
from typing import Any, Final, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic.alias_generators import to_camel

from bot.sandbox.agora_answers import RefusedError

# Region numbers of each storage vendor; None: the number has no effect. 17 and 23 of vendor 1 are gone.
# https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/custom-recording/live-stream
_STORAGE_REGIONS: Final[Mapping[int, Collection[int] | None]] = {
    0: range(5),
    1: frozenset(range(26)) - {17, 23},
    2: range(23),
    3: range(20),
    4: range(10),
    5: None,
    6: None,
    7: range(16),
    8: range(8),
}


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, alias_generator=to_camel)

    @model_validator(mode="before")
    @classmethod
    def _holds_no_null(cls, values: Any) -> Any:
        if isinstance(values, dict) and None in values.values():
            raise ValueError("null is not a documented value")
        return values


class EnabledBody(_Body):
    """`{"enabled": …}`, required."""

    enabled: bool


class TransferBody(_Body):
    """Both fields are optional; `enabled` has the documented default false."""

    enabled: bool = False
    callback_url: str | None = None

    @field_validator("callback_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("not an http or https address")
        return value


class BanBody(_Body):
    """When pushes are taken again; 7 days on when it is left out."""

    resume_time: AwareDatetime | None = Field(default=None, strict=False)


class FormatBody(_Body):
    """Whether files of one format are made."""

    enabled: bool | None = None


class StorageBody(_Body):
    """All five are asked for: which are required is not documented, the samples give all."""

    vendor: int
    region: int
    bucket: str
    access_key: str
    secret_key: str

    @model_validator(mode="after")
    def _numbers_are_known(self) -> Self:
        if self.vendor not in _STORAGE_REGIONS:
            raise ValueError("unknown vendor")
        regions = _STORAGE_REGIONS[self.vendor]
        if regions is not None and self.region not in regions:
            raise ValueError("unknown region of this vendor")
        return self


class RecordingBody(_Body):
    """Recording settings of one region; `storageConfig` is required the first time."""

    mp4_config: FormatBody | None = None
    hls_config: FormatBody | None = None
    storage_config: StorageBody | None = None


BodyT = TypeVar("BodyT", bound=_Body)


def read_body(model: type[BodyT], content_type: str, body: bytes) -> BodyT:
    """
    Read *body* as *model*.

    Raises:
        RefusedError: 415 for another content type than JSON, 400 for anything that is not documented.
    """
    if content_type != "application/json":
        raise RefusedError(415, "Content-Type must be application/json")
    try:
        return model.model_validate_json(body)
    except ValidationError as exc:
        raise RefusedError(400, f"invalid body: {_first_problem(exc)}") from None  # its text would repeat the input


def _first_problem(exc: ValidationError) -> str:
    problem = exc.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in problem["loc"])
    return f"{place}: {problem['msg']}" if place else problem["msg"]
