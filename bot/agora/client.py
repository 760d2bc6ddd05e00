"""The calls of Agora's Media Broadcast API over HTTP."""

from __future__ import annotations

from datetime import datetime

from bot.agora import calls
from bot.agora.models import (
    BannedStream,
    BannedStreamsAnswer,
    EntryPointsAnswer,
    OnlineStream,
    OnlineStreamAnswer,
    OnlineStreamsAnswer,
    RecordingSettings,
    RecordingSettingsAnswer,
    Region,
    Transfer,
    TransferAnswer,
)
from bot.agora.reports import (
    Audience,
    PlayStatisticAnswer,
    PublishHistoryAnswer,
    PublishQualityAnswer,
    Push,
    Quality,
)
from bot.agora.sending import Sender


class AgoraClient(Sender):
    """Calls Agora, one method per documented call; how it is made and what each raises: see `Sender`."""

    async def entry_points(self) -> tuple[str, ...]:
        """
        List the entry points of the project.

        https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/entry-points
        """
        return (await self._read(calls.entry_points(), EntryPointsAnswer)).value()

    async def enable_recording(self, entry: str, region: Region, stream: str) -> None:
        """
        Record *stream* into own storage, at once if it is live, else from its next push on.

        Agora drops the request if no push starts within 24 hours. Needs the region's recording settings, and automatic
        recording of the entry point turned off.

        https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/custom-recording/live-stream
        """
        await self._send(calls.enable_recording(entry, region, stream))

    async def disable_recording(self, entry: str, region: Region, stream: str) -> None:
        """
        Stop recording *stream*; what was recorded so far stays in the storage.

        https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/custom-recording/live-stream
        """
        await self._send(calls.disable_recording(entry, region, stream))

    async def set_automatic_recording(self, entry: str, *, enabled: bool) -> None:
        """
        Record all streams of *entry*, or only those asked for one by one. There is no call that reads it back.

        https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/custom-recording/entry-point
        """
        await self._send(calls.set_automatic_recording(entry, enabled=enabled))

    async def recording_settings(self, entry: str, region: Region) -> RecordingSettings:
        """
        Read how streams of *entry* that are pushed in *region* are recorded; keys come masked.

        https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/custom-recording/configuration
        """
        return (await self._read(calls.recording_settings(entry, region), RecordingSettingsAnswer)).value()

    async def transfer(self, entry: str) -> Transfer:
        """
        Read whether streams of *entry* are forwarded, and where Agora asks for the addresses.

        https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/stream-transfer
        """
        return (await self._read(calls.transfer(entry), TransferAnswer)).value()

    async def set_transfer(self, entry: str, *, enabled: bool, callback_url: str | None) -> None:
        """
        Set whether all streams of *entry* are forwarded.

        What Agora does with an address that is left out is not documented: give it wherever it is known.

        https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/stream-transfer
        """
        await self._send(calls.set_transfer(entry, enabled=enabled, callback_url=callback_url))

    async def online_streams(self, entry: str) -> tuple[OnlineStream, ...]:
        """
        List the streams of *entry* that are being pushed at this moment.

        https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/stream-reports
        """
        return (await self._read(calls.online_streams(entry), OnlineStreamsAnswer)).value()

    async def online_stream(self, entry: str, stream: str) -> OnlineStream:
        """
        Read since when *stream* is being pushed.

        Raises:
            NotFound: It is not live, or there is no such entry point; the documentation does not tell them apart,
                `narrow` does.

        https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/stream-reports
        """
        answer = await self._read(calls.online_stream(entry, stream), OnlineStreamAnswer)
        return OnlineStream(stream, answer.start_time)

    async def publish_history(self, entry: str, stream: str, *, start: datetime, end: datetime) -> tuple[Push, ...]:
        """
        List the pushes of *stream* that have ended, as far as Agora knows them by now: it is about 2 hours late.

        Args:
            entry: The entry point.
            stream: Which one.
            start: At most 60 days ago.
            end: Not in the future, at most 30 days after *start*.

        https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/stream-reports
        """
        call = calls.publish_history(entry, stream, start=start, end=end)
        return (await self._read(call, PublishHistoryAnswer)).value()

    async def publish_quality(self, entry: str, stream: str, *, start: datetime, end: datetime) -> tuple[Quality, ...]:
        """
        Read how *stream* came in, minute by minute; about 3 minutes late.

        Args:
            entry: The entry point.
            stream: Which one.
            start: At most 6 days ago.
            end: Not in the future, at most 6 hours after *start*.

        https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/stream-reports
        """
        call = calls.publish_quality(entry, stream, start=start, end=end)
        return (await self._read(call, PublishQualityAnswer)).value()

    async def play_statistic(self, entry: str, stream: str, *, start: datetime, end: datetime) -> tuple[Audience, ...]:
        """
        Count the players of *stream*, minute by minute; about 3 minutes late.

        Args:
            entry: The entry point.
            stream: Which one.
            start: At most 30 days ago.
            end: Not in the future, at most 2 hours after *start*.

        https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/stream-reports
        """
        call = calls.play_statistic(entry, stream, start=start, end=end)
        return (await self._read(call, PlayStatisticAnswer)).value()

    async def banned_streams(self, entry: str) -> tuple[BannedStream, ...]:
        """
        List the streams of *entry* that can't be pushed now.

        https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/stream-management
        """
        return (await self._read(calls.banned_streams(entry), BannedStreamsAnswer)).value()

    async def ban(self, entry: str, stream: str, *, until: datetime) -> None:
        """
        End *stream* if it is live, and let nobody push it before *until*.

        https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/stream-management
        """
        await self._send(calls.ban(entry, stream, until=until))

    async def unban(self, entry: str, stream: str) -> None:
        """
        Let *stream* be pushed again.

        https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/stream-management
        """
        await self._send(calls.unban(entry, stream))
