"""What Agora's reports tell of a stream, as values; and how far they reach.

https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/stream-reports
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import AliasChoices, BeforeValidator, Field

from bot.agora.models import Answer, Items, Time

HISTORY_LATE: Final = timedelta(hours=2)  # about; only finished pushes are in it
HISTORY_REACHES: Final = timedelta(days=60)
HISTORY_SPAN: Final = timedelta(days=30)  # of one query
MEASURED_LATE: Final = timedelta(minutes=3)  # about; quality and viewers, a value for each minute


@dataclass(frozen=True)
class Push:
    """
    A push that has ended.

    Attributes:
        started_at: UTC; none if Agora told no readable time, as for the other two.
    """

    started_at: datetime | None
    ended_at: datetime | None
    lasted: timedelta | None


@dataclass(frozen=True)
class Quality:
    """
    How a stream came in during one minute.

    Attributes:
        bits_per_s: None if it was not told, as for the others.
        server: The address of Agora's server that it was pushed to.
        pusher: The address that it was pushed from.
    """

    at: datetime | None
    bits_per_s: int | None
    frames_per_s: int | None
    server: str | None
    pusher: str | None


@dataclass(frozen=True)
class Audience:
    """How many players were connected during one minute."""

    at: datetime | None
    players: int | None


def _number(value: Any) -> int | None:
    """Read a number, also from a string, as other parts of Agora send it; None for everything else."""
    try:
        return round(float(value))
    except (TypeError, ValueError, OverflowError):
        return None


def _span(value: Any) -> timedelta | None:
    """Read seconds; None for what is no length of time."""
    try:
        told = timedelta(seconds=float(value))
    except (TypeError, ValueError, OverflowError):
        return None
    return told if told >= timedelta() else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


Number = Annotated[int | None, BeforeValidator(_number)]
Lasting = Annotated[timedelta | None, BeforeValidator(_span)]
Text = Annotated[str | None, BeforeValidator(_text)]


class _Push(Answer):
    start_time: Time = None
    end_time: Time = None
    duration: Lasting = None

    def value(self) -> Push:
        began, ended, lasted = self.start_time, self.end_time, self.duration
        if lasted is None and began and ended and began <= ended:
            lasted = ended - began
        return Push(began, ended, lasted)


class PublishHistoryAnswer(Answer):
    """Answer of `GET …/reports/publish_history`."""

    publish_history: Items[_Push] = ()

    def value(self) -> tuple[Push, ...]:
        """Give the pushes in Agora's order."""
        return tuple(push.value() for push in self.publish_history)


class _Quality(Answer):
    time: Time = None
    bitrate: Number = None
    # The documentation's table and its sample have different names for the rate, and for the list below.
    frame_rate: Number = Field(default=None, validation_alias=AliasChoices("frameRate", "framerate"))
    cdn_ip: Text = None
    client_ip: Text = None

    def value(self) -> Quality:
        return Quality(self.time, self.bitrate, self.frame_rate, self.cdn_ip, self.client_ip)


class PublishQualityAnswer(Answer):
    """Answer of `GET …/reports/publish_quality`."""

    points: Items[_Quality] = Field(default=(), validation_alias=AliasChoices("QualityHistory", "publishHistory"))

    def value(self) -> tuple[Quality, ...]:
        """Give the minutes in Agora's order."""
        return tuple(point.value() for point in self.points)


class _Audience(Answer):
    time: Time = None
    link_num: Number = None


class PlayStatisticAnswer(Answer):
    """Answer of `GET …/reports/stream_play_statistic`."""

    play_statistic: Items[_Audience] = ()

    def value(self) -> tuple[Audience, ...]:
        """Give the minutes in Agora's order."""
        return tuple(Audience(point.time, point.link_num) for point in self.play_statistic)
