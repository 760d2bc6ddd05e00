"""What the stand-in for Agora remembers: entry points, streams, settings and recordings."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

# https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/ (domains: mainland China, rest of Asia, Europe,
# North America)
REGIONS: Final = ("cn", "ap", "eu", "na")
# A task waits this long for its stream:
# https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/custom-recording/live-stream
TASK_LIFE: Final = timedelta(hours=24)


@dataclass(frozen=True)
class Storage:
    """Where recordings go; `vendor` and `region` are Agora's numbers."""

    vendor: int
    region: int
    bucket: str
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)


@dataclass(frozen=True)
class RecordingSettings:
    """How one region of an entry point records; None: never said."""

    storage: Storage
    mp4: bool | None = None
    hls: bool | None = None


@dataclass(frozen=True)
class Transfer:
    """Whether streams are forwarded, and who is asked where to."""

    enabled: bool = False
    callback_url: str | None = field(default=None, repr=False)  # its path may hold a token


class TaskState(StrEnum):
    """Where a recording task stands."""

    WAITING = "waiting"
    RECORDING = "recording"
    ENDED = "ended"
    LAPSED = "lapsed"


@dataclass(frozen=True)
class RecordingTask:
    """One stream that shall be recorded in one region, for one push."""

    asked_at: datetime
    state: TaskState

    @property
    def open(self) -> bool:
        """Whether it still waits or records."""
        return self.state in {TaskState.WAITING, TaskState.RECORDING}


@dataclass(frozen=True)
class Push:
    """A push that has ended."""

    stream: str
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Signal:
    """How streams come in, and how many watch each; bits and frames a second."""

    bitrate: int = 2_500_000
    frame_rate: int = 30
    cdn_ip: str = "192.0.2.10"
    client_ip: str = "198.51.100.7"
    players: int = 3


@dataclass
class EntryPoint:
    """One entry point, plain to set up and to look at."""

    regions: dict[str, RecordingSettings | None] = field(default_factory=lambda: dict.fromkeys(REGIONS))
    auto: bool = False
    transfer: Transfer = Transfer()
    streams: dict[str, datetime] = field(default_factory=dict)  # name → live since
    tasks: dict[tuple[str, str], RecordingTask] = field(default_factory=dict)  # (region, stream)
    bans: dict[str, datetime] = field(default_factory=dict)  # name → pushes are taken again
    pushes: list[Push] = field(default_factory=list)
    signal: Signal = Signal()

    def settle(self, now: datetime) -> None:
        """Let the tasks lapse whose stream did not come in time."""
        for key, task in self.tasks.items():
            if task.state is TaskState.WAITING and now - task.asked_at > TASK_LIFE:
                self.tasks[key] = replace(task, state=TaskState.LAPSED)

    def record(self, region: str, stream: str, now: datetime) -> None:
        """Ask for a recording; asking again changes nothing, as a renewed 24 hours are not documented."""
        self.settle(now)
        task = self.tasks.get((region, stream))
        if task is None or not task.open:
            state = TaskState.RECORDING if stream in self.streams else TaskState.WAITING
            self.tasks[region, stream] = RecordingTask(now, state)

    def banned(self, now: datetime) -> dict[str, datetime]:
        """The streams that can't be pushed now, and until when."""
        return {name: until for name, until in self.bans.items() if until > now}

    def ban(self, stream: str, until: datetime, now: datetime) -> None:
        """Take no push before *until*. That a running push is cut is implied by the documentation, not stated."""
        self.bans[stream] = until
        self.stop_push(stream, now)

    def push(self, stream: str, now: datetime) -> None:
        """
        A stream goes live: what waited for it records.

        Raises:
            ValueError: It is banned.
        """
        if stream in self.banned(now):
            raise ValueError(f"{stream!r} is banned until {self.bans[stream]}: Agora takes no push of it.")
        self.settle(now)
        self.streams.setdefault(stream, now)
        self._move(stream, TaskState.WAITING, TaskState.RECORDING)

    def stop_push(self, stream: str, now: datetime) -> None:
        """A stream ends, and its recordings with it; one that is not live is left as it is."""
        if (since := self.streams.pop(stream, None)) is not None:
            self.pushes.append(Push(stream, since, now))
            self._move(stream, TaskState.RECORDING, TaskState.ENDED)

    def _move(self, stream: str, before: TaskState, after: TaskState) -> None:
        for key, task in self.tasks.items():
            if key[1] == stream and task.state is before:
                self.tasks[key] = replace(task, state=after)


class Memory:
    """All entry points of one project."""

    def __init__(self, *, app_id: str, clock: Callable[[], datetime]) -> None:
        self.app_id = app_id
        self.clock = clock
        now = clock()
        self.entry_points = {
            "live": EntryPoint(
                regions=_settings_in("eu", "na"),
                streams={"main-stage": now - timedelta(minutes=20)},
                pushes=[Push("main-stage", now - timedelta(hours=27), now - timedelta(hours=24))],
            ),
            "sports": EntryPoint(regions=_settings_in("eu")),
        }


def _settings_in(*regions: str) -> dict[str, RecordingSettings | None]:
    return {region: _settings() if region in regions else None for region in REGIONS}


def _settings() -> RecordingSettings:
    storage = Storage(
        vendor=1,
        region=7,
        bucket="example-recordings",
        access_key="storage-access-key-for-tests",
        secret_key="storage-secret-key-for-tests",
    )
    return RecordingSettings(storage, mp4=True, hls=True)
