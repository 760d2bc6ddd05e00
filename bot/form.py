"""A form: what is asked for in a window, because a command line has no room for it, or is no place for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """
    Something to fill in.

    Attributes:
        name: Known by, within the form.
        label: What stands above it.
        hint: What stands below it.
        files: The kinds of file that it takes, such as `txt`; none: it takes text.
    """

    name: str
    label: str
    hint: str = ""
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """
    Asks for one argument of a command.

    Attributes:
        asks: The field of the arguments; its values are taken from all boxes together.
        title: A few words.
        submit: What the button that sends it says it does.
        purpose: What it is good for, as help says it.
    """

    asks: str
    title: str
    submit: str
    purpose: str
    boxes: tuple[Box, ...]
