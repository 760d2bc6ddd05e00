"""Text, options and interactive elements of Slack's blocks, as Slack checks them."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

Id: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Url: TypeAlias = Annotated[str, StringConstraints(max_length=3000, pattern=r"^[a-zA-Z][a-zA-Z0-9+.-]*:\S+$")]


class Part(BaseModel):
    """Anything in a block: unknown keys and wrong types are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _holds_no_null(cls, values: Any) -> Any:
        if isinstance(values, dict) and None in values.values():
            raise ValueError("must not be null")
        return values


class PlainText(Part):
    """https://docs.slack.dev/reference/block-kit/composition-objects/text-object."""

    type: Literal["plain_text"]
    text: str = Field(min_length=1, max_length=3000)
    emoji: bool = True


class Mrkdwn(Part):
    """https://docs.slack.dev/reference/block-kit/composition-objects/text-object."""

    type: Literal["mrkdwn"]
    text: str = Field(min_length=1, max_length=3000)
    verbatim: bool = False


Text: TypeAlias = Annotated[PlainText | Mrkdwn, Field(discriminator="type")]


def at_most(length: int) -> Callable[[PlainText | Mrkdwn], PlainText | Mrkdwn]:
    """A check that a text has no more than *length* characters."""

    def check(text: PlainText | Mrkdwn) -> PlainText | Mrkdwn:
        if len(text.text) > length:
            raise ValueError(f"must be less than {length + 1} characters")
        return text

    return check


Plain24: TypeAlias = Annotated[PlainText, AfterValidator(at_most(24))]
Plain30: TypeAlias = Annotated[PlainText, AfterValidator(at_most(30))]
Plain75: TypeAlias = Annotated[PlainText, AfterValidator(at_most(75))]
Plain100: TypeAlias = Annotated[PlainText, AfterValidator(at_most(100))]
Plain150: TypeAlias = Annotated[PlainText, AfterValidator(at_most(150))]
Plain2000: TypeAlias = Annotated[PlainText, AfterValidator(at_most(2000))]
Text75: TypeAlias = Annotated[Text, AfterValidator(at_most(75))]
Text300: TypeAlias = Annotated[Text, AfterValidator(at_most(300))]
Text2000: TypeAlias = Annotated[Text, AfterValidator(at_most(2000))]


class Confirm(Part):
    """https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object."""

    title: Plain100
    text: Text300
    confirm: Plain30
    deny: Plain30
    style: Literal["primary", "danger"] | None = None


class Option(Part):
    """https://docs.slack.dev/reference/block-kit/composition-objects/option-object."""

    text: Text75
    value: str = Field(max_length=150)
    description: Text75 | None = None
    url: Url | None = None


class PlainOption(Option):
    """An option of a menu: its texts are plain."""

    text: Plain75
    description: Plain75 | None = None


class OptionGroup(Part):
    """https://docs.slack.dev/reference/block-kit/composition-objects/option-group-object."""

    label: Plain75
    options: list[PlainOption] = Field(min_length=1, max_length=100)


class Element(Part):
    """What every element that reports a press has."""

    action_id: Id | None = None
    confirm: Confirm | None = None


class Button(Element):
    """https://docs.slack.dev/reference/block-kit/block-elements/button-element."""

    type: Literal["button"]
    text: Plain75
    url: Url | None = None
    value: str | None = Field(default=None, max_length=2000)
    style: Literal["primary", "danger"] | None = None
    accessibility_label: str | None = Field(default=None, max_length=75)


class Overflow(Element):
    """https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element."""

    type: Literal["overflow"]
    options: list[PlainOption] = Field(min_length=1, max_length=5)


class Focusable(Element):
    """What every element that can take the cursor has."""

    focus_on_load: bool = False


class WithPlaceholder(Focusable):
    """What every element with a hint inside has."""

    placeholder: Plain150 | None = None


class StaticSelect(WithPlaceholder):
    """https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element."""

    type: Literal["static_select", "multi_static_select"]
    options: list[PlainOption] | None = Field(default=None, min_length=1, max_length=100)
    option_groups: list[OptionGroup] | None = Field(default=None, min_length=1, max_length=100)
    initial_option: PlainOption | None = None
    initial_options: list[PlainOption] | None = None
    max_selected_items: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _has_one_kind_of_options(self) -> "StaticSelect":
        if (self.options is None) == (self.option_groups is None):
            raise ValueError("must have either options or option_groups")
        return self


class PeopleSelect(WithPlaceholder):
    """https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element."""

    type: Literal["users_select", "channels_select", "conversations_select"]
    initial_user: str | None = None
    initial_channel: str | None = None
    initial_conversation: str | None = None
    response_url_enabled: bool = False


class Choices(Focusable):
    """https://docs.slack.dev/reference/block-kit/block-elements/radio-button-group-element."""

    type: Literal["radio_buttons", "checkboxes"]
    options: list[Option] = Field(min_length=1, max_length=10)
    initial_option: Option | None = None
    initial_options: list[Option] | None = Field(default=None, min_length=1)


class DispatchAction(Part):
    """https://docs.slack.dev/reference/block-kit/composition-objects/dispatch-action-configuration-object."""

    trigger_actions_on: list[Literal["on_enter_pressed", "on_character_entered"]] = Field(min_length=1)


class TextInput(Part):
    """https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element."""

    type: Literal["plain_text_input", "url_text_input", "email_text_input"]
    action_id: Id | None = None
    initial_value: str | None = Field(default=None, max_length=3000)
    multiline: bool = False
    min_length: int | None = Field(default=None, ge=0, le=3000)
    max_length: int | None = Field(default=None, ge=1, le=3000)
    dispatch_action_config: DispatchAction | None = None
    focus_on_load: bool = False
    placeholder: Plain150 | None = None


class FileInput(Part):
    """https://docs.slack.dev/reference/block-kit/block-elements/file-input-element."""

    type: Literal["file_input"]
    action_id: Id | None = None
    filetypes: list[str] | None = Field(default=None, min_length=1)
    max_files: int | None = Field(default=None, ge=1, le=10)


class DatePicker(WithPlaceholder):
    """https://docs.slack.dev/reference/block-kit/block-elements/date-picker-element."""

    type: Literal["datepicker", "timepicker"]
    initial_date: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    initial_time: str | None = Field(default=None, pattern=r"^\d{2}:\d{2}$")
    timezone: str | None = None


class DateTimePicker(Focusable):
    """https://docs.slack.dev/reference/block-kit/block-elements/datetime-picker-element."""

    type: Literal["datetimepicker"]
    initial_date_time: int | None = Field(default=None, ge=1_000_000_000, le=9_999_999_999)
