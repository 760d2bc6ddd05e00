"""Turning back: what was there before is kept, and what others have changed since is left as it is."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from bot.agora import AgoraError
from bot.arguments import Args
from bot.audit import LOOKED_THROUGH, Audit, Record
from bot.command import AnyCommand
from bot.errors import UserError
from bot.operations.cancelling import Cancelling
from bot.operations.journal import Journal
from bot.operations.operation import Operation, Outcome, Result, State
from bot.operations.work import Work
from bot.undo import Found, Step, Undo
from bot.wording import code, moment, person

GLIMPSE: Final = timedelta(seconds=2)  # how long a change waits for what is there before it
DONE: Final = {Outcome.SUCCEEDED, Outcome.UNKNOWN}
CHANGED: Final = {outcome.value for outcome in DONE}
PARTLY: Final = {Outcome.FAILED.value, Outcome.CANCELLED.value}
CLOCKS: Final = timedelta(seconds=5)  # by which those of several machines may differ
HINT: Final = "If you want it all the same, type what should be there."


@dataclass(frozen=True)
class Undoing:
    """What a change has to know so that it can be turned back, or turns another one back."""

    journal: Journal
    audit: Audit
    cancelling: Cancelling

    async def before(self, operation: Operation, command: AnyCommand, args: Args, work: Work) -> Found | None:
        """
        Look what is there before *operation* changes it, and keep that; None where it can't be known.

        Raises:
            UserError: It turns back what somebody has changed since.
            AgoraError: It turns something back, and whether somebody has changed that can't be read.
            Lost: Another worker has the operation.
        """
        if operation.before is not None or command.undo is None:  # looked at by the worker that had it before
            return operation.before
        held = await self._read(command.undo, args, work, must=operation.undo_of is not None)
        await self._unchanged(operation, command.undo, held)
        if held is not None:
            await self.journal.keep_before(operation, held)
        return held

    async def after_all(
        self, result: Result, operation: Operation, command: AnyCommand, args: Args, work: Work, *, before: Found | None
    ) -> Result:
        """What came of a change that nobody knew of and that turned out to be done, with what turns it back."""
        if result.outcome is not Outcome.SUCCEEDED or command.undo is None:
            return result
        left = await self._read(command.undo, args, work, must=False)
        unknown = command.undo.read is not None and (left is None or before is None)
        found = result.model_copy(update={"left": left})
        return result if unknown else offered(found, operation, command, before)

    async def look(self, operation: Operation, command: AnyCommand, args: Args, work: Work) -> None:
        """See, before its requester is asked, that what it turns back is still there; raises as `before` does."""
        if operation.undo_of is not None and command.undo is not None:
            await self._unchanged(operation, command.undo, await self._read(command.undo, args, work, must=True))

    async def settle(self, operation: Operation) -> None:
        """Call off what was planned to turn off what *operation* has turned back: it would meet somebody else's."""
        turned = await self.journal.load(operation.undo_of) if operation.undo_of else None
        after = await self.journal.load(turned.followed) if turned and turned.followed else None
        if after is None or after.state is not State.PLANNED or not set(after.items) <= set(operation.items):
            return
        ended = await self.cancelling.end(after, operation.person, self.cancelling.clock())
        if ended is not None:
            await self.cancelling.tell(ended)

    async def _read(self, undo: Undo[Any], args: Args, work: Work, *, must: bool) -> Found | None:
        if undo.read is None:
            return None
        if must:
            return await undo.read(args, work)
        try:
            return await undo.read(args, replace(work, agora=work.agora.hurried(GLIMPSE)))
        except AgoraError:  # the change itself says what is wrong with Agora, or gets through; it is not offered back
            return None

    async def _unchanged(self, operation: Operation, undo: Undo[Any], held: Found | None) -> None:
        if operation.undo_of is None:
            return
        turned = await self.journal.load(operation.undo_of)
        if turned is None or turned.result is None:
            raise UserError("Not turned back: what was done then is no longer known.", hint=HINT)
        left, own = turned.result.left, await self._tried(operation)
        # Tried before, it may have been done then, though nobody knows: that is nobody else's change.
        if held is not None and held in ([left, turned.before] if own else [left]):
            return
        by = await self._changed(turned, own)
        if held is not None and left is not None:
            whom = f" by {_named(by)}" if by else ", not by this bot"
            ways = f"It was left {undo.says(left)}. Now it is {undo.says(held)}."
            raise UserError(f"Not turned back, since it was changed in the meantime{whom}. {ways}", hint=HINT)
        if by:
            raise UserError(f"Not turned back, since it was changed in the meantime by {_named(by)}.", hint=HINT)

    async def _tried(self, operation: Operation) -> set[str]:
        """The operations that *operation* tries again."""
        found: set[str] = set()
        before = operation.retry_of
        while before is not None:
            found.add(before)
            tried = await self.journal.load(before)
            before = tried.retry_of if tried else None
        return found

    async def _changed(self, turned: Operation, own: Container[str | None]) -> Record | None:
        """
        The last change to what *turned* changed since, if the trail knows of any but our *own*.

        Raises:
            UserError: So much has happened since that it can't be looked through.
        """
        since, wanted, looked = (turned.finished or turned.created) - CLOCKS, _later(turned), 0
        async for record in self.audit.newest():
            looked += 1
            if record.at < since:
                return None
            if (
                record.operation not in own
                and wanted(record)
                and (record.outcome in CHANGED or await self._done_of(record, turned))
            ):
                return record
        if looked >= LOOKED_THROUGH:
            raise UserError("Not turned back: too much has happened since to see whether it was changed.", hint=HINT)
        return None

    async def _done_of(self, record: Record, turned: Operation) -> bool:
        """Whether any of the same streams was done by what failed as a whole; what is not known any more counts."""
        other = await self.journal.load(record.operation) if record.operation else None
        items = other.result.items if other and other.result else ()
        streams = _streams(turned)
        return other is None or any(one.outcome in DONE and (not streams or one.item in streams) for one in items)


def offered(result: Result, operation: Operation, command: AnyCommand, before: Found | None) -> Result:
    """What came of a change, with what turns it back: for that of it which was done, if that made a difference."""
    items = [item.item for item in result.items if item.outcome is Outcome.SUCCEEDED]
    done = bool(items) if result.items else result.outcome is Outcome.SUCCEEDED
    if not done or (before is not None and before == result.left):
        return result
    return result.model_copy(update={"undo": back(command, operation.args, items, before)})


def back(command: AnyCommand, args: dict[str, Any], items: Sequence[str], held: Found | None = None) -> Step | None:
    """What turns *command* back: for *items* alone, if there are any."""
    if command.undo is None:
        return None
    only = {"streams": list(items)} if items else {}
    return command.undo.back(command.args.model_validate({**args, **only}), held)


def _later(turned: Operation) -> Callable[[Record], bool]:
    """Whether a record is of something later that may have changed what *turned* changed."""
    about, since = _about(turned), turned.finished or turned.created

    def wanted(record: Record) -> bool:
        # Of many streams one may have been done though it failed as a whole, or was stopped.
        done = record.outcome in CHANGED or (len(record.streams) > 1 and record.outcome in PARTLY)
        return done and record.at > since and record.operation != turned.id and about(record)

    return wanted


def _about(turned: Operation) -> Callable[[Record], bool]:
    """Whether a record is about the same as *turned*."""
    args, group = turned.args, turned.command.partition(" ")[0]
    if "subject" in args:  # what somebody holds: the record says whose it is
        return lambda record: str(record.detail).startswith(f"{person(args['subject'])}:")
    if group == "agora":  # a mark on an entry point
        pair = {turned.command, turned.result.undo.command if turned.result and turned.result.undo else ""}
        return lambda record: record.action in pair and record.entry == args.get("entry")
    streams = _streams(turned)

    def same(record: Record) -> bool:
        if record.action.partition(" ")[0] != group or record.entry != args.get("entry"):
            return False
        regions, names = {record.region, args.get("region")} - {None}, set(record.streams)
        return len(regions) < 2 and (not names or not streams or not names.isdisjoint(streams))  # noqa: PLR2004

    return same


def _streams(turned: Operation) -> set[str]:
    """The streams that are to be turned back; none: it is about all."""
    step = turned.result.undo if turned.result else None
    args = step.args if step else turned.args
    return set(args.get("streams") or ([args["stream"]] if "stream" in args else []))


def _named(record: Record) -> str:
    line = f" with {code(record.command_line, limit=300)}" if record.command_line else ""
    return f"{person(record.actor)}{line}, {moment(record.at)}"
