"""Slack's rich text, as Slack checks it."""

import re
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, field_validator

from bot.sandbox.slack_elements import Id, Part, Url

# https://docs.slack.dev/messaging/formatting-message-text#date-formatting
_DATE_TOKENS = frozenset(
    [
        "date_num",
        "date_slash",
        "date",
        "date_short",
        "date_long",
        "date_pretty",
        "date_short_pretty",
        "date_long_pretty",
        "date_long_full",
        "day_divider_pretty",
        "time",
        "time_secs",
        "ago",
    ]
)


class Style(Part):
    """https://docs.slack.dev/reference/block-kit/blocks/rich-text-block."""

    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False
    underline: bool = False


class MentionStyle(Style):
    """The style of a mention has two more marks."""

    highlight: bool = False
    client_highlight: bool = False
    unlink: bool = False


class RichWord(Part):
    """Literal text."""

    type: Literal["text"]
    text: str = Field(min_length=1)
    style: Style | None = None


class RichLink(Part):
    """An address, with words for it."""

    type: Literal["link"]
    url: Url
    text: str | None = Field(default=None, min_length=1)
    unsafe: bool = False
    style: Style | None = None


class RichUser(Part):
    """A mention of a person."""

    type: Literal["user"]
    user_id: str = Field(pattern=r"^[UW][A-Z0-9]+$")
    style: MentionStyle | None = None


class RichChannel(Part):
    """A mention of a channel."""

    type: Literal["channel"]
    channel_id: str = Field(pattern=r"^[CGD][A-Z0-9]+$")
    style: MentionStyle | None = None


class RichGroup(Part):
    """A mention of a user group."""

    type: Literal["usergroup"]
    usergroup_id: str = Field(pattern=r"^S[A-Z0-9]+$")
    style: MentionStyle | None = None


class RichBroadcast(Part):
    """A mention of everybody."""

    type: Literal["broadcast"]
    range: Literal["here", "channel", "everyone"]


class RichEmoji(Part):
    """An emoji by name."""

    type: Literal["emoji"]
    name: str = Field(min_length=1, pattern=r"^[^\s:]+$")
    unicode: str | None = None
    skin_tone: int | None = Field(default=None, ge=2, le=6)
    style: Style | None = None


class RichDate(Part):
    """A time, shown in the reader's time zone; *timestamp* is seconds since the epoch."""

    type: Literal["date"]
    timestamp: int
    format: str = Field(min_length=1)
    url: Url | None = None
    fallback: str | None = None
    style: Style | None = None

    @field_validator("format")
    @classmethod
    def _names_known_tokens(cls, value: str) -> str:
        tokens = re.findall(r"\{([^}]*)\}", value)
        if not tokens or not _DATE_TOKENS.issuperset(tokens):
            raise ValueError("must hold date tokens that exist")
        return value


class RichColor(Part):
    """A colour."""

    type: Literal["color"]
    value: str = Field(pattern=r"^#[0-9a-fA-F]{6}$")
    style: Style | None = None


Inline: TypeAlias = Annotated[
    RichWord | RichLink | RichUser | RichChannel | RichGroup | RichBroadcast | RichEmoji | RichDate | RichColor,
    Field(discriminator="type"),
]


class RichSection(Part):
    """A paragraph."""

    type: Literal["rich_text_section"]
    elements: list[Inline] = Field(min_length=1)


class RichList(Part):
    """A list of paragraphs."""

    type: Literal["rich_text_list"]
    style: Literal["bullet", "ordered"]
    elements: list[RichSection] = Field(min_length=1)
    indent: int = Field(default=0, ge=0, le=8)
    offset: int = Field(default=0, ge=0)
    border: Literal[0, 1] = 0


class RichPreformatted(Part):
    """Text in a fixed-width font."""

    type: Literal["rich_text_preformatted"]
    elements: list[Annotated[RichWord | RichLink, Field(discriminator="type")]] = Field(min_length=1)
    border: Literal[0, 1] = 0
    language: str | None = None


class RichQuote(Part):
    """A quotation."""

    type: Literal["rich_text_quote"]
    elements: list[Inline] = Field(min_length=1)
    border: Literal[0, 1] = 0


class RichText(Part):
    """https://docs.slack.dev/reference/block-kit/blocks/rich-text-block."""

    type: Literal["rich_text"]
    block_id: Id | None = None
    elements: list[Annotated[RichSection | RichList | RichPreformatted | RichQuote, Field(discriminator="type")]] = (
        Field(min_length=1)
    )
