"""Help: for everybody, to whoever asked alone, and word for word what is kept under `tests/snapshots`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.app import catalog
from bot.sandbox.slack_text import render
from tests.harness import LIVE, STRANGER, Stage

KEPT = Path(__file__).parents[1] / "snapshots"
RENEW = "RENEW_SNAPSHOTS" in os.environ
COMMANDS = tuple(catalog())


async def page(stage: Stage, line: str) -> str:
    """What a person without any role reads when they type *line*."""
    answer = await stage.slash(line, user=STRANGER)
    assert answer.message is not None
    assert ("ephemeral", STRANGER, "ack") == (answer.message.kind, answer.message.to, answer.message.via)
    return render(answer.message, stage.slack.people)


@pytest.mark.parametrize("group", catalog().groups)
async def test_help_is_what_is_kept(world: Stage, group: str) -> None:
    """
    Help reads as it did when somebody last read it; RENEW_SNAPSHOTS=1 keeps what it says now, to be read again.
    """
    await world.start(worker=False)
    lines = [group, *(f"{group} help {command.verb}" for command in catalog().group(group))]
    pages = [f"> {line}\n\n{await page(world, line)}\n" for line in lines]
    kept = KEPT / f"help{group.replace('/', '-')}.txt"
    if RENEW:
        kept.write_text("\n".join(pages), encoding="utf-8")

    assert kept.read_text(encoding="utf-8") == "\n".join(pages)


async def test_help_is_for_everybody(world: Stage) -> None:
    """
    Every command explains itself to somebody without a role: usage, example, who may, whether it asks.
    """
    await world.start(worker=False)

    for command in COMMANDS:
        read = await page(world, f"/{command.name} help")
        asks = {"disruptive": "asks", "change": "at once", "read": "looks"}[command.effect]
        for part in (command.summary, command.usage, command.example, command.who, asks):
            assert part in read
    assert [] == world.agora.calls


@pytest.mark.parametrize("words", ["help record", "help xyzzy", "help"])
async def test_help_for_what_is_not_there_is_no_error(world: Stage, words: str) -> None:
    """
    Help for a verb that is none names the ones there are.
    """
    await world.start(worker=False)

    read = await page(world, f"/record {words}")

    assert all(verb in read for verb in ("on", "off", "auto", "config"))


async def test_ways_to_ask_are_the_same(world: Stage) -> None:
    """
    `/record help on`, `/record on help` and `/record HELP ON` are one question.
    """
    await world.start(worker=False)

    assert 1 == len({await page(world, line) for line in ("/record help on", "/record on help", "/record HELP ON")})


async def test_help_works_without_redis(world: Stage) -> None:
    """
    Help needs no memory: it is there when the commands are not.
    """
    await world.start(worker=False)
    before = await page(world, "/record help on")
    await world.bots[0].stop()
    await world.start(worker=False, REDIS_URL="redis://127.0.0.1:1")

    assert before == await page(world, "/record help on")


async def test_entry_point_that_is_called_help_can_be_named(world: Stage) -> None:
    """
    In quotes the word for help is a name.
    """
    await world.start(worker=False)

    answer = await world.slash('/transfer get "help"', user=STRANGER, channel=LIVE)

    assert answer.message is not None
    assert "takes viewer" in answer.message.text
    assert '/transfer get "help"' in answer.message.text
