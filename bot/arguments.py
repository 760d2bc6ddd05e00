"""Text to arguments and back: reading a command line, printing it, its usage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

from bot.errors import BadArguments
from bot.kinds import Keyword, Kind, Many, NotThis
from bot.wording import code, listing, plural
from bot.words import LINE_LIMIT, Word, join, quote, retype


class Args(BaseModel):
    """The arguments of a command: its fields in the order in which they are typed."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


A = TypeVar("A", bound=Args)
MOST_TOO_MANY = 20  # words; leaving more of them out would be another command
COUNT_ROOM: Final = 20  # characters for the count behind values that are not all shown
SOME: Final = 50  # characters of values, where it can't be all of them


class Missing(BadArguments):
    """
    What has to be there is not.

    Attributes:
        fields: The fields that are missing.
        found: The values of the others.
    """

    def __init__(self, message: str, *, hint: str, fields: tuple[str, ...], found: dict[str, Any]) -> None:
        super().__init__(message, hint=hint)
        self.fields, self.found = fields, found


@dataclass(frozen=True)
class Parameter:
    """One field of an `Args` model, as it is typed; *most* is how many different values it may have, None: one."""

    field: str
    kind: Kind
    keyword: str | None
    most: int | None
    required: bool

    @property
    def many(self) -> bool:
        """Whether it may be repeated."""
        return self.most is not None

    @property
    def sample(self) -> Any:
        """A value that it may have."""
        one = self.kind.read(Word(self.kind.sample))
        return (one,) if self.many else one

    @property
    def noun(self) -> str:
        """What one of its values is called, such as `stream`."""
        return self.kind.shown.strip("<>")

    @property
    def usage(self) -> str:
        """Such as `<entry>`, `<stream>...` or `[on <entry-pattern>]`."""
        shown = f"{self.keyword} {self.kind.shown}" if self.keyword else self.kind.shown
        shown += "..." if self.many else ""
        return shown if self.required else f"[{shown}]"


def parameters(args: type[Args]) -> tuple[Parameter, ...]:
    """The parameters of *args*, in the order in which they are typed."""
    return tuple(_parameter(name, field) for name, field in args.model_fields.items())


def usage(args: type[Args]) -> str:
    """All that is typed behind the verb, such as `<entry> <region> <stream>...`."""
    return " ".join(parameter.usage for parameter in parameters(args))


def read(args: type[A], words: list[Word], *, start: str) -> A:
    """
    Read *words* as *args*.

    Args:
        args: The model.
        words: What was typed behind the verb.
        start: The command and its verb, such as `/record on`, for the corrected line.

    Raises:
        BadArguments: Says what was wrong and what to type instead.
        Missing: Nothing else was wrong.
    """
    return _together(args, _Line(args, words, start).read(), start)


def problem(error: ValidationError) -> str:
    """What is wrong with arguments that can each be read, but do not go together."""
    first = error.errors()[0]
    return str(first.get("ctx", {}).get("error") or first["msg"])


def hint(args: type[Args], words: list[Word], *, start: str) -> str:
    """What to type: the line if *words* can be read as *args*, or what mends it; else how the command is typed."""
    return _Line(args, words, start).hint(words)


def part(args: type[A], found: dict[str, Any], *, start: str) -> A:
    """
    *args* as far as they are *found*, to decide on and to show; they can't be carried out.

    Raises:
        BadArguments: Those that are found do not go together.
    """
    lacking = [one for one in parameters(args) if one.required and one.field not in found]
    anything = {one.field: one.sample for one in lacking}
    _together(args, {**anything, **found}, start)
    nothing: dict[str, Any] = {one.field: () if one.many else None for one in lacking}
    return args.model_construct(**{**nothing, **found})


def _together(args: type[A], found: dict[str, Any], start: str) -> A:
    try:
        return args.model_validate(found)
    except ValidationError as error:
        raise BadArguments(problem(error), hint=f"Usage: `{start} {usage(args)}`") from None


def write(args: Args, *, display: bool = False, room: int = LINE_LIMIT) -> str:
    """
    Print *args* so that `read` gives them back.

    Args:
        args: The arguments.
        display: For others to read: without what they should not, and of too many values the first ones.
        room: Characters in all, for *display*.
    """
    every = parameters(type(args))
    keywords = {parameter.keyword for parameter in every if parameter.keyword}
    words: list[str] = []
    for parameter in every:
        value = getattr(args, parameter.field)
        if value is None:
            continue
        words += [parameter.keyword] if parameter.keyword else []
        show = (parameter.kind.display if display else None) or parameter.kind.print
        shown = []
        for one in map(show, value if parameter.many else [value]):
            if parameter.kind.words > 1:
                shown.append(join(one.split(" ")))
            else:  # a stream that is called as one of our keywords
                shown.append(quote(one, always=not parameter.keyword and one.casefold() in keywords))
        words += _fitting(shown, parameter.noun, room - len(" ".join(words)) - 1) if display else shown
    return " ".join(words)


def _fitting(words: list[str], noun: str, room: int) -> list[str]:
    """All, or where there is no room for that the first ones and how many there are."""
    if len(words) <= 1 or len(" ".join(words)) <= room:
        return words
    kept, left = 1, min(SOME, room - COUNT_ROOM - len(noun)) - len(words[0])
    while len(words[kept]) < left:
        left -= len(words[kept]) + 1
        kept += 1
    return [*words[:kept], f"… ({plural(len(set(words)), noun)})"]


def _parameter(name: str, field: FieldInfo) -> Parameter:
    marks = [*field.metadata, *_marks(field.annotation)]
    kind = next(mark for mark in marks if isinstance(mark, Kind))
    keyword = next((mark.word for mark in marks if isinstance(mark, Keyword)), None)
    most = next((mark.most for mark in marks if isinstance(mark, Many)), None)
    return Parameter(name, kind, keyword, most, field.is_required())


def _marks(annotation: Any) -> list[Any]:
    """What stands in `Annotated` within a union, such as `EntryPattern | None`."""
    inner = [mark for part in get_args(annotation) for mark in _marks(part)]
    return [*getattr(annotation, "__metadata__", ()), *inner]


class _Line:
    """One reading of one line."""

    def __init__(self, args: type[Args], words: list[Word], start: str) -> None:
        self.args, self.words, self.start, self.usage = args, words, start, usage(args)
        every = parameters(args)
        self.positional = [parameter for parameter in every if not parameter.keyword]
        self.keywords = {parameter.keyword: parameter for parameter in every if parameter.keyword}
        self.found: dict[str, Any] = {}
        self.position = 0

    def read(self) -> dict[str, Any]:
        for parameter in self.positional:
            if not self._more():
                break
            values = [self._value(parameter)]
            while parameter.many and self._more():
                values.append(self._value(parameter))
            if parameter.most and (count := len(set(values))) > parameter.most:
                named = f"{plural(count, parameter.noun)} are named; {parameter.most:,} are the most at once."
                raise BadArguments(named, hint=self.hint())
            self.found[parameter.field] = tuple(values) if parameter.many else values[0]
        while self.position < len(self.words):
            self._keyword()
        self._refuse_missing()
        return self.found

    def _more(self, ahead: int = 0) -> bool:
        """Whether the next word, or the one *ahead* of it, is no keyword."""
        if self.position + ahead >= len(self.words):
            return False
        word = self.words[self.position + ahead]
        return word.quoted or word.text.casefold() not in self.keywords

    def _most(self, parameter: Parameter) -> int:
        """How many of the next words may be one value: a keyword ends it, but does not begin it."""
        most = 1
        while most < parameter.kind.words and self._more(most):
            most += 1
        return most

    def _keyword(self) -> None:
        word = self.words[self.position]
        parameter = self.keywords.get(word.text.casefold())
        if parameter is None or parameter.field in self.found:
            rest = [other for index, other in enumerate(self.words) if index != self.position]
            few = len(self.words) - self.position <= MOST_TOO_MANY
            raise BadArguments(f"{code(word.text)} is one word too many.", hint=self.hint(rest if few else None))
        self.position += 1
        if self.position == len(self.words):
            raise BadArguments(f"{code(word.text)} needs {code(parameter.kind.shown)} behind it.", hint=self.hint())
        self.found[parameter.field] = self._value(parameter)

    def _value(self, parameter: Parameter) -> Any:
        taken, problem = 1, NotThis("")
        for taken in range(self._most(parameter), 0, -1):
            try:
                value = parameter.kind.read(_one(self.words[self.position : self.position + taken]))
            except NotThis as found:
                problem = found
                if found.instead:  # of the longest reading that makes any sense
                    break
            else:
                self.position += taken
                return value
        raise self._refusal(parameter, taken, problem) from None

    def _refusal(self, parameter: Parameter, taken: int, problem: NotThis) -> BadArguments:
        """Why the next *taken* words are not what is wanted, and what to type instead."""
        message, swapped = str(problem), self._swapped(parameter)
        if not problem.instead or swapped:
            return BadArguments(message, hint=self.hint(swapped))
        several = parameter.kind.words > 1
        mended = [Word(part) for part in (problem.instead.split(" ") if several else [problem.instead])]
        corrected = [*self.words[: self.position], *mended, *self.words[self.position + taken :]]
        return BadArguments(f"{message} Did you mean {code(problem.instead)}?", hint=self.hint(corrected))

    def _swapped(self, parameter: Parameter) -> list[Word] | None:
        """The line with this word and a neighbour exchanged, if that makes sense of both."""
        position = self.position
        for other in (position - 1, position + 1):
            if not 0 <= other < len(self.words) or parameter.keyword:
                continue
            words = self.words.copy()
            words[position], words[other] = words[other], words[position]
            try:
                parameter.kind.read(words[position])
            except NotThis:
                continue
            if parameter.kind.read.__name__ == "region":
                return words
        return None

    def _refuse_missing(self) -> None:
        missing = [
            parameter for parameter in self.positional if parameter.required and parameter.field not in self.found
        ]
        if missing:
            wanted = listing([code(parameter.kind.shown) for parameter in missing])
            fields = tuple(parameter.field for parameter in missing)
            message = f"{wanted} {'is' if len(missing) == 1 else 'are'} missing."
            raise Missing(message, hint=self.hint(), fields=fields, found=self.found)

    def hint(self, words: list[Word] | None = None) -> str:
        """The corrected line, if it is short and can be read, else how the command is typed."""
        how = f"Usage: {code(f'{self.start} {self.usage}'.rstrip(), limit=LINE_LIMIT)}"
        if words is None:
            return how
        try:
            _Line(self.args, words, self.start).read()
        except BadArguments as error:
            return error.hint or how
        return retype(f"{self.start} {' '.join(map(self._retyped, words))}".rstrip()) or how

    def _retyped(self, word: Word) -> str:
        return quote(word.retyped, always=word.quoted and word.text.casefold() in self.keywords)


def _one(words: list[Word]) -> Word:
    """Several words as the one that they are together; a mention among them is nothing else with them."""
    if len(words) == 1:
        return words[0]
    kinds = {word.kind for word in words} - {"text", "link"}
    return Word(" ".join(word.text for word in words), kinds.pop() if kinds else "text")
