"""What Agora answers, as values; read tolerantly, without secrets in clear."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from bot.agora.plain import HIDDEN
from bot.agora.storage import region_name, vendor_name

Region = Literal["cn", "ap", "eu", "na"]
# https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/domain-names
REGIONS: Final[tuple[tuple[Region, str], ...]] = (
    ("cn", "mainland China"),
    ("ap", "Asia outside mainland China"),
    ("eu", "Europe"),
    ("na", "North America"),
)
SHOWN_OF_KEY: Final = 4


@dataclass(frozen=True)
class Transfer:
    """
    Whether the streams of an entry point are forwarded.

    Attributes:
        enabled: Forwarding is on.
        callback_url: Where Agora asks for the addresses to forward to. May hold a secret, so it is not in the repr.
    """

    enabled: bool
    callback_url: str | None = field(repr=False)


@dataclass(frozen=True)
class OnlineStream:
    """
    A stream that was being pushed at the moment of asking.

    Attributes:
        name: As the pushing side gave it.
        started_at: UTC; none if Agora told no readable time.
    """

    name: str
    started_at: datetime | None


@dataclass(frozen=True)
class BannedStream:
    """
    A stream that can't be pushed for a while.

    Attributes:
        name: As it was banned.
        until: UTC; none if Agora told no readable time.
    """

    name: str
    until: datetime | None


@dataclass(frozen=True)
class Storage:
    """
    Where recordings go. Keys are masked: the clear ones never leave this module.

    Attributes:
        vendor: "Amazon S3", "unknown vendor" for a number that is not documented.
        place: The vendor's name for its region, none where it has none.
        access_key: The last four characters behind dots, or dots alone.
        secret_key: Dots if there is one.
    """

    vendor: str
    place: str | None
    bucket: str | None
    access_key: str | None
    secret_key: str | None


@dataclass(frozen=True)
class RecordingSettings:
    """How streams of one entry point and region are recorded; *storage* is none as long as nobody set it."""

    mp4: bool
    hls: bool
    storage: Storage | None


def _time(value: Any) -> datetime | None:
    """Read RFC 3339; None for everything else, a time without an offset too: it could mean any hour."""
    try:
        told = datetime.fromisoformat(value)
        return told.astimezone(UTC) if told.tzinfo else None
    except (TypeError, ValueError, OverflowError):
        return None


Time = Annotated[datetime | None, BeforeValidator(_time)]
_Item = TypeVar("_Item")
# A list without elements may come as null, as is usual for services written in Go.
Items = Annotated[tuple[_Item, ...], BeforeValidator(lambda value: () if value is None else value)]


class Answer(BaseModel):
    """What all answers share: unknown fields are ignored, and values (keys!) stay out of error texts."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True, hide_input_in_errors=True)


class _EntryPoint(Answer):
    name: str


class EntryPointsAnswer(Answer):
    """Answer of `GET …/entry_points`."""

    entry_point_list: Items[_EntryPoint] = ()

    def value(self) -> tuple[str, ...]:
        """Give the names."""
        return tuple(entry.name for entry in self.entry_point_list)


class OnlineStreamAnswer(Answer):
    """Answer of `GET …/reports/online_streams/{stream}`, and one element of the list."""

    name: str = ""
    start_time: Time = None


class _Listed(OnlineStreamAnswer):
    name: str = Field()


class OnlineStreamsAnswer(Answer):
    """Answer of `GET …/reports/online_streams`."""

    stream_list: Items[_Listed] = ()

    def value(self) -> tuple[OnlineStream, ...]:
        """Give the streams in Agora's order."""
        return tuple(OnlineStream(stream.name, stream.start_time) for stream in self.stream_list)


class _Banned(Answer):
    name: str
    resume_time: Time = None


class BannedStreamsAnswer(Answer):
    """Answer of `GET …/admin/banned_streams`."""

    banned_stream_list: Items[_Banned] = ()

    def value(self) -> tuple[BannedStream, ...]:
        """Give the streams in Agora's order."""
        return tuple(BannedStream(stream.name, stream.resume_time) for stream in self.banned_stream_list)


class TransferAnswer(Answer):
    """Answer of `GET …/settings/transfer`."""

    enabled: bool | None = None
    callback_url: str | None = None

    def value(self) -> Transfer:
        """Give the settings; off is the documented default."""
        return Transfer(enabled=bool(self.enabled), callback_url=self.callback_url or None)


class _Format(Answer):
    enabled: bool | None = None


class _Storage(Answer):
    vendor: int | None = None
    region: int | None = None
    bucket: str | None = None
    access_key: str | None = Field(default=None, repr=False)
    secret_key: str | None = Field(default=None, repr=False)

    def value(self) -> Storage | None:
        if self.vendor is None and not self.bucket:
            return None
        return Storage(
            vendor=vendor_name(self.vendor),
            place=region_name(self.vendor, self.region),
            bucket=self.bucket or None,
            access_key=_masked(self.access_key),
            secret_key=HIDDEN if self.secret_key else None,
        )


class RecordingSettingsAnswer(Answer):
    """Answer of `GET …/settings/record/custom/regions/{region}`."""

    mp4_config: _Format | None = Field(default=None, alias="mp4Config")
    hls_config: _Format | None = None
    storage_config: _Storage | None = None

    def value(self) -> RecordingSettings:
        """Give the settings, keys masked."""
        return RecordingSettings(
            mp4=bool(self.mp4_config and self.mp4_config.enabled),
            hls=bool(self.hls_config and self.hls_config.enabled),
            storage=self.storage_config.value() if self.storage_config else None,
        )


def _masked(key: str | None) -> str | None:
    if not key:
        return None
    return HIDDEN + (key[-SHOWN_OF_KEY:] if len(key) >= SHOWN_OF_KEY * 4 else "")
