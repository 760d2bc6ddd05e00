"""What is installed and started: locks, layers, Procfile and the commands in CI."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")
NAME = re.compile(r"^([A-Za-z0-9._-]+)")


def normal(requirement: str) -> str:
    """Give a package's name as indexes compare it: https://packaging.python.org/en/latest/specifications/name-normalization/."""
    found = NAME.match(requirement)
    assert found is not None, requirement
    return re.sub(r"[-_.]+", "-", found[1]).lower()


def locked(lock: str) -> dict[str, str]:
    """Give the locked packages and their versions."""
    lines = (ROOT / lock).read_text().splitlines()
    pins = [line.split()[0].partition("==") for line in lines if NAME.match(line)]
    return {normal(name): version for name, _, version in pins}


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    """Give pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_name_no_place(lock: str) -> None:
    """A lock holds no address of a registry and no path of a machine."""
    found = re.findall(r".*(?:://|find-links|index-url|/home/|/tmp/|/root/).*", (ROOT / lock).read_text())

    assert found == []


@pytest.mark.parametrize("lock", LOCKS)
def test_all_that_is_locked_has_a_hash(lock: str) -> None:
    """Every package is pinned to one version and checked against a hash."""
    entries = re.split(r"\n(?=[A-Za-z0-9])", (ROOT / lock).read_text().partition("\n#    .ci/lock\n")[2])

    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_what_the_bot_needs_is_locked(project: dict[str, Any], lock: str) -> None:
    """Every dependency of the project is in the locks."""
    wanted = {normal(requirement) for requirement in project["project"]["dependencies"]}

    assert wanted - set(locked(lock)) == set()


def test_what_development_needs_is_locked(project: dict[str, Any]) -> None:
    """Every tool of the development group is in the development lock, and in that one alone."""
    wanted = {normal(requirement) for requirement in project["dependency-groups"]["dev"]}

    assert wanted - set(locked("requirements-dev.lock")) == set()
    assert wanted & set(locked("requirements.lock")) == set()


def test_the_engine_is_pinned_to_one_minor_release(project: dict[str, Any]) -> None:
    """What runs the operations is in its zeros, where a minor release may change anything."""
    (engine,) = [wanted for wanted in project["project"]["dependencies"] if wanted.startswith("pydocket")]

    assert engine == "pydocket>=0.27,<0.28"


def test_tests_run_on_what_is_installed() -> None:
    """Both locks agree on the versions of what they share."""
    runtime, development = locked("requirements.lock"), locked("requirements-dev.lock")

    assert {name: development.get(name) for name in runtime} == runtime


def test_the_procfile_names_the_processes() -> None:
    """The Procfile has the process types that the contract names."""
    types = [line.partition(":")[0] for line in (ROOT / "Procfile").read_text().splitlines() if line and line[0] != "#"]

    assert types == ["web", "worker", "socket", "release"]
