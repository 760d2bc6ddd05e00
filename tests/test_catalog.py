"""What must be true of every command."""

import inspect
import re
from types import SimpleNamespace

import pytest

from bot import commands, moments
from bot.access.decide import Resource
from bot.access.roles import Role
from bot.app import catalog
from bot.arguments import Args, parameters, read, write
from bot.catalog import Catalog
from bot.command import AnyCommand, Effect
from bot.errors import BadArguments
from bot.undo import Found
from bot.words import Word, split

COMMANDS = tuple(catalog())
EACH = pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
# Public interface: the role that a command takes, and what it does.
KNOWN = {
    "agora protect": (Role.ADMIN, Effect.CHANGE),
    "agora unprotect": (Role.ADMIN, Effect.CHANGE),
    "record on": (Role.OPERATOR, Effect.CHANGE),
    "record off": (Role.OPERATOR, Effect.DISRUPTIVE),
    "record auto": (Role.MANAGER, Effect.DISRUPTIVE),
    "record config": (Role.VIEWER, Effect.READ),
    "transfer set": (Role.MANAGER, Effect.DISRUPTIVE),
    "transfer get": (Role.VIEWER, Effect.READ),
    "stream ban": (Role.MANAGER, Effect.DISRUPTIVE),
    "stream unban": (Role.MANAGER, Effect.CHANGE),
    "stream list": (Role.VIEWER, Effect.READ),
    "stream show": (Role.VIEWER, Effect.READ),
    "stream history": (Role.VIEWER, Effect.READ),
    "agora status": (Role.VIEWER, Effect.READ),
    "agora planned": (Role.VIEWER, Effect.READ),
    "agora cancel": (None, Effect.CHANGE),
    "agora freeze": (Role.MANAGER, Effect.CHANGE),
    "agora unfreeze": (Role.MANAGER, Effect.CHANGE),
    "agora entries": (Role.VIEWER, Effect.READ),
    "agora audit": (Role.MANAGER, Effect.READ),
    "agora whoami": (None, Effect.READ),
    "agora roles": (Role.ADMIN, Effect.READ),
    "agora why": (Role.MANAGER, Effect.READ),
    "agora grant": (Role.ADMIN, Effect.CHANGE),
    "agora revoke": (Role.ADMIN, Effect.CHANGE),
}


def sent(line: str) -> str:
    """The text of *line* as Slack sends it: a person's name comes as a mention."""
    return re.sub(r"@(\w+)", lambda name: f"<@U0{name[1].upper()}|{name[1]}>", line.partition(" ")[2])


def example(command: AnyCommand) -> Args:
    args: Args = read(command.args, split(sent(command.example))[1:], start=f"/{command.name}")
    return args


def source(command: AnyCommand) -> str:
    module = inspect.getmodule(command.handler)
    assert module is not None
    return inspect.getsource(module)


def test_role_and_effect_are_the_documented_ones() -> None:
    """
    Who may use a command, and whether it asks first, is public interface.
    """
    assert KNOWN == {command.name: (command.role, command.effect) for command in COMMANDS}


@EACH
def test_command_is_one_file(command: AnyCommand) -> None:
    """
    A command is found in the file that has its name.
    """
    assert f"{commands.__name__}.{command.name.replace(' ', '_')}" == command.handler.__module__


@EACH
def test_command_explains_itself(command: AnyCommand) -> None:
    """
    Each command has a sentence of help, made of plain words.
    """
    assert re.fullmatch(r"[A-Z][^\n]{10,140}\.", command.summary)
    assert not re.search("[<>{}]|coroutine|Args", command.summary + command.details)


@EACH
def test_example_works(command: AnyCommand) -> None:
    """
    Each command has an example that is read as what it is an example of, and comes back from being printed.
    """
    found = catalog().find(command.group, split(sent(command.example)))
    args = read(found.args, split(sent(command.example))[1:], start=f"/{found.name}")

    assert command.name == found.name
    assert args == read(found.args, split(write(args)), start=f"/{found.name}")
    assert found.line(args).startswith(f"/{found.name}")


@EACH
def test_what_calls_agora_is_documented_there(command: AnyCommand) -> None:
    """
    A command that calls Agora links the page that says what the call does.
    """
    linked = (command.docs or "").startswith("https://docs.agora.io/en/")

    assert ("ctx.agora" in source(command)) == linked


@EACH
def test_button_says_what_it_does(command: AnyCommand) -> None:
    """
    A command that changes something can be asked about, so its button says what it does, in a few words.
    """
    if command.effect.changes:
        assert command.button not in {"Do it", "Yes", "OK", "Confirm"}
    assert 1 <= len(command.button) <= 30


@EACH
def test_disruptive_command_shows_what_it_will_change(command: AnyCommand) -> None:
    """
    What can cost footage or audience has a preview.
    """
    assert (command.effect is Effect.DISRUPTIVE) == (command.preview is not None)


@EACH
def test_resource_is_what_is_named(command: AnyCommand) -> None:
    """
    The permission check sees the entry point and the region that were typed, if the command takes them.
    """
    args = read(command.args, split(sent(command.example))[1:], start=f"/{command.name}")
    fields = {parameter.field for parameter in parameters(command.args)}

    assert Resource("live" if "entry" in fields else None, "eu" if "region" in fields else None) == command.resource(
        args
    )


@EACH
def test_only_what_has_a_beginning_is_planned(command: AnyCommand) -> None:
    """
    `for` and `until` are an end that a plan sees to where there is an `at` too, and a command that turns it back.
    """
    fields = {parameter.field: parameter.kind.sample for parameter in parameters(command.args)}
    args = SimpleNamespace(**fields)

    assert ("at" in fields) == bool(moments.said(args))
    if "at" in fields:
        assert command.deed is not None
        assert command.undo is not None
        step = command.undo.back(example(command), None)
        assert step is not None
        assert catalog().get(step.command) is not None


# What was there before, as far as a command asks for it.
FOUND: dict[str, list[Found | None]] = {
    "transfer": [
        {"enabled": True, "callback": "https://hooks.example.com/former"},
        {"enabled": False, "callback": None},
    ],
    "stream": [{"until": None}, {"until": "2030-01-01T20:00:00+00:00"}],
    "record": [None],
    "agora grant": [{"grants": []}],
    "agora revoke": [{"grants": [{"role": "operator", "on": "sports-*", "within": "*", "until": None}]}],
    "agora freeze": [{"frozen": None}],
    "agora protect": [{"protected": None}],
    "agora unprotect": [{"protected": "aaaa-bbbb"}],
    "agora unfreeze": [{"frozen": {"operation": "aaaa-bbbb", "reason": None}}],
}
LASTING = {"agora cancel"}  # what was cancelled can be typed again


@EACH
def test_change_can_be_turned_back_or_it_is_known_why_not(command: AnyCommand) -> None:
    """
    What turns a change back is a command that exists, on arguments that it takes, of the same entry point, and it can
    be turned back in its turn.
    """
    if not command.effect.changes or command.name in LASTING:
        assert command.undo is None
        return
    assert command.undo is not None
    args = example(command)
    for found in FOUND.get(command.name) or FOUND[command.group[1:]]:
        step = command.undo.back(args, found)
        assert step is not None
        back = catalog().get(step.command)
        assert back is not None
        assert back.undo is not None
        assert back.resource(back.args.model_validate(step.args)).entry == command.resource(args).entry
        assert found is None or command.undo.says(found)


@EACH
def test_each_argument_has_a_sample(command: AnyCommand) -> None:
    """
    The words that tests and examples are made of are words of their kind.
    """
    for parameter in parameters(command.args):
        parameter.kind.read(Word(parameter.kind.sample))


@EACH
def test_verb_is_found_in_any_case(command: AnyCommand) -> None:
    """
    Verbs are read without regard to case.
    """
    assert command == catalog().find(command.group, [Word(command.verb.upper())])


@EACH
def test_slip_is_recognised(command: AnyCommand) -> None:
    """
    A verb with its last letter twice is not known, but meant.
    """
    with pytest.raises(BadArguments, match=f"`/{command.name}`"):
        catalog().find(command.group, [Word(command.verb + command.verb[-1])])


def test_unknown_verb_gets_all_of_them() -> None:
    """
    Where nothing similar is known, all that is known is named.
    """
    with pytest.raises(BadArguments, match="`/record` has no `xyzzy`") as refused:
        catalog().find("/record", [Word("xyzzy")])

    assert all(f"`{command.verb}`" in (refused.value.hint or "") for command in catalog().group("/record"))


def test_verb_of_another_command_is_recognised() -> None:
    """
    Who types the right verb behind the wrong command is told the right one.
    """
    with pytest.raises(BadArguments, match="`/transfer set`") as refused:
        catalog().find("/record", split("set live off"))

    assert "Type: `/transfer set live off`" == refused.value.hint


def test_slip_with_a_bad_line_behind_it_gets_the_usage() -> None:
    """
    The corrected line is read before it is shown: one that could not be typed is not.
    """
    with pytest.raises(BadArguments, match="`/record on`") as refused:
        catalog().find("/record", split("onn live eu <!channel>"))

    assert "Usage: `/record on <entry> <region> <stream>... [at <time>] [for <duration>] [until <time>]`" == (
        refused.value.hint
    )


def test_catalogs_share_nothing() -> None:
    """
    Declaring a command registers it nowhere: a catalog of none stays empty, and two walks find the same.
    """
    assert () == tuple(Catalog([]))
    assert tuple(catalog()) == tuple(Catalog.walk(commands))
    assert ("/agora", "/record", "/stream", "/transfer") == catalog().groups


def test_command_of_another_release_is_unknown() -> None:
    """
    An operation may name a command that this release has not; that is said, not guessed.
    """
    assert catalog().get("record everything") is None


def test_reads_come_last() -> None:
    """
    Help lists what changes something first, then what only looks.
    """
    changing = [command.effect.changes for command in catalog().group("/record")]

    assert sorted(changing, reverse=True) == changing


async def test_arguments_of_another_command_are_refused() -> None:
    """
    A command never runs on the arguments of another.
    """
    on, get = (catalog().get(name) for name in ("record on", "transfer get"))
    assert on is not None
    assert get is not None
    args = read(get.args, [Word("live")], start="/transfer get")

    with pytest.raises(TypeError, match="record on takes RecordOnArgs"):
        await on.run(args, None)  # type: ignore[arg-type]
