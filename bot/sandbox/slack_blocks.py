"""Slack's blocks and views, refused where Slack refuses them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from bot.sandbox import slack_elements as e
from bot.sandbox.slack_model import Json
from bot.sandbox.slack_rich_text import RichText

Pressable: TypeAlias = e.Button | e.Overflow | e.StaticSelect | e.PeopleSelect | e.Choices | e.DatePicker
AnyPressable: TypeAlias = Annotated[Pressable | e.DateTimePicker, Field(discriminator="type")]


class Block(e.Part):
    """What every block has."""

    block_id: e.Id | None = None


class Divider(Block):
    """https://docs.slack.dev/reference/block-kit/blocks/divider-block."""

    type: Literal["divider"]


class Header(Block):
    """https://docs.slack.dev/reference/block-kit/blocks/header-block."""

    type: Literal["header"]
    text: e.Plain150


class Image(e.Part):
    """https://docs.slack.dev/reference/block-kit/block-elements/image-element."""

    type: Literal["image"]
    image_url: e.Url
    alt_text: str = Field(min_length=1, max_length=2000)


class ImageBlock(Block, Image):
    """https://docs.slack.dev/reference/block-kit/blocks/image-block."""

    title: e.Plain2000 | None = None


class Section(Block):
    """https://docs.slack.dev/reference/block-kit/blocks/section-block."""

    type: Literal["section"]
    text: e.Text | None = None
    fields: list[e.Text2000] | None = Field(default=None, min_length=1, max_length=10)
    accessory: Annotated[Pressable | e.DateTimePicker | Image, Field(discriminator="type")] | None = None
    expand: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> "Section":
        if self.text is None and self.fields is None:
            raise ValueError("must have text or fields")
        return self


class Context(Block):
    """https://docs.slack.dev/reference/block-kit/blocks/context-block."""

    type: Literal["context"]
    elements: list[Annotated[e.PlainText | e.Mrkdwn | Image, Field(discriminator="type")]] = Field(
        min_length=1, max_length=10
    )


class Actions(Block):
    """https://docs.slack.dev/reference/block-kit/blocks/actions-block."""

    type: Literal["actions"]
    elements: list[AnyPressable] = Field(min_length=1, max_length=25)

    @model_validator(mode="after")
    def _has_each_action_once(self) -> "Actions":
        ids = Counter(element.action_id for element in self.elements if element.action_id)
        if twice := [name for name, count in ids.items() if count > 1]:
            raise ValueError(f"`action_id` {twice[0]!r} already exists for another element in this block")
        return self


class Input(Block):
    """https://docs.slack.dev/reference/block-kit/blocks/input-block."""

    type: Literal["input"]
    label: e.Plain2000
    element: Annotated[
        e.TextInput | e.FileInput | e.StaticSelect | e.PeopleSelect | e.Choices | e.DatePicker | e.DateTimePicker,
        Field(discriminator="type"),
    ]
    dispatch_action: bool = False
    hint: e.Plain2000 | None = None
    optional: bool = False


class Markdown(Block):
    """https://docs.slack.dev/reference/block-kit/blocks/markdown-block."""

    type: Literal["markdown"]
    text: str = Field(min_length=1, max_length=12_000)


ViewBlock: TypeAlias = Divider | Header | ImageBlock | Section | Context | Actions | Input | RichText
_message = TypeAdapter[object](list[Annotated[ViewBlock | Markdown, Field(discriminator="type")]])


class Modal(e.Part):
    """https://docs.slack.dev/surfaces/modals."""

    type: Literal["modal", "home"]
    blocks: list[Annotated[ViewBlock, Field(discriminator="type")]] = Field(max_length=100)
    title: e.Plain24 | None = None
    submit: e.Plain24 | None = None
    close: e.Plain24 | None = None
    callback_id: str | None = Field(default=None, max_length=255)
    external_id: str | None = Field(default=None, max_length=255)
    private_metadata: str | None = Field(default=None, max_length=3000)
    clear_on_close: bool = False
    notify_on_close: bool = False

    @model_validator(mode="after")
    def _can_be_submitted(self) -> "Modal":
        if self.type == "modal" and self.title is None:
            raise ValueError("missing required field: title")
        if self.type == "modal" and not self.submit and any(isinstance(block, Input) for block in self.blocks):
            raise ValueError("submit is required when an input block is present")
        if self.type == "home" and (self.title or self.submit or self.close):
            raise ValueError("a home view has no title, submit or close")
        return self


def check_blocks(blocks: object) -> list[str]:
    """What Slack would say against the blocks of one message; nothing if they are good."""
    if isinstance(blocks, list) and len(blocks) > 50:
        return ["[ERROR] no more than 50 items allowed [json-pointer:/blocks]"]
    found = _problems(_message, blocks, "/blocks")
    if found or not isinstance(blocks, list):
        return found
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > 12_000:
        return ["[ERROR] markdown blocks hold more than 12000 characters together [json-pointer:/blocks]"]
    return _same_block_ids(blocks)


def check_view(view: object) -> list[str]:
    """What Slack would say against a view; nothing if it is good."""
    found = _problems(TypeAdapter[object](Modal), view, "/view")
    return found or _same_block_ids(view["blocks"] if isinstance(view, dict) else [])


def with_ids(blocks: Sequence[Json], ids: Iterator[str]) -> list[Json]:
    """The blocks as Slack keeps them: every block and every element that can be pressed has an id."""
    return [_with_id(block, ids) for block in blocks]


def _with_id(block: Json, ids: Iterator[str]) -> Json:
    kept = {"block_id": next(ids), **block}
    if block["type"] == "actions":
        kept["elements"] = [{"action_id": next(ids), **element} for element in block["elements"]]
    for name in ("accessory", "element"):
        if name in block and block[name]["type"] != "image":
            kept[name] = {"action_id": next(ids), **block[name]}
    return kept


def _same_block_ids(blocks: Sequence[Json]) -> list[str]:
    ids = Counter(block["block_id"] for block in blocks if "block_id" in block)
    return [
        f"[ERROR] `block_id` {name!r} already exists [json-pointer:/blocks]" for name, count in ids.items() if count > 1
    ]


def _problems(adapter: TypeAdapter[object], value: object, root: str) -> list[str]:
    try:
        adapter.validate_python(value)
    except ValidationError as exc:
        return [
            f"[ERROR] {problem['msg']} [json-pointer:{root}{_pointer(problem['loc'], value)}]"
            for problem in exc.errors(include_url=False, include_input=False)
        ]
    return []


def _pointer(location: Sequence[int | str], value: Any) -> str:
    """The JSON pointer of a problem: pydantic puts the type of a part into its location, which is no key."""
    path = ""
    for position, step in enumerate(location):
        try:
            value = value[step]
        except (LookupError, TypeError):
            missing = isinstance(value, dict) and position == len(location) - 1
            path += f"/{step}" if missing else ""
        else:
            path += f"/{step}"
    return path
