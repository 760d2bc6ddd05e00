"""The README says what is true of the code: commands, settings, processes, words that are searched for."""

from __future__ import annotations

import re
from pathlib import Path

from bot.app import catalog
from bot.check import GROUPS
from bot.check.findings import Mark
from bot.settings import REQUIRED, Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
UNSET: tuple[object, ...] = (None, (), frozenset())


def section(title: str) -> str:
    """Give what stands under a heading."""
    return README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def table(title: str) -> list[list[str]]:
    """Give the rows of the table under a heading, without its head."""
    rows = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows[2:]]


def test_commands_are_those_of_the_catalog() -> None:
    """
    Every command stands in the README with its usage, role, kind and summary, and no other does.
    """
    told = sorted(table("Commands"))
    known = sorted(
        [f"`{command.usage}`", command.who, str(command.effect), command.summary.rstrip(".")] for command in catalog()
    )

    assert known == told


def test_settings_are_those_that_are_read() -> None:
    """
    Every setting stands in the README with its default, and no other does.
    """
    told = {name: default for name, default, _ in table("Settings")}
    known = {}
    for name, field in Settings.model_fields.items():
        default = "unset" if field.default in UNSET else f"`{field.default}`"
        known[f"`{name.upper()}`"] = "required" if name in REQUIRED else default

    assert known == told


def test_processes_are_those_of_the_procfile() -> None:
    """
    The processes and their commands are the Procfile's.
    """
    told = {name.strip("`"): command.strip("`") for name, command, _ in table("Run it in production")}
    lines = [line for line in (ROOT / "Procfile").read_text().splitlines() if line and not line.startswith("#")]

    assert dict(line.split(": ", 1) for line in lines) == told


def test_what_is_quoted_is_what_the_bot_says() -> None:
    """
    A symptom in quotes can be found: the bot has these words.
    """
    quoted = re.findall('"([^"]+)"', " ".join(row[0] for row in table("When something fails")))
    said = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot").rglob("*.py"))

    assert quoted != []
    assert [] == [words for words in quoted if words.strip("… ") not in said]


def test_check_is_shown_as_it_is() -> None:
    """
    The transcript of `check` has a line for everything that is looked at, in its order, with states that there are.
    """
    shown = re.findall(
        r"^(\w+) {2,}(\S+(?: \S+)*) {2,}\S", README.partition("$ python3 run.py check")[2].partition("```")[0], re.M
    )

    assert ["Settings", *(what for group in GROUPS for what in group.whats)] == [what for _, what in shown]
    assert {state for state, _ in shown} <= {mark.value for mark in Mark}


def test_links_lead_somewhere() -> None:
    """
    A link within the repository names a file or a heading that is there.
    """
    targets = re.findall(r"\]\(((?!https?:)[^)]+)\)", README)
    headings = {f"#{title.lower().replace(' ', '-')}" for title in re.findall(r"^#+ (.*)$", README, re.MULTILINE)}

    assert targets != []
    assert [] == [target for target in targets if target not in headings and not (ROOT / target).exists()]


def test_the_two_commands_are_there() -> None:
    """
    What starts the console and what runs the tests stand on lines of their own.
    """
    assert {"python3 run.py", "python3 run.py test"} <= set(README.splitlines())
