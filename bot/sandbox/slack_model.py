"""What the stand-in for Slack remembers: people, channels, messages, forms and calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, TypeAlias

Json: TypeAlias = dict[str, Any]
Via: TypeAlias = Literal["ack", "response_url", "chat.postMessage", "chat.postEphemeral", "slack"]


class RefusedError(Exception):
    """Slack's `ok: false`: an error code, and what goes with it in the answer."""

    def __init__(self, error: str, *messages: str, **details: object) -> None:
        super().__init__(error)
        self.error = error
        self.messages = list(messages)
        self.details: Json = dict(details)
        if messages:
            self.details["response_metadata"] = {"messages": self.messages}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can type and press; *tz* is an IANA name."""

    id: str
    name: str
    team: str
    tz: str = "Europe/Berlin"
    is_bot: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    deleted: bool = False


@dataclass(slots=True)
class Channel:
    """A place for messages; *members* holds ids of people and of the bot."""

    id: str
    name: str
    kind: Literal["public", "private", "im"] = "public"
    members: set[str] = field(default_factory=set)
    archived: bool = False


@dataclass(slots=True)
class UserGroup:
    """A group of people with a handle; one that is *disabled* keeps them."""

    id: str
    handle: str
    users: list[str] = field(default_factory=list)
    disabled: bool = False


@dataclass(slots=True, eq=False)
class Message:
    """
    A message as it is now; it changes with every edit.

    *to* is the only viewer of an ephemeral message. *history* holds (text, blocks) of before each edit. *answers* is
    what a response URL, or the answer itself, belongs to.
    """

    id: str
    kind: Literal["channel", "ephemeral", "dm"]
    channel: str
    ts: str
    text: str
    via: Via
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    to: str | None = None
    by_bot: bool = True
    thread_ts: str | None = None
    deleted: bool = False
    edits: int = 0
    history: list[tuple[str, list[Json]]] = field(default_factory=list)
    answers: "Place | None" = None

    def all_blocks(self) -> list[Json]:
        """Every block, those of attachments last."""
        return [*self.blocks, *(block for part in self.attachments for block in part.get("blocks", []))]


@dataclass(slots=True, eq=False)
class View:
    """A form or home tab as *user* sees it; *errors* maps the block ids of inputs to what is wrong."""

    id: str
    user: str
    payload: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    open: bool = True
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of *user*'s; *told* is how many characters of its text Slack hands over, None: it hands over none."""

    id: str
    name: str
    user: str
    text: str
    told: int | None
    says_cut: bool = True

    @property
    def kind(self) -> str:
        """Its extension."""
        return self.name.rpartition(".")[2].lower()

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.text.encode())


@dataclass(frozen=True, slots=True)
class Call:
    """A request of the bot; *status* 0 means that the connection was cut, *at* is seconds since the epoch."""

    method: str
    arguments: Json
    status: int
    error: str | None
    token_ok: bool
    at: float


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What the bot answered; *message* is what it showed.

    *error* is what Slack tells the person when the answer was none, such as `operation_timeout`; *status* is 0 then.
    """

    status: int
    headers: Mapping[str, str]
    text: str
    json: Json | None
    took: timedelta
    message: Message | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was typed or pressed: what an answer to it refers to."""

    user: str
    channel: str
    original: Message | None = None
