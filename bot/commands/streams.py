"""Streams that are too many for a command line: the form that takes them."""

from __future__ import annotations

from typing import Final

from bot.form import Box, Form


def streams_form(submit: str) -> Form:
    """The form of a command that acts on streams; *submit* is what its button says it does."""
    return Form(asks="streams", title="Which streams?", submit=submit, purpose=PURPOSE, boxes=BOXES)


PURPOSE: Final = "for up to 1,000 names, pasted or as a file"
BOXES: Final = (
    Box(
        "names",
        "Names of streams",
        "One a line, or separated by commas, semicolons or tabs; what is in quotes holds together. "
        "The box holds 3,000 characters: a longer list goes into a file.",
    ),
    Box("file", "Or a file with such a list (.txt or .csv)", files=("txt", "csv")),
)
