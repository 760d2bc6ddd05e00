"""Whether this release knows what an operation asks for."""

from __future__ import annotations

from pydantic import ValidationError

from bot.catalog import Catalog
from bot.command import AnyCommand
from bot.operations.kept import Newer
from bot.operations.operation import Operation


def command_of(catalog: Catalog, operation: Operation) -> AnyCommand:
    """
    The command of *operation*.

    Raises:
        Newer: There is none of that name, or not with all of these arguments.
    """
    command = catalog.get(operation.command)
    if command is None:
        raise Newer(operation.id)
    try:
        command.args.model_validate(operation.args)
    except ValidationError as error:
        raise Newer(operation.id) from error
    return command
