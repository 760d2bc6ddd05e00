"""Names as odd as people make them, from the keyboard to Agora and back."""

import json

import pytest

from bot.sandbox.agora_memory import EntryPoint
from tests.harness import ADMIN, MANAGER, OPERATOR, Stage
from tests.outside.acts import confirmed, whole
from tests.outside.clicking import press

TASKS = "entry_points/live/admin/record/custom/regions/eu/tasks"
# A name as typed, as it is, as it goes over the wire: RFC 3986, percent-encoded once, UTF-8.
ODD_NAMES = [
    ('"main stage"', "main stage", "main%20stage"),
    ("“main stage”", "main stage", "main%20stage"),
    ("a/b", "a/b", "a%2Fb"),
    ("100%", "100%", "100%25"),
    ("%2F", "%2F", "%252F"),
    ("a+b", "a+b", "a%2Bb"),
    ("a&b", "a&b", "a%26b"),
    ("a?b=c#d", "a?b=c#d", "a%3Fb%3Dc%23d"),
    ("it's", "it's", "it%27s"),
    ("...", "...", "..."),
    ("🎬", "🎬", "%F0%9F%8E%AC"),
    ("a\u200e-\u00adb", "a-b", "a-b"),
    ("舞台", "舞台", "%E8%88%9E%E5%8F%B0"),
    ("Główna", "Główna", "G%C5%82%C3%B3wna"),
    ("مسرح", "مسرح", "%D9%85%D8%B3%D8%B1%D8%AD"),
    ("http://a.b", "http://a.b", "http%3A%2F%2Fa.b"),
    ("n" * 128, "n" * 128, "n" * 128),
]


@pytest.mark.parametrize(("typed", "name", "encoded"), ODD_NAMES)
async def test_odd_stream_names_arrive(stage: Stage, typed: str, name: str, encoded: str) -> None:
    """
    A name arrives at Agora as it was meant, percent-encoded once, in the query as well as in the path.
    """
    started = await stage.outcome(f"/record on live eu {typed}")
    tasks = dict(stage.agora.entry_points["live"].tasks)
    stopped = await confirmed(stage, f"/record off live eu {typed}", OPERATOR)

    assert [("eu", name)] == list(tasks)
    assert [f"PUT {TASKS}?id={encoded}", f"DELETE {TASKS}/{encoded}"] == stage.wire
    assert {} == stage.agora.entry_points["live"].tasks
    for message in (started, stopped):
        assert name.replace("&", "&amp;") in message.text
        assert name in json.dumps(message.blocks, ensure_ascii=False)


async def test_odd_entry_point_names_arrive(stage: Stage) -> None:
    """
    Names of entry points may be as odd as names of streams.
    """
    settings = stage.agora.entry_points["live"].regions
    stage.agora.entry_points["Łódź 100%/a"] = EntryPoint(regions=dict(settings))

    message = await stage.outcome('/record on "Łódź 100%/a" eu main-stage')

    assert ("eu", "main-stage") in stage.agora.entry_points["Łódź 100%/a"].tasks
    assert [
        "PUT entry_points/%C5%81%C3%B3d%C5%BA%20100%25%2Fa/admin/record/custom/regions/eu/tasks?id=main-stage"
    ] == stage.wire
    assert "`Łódź 100%/a`" in message.text


async def test_hostile_names_stay_text(stage: Stage) -> None:
    """
    A name that looks like a mention, a link or formatting is shown to the letter.
    """
    message = await stage.outcome('/record on live eu "<!channel> <b> *now* https://evil.example"')

    assert "@channel &lt;b&gt; *now* https://evil.example`" in message.text
    assert [] == [part for part in ('"broadcast"', '"link"') if part in whole(message)]


async def test_joined_letters_arrive_joined(stage: Stage) -> None:
    """
    Where two signs are joined to one, the name arrives with what joins them.
    """
    await stage.outcome("/record on live eu 👩\u200d🚀")

    assert [("eu", "👩\u200d🚀")] == list(stage.agora.entry_points["live"].tasks)
    assert [f"PUT {TASKS}?id=%F0%9F%91%A9%E2%80%8D%F0%9F%9A%80"] == stage.wire


@pytest.mark.parametrize("name", ["a\u202eb", "a\u2061b", "a\U000e0041b"])
async def test_names_with_letters_that_nobody_sees_are_refused(stage: Stage, name: str) -> None:
    """
    Other letters that take no room could make two names look alike; nothing is sent.
    """
    message = await stage.outcome(f"/record on live eu {name}")

    assert OPERATOR == message.to
    assert "can't be seen" in message.text
    assert [] == stage.wire


@pytest.mark.parametrize(("typed", "taken"), [("WILLIAM", False), ("STEPHEN", False), ("U0STRANGER", True)])
async def test_name_in_capitals_is_nobody(stage: Stage, typed: str, taken: bool) -> None:
    """
    A bare name that could be an id gets no role; an id that is typed does.
    """
    message = await stage.outcome(f"/agora grant {typed} viewer", ADMIN)
    roles = await stage.outcome("/agora roles", ADMIN)

    assert ("channel" if taken else "ephemeral") == message.kind
    assert taken == (typed in roles.text)


@pytest.mark.parametrize("name", ["👩\u200d🚀", "a`b", "n" * 120 + " 1", "plain"])
async def test_line_to_type_again_is_the_line(stage: Stage, name: str) -> None:
    """
    Whoever is told to type a line again reads it to the letter, or no line at all.
    """
    line = f'/record off live eu "{name}" "{name}2" "{name}3"'
    prompt = await stage.prompt(line, MANAGER)

    told = await press(stage, prompt, "operation_confirm", ADMIN, unseen=True)

    assert (name == "plain") == ("type `/record off live eu plain plain2 plain3`" in told.text)
    assert (name != "plain") == ("type the command again" in told.text)
