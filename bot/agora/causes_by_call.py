"""What is particular to one call: causes and advice that go before the general ones of `causes`."""

from __future__ import annotations

from typing import Final

from bot.agora import errors as e
from bot.agora.calls import CallName

Kind = type[e.AgoraError]
OPERATOR: Final = "Tell whoever runs this bot"
AT_AGORA: Final = "A passing fault at Agora's side."

_NO_ENTRY: Final = "There is no entry point {entry}."
_NO_SETTINGS: Final = "No recording settings are saved for {entry} in {region}."
_AUTO_IS_ON: Final = (
    "Automatic recording of {entry} may be on: then Agora doesn't take single streams, "
    "and it can't be asked about that."
)
_REPORT_TIMES: Final = "The clock of this bot's machine is ahead: Agora takes no time that is still to come."
_SPELLING: Final = "Check how the stream is spelled."
_CLOCK: Final = OPERATOR + ": the clock has to be checked."

# These take the place of the general causes.
SPECIAL: Final[dict[tuple[CallName, Kind], tuple[str, ...]]] = {
    ("entry_points", e.NotFound): (
        "The App ID is wrong, or belongs to another Agora account.",
        "Media Broadcast isn't enabled for this project.",
        "The address of Agora's API is set wrong.",
    ),
    ("entry_points", e.BadRequest): ("The App ID is wrong.",),
    ("enable_recording", e.NotFound): (_NO_ENTRY, _NO_SETTINGS, "Media Broadcast isn't enabled for this project."),
    ("enable_recording", e.BadRequest): (_AUTO_IS_ON, _NO_SETTINGS, "Agora doesn't take the name {stream}."),
    ("enable_recording", e.Conflict): (_AUTO_IS_ON, "Recording of {stream} is asked for already."),
    ("enable_recording", e.ServerError): (AT_AGORA, _NO_SETTINGS),
    ("disable_recording", e.NotFound): (
        "Recording of {stream} in {region} was never asked for, has ended, or lapsed after 24 hours without a push.",
        "{stream} is recorded in another region.",
        _NO_ENTRY,
    ),
    ("disable_recording", e.BadRequest): (_AUTO_IS_ON, "Agora doesn't take the name {stream}."),
    ("set_automatic_recording", e.BadRequest): (
        "No recording settings are saved for {entry} yet.",
        "Another entry point of the project is recorded in another manner; Agora wants the same for all.",
    ),
    ("set_automatic_recording", e.NotFound): (_NO_ENTRY, "No recording settings are saved for {entry} yet."),
    ("recording_settings", e.NotFound): (_NO_ENTRY, _NO_SETTINGS),
    ("recording_settings", e.BadRequest): ("The project has no domain in {region}.", "The App ID is wrong."),
    ("set_transfer", e.BadRequest): (
        "Agora doesn't take the callback address: it may have to be `https` and public.",
        "There is no callback address, and Agora may need one.",
    ),
    ("set_transfer", e.Forbidden): ("Stream transfer isn't enabled for this project.",),
    ("transfer", e.NotFound): (_NO_ENTRY, "Transfer of {entry} was never set."),
    ("online_stream", e.NotFound): ("{stream} isn't live at the moment.", _NO_ENTRY),
    ("online_stream", e.BadRequest): ("Agora doesn't take the name {stream}.", "The App ID is wrong."),
    ("publish_history", e.NotFound): ("{stream} was never pushed.", _NO_ENTRY),
    ("publish_history", e.BadRequest): (_REPORT_TIMES, "Agora doesn't take the name {stream}."),
    ("publish_quality", e.NotFound): ("{stream} was not pushed lately.", _NO_ENTRY),
    ("publish_quality", e.BadRequest): (_REPORT_TIMES, "Agora doesn't take the name {stream}."),
    ("play_statistic", e.NotFound): ("{stream} was not pushed lately.", _NO_ENTRY),
    ("play_statistic", e.BadRequest): (_REPORT_TIMES, "Agora doesn't take the name {stream}."),
    ("ban", e.BadRequest): ("Agora doesn't take the end of the ban.", "Agora doesn't take the name {stream}."),
    ("unban", e.NotFound): ("{stream} isn't banned (any longer).", _NO_ENTRY),
}

ADVICE: Final[dict[tuple[CallName, Kind], str]] = {
    ("entry_points", e.NotFound): OPERATOR
    + ": App ID and address have to be checked; {support} can say whether Media Broadcast is enabled.",
    ("entry_points", e.BadRequest): OPERATOR + ": the App ID has to be checked.",
    (
        "enable_recording",
        e.NotFound,
    ): "Check entry point and region. If both are right, save recording settings for that region first.",
    (
        "enable_recording",
        e.BadRequest,
    ): "Turn automatic recording of {entry} off if only single streams are meant, then try again.",
    (
        "enable_recording",
        e.Conflict,
    ): "Turn automatic recording of {entry} off if only single streams are meant, then try again.",
    ("disable_recording", e.NotFound): "Check stream and region. If both are right, there is nothing to turn off.",
    ("disable_recording", e.BadRequest): "Turn automatic recording of {entry} off if no stream is to be recorded.",
    ("set_automatic_recording", e.BadRequest): "Save recording settings for a region of {entry} first, then try again.",
    (
        "recording_settings",
        e.NotFound,
    ): "Check entry point and region. If both are right, save recording settings for that region.",
    ("set_transfer", e.BadRequest): "Check the callback address, then try again.",
    ("set_transfer", e.Forbidden): "Ask {support} to enable stream transfer for the project.",
    ("online_stream", e.NotFound): "Check that the stream is being pushed, and how its name is spelled.",
    ("publish_history", e.NotFound): _SPELLING,
    ("publish_quality", e.NotFound): _SPELLING,
    ("play_statistic", e.NotFound): _SPELLING,
    ("publish_history", e.BadRequest): f"{_SPELLING} {_CLOCK}",
    ("publish_quality", e.BadRequest): f"{_SPELLING} {_CLOCK}",
    ("play_statistic", e.BadRequest): f"{_SPELLING} {_CLOCK}",
    ("ban", e.BadRequest): "Try another end, such as `2h`.",
    ("unban", e.NotFound): "Check how the stream is spelled. If it is right, there is no ban to lift.",
}
