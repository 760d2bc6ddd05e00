"""What a command is: one declaration from which everything else is derived."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from bot.access.decide import Resource
from bot.access.roles import Role
from bot.arguments import Args, usage, write
from bot.form import Form
from bot.planned import Planned
from bot.undo import Found, Undo
from bot.wording import code
from bot.words import LINE_LIMIT

if TYPE_CHECKING:
    from bot.access.holding import Holding
    from bot.access.rolemap import RoleMap
    from bot.agora import AgoraClient
    from bot.audit import Record, Traces

A = TypeVar("A", bound=Args)
T = TypeVar("T")


class Effect(StrEnum):
    """What a command does to what is live."""

    READ = "read"
    CHANGE = "change"
    DISRUPTIVE = "disruptive"  # footage or audience can be lost

    @property
    def changes(self) -> bool:
        """Whether anything is different afterwards."""
        return self is not Effect.READ


@dataclass(frozen=True)
class Reply:
    """
    What a command has to say when it is done.

    Attributes:
        headline: One sentence that says it all.
        lines: Further sentences.
        rows: What a read has found, as a list; a long one is shown page by page.
        after: What to know or do next, after the lines.
        audited: The change and its audit record were one step already.
        left: What is there now of what it changed, in the form in which its undo reads it.
    """

    headline: str
    lines: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    audited: bool = False
    rows: tuple[str, ...] = ()
    left: Found | None = None


@dataclass(frozen=True)
class Preview:
    """
    What a disruptive command is about to change.

    Attributes:
        question: What will be done, as a question: "Turn transfer on for `live`?"
        now: What is there now, where it can be read.
        then: What will be there.
        warnings: What the person should know before pressing.
        button: What the button says it does: "Stop recording".
    """

    question: str
    button: str
    now: str | None = None
    then: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Words:
    """
    What to say of one thing done to several items.

    Attributes:
        title: Of all of them: "Recording asked for".
        done: The sentence for one item that went well.
        after: What to know, if any went well.
    """

    title: str
    done: Callable[[str], str]
    after: tuple[str, ...] = ()


class Context(Protocol):
    """What a command may use while it runs."""

    @property
    def agora(self) -> AgoraClient:
        """Agora, for this operation."""
        ...

    @property
    def roles(self) -> RoleMap:
        """The role map."""
        ...

    @property
    def person(self) -> str:
        """Who asked, by id."""
        ...

    @property
    def operation(self) -> str:
        """The operation's id."""
        ...

    @property
    def channel(self) -> str:
        """Where it was asked."""
        ...

    @property
    def at(self) -> datetime:
        """When it began."""
        ...

    @property
    def holding(self) -> Holding:
        """What the person was given, themselves and by the groups they are in."""
        ...

    @property
    def is_bootstrap_admin(self) -> bool:
        """Whether the settings make the person admin."""
        ...

    def sees(self, entry: str) -> bool:
        """Whether the person may see this entry point."""
        ...

    async def glimpse(self, call: Awaitable[T]) -> T | None:
        """What a read gives, or None if Agora does not answer in time; the person is told that it could not be read."""
        ...

    async def plans(self) -> Sequence[Planned]:
        """What is planned, as far as the person may see it, soonest first."""
        ...

    async def last_done(self, entry: str, most: int) -> Sequence[Record]:
        """The last *most* things that were done, or tried, on an entry point, the newest first."""
        ...

    async def trail(self, wanted: Callable[[Record], bool], most: int) -> Traces:
        """The last *most* records that are wanted, as far as the person manages what they are about."""
        ...

    async def cancel(self, operation: str) -> Planned:
        """
        Cancel an operation that has not begun.

        Raises:
            UserError: There is none, it has begun, or the person may not.
        """
        ...

    async def why(self, person: str, line: Sequence[str]) -> Reply:
        """
        Whether *person* may type *line*, and why.

        Raises:
            UserError: The line is no command, or it is not for whoever asks to know.
        """
        ...

    async def each(self, items: Sequence[str], do: Callable[[str], Awaitable[None]], words: Words) -> Reply:
        """
        Do one thing to several items, each with its own result; one that fails does not stop the others.

        Args:
            items: Names, shown in the results; one named twice is done once.
            do: What to do to one; must be safe to repeat.
            words: What to say of it.
        """
        ...


Handler = Callable[[A, Context], Awaitable[Reply]]
Previewer = Callable[[A, Context], Awaitable[Preview]]


@dataclass(frozen=True)
class Command(Generic[A]):
    """
    One thing that can be typed.

    Attributes:
        name: As typed, without the slash: `record on`.
        role: The least role that may use it; None: anyone.
        docs: Where the outside system documents what this does.
        example: A whole line that works.
        button: What a button that carries it out says.
        undo: How it is turned back, if it can be.
        deed: What it does, as a sentence goes on with it: "record `final` on `live`".
        whom: Who may use it, where the role alone does not say.
        form: What opens where one argument is left out.
        despite_freeze: Whether it may be used on what is frozen, and is done without waiting for the turn of its entry
            point: it only keeps things from happening, or lets them happen again.
    """

    name: str
    args: type[A]
    handler: Handler[A]
    role: Role | None
    effect: Effect
    example: str
    docs: str | None = None
    preview: Previewer[A] | None = None
    button: str = "Do it"
    undo: Undo[Any] | None = None
    deed: Callable[[A], str] | None = None
    whom: str | None = None
    form: Form | None = None
    despite_freeze: bool = False
    summary: str = field(init=False)
    details: str = field(init=False)

    def __post_init__(self) -> None:
        summary, _, details = inspect.cleandoc(self.handler.__doc__ or "").partition("\n\n")
        object.__setattr__(self, "summary", " ".join(summary.split()))
        object.__setattr__(self, "details", "\n".join(" ".join(part.split()) for part in details.split("\n\n")))

    @property
    def group(self) -> str:
        """The slash command: `/record`."""
        return f"/{self.name.split()[0]}"

    @property
    def verb(self) -> str:
        """What stands behind it: `on`."""
        return self.name.split()[1]

    @property
    def usage(self) -> str:
        """Such as `/record on <entry> <region> <stream>...`."""
        return f"/{self.name} {usage(self.args)}".rstrip()

    @property
    def who(self) -> str:
        """Who may use it: a role, or whatever else it takes."""
        return self.whom or (str(self.role) if self.role else "anyone")

    def says(self, args: Args) -> str:
        """What it does with *args*, as a sentence goes on with it."""
        return self.deed(self._own(args)) if self.deed else code(self.line(args), limit=300)

    def line(self, args: Args) -> str:
        """The whole line as it would be typed, for others to read; of too many values the first ones."""
        start = f"/{self.name} "
        return f"{start}{write(args, display=True, room=LINE_LIMIT - len(start))}".rstrip()

    def resource(self, args: Args) -> Resource:
        """What *args* act on."""
        return Resource(entry=getattr(args, "entry", None), region=getattr(args, "region", None))

    async def run(self, args: Args, ctx: Context) -> Reply:
        """Carry it out."""
        return await self.handler(self._own(args), ctx)

    async def look(self, args: Args, ctx: Context) -> Preview:
        """What it would change; the plain question for a command that can't tell."""
        if self.preview is None:
            return Preview(question=f"{self.button}: {code(self.line(args), limit=300)}?", button=self.button)
        return await self.preview(self._own(args), ctx)

    def _own(self, args: Args) -> A:
        if not isinstance(args, self.args):
            raise TypeError(f"{self.name} takes {self.args.__name__}, not {type(args).__name__}")
        return args


AnyCommand = Command[Any]


def command(
    name: str,
    *,
    role: Role | None,
    effect: Effect,
    example: str,
    docs: str | None = None,
    preview: Previewer[A] | None = None,
    button: str = "Do it",
    undo: Undo[Any] | None = None,
    deed: Callable[[A], str] | None = None,
    whom: str | None = None,
    form: Form | None = None,
    despite_freeze: bool = False,
) -> Callable[[Handler[A]], Command[A]]:
    """
    Declare a command. Registers nothing: the catalog finds the value by walking the folder.

    The handler's first parameter is annotated with its `Args` model; its docstring is shown to people.
    """

    def declare(handler: Handler[A]) -> Command[A]:
        first = next(iter(inspect.signature(handler, eval_str=True).parameters.values()))
        args: type[A] = first.annotation
        return Command(
            name, args, handler, role, effect, example, docs, preview, button, undo, deed, whom, form, despite_freeze
        )

    return declare
