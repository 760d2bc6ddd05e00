"""The sentences about errors: one lead, the likely causes and one piece of advice for each kind of error and call.

What is said about causes is the documentation's, or what it leaves open, marked by "may".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.agora import errors as e
from bot.agora.calls import Call, in_words
from bot.agora.causes_by_call import ADVICE, AT_AGORA, OPERATOR, SPECIAL
from bot.agora.plain import quoted

Kind = type[e.AgoraError]
SUPPORT: Final = "support@agora.io"


@dataclass(frozen=True)
class Text:
    """Fills in `{entry}`, `{region}`, `{stream}` and `{status}`."""

    call: Call
    status: int | None

    def fill(self, sentence: str) -> str:
        """Put the values of the call into *sentence*."""
        return sentence.format(
            entry=quoted(self.call.entry or ""),
            region=in_words(self.call.region) if self.call.region else "this region",
            stream=quoted(self.call.stream or ""),
            status=self.status,
            support=SUPPORT,
        )


@dataclass(frozen=True)
class Lines:
    """What is said about one kind of error, whatever the call."""

    lead: str
    causes: tuple[str, ...]
    advice: str


_SOON: Final = "Try again in a minute. If it stays like this, ask {support}, with the request id."

GENERAL: Final[dict[Kind, Lines]] = {
    e.AgoraError: Lines("Agora's answer was none that is known here.", ("Agora's API has changed.",), _SOON),
    e.StatusError: Lines(
        "Agora gave an answer that means nothing here ({status}).",
        ("Something between here and Agora answers in its place.",),
        _SOON,
    ),
    e.Redirected: Lines(
        "Agora pointed to another address ({status}), and it was not followed.",
        ("The address of Agora's API is set wrong.", "A proxy or a sign-in page stands between this bot and Agora."),
        OPERATOR + ": the address of Agora's API has to be checked.",
    ),
    e.Refused: Lines(
        "Agora refused the request ({status}).",
        ("Agora has a rule that its documentation doesn't name.",),
        "Ask {support}, with the request id.",
    ),
    e.BadRequest: Lines(
        "Agora called the request wrong ({status}).",
        ("A name or value isn't one that Agora takes.", "The App ID is wrong."),
        "Check the names, then try again.",
    ),
    e.Unauthorized: Lines(
        "Agora doesn't accept this bot's credentials ({status}).",
        (
            "Customer ID and customer secret don't belong together, or were replaced in Agora Console.",
            "The clock of this bot's machine is wrong by minutes: the time is part of the signature.",
            "The account works with the other way of signing (HMAC or Basic).",
            "The App ID belongs to another Agora account.",
        ),
        OPERATOR + ": credentials, clock and App ID have to be checked.",
    ),
    e.Forbidden: Lines(
        "Agora doesn't allow this ({status}).",
        ("Media Broadcast isn't enabled for this project.", "The credentials may not be used for this App ID."),
        "Ask {support} to enable Media Broadcast for the project.",
    ),
    e.NotFound: Lines(
        "Agora found nothing under that name ({status}).",
        ("There is no entry point {entry}.", "Media Broadcast isn't enabled for this project."),
        "Check how the entry point is spelled.",
    ),
    e.NotAllowed: Lines(
        "Agora doesn't know this kind of request there ({status}).",
        ("The address of Agora's API is set wrong.", "Agora's API has changed."),
        OPERATOR + ": the address of Agora's API has to be checked.",
    ),
    e.Conflict: Lines(
        "Agora says that this is at odds with what is there ({status}).",
        ("Somebody else changed the same thing at the same moment.", "It is in that state already."),
        "Look at what is there now, then try again if it is still needed.",
    ),
    e.UnsupportedMedia: Lines(
        "Agora didn't take the form of the request ({status}).",
        ("A proxy between this bot and Agora changed the request.", "Agora's API has changed."),
        OPERATOR + ".",
    ),
    e.TooManyRequests: Lines(
        "Agora got too many requests ({status}).",
        ("This Agora project made more than 50 calls in a second, perhaps from other programs.",),
        "Wait a minute, then try again.",
    ),
    e.Faulted: Lines("Something failed at Agora ({status}).", (AT_AGORA,), _SOON),
    e.ServerError: Lines("Something failed inside Agora ({status}).", (AT_AGORA,), _SOON),
    e.BadGateway: Lines(
        "Agora's gateway got no proper answer from the service behind it ({status}).", (AT_AGORA,), _SOON
    ),
    e.ServiceUnavailable: Lines(
        "Agora's service isn't available at the moment ({status}).",
        ("Agora is overloaded or under maintenance.",),
        _SOON,
    ),
    e.GatewayTimeout: Lines(
        "Agora's gateway waited too long for the service behind it ({status}).",
        ("Agora is overloaded or slow at the moment.",),
        _SOON,
    ),
    e.NoConnection: Lines(
        "There was no connection to Agora, so nothing was sent.",
        ("The network between this bot and Agora is down, or a firewall is in the way.", "Agora's API is down."),
        _SOON,
    ),
    e.UnknownHost: Lines(
        "There was no connection to Agora: the name of its host can't be resolved.",
        ("The name service of this bot's machine doesn't work.", "The address of Agora's API is set wrong."),
        OPERATOR + ": network and address have to be checked.",
    ),
    e.Untrusted: Lines(
        "There was no connection to Agora: the certificate that was shown isn't accepted.",
        (
            "A proxy or firewall opens encrypted connections.",
            "The address of Agora's API is set wrong.",
            "The clock of this bot's machine is wrong.",
        ),
        OPERATOR + ": address, clock and network have to be checked.",
    ),
    e.NoAnswer: Lines(
        "There was no answer from Agora in time.",
        ("Agora is overloaded or slow at the moment.", "The network between this bot and Agora is bad."),
        _SOON,
    ),
    e.ConnectionBroken: Lines(
        "The connection broke, and there was no answer from Agora.",
        ("The network between this bot and Agora is bad.", "A server at Agora was restarted."),
        _SOON,
    ),
    e.UnreadableAnswer: Lines(
        "Agora answered ({status}), but the answer can't be understood.",
        ("Something between this bot and Agora answers in its place.", "Agora's API has changed."),
        _SOON,
    ),
    e.AnswerTooLarge: Lines(
        "Agora answered ({status}), but with far more than belongs in such an answer.",
        ("Something between this bot and Agora answers in its place.",),
        _SOON,
    ),
}


def happened_for(error: e.AgoraError, text: Text) -> str:
    """Say what Agora did."""
    return text.fill(_general(error).lead)


def causes_for(error: e.AgoraError, text: Text) -> tuple[str, ...]:
    """List what probably led to it, the likeliest first."""
    special = SPECIAL.get((error.call.name, type(error)))
    return tuple(text.fill(cause) for cause in special or _general(error).causes)


def advice_for(error: e.AgoraError, text: Text) -> str:
    """Say what to do next."""
    return text.fill(ADVICE.get((error.call.name, type(error))) or _general(error).advice)


def _general(error: e.AgoraError) -> Lines:
    return next(GENERAL[kind] for kind in type(error).__mro__ if kind in GENERAL)
