"""What is typed wrong or oddly: one private sentence with what to type, or the right thing done; never a guess."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.sandbox.agora_memory import EntryPoint
from bot.sandbox.slack import Answer, Message
from tests.harness import ADMIN, LIVE, OPERATOR, STRANGER, Stage

TASKS = "PUT entry_points/live/admin/record/custom/regions/eu/tasks?id="


@pytest.fixture
async def desk(world: Stage) -> AsyncIterator[Stage]:
    """A bot with one admin; whatever was typed, nobody was called and nothing was linked."""
    await world.start()
    yield world
    for message in world.slack.messages:
        quiet(message)


async def sent(stage: Stage, text: str, command: str = "/record", **fields: str) -> Answer:
    """A command with its text exactly as Slack sends it."""
    return await stage.slack.slash(f"{command} x", user=ADMIN, text=text, **fields)


async def said(stage: Stage, text: str, command: str = "/record") -> Message:
    """What its caller is told at once."""
    answer = await sent(stage, text, command)
    assert answer.message is not None, f"{text!r} was accepted"
    assert ("ephemeral", ADMIN, "ack") == (answer.message.kind, answer.message.to, answer.message.via)
    return answer.message


async def done(stage: Stage, text: str) -> list[str]:
    """The streams that Agora is asked to record for it."""
    before = len(stage.wire)
    seen = len(stage.slack.messages)
    answer = await sent(stage, text)
    assert answer.message is None
    await stage.told(lambda message: message in stage.slack.messages[seen:] and "asked for" in message.text)
    assert all(call.startswith(TASKS) for call in stage.wire[before:])
    return [call.removeprefix(TASKS) for call in stage.wire[before:]]


async def nothing_done(stage: Stage) -> bool:
    """Whether by the time that a harmless further command is answered nothing was changed."""
    await stage.outcome("/agora whoami", ADMIN)
    return not stage.wire


def corrected(message: Message) -> str | None:
    """The line that it says to type."""
    found = re.search(r"Type: `([^`]+)`", words(message))
    return found[1] if found else None


def words(message: Message) -> str:
    """Its text as it is read."""
    return message.text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def inside(value: Any) -> list[dict[str, Any]]:
    """Every object in blocks, however deep."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [*([value] if isinstance(value, dict) else []), *(one for part in parts for one in inside(part))]


def quiet(message: Message) -> None:
    """A message calls nobody but its own people, and links nothing."""
    tokens = re.findall("<[^>]*>", message.text)
    assert all(re.fullmatch(r"<@U0\w+>|<!date\^\d+\^[^|<>]*\|[^<>]*>", token) for token in tokens), message.text
    for part in inside(message.blocks):
        assert part.get("type") not in {"broadcast", "usergroup", "channel", "link", "emoji", "markdown"}
        assert part.get("type") != "mrkdwn" or part["verbatim"] is True


WRONG = [
    # text, what the answer names, the line that it gives
    ("onn live eu main-stage", "`onn`", "/record on live eu main-stage"),
    ("onn live eu <http://main.stage|main.stage>", "`onn`", "/record on live eu main.stage"),
    ("on live ue main-stage", "`ue`", "/record on live eu main-stage"),
    ("on live EUU main-stage", "`EUU`", "/record on live eu main-stage"),
    ("on eu live main-stage", "`live` is not a region", "/record on live eu main-stage"),
    ("on live main-stage eu", "`main-stage` is not a region", "/record on live eu main-stage"),
    ("on live eu “main-stage", "quote", "/record on live eu main-stage"),
    ('on live eu "main-stage and more', "quote", '/record on live eu "main-stage and more"'),
    ("on live ue &lt;b&gt;&amp;c", "`ue`", "/record on live eu <b>&c"),
]


@pytest.mark.parametrize(("text", "named", "line"), WRONG)
async def test_corrected_line_can_be_typed(desk: Stage, text: str, named: str, line: str) -> None:
    """
    A slip is named with the line to type, nothing is done; and typing that line does what was meant.
    """
    message = await said(desk, text)

    assert named in words(message)
    assert line == corrected(message)
    assert await nothing_done(desk)
    outcome = await desk.outcome(line, ADMIN)
    assert ("channel", 1) == (outcome.kind, len(desk.wire))
    assert "asked for" in outcome.text


USAGE = [
    ("on", "missing"),
    ("on live", "missing"),
    ("on live xyzzy main-stage", "`xyzzy` is not a region"),
    ("on live eu <!channel>", "mention"),
    ("on live eu <!here|here>", "mention"),
    ("on <@U0OTTO|otto> eu main-stage", "mention"),
    ("on <#C0LIVE|live-ops> eu main-stage", "mention"),
    ("on <#C0LIVE|> eu main-stage", "mention"),
    ("on <!subteam^S0OPS|@ops> eu main-stage", "mention"),
    ("onn live eu <!channel>", "`onn` is not known"),
    ("onn live eu <#C0LIVE|live-ops>", "`onn` is not known"),
    ("on live eu ..", "can't be the name"),
    ('on live eu ""', "empty text"),
    ('on live eu "a\nb"', "line break"),
    ("on live eu a\x00b", "can't be seen"),
    ("on live eu stage\u202egpj", "can't be seen"),
    (f"on live eu {'x' * 2980}", "128"),
    ("config live eu " + "on x " * 590, "too many"),
    ("auto live", "missing"),
    ("auto live perhaps", "`perhaps`"),
    ("auto live on off", "`off` is one word too many"),
    ("nonsense live eu main-stage", "`nonsense`"),
    ("<!channel>", "has no"),
    ("&lt;!channel&gt; now", "has no"),
    ("🎬 live", "has no"),
    ("<http://on.example|on.example> live", "has no"),
]


@pytest.mark.parametrize(("text", "named"), USAGE, ids=range(len(USAGE)))
async def test_what_cannot_be_mended_is_explained(desk: Stage, text: str, named: str) -> None:
    """
    What can't be read is refused in one private message that says what was wrong and how it is typed.
    """
    message = await said(desk, text)

    assert named in words(message)
    assert re.search("Usage: `/record|Type: `/record|knows `", message.text)
    assert "mistake" not in message.text
    assert len(message.text) < 1000
    assert await nothing_done(desk)


GRANTS = [
    ("grant", "missing"),
    ("grant ana operator", "not a person"),
    ("grant <!channel> operator", "everybody"),
    ("grant <#C0LIVE|live-ops> operator", "not a person"),
    ("grant <@U0STRANGER|sam> operatr", "`operatr`"),
    ("grant <@U0STRANGER|sam> operator on", "needs"),
    ("grant <@U0STRANGER|sam> operator in xyz", "no region"),
    ("grant <@U0STRANGER|sam> operator on <!channel>", "mention"),
    ("grant <@U0STRANGER|sam> operator until 0001-01-01T00:00+14:00", "time"),
    ("grant <@U0STRANGER|sam> operator for 3d until friday", "once"),
    ('grant <@U0STRANGER|sam> operator on "\n"', "empty"),
]


@pytest.mark.parametrize(("text", "named"), GRANTS)
async def test_grant_is_never_guessed(desk: Stage, text: str, named: str) -> None:
    """
    A role is given to whom, and on what, somebody said; anything unclear gives nothing.
    """
    message = await said(desk, text, "/agora")

    assert named in words(message)
    assert re.search("Usage: `|Type: `", message.text)
    shown = await desk.outcome("/agora roles", ADMIN)
    assert STRANGER not in json.dumps(shown.blocks)


ODD = [
    ("ON live EU main-stage", "main-stage"),
    ("on\xa0live\u202feu\u3000main-stage\u2003", "main-stage"),
    ("  on\tlive\n\neu\r\nmain-stage  ", "main-stage"),
    ("on “live” ‘eu’ „main-stage“", "main-stage"),
    ("on live eu 'main stage'", "main%20stage"),
    ("on live eu <http://db1.example|db1.example>", "db1.example"),
    ("on live eu <mailto:a@b.example|a@b.example>", "a%40b.example"),
    ("on live eu &amp;amp;", "%26amp%3B"),
    ("on live eu &lt;!channel&gt;", "%3C%21channel%3E"),
    ('on live eu "<!channel>"', "%40channel"),
    ("on live eu payload", "payload"),
    ("on live eu payload=%7B%7D", "payload%3D%257B%257D"),
    ("on live eu \u200bmain\u2060-stage\ufeff", "main-stage"),
    ("on live eu :clapper:", "%3Aclapper%3A"),
    ("on live eu *main*", "%2Amain%2A"),
    ("on live eu it's", "it%27s"),
    ("on live eu --force", "--force"),
    ('on live eu "help"', "help"),
]


@pytest.mark.parametrize(("text", "stream"), ODD)
async def test_odd_text_does_the_right_thing(desk: Stage, text: str, stream: str) -> None:
    """
    What clients and Slack do to a line is undone once: blanks, quotes, links, encoding.
    """
    assert [stream] == await done(desk, text)


@pytest.mark.parametrize("field", ["channel_name", "user_name", "team_domain"])
async def test_word_payload_may_stand_anywhere(desk: Stage, field: str) -> None:
    """
    A channel, a person or a workspace may have the word `payload` in its name; the command works.
    """
    seen = len(desk.slack.messages)
    answer = await sent(desk, "on live eu main-stage", **{field: "payload-service"})
    await desk.told(lambda message: message in desk.slack.messages[seen:])

    assert 200 == answer.status
    assert [f"{TASKS}main-stage"] == desk.wire


async def test_field_named_payload_does_not_replace_the_command(desk: Stage) -> None:
    """
    A form with a command and a field `payload` is the command.
    """
    answer = await sent(desk, "help", payload='{"type": "block_actions"}')

    assert answer.message is not None
    assert "/record on" in answer.message.text


@pytest.mark.parametrize("text", ["", " ", "\n", "help", "HELP", "?", "“help”"])
async def test_nothing_typed_is_a_wish_for_help(desk: Stage, text: str) -> None:
    """
    A command without anything behind it explains itself.
    """
    message = await said(desk, text)

    assert "/record on <entry> <region> <stream>..." in words(message)


async def test_command_of_another_app_is_refused(desk: Stage) -> None:
    """
    A slash command that is not the bot's own, as after a change of the manifest, is named and does nothing.
    """
    message = await said(desk, "on live eu main-stage", "/recrod")

    assert "`/recrod`" in message.text
    assert "`/record`" in message.text
    assert await nothing_done(desk)


async def test_entry_point_that_is_none_is_looked_up(desk: Stage) -> None:
    """
    A name that Agora does not know is answered with the one that was probably meant; nothing else is recorded.
    """
    message = await desk.outcome("/record on lvie eu main-stage", ADMIN)

    assert "`lvie`" in message.text
    assert "`live`" in message.text
    assert {} == desk.agora.entry_points["live"].tasks


@pytest.mark.parametrize(
    "name", ["<!channel>", "<@U0ADMIN>", "<https://evil.example|safe>", "@everyone", "a&lt;b", "*b* `c`"]
)
async def test_names_from_agora_stay_text(desk: Stage, name: str) -> None:
    """
    What is named at Agora is shown to the letter, however it is named.
    """
    desk.agora.entry_points[name] = EntryPoint()

    message = await desk.outcome("/agora entries", ADMIN)

    assert f"`{name.replace('`', 'ˋ')}`" in words(message)
    assert name.replace("`", "ˋ") in [part.get("text") for part in inside(message.blocks)]


async def test_as_many_streams_as_the_text_holds(desk: Stage) -> None:
    """
    A line of three thousand characters is done, each stream once.
    """
    names = [f"{number:0128}" for number in range(22)]
    text = f"on live eu {' '.join(names)}"
    await sent(desk, text)
    await desk.told(lambda message: "22 of 22" in message.text)

    assert 2800 < len(text) < 3000
    assert sorted(f"{TASKS}{name}" for name in names) == sorted(desk.wire)


async def test_field_that_is_there_twice_counts_once(desk: Stage) -> None:
    """
    Of a field that is there twice the last one counts, as in any form.
    """
    form = {"command": "/record", "text": "help", "user_id": OPERATOR, "channel_id": LIVE}
    body = f"{urlencode(form)}&text=on".encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", **desk.slack.sign(body)}

    answer = await desk.slack.post(body, headers)

    assert 200 == answer.status
    assert "missing" in answer.text
