"""Start the bot from a fresh checkout with nothing but Python: make .venv, install what is locked, run."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "installed.txt"
RUNTIME, DEVELOPMENT = "requirements.lock", "requirements-dev.lock"
DEVELOPING = {
    "test": [str(PYTHON), "-m", "pytest"],
    "bench": [str(PYTHON), "-m", "bench"],
    "chaos": [str(PYTHON), "-m", "tests.chaos"],
    "ci": ["bash", ".ci/run"],
    "install": [str(PYTHON), "-c", ""],
}
HELP = """\
python3 run.py                 try the bot on this machine, with nothing to sign up for
python3 run.py serve           start it for your Slack workspace; so do all other commands of the bot
python3 run.py test [...]      run the tests (what follows goes to pytest)
python3 run.py ci              run everything that is checked before a change is taken
python3 run.py bench [...]     measure
python3 run.py chaos [...]     kill, freeze and break everything while people use it, then count (--minutes N, --seed)
python3 run.py install         install what the tests need, and nothing else
python3 run.py bot --help      show the bot's own commands

The first start makes the folder .venv and installs what requirements.lock names into it (with uv where there is
one, else with pip). Nothing outside of this folder is touched; to start afresh, remove .venv.
"""


class InstallError(Exception):
    """What is missing can't be made here; says what to do."""


def main(arguments: list[str]) -> int:
    """Install what is missing, then become the command that was asked for."""
    if sys.version_info < (3, 11):  # noqa: UP036 - said by the old Python itself, so this file must suit it
        version = ".".join(str(part) for part in sys.version_info[:3])
        print(
            f"The bot needs Python 3.11 or newer, and this is {version}: start run.py with a newer one.",
            file=sys.stderr,
        )
        return 1
    if arguments[:1] in (["-h"], ["--help"]):
        print(HELP, end="")
        return 0
    os.chdir(ROOT)
    try:
        install(DEVELOPMENT if arguments[:1] and arguments[0] in DEVELOPING else RUNTIME)
        return become(command(arguments))
    except InstallError as exc:
        print(exc, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The next start goes on from here.", file=sys.stderr)
        return 130


def command(arguments: list[str]) -> list[str]:
    """Give the command line to run."""
    first, rest = (arguments or ["try"])[0], arguments[1:]
    if first in DEVELOPING:
        return [*DEVELOPING[first], *rest]
    return [str(PYTHON), "-m", "bot", *([] if first == "bot" else [first]), *rest]


def become(line: list[str]) -> int:
    """Replace this process, so that signals and the exit code are the command's own."""
    sys.stdout.flush()
    if os.name != "nt":
        os.execvp(line[0], line)
    try:
        return subprocess.call(line)
    except KeyboardInterrupt:
        return 130


def install(lock: str) -> None:
    """Bring .venv to what *lock* names, if it isn't there already."""
    before = STAMP.read_text(encoding="utf-8").splitlines() if STAMP.exists() else []
    if DEVELOPMENT in before:
        lock = DEVELOPMENT  # holds all of the other one; going back and forth would cost each start
    wanted = stamp(lock)
    if before == wanted and PYTHON.exists():
        return
    STAMP.unlink(missing_ok=True)
    if not works():
        make()
    fill(lock)
    write_path()
    STAMP.write_text("\n".join(stamp(lock)) + "\n", encoding="utf-8")


def stamp(lock: str) -> list[str]:
    """Say what is installed where: another lock, Python or folder asks for a new installation."""
    digest = hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()
    return [lock, digest, os.path.realpath(PYTHON), str(ROOT)]


def works() -> bool:
    """Say whether .venv has a Python that runs, belongs to it and is new enough: a half-made folder has none."""
    program = "import sys; print(sys.version_info >= (3, 11) and sys.prefix != sys.base_prefix, sys.prefix)"
    return output([str(PYTHON), "-c", program]).rstrip() == f"True {VENV}"


def make() -> None:
    """Make .venv anew. Without pip, so that it works where a distribution splits that off from Python."""
    print(f"Making .venv with Python {sys.version.split()[0]} ...", flush=True)
    remove()
    if not output([sys.executable, "-m", "venv", "--without-pip", str(VENV)], on_success="made") or not works():
        remove()
        raise InstallError(
            "Python can't make a virtual environment. Install its venv module (Debian: apt install python3-venv)."
        )


def remove() -> None:
    """Remove .venv, whatever is left of it."""
    if VENV.is_symlink() or VENV.is_file():
        VENV.unlink()
    elif VENV.exists():
        shutil.rmtree(VENV)


def fill(lock: str) -> None:
    """Install what *lock* names, each package checked against its hash."""
    count = sum("==" in line for line in (ROOT / lock).read_text(encoding="utf-8").splitlines())
    print(f"Installing the {count} packages of {lock} (once, takes up to a minute) ...", flush=True)
    uv = shutil.which("uv")
    if uv and succeeds([uv, "pip", "sync", "--quiet", "--python", str(PYTHON), "--require-hashes", lock]):
        return
    if uv:
        print("uv could not do it; trying pip ...", flush=True)
    quiet = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-compile"]
    if not succeeds([*pip(), "install", *quiet, "--require-hashes", "--no-deps", "-r", lock]):
        raise InstallError("The packages could not be installed (see above). Check the connection and start again.")


def pip() -> list[str]:
    """Find a pip that installs into .venv: its own, the one that comes with Python, or the system's."""
    own = [str(PYTHON), "-m", "pip"]
    if output([*own, "--version"]) or output([str(PYTHON), "-m", "ensurepip", "--default-pip"], on_success="made"):
        return own
    systems = [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    if output([*systems, "--version"]):
        return systems
    remove()
    raise InstallError("There is no pip. Install it (Debian: apt install python3-venv) or uv, then start again.")


def write_path() -> None:
    """Make the checkout importable from anywhere, without building a package from it."""
    program = "import sysconfig; print(sysconfig.get_path('purelib'))"
    folder = Path(output([str(PYTHON), "-c", program]).rstrip())
    (folder / "agora-bot.pth").write_bytes(os.fsencode(ROOT) + b"\n")


def output(line: list[str], *, on_success: str = "") -> str:
    """Run a command quietly; give what it printed (or *on_success*), nothing if it failed."""
    try:
        done = subprocess.run(line, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return on_success or done.stdout


def succeeds(line: list[str]) -> bool:
    """Run a command for all to see, and say whether it worked."""
    try:
        return subprocess.call(line) == 0
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
