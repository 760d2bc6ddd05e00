"""A client of Agora's Media Broadcast API whose errors explain themselves.

https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming
"""

from bot.agora.calls import Call, CallName
from bot.agora.client import AgoraClient
from bot.agora.errors import (
    AgoraError,
    AnswerTooLarge,
    BadGateway,
    BadRequest,
    Conflict,
    ConnectionBroken,
    Faulted,
    Forbidden,
    GatewayTimeout,
    NoAnswer,
    NoConnection,
    NotAllowed,
    NotFound,
    Redirected,
    Refused,
    ServerError,
    ServiceUnavailable,
    StatusError,
    TooManyRequests,
    Unauthorized,
    UnknownHost,
    UnreadableAnswer,
    UnsupportedMedia,
    Untrusted,
)
from bot.agora.explanations import Explanation, explain
from bot.agora.models import REGIONS, BannedStream, OnlineStream, RecordingSettings, Region, Storage, Transfer
from bot.agora.narrowing import narrow
from bot.agora.plain import quoted
from bot.agora.reports import HISTORY_LATE, HISTORY_REACHES, HISTORY_SPAN, MEASURED_LATE, Audience, Push, Quality
from bot.agora.signing import Auth, BasicAuth, HmacAuth
from bot.agora.wire import Try

__all__ = [
    "HISTORY_LATE",
    "HISTORY_REACHES",
    "HISTORY_SPAN",
    "MEASURED_LATE",
    "REGIONS",
    "AgoraClient",
    "AgoraError",
    "AnswerTooLarge",
    "Audience",
    "Auth",
    "BadGateway",
    "BadRequest",
    "BannedStream",
    "BasicAuth",
    "Call",
    "CallName",
    "Conflict",
    "ConnectionBroken",
    "Explanation",
    "Faulted",
    "Forbidden",
    "GatewayTimeout",
    "HmacAuth",
    "NoAnswer",
    "NoConnection",
    "NotAllowed",
    "NotFound",
    "OnlineStream",
    "Push",
    "Quality",
    "RecordingSettings",
    "Redirected",
    "Refused",
    "Region",
    "ServerError",
    "ServiceUnavailable",
    "StatusError",
    "Storage",
    "TooManyRequests",
    "Transfer",
    "Try",
    "Unauthorized",
    "UnknownHost",
    "UnreadableAnswer",
    "UnsupportedMedia",
    "Untrusted",
    "explain",
    "narrow",
    "quoted",
]
