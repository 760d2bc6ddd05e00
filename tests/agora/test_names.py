"""Names of every kind arrive whole, and what is signed is what is on the wire."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from unicodedata import category
from urllib.parse import unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.agora import AgoraClient, HmacAuth
from bot.agora.plain import JOINERS, quoted
from bot.sandbox.agora import AgoraStandIn
from tests.agora.parts import APP_ID, SECRET

# All that a name may hold; control characters and lone halves of a pair are refused before they get here.
NAMES = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=128).filter(
    lambda name: name not in {".", ".."}
)
Sides = tuple[asyncio.Runner, AgoraStandIn, AgoraClient]


@pytest.fixture(scope="module")
def sides() -> Iterator[Sides]:
    # Both sides share a clock that runs ahead, so that the limit of calls a second is never met.
    seconds = count()

    def clock() -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=next(seconds))

    with asyncio.Runner() as runner:
        agora = AgoraStandIn(clock=clock)
        runner.run(agora.start())
        auth = HmacAuth("example-customer-id", SecretStr(SECRET))
        client = AgoraClient(app_id=APP_ID, auth=auth, base_url=agora.url, clock=clock)
        yield runner, agora, client
        runner.run(client.aclose())
        runner.run(agora.stop())


@settings(max_examples=60, deadline=None)
@given(stream=NAMES)
@example("a/b")
@example("100%")
@example("%2F")
@example("a b+c&d=e;f?g#h")
@example("sahne öffentlich 舞台 🎬")
@example("...")
@example("~tilde_-.")
def test_stream_names(sides: Sides, stream: str) -> None:
    """Agora accepts the signature over the bytes it got, and reads the very name, in the query and in the path."""
    runner, agora, client = sides
    tasks = agora.entry_points["live"].tasks

    runner.run(client.enable_recording("live", "eu", stream))
    assert ("eu", stream) in tasks
    assert agora.calls[-1].target.isascii()

    runner.run(client.disable_recording("live", "eu", stream))
    assert unquote(agora.calls[-1].target.rpartition("/")[2]) == stream
    assert (agora.calls[-1].accepted, agora.calls[-1].status) == (True, 200)


@settings(max_examples=40, deadline=None)
@given(entry=NAMES)
@example("a/b")
@example("%")
def test_entry_names(sides: Sides, entry: str) -> None:
    """An entry point is one path segment, whatever it is called."""
    runner, agora, client = sides
    agora.entry_points[entry] = agora.entry_points["live"]

    assert runner.run(client.online_stream(entry, "main-stage")).name == "main-stage"


@settings(deadline=None)
@given(value=st.text())
def test_quoted(value: str) -> None:
    """A quoted value is one line, has backticks at its ends alone, and is short."""
    shown = quoted(value)

    assert (shown[0], shown[-1]) == ("`", "`")
    assert "`" not in shown[1:-1]
    assert {category(letter) for letter in shown if letter not in JOINERS} & {"Cc", "Cf", "Cs", "Zl", "Zp"} == set()
    assert len(shown) <= 152


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("main-stage", "`main-stage`"),
        ("a`b``c", "`abc`"),
        ("a\nb\tc\x00\x1b[31m", "`a b c[31m`"),
        ("abc\u202edef\u2066", "`abcdef`"),
        ("", "` `"),
        ("x" * 151, "`" + "x" * 149 + "…`"),
        ("x" * 150, "`" + "x" * 150 + "`"),
    ],
)
def test_quoted_samples(value: str, expected: str) -> None:
    """Controls and backticks are dropped, line breaks become blanks, the end is cut."""
    assert quoted(value) == expected
