"""What the documentation points to is there: tests, modules, links."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from bot.slack.manifest import EVENTS, OPTIONAL_SCOPES, SCOPES

ROOT = Path(__file__).parent.parent
PAGES = sorted((ROOT / "docs").rglob("*.md"))
POINTS = (ROOT / "docs" / "engine.md").read_text(encoding="utf-8")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@cache
def names_in(path: str) -> frozenset[str]:
    """The names of the tests in a file; none where there is no such file."""
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(function.name for function in functions if function.name.startswith("test_"))


def page(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PAGES, ids=page)
def test_named_tests_are_there(path: Path) -> None:
    """
    A test that a page names can be run.
    """
    named = TEST.findall(path.read_text(encoding="utf-8"))

    assert [] == [f"{file}::{name}" for file, name in named if name not in names_in(file)]


@pytest.mark.parametrize("path", PAGES, ids=page)
def test_named_files_are_there(path: Path) -> None:
    """
    A module that a page names, and a page that it links to, is there.
    """
    text = path.read_text(encoding="utf-8")
    named = re.findall(r"`((?:bot|tests)/[\w/]+\.py)`", text)
    linked = re.findall(r"\]\(((?!https?:|#)[^)#]+)", text)

    assert [] == [file for file in named if not (ROOT / file).is_file()]
    assert [] == [file for file in linked if not (path.parent / file).exists()]


def test_each_of_the_fourteen_points_is_shown() -> None:
    """
    Every point about the engine has what the bot does and at least one test.
    """
    rows = [line.split(" | ") for line in POINTS.splitlines() if re.match(r"\| \d+ \|", line)]

    assert [str(number) for number in range(1, 15)] == [row[0].strip("| ") for row in rows]
    assert [] == [row[0] for row in rows if len(row) != 4 or not TEST.search(row[3])]


def test_scopes_and_events_have_their_reason() -> None:
    """
    Every scope and event of the manifest stands in the documentation with what it is for, and no other does.
    """
    text = (ROOT / "docs" / "slack-app.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `([\w:.]+)` \| (.*) \|$", text, re.MULTILINE))

    assert {**SCOPES, **OPTIONAL_SCOPES, **EVENTS} == told
