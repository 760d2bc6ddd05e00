"""`run.py` on a checkout of its own, with a package that is made here: real virtual environments, no network."""

from __future__ import annotations

import ast
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "run.py"
# The Python below this test's own virtual environment: the one that a person would start run.py with.
PYTHON = os.path.realpath(sys.executable)
UV = shutil.which("uv")
BOT = "import sys, tiny; print('bot', *sys.argv[1:]); sys.exit(7)\n"
PYTEST = "import sys; print('pytest', *sys.argv[1:])\n"
BLOCKED = "raise ImportError('split off by the distribution')\n"


class Checkout:
    """A folder with run.py, a bot that prints its arguments and exits with 7, and locks for one package."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.venv = folder / ".venv"
        shutil.copy(SOURCE, folder / "run.py")
        (folder / "bot").mkdir()
        (folder / "bot" / "__init__.py").touch()
        (folder / "bot" / "__main__.py").write_text(BOT)
        self.lock("requirements.lock", "tiny")
        self.lock("requirements-dev.lock", "tiny", "pytest")

    def lock(self, name: str, *packages: str, digest: str | None = None) -> None:
        lines = [f"{self.wheel(package)} --hash=sha256:{digest or self.digest(package)}\n" for package in packages]
        (self.folder / name).write_text("".join(lines))

    def wheel(self, package: str) -> str:
        path = self.folder / f"{package}-1.0-py3-none-any.whl"
        if not path.exists():
            write_wheel(path, package)
        return f"./{path.name}"

    def digest(self, package: str) -> str:
        return hashlib.sha256((self.folder / self.wheel(package)).read_bytes()).hexdigest()

    def run(self, *arguments: str, uv: bool = True, missing: tuple[str, ...] = ()) -> tuple[int, str, str]:
        """Run run.py, with uv or without, on a Python that lacks some modules; give exit code and output."""
        absent = self.folder / "absent"
        for module in missing:
            (absent / module).mkdir(parents=True, exist_ok=True)
            (absent / module / "__init__.py").write_text(BLOCKED)
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL"))}
        environment |= {} if uv else {"PATH": str(self.folder)}
        environment |= {"PYTHONPATH": str(absent)} if missing else {}
        command = [PYTHON, "run.py", *arguments]
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr


def write_wheel(path: Path, package: str) -> None:
    about = f"{package}-1.0.dist-info"
    files = {
        f"{package}/__init__.py": "",
        f"{package}/__main__.py": PYTEST,
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/RECORD": "",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """Give a fresh checkout."""
    return Checkout(tmp_path)


def test_old_pythons_can_read_it() -> None:
    """A Python that is too old reads the file far enough to say so."""
    assert ast.parse(SOURCE.read_text(), feature_version=(3, 8)).body


def test_old_pythons_are_refused_in_one_sentence(checkout: Checkout) -> None:
    """On a Python that is too old one sentence says which one is needed, and nothing is made."""
    program = "import sys; sys.version_info = (3, 9, 2, 'final', 0); import run; sys.exit(run.main([]))"
    done = subprocess.run([PYTHON, "-c", program], cwd=checkout.folder, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr == "The bot needs Python 3.11 or newer, and this is 3.9.2: start run.py with a newer one.\n"
    assert not checkout.venv.exists()


def test_help_installs_nothing(checkout: Checkout) -> None:
    """`--help` explains and changes nothing."""
    code, out, _ = checkout.run("--help")

    assert (code, "python3 run.py test" in out, checkout.venv.exists()) == (0, True, False)


def test_a_fresh_checkout_becomes_the_bot(checkout: Checkout) -> None:
    """The first start installs (with pip alone) and becomes `bot try`; later ones are quiet. The exit code is kept."""
    first_code, first, error = checkout.run(uv=False)
    second = checkout.run("serve", "--no-worker")

    assert (first_code, first.splitlines()[-1]) == (7, "bot try"), error
    assert first.startswith("Making .venv with Python ")
    assert second == (7, "bot serve --no-worker\n", "")


@pytest.mark.skipif(UV is None, reason="there is no uv on PATH")
def test_uv_is_used_where_there_is_one(checkout: Checkout) -> None:
    """With uv on PATH, neither pip nor ensurepip is needed."""
    code, out, error = checkout.run("bot", "--help", missing=("ensurepip", "pip"))

    assert (code, out.splitlines()[-1]) == (7, "bot --help"), error


def test_no_pip_at_all(checkout: Checkout) -> None:
    """Where nothing can install, a sentence says what to install, and the next start begins afresh."""
    code, _, error = checkout.run(uv=False, missing=("ensurepip", "pip"))

    assert (code, checkout.venv.exists()) == (1, False)
    assert error == "There is no pip. Install it (Debian: apt install python3-venv) or uv, then start again.\n"


def test_the_tests_bring_their_own_packages(checkout: Checkout) -> None:
    """`test` installs the development lock and becomes pytest; from then on the bot starts without installing again."""
    code, out, error = checkout.run("test", "-k", "some thing")
    following = checkout.run()

    assert (code, out.splitlines()[-1]) == (0, "pytest -k some thing"), error
    assert following == (7, "bot try\n", "")


def test_half_an_environment_is_made_anew(checkout: Checkout) -> None:
    """A folder in which making or installing broke off does not fool the next start."""
    (checkout.venv / "bin").mkdir(parents=True)
    (checkout.venv / "bin" / "python").write_text("half a file")
    (checkout.venv / "pyvenv.cfg").touch()
    code, out, error = checkout.run()

    assert (code, out.splitlines()[-1]) == (7, "bot try"), error


def test_a_package_with_another_hash_is_refused(checkout: Checkout) -> None:
    """A package that is not the one that was locked stops the start, until it is."""
    checkout.lock("requirements.lock", "tiny", digest="0" * 64)
    refused, _, error = checkout.run()
    checkout.lock("requirements.lock", "tiny")
    code, _, _ = checkout.run()

    assert (refused, code) == (1, 7)
    assert "could not be installed" in error


def test_a_new_lock_is_installed(checkout: Checkout) -> None:
    """After the lock changed, the next start installs what it names; the checkout is importable from anywhere."""
    checkout.run()
    checkout.lock("requirements.lock", "tiny", "other")
    checkout.run()
    program = "import bot, other; print(bot.__file__)"
    python = checkout.venv / "bin" / "python"
    done = subprocess.run([python, "-c", program], cwd="/", capture_output=True, text=True, check=False)

    assert done.stdout.strip() == str(checkout.folder / "bot" / "__init__.py"), done.stderr
