"""`python -m bot try` as a process: typed lines in, what is printed and the exit status out."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import bot

ROOT = Path(bot.__file__).parent.parent
LIMIT_S = 60
TRY = [sys.executable, "-m", "bot", "try"]
PUT = (
    "→ Agora  PUT /v1/projects/0123456789abcdef0123456789abcdef/fls/entry_points/live/admin/record/custom/regions/eu"
    "/tasks?id=main-stage  signed (hmac)  "
)
STORY = """\
/record on live eu main-stage
sam: /record on live eu main-stage
/record off live eu main-stage
sam: 3
3
3
fault 504
/record on live eu main-stage
fault off
6
mia: /transfer set live on https://hooks.example.com/transfer
mia: 8
streams
"""


def environment(**more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "AGORA_ATTEMPTS": "1", **more}


def trial(*arguments: str, cwd: Path, typed: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    line = [*TRY, *arguments]
    return subprocess.run(
        line,
        cwd=cwd,
        env=environment(**more),
        input=typed,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )


def flat(text: str) -> str:
    """Give the text without its line breaks and indents."""
    return " ".join(text.split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("try")


@pytest.fixture(scope="module")
def story(folder: Path) -> dict[str, list[str]]:
    """What was answered to each line of the story."""
    done = trial(cwd=folder, typed=STORY)
    assert (0, "") == (done.returncode, done.stderr)
    answers: dict[str, list[str]] = {}
    for part in re.split(r"^otto #live-ops> ", done.stdout, flags=re.MULTILINE):
        line, _, answer = part.partition("\n")
        answers.setdefault(line, []).append(answer)
    return answers


def test_one_line_is_carried_out(tmp_path: Path) -> None:
    """
    One command in, the signed call and the posted outcome out, and nothing else.
    """
    done = trial("/record on live eu main-stage", cwd=tmp_path)

    assert (0, "") == (done.returncode, done.stderr)
    assert f"{PUT}200\n" in done.stdout
    assert "#live-ops, everybody sees:" in done.stdout
    assert "asked by @otto" in flat(done.stdout)


def test_exit_status_says_how_it_went(folder: Path) -> None:
    """
    What is refused, fails or asks and is not confirmed ends with 1; what is done, and help, with 0.
    """
    auto = "/record auto live off"
    runs: dict[tuple[str, ...], tuple[int, int]] = {  # → exit status, changes that reached Agora
        ("/record on live eu main-stage", "--as", "vera"): (1, 0),
        ("/record on live ap main-stage",): (1, 1),
        (auto, "--as", "manager"): (1, 0),
        (auto, "--as", "manager", "--yes"): (0, 1),
        ("/record on",): (1, 0),
        ("/record help",): (0, 0),
        ("record on live eu main-stage",): (1, 0),
        ("/record on live eu main-stage", "--as", "zed"): (1, 0),
    }
    ends = {arguments: trial(*arguments, cwd=folder) for arguments in runs}
    changes = {one: len(re.findall("→ Agora  (?:PUT|PATCH|DELETE)", done.stdout)) for one, done in ends.items()}

    assert runs == {one: (done.returncode, changes[one]) for one, done in ends.items()}


def test_the_first_screen_names_what_the_story_types(story: dict[str, list[str]]) -> None:
    """
    The first screen says who there is and what to type first.
    """
    (welcome,) = [text for line, texts in story.items() for text in texts if line.startswith("The whole bot")]

    assert all(name in welcome for name in ("otto", "ada", "mia", "vera", "sam", "help", "quit"))
    assert all(
        line in welcome for line in STORY.splitlines() if line.startswith(("/", "fault 504", "mia: /", "sam: /"))
    )


def test_the_channel_reads_what_was_done(story: dict[str, list[str]]) -> None:
    """
    A change is a signed call and a message for everybody.
    """
    first, _ = story["/record on live eu main-stage"]

    assert first.startswith(f"{PUT}200\n")
    assert "#live-ops, everybody sees:" in first


def test_a_refusal_is_for_its_caller_alone(story: dict[str, list[str]]) -> None:
    """
    Who may not is told so alone, and Agora hears nothing.
    """
    (refusal,) = story["sam: /record on live eu main-stage"]

    assert "only @sam sees:" in refusal
    assert "everybody" not in refusal
    assert "→ Agora" not in refusal


def test_buttons_are_pressed_by_number(story: dict[str, list[str]]) -> None:
    """
    A prompt has numbered buttons; nobody else can press them, and one that is gone changes nothing.
    """
    (prompt,) = story["/record off live eu main-stage"]
    (foreign,) = story["sam: 3"]
    pressed, late = story["3"]

    assert "[3 Stop recording] [4 " in prompt
    assert "only you see:" in prompt
    assert "DELETE" not in prompt + foreign + late
    assert "Only otto sees that button" in foreign
    assert "DELETE" in pressed
    assert "That button is gone" in late


def test_long_lists_are_turned_by_number(tmp_path: Path) -> None:
    """
    A list of more than a page has numbered buttons that put the next one in its place.
    """
    pushes = "".join(f"push sports cam-{number}\n" for number in range(20))
    done = trial(cwd=tmp_path, typed=f"{pushes}/stream list sports\n1\n2\n")

    first, second, third = done.stdout.split("20 streams are live on sports now.")[1:]
    assert ["• cam-14 since" in page for page in (first, second, third)] == [True, False, True]
    assert ["• cam-15 since" in page for page in (first, second, third)] == [False, True, False]
    assert ("[1 Next]" in first, "rows 1–15 of 20" in first, "in place of" in first) == (True, True, True)
    assert ("[2 Previous]" in second, "rows 16–20 of 20" in second) == (True, True)


def test_trouble_on_demand_and_retry(story: dict[str, list[str]]) -> None:
    """
    A fault shows on the call; once it is off the retry button does what had failed.
    """
    _, failed = story["/record on live eu main-stage"]
    (again,) = story["6"]

    assert f"{PUT}504  (fault 504)" in failed
    assert "[6 Try again]" in failed
    assert f"{PUT}200\n" in again


def test_somebody_else_acts_for_once(story: dict[str, list[str]]) -> None:
    """
    `NAME: ...` types and presses as that person, and one is oneself again after it.
    """
    (asked,) = story["mia: /transfer set live on https://hooks.example.com/transfer"]
    (pressed,) = story["mia: 8"]

    assert "only @mia sees:" in asked
    assert "asked by @mia" in flat(pressed)
    assert "PATCH" in pressed


def test_streams_are_shown(story: dict[str, list[str]]) -> None:
    """
    `streams` says what is live and recorded at Agora.
    """
    (streams,) = story["streams"]

    assert re.search(r"live +main-stage: live for .*, recorded in eu", streams)
    assert re.search(r"sports +no stream is live", streams)


def test_what_can_not_be_understood_gets_a_sentence(folder: Path) -> None:
    """
    Odd input is answered with what to type, and changes nothing.
    """
    odd = {
        "strems": "Did you mean `streams`?",
        "record on live eu main-stage": "/record on live eu main-stage",
        "/nothing here": "/nothing is not a command",
        "99": "There is no button 99",
        "press": "There is no button",
        "as zed": "nobody called zed",
        "zed: /record help": "nobody called zed",
        "fault 999": "is not a fault",
        "fault 504 often": "How often?",
        "push live": "push ENTRY STREAM",
        "push lvie cam-2": "live and sports",
        "end live cam-9": "cam-9 is not live",
        "channel moon": "live-ops",
        "sam: see mia": "",
        "wait a minute": "How long?",
        "wait 0m": "How long?",
        "`'\"\\": "The console does not know",
        "\x00\x1b[2J": "The console does not know",
    }
    done = trial(cwd=folder, typed="\n".join(odd))
    said = re.split(r"^otto #live-ops> .*\n", done.stdout, flags=re.MULTILINE)[1:]

    assert (0, "") == (done.returncode, done.stderr)
    assert [] == [line for line, answer in zip(odd, said, strict=True) if odd[line] not in answer]
    assert "→ Agora" not in done.stdout
    assert "\x1b" not in done.stdout


def test_the_world_can_be_changed(folder: Path) -> None:
    """
    Streams come and go, channels and people change, the clock is turned, faults are listed.
    """
    typed = """\
push live cam-2
streams
end live cam-2
streams
/record off live eu main-stage
wait 6m
1
fault
fault reset 1
fault
as mia
channel private
see vera
as sam
quit
streams"""
    done = trial(cwd=folder, typed=typed)
    parts = re.split(r"^\w+ #[\w-]+> (.*)\n", done.stdout, flags=re.MULTILINE)
    said = list(zip(parts[1::2], parts[2::2], strict=True))

    assert (0, "quit") == (done.returncode, said[-1][0])
    assert "cam-2: live for" in said[1][1]
    assert "cam-2" not in said[3][1]
    assert "lapsed" in said[6][1]
    assert "DELETE" not in done.stdout
    assert all(kind in said[7][1] for kind in ("504-done", "hang", "garbage", "None is on"))
    assert "On now: reset" in said[9][1]
    assert "#private" in said[11][1]
    assert "nothing yet" in said[12][1]
    assert "sam #live-ops> quit" in done.stdout


def test_memory_lasts_until_it_is_forgotten(tmp_path: Path) -> None:
    """
    Roles survive the end of a `try`; `--fresh` goes back to the beginning.
    """
    read = ("/record config live eu", "--as", "sam")
    granted = trial("/agora grant @sam viewer", "--as", "ada", cwd=tmp_path)
    after = trial(*read, cwd=tmp_path)
    fresh = trial(*read, "--fresh", cwd=tmp_path)

    assert [0, 0, 1] == [granted.returncode, after.returncode, fresh.returncode]


def test_a_wrong_setting_stops_the_start(tmp_path: Path) -> None:
    """
    A setting of the environment that counts here is checked like any other.
    """
    done = trial(cwd=tmp_path, AGORA_ATTEMPTS="many")

    assert 2 == done.returncode
    assert "AGORA_ATTEMPTS" in done.stderr
    assert "Traceback" not in done.stderr


def test_settings_of_a_real_bot_are_left_alone(tmp_path: Path) -> None:
    """
    Tokens and addresses in the environment or in .env are not used: nothing leaves this machine.
    """
    (tmp_path / ".env").write_text("AGORA_API_URL=https://agora.example.invalid\nAGORA_ATTEMPTS=nonsense\n")
    real = {"AGORA_API_URL": "https://agora.example.invalid", "SLACK_API_URL": "https://slack.example.invalid/api/"}
    done = trial("/record on live eu main-stage", cwd=tmp_path, REDIS_URL="redis://redis.example.invalid", **real)

    assert 0 == done.returncode
    assert f"{PUT}200" in done.stdout


class Terminal:
    """A `try` that somebody sits in front of."""

    def __init__(self, cwd: Path, **more: str) -> None:
        self.master, slave = pty.openpty()
        env = environment(TERM="xterm", **more)
        self.process = subprocess.Popen(TRY, cwd=cwd, env=env, stdin=slave, stdout=slave, stderr=slave, process_group=0)
        os.close(slave)
        self.text = ""
        self._seen = 0

    def wait_for(self, wanted: str) -> str:
        """Read on until *wanted* is printed; gives what stood before it."""
        start = self._seen
        while (end := self.text.find(wanted, start)) < 0:
            ready, _, _ = select.select([self.master], [], [], LIMIT_S)
            assert ready, self.text
            try:
                more = os.read(self.master, 65536)
            except OSError:  # Linux's end of a terminal
                more = b""
            assert more, self.text
            self.text += more.decode(errors="replace")
        self._seen = end + len(wanted)
        return self.text[start:end]

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def leave(self, number: signal.Signals) -> int:
        """
        Send a signal, and again if it was not heard within seconds.

        Python's own line editing sleeps on if a signal comes between its prompt and its waiting for a key.
        """
        while self.process.poll() is None:
            self.process.send_signal(number)
            end = time.monotonic() + 10
            while self.process.poll() is None and time.monotonic() < end:
                self.drain()
        self.drain()
        return self.process.wait()

    def drain(self) -> None:
        """Take what is printed; at the end of the output wait for the end of the process."""
        ready, _, _ = select.select([self.master], [], [], 0.2)
        try:
            more = os.read(self.master, 65536) if ready else b""
        except OSError:
            more = b""
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.2)
        self.text += more.decode(errors="replace")

    def end(self) -> int:
        with contextlib.suppress(AssertionError):
            self.wait_for("\0never\0")
        return self.process.wait(LIMIT_S)


@contextlib.contextmanager
def terminal(cwd: Path, **more: str) -> Iterator[Terminal]:
    sitting = Terminal(cwd, **more)
    try:
        yield sitting
    finally:
        if sitting.process.poll() is None:
            sitting.leave(signal.SIGTERM)  # a kill would leave its store running
        os.close(sitting.master)


def test_a_terminal_gets_prompts_and_colors(folder: Path) -> None:
    """
    On a terminal there are a prompt, line editing and colours; Ctrl-D ends it with 0.
    """
    with terminal(folder) as sitting:
        sitting.wait_for("otto #live-ops> ")
        sitting.type("/record on live eu main-satge\x7f\x7f\x7f\x7ftage\n")
        answer = sitting.wait_for("otto #live-ops> ")
        sitting.type("\x04")

        assert 0 == sitting.end()
    assert f"\x1b[2m{PUT}200\x1b[0m" in answer
    assert "\x1b[1m#live-ops, everybody sees:" in answer
    assert "Traceback" not in sitting.text, sitting.text


def test_colors_can_be_turned_off(folder: Path) -> None:
    """
    With NO_COLOR a terminal gets plain text; Ctrl-C at the prompt ends it without a traceback.
    """
    with terminal(folder, NO_COLOR="1") as sitting:
        sitting.wait_for("otto #live-ops> ")
        sitting.type("/agora entries\n")
        answer = sitting.wait_for("otto #live-ops> ")

        assert 130 == sitting.leave(signal.SIGINT)
    assert "→ Agora  GET" in answer
    assert "\x1b[1m" not in answer
    assert "Traceback" not in sitting.text, sitting.text


def test_interrupted_waiting_goes_back_to_the_prompt(folder: Path) -> None:
    """
    Ctrl-C while Agora is silent stops the waiting and not the bot; SIGTERM ends it with 0.
    """
    with terminal(folder, AGORA_TIMEOUT_S="60") as sitting:
        sitting.wait_for("otto #live-ops> ")
        sitting.type("fault hang\n/record on live eu main-stage\n")
        sitting.wait_for("Working on it")
        os.killpg(sitting.process.pid, signal.SIGINT)
        sitting.wait_for("Not waited for any longer")
        sitting.wait_for("otto #live-ops> ")

        assert 0 == sitting.leave(signal.SIGTERM)
    assert "Traceback" not in sitting.text, sitting.text


def test_two_at_once_do_not_meet(tmp_path: Path) -> None:
    """
    A second `try` in the same folder says that it has a memory of its own, and leaves the first one's alone.
    """
    with terminal(tmp_path) as sitting:
        sitting.wait_for("otto #live-ops> ")
        second = trial("/agora grant @sam viewer", "--as", "ada", "--fresh", cwd=tmp_path)
        sitting.type("sam: /record config live eu\n")
        refused = sitting.wait_for("otto #live-ops> ")

    assert 0 == second.returncode
    assert "Another `try` runs in this folder" in second.stdout
    assert "only @sam sees" in refused
    assert "→ Agora" not in refused


def test_plan_is_done_when_the_clock_is_turned_on(tmp_path: Path) -> None:
    """
    A plan is accepted at once; turning the clock on does what is planned, in its order.
    """
    later = "/record on live eu final at tomorrow 20:45"
    assert 0 == trial(later, cwd=tmp_path).returncode

    done = trial("--fresh", cwd=tmp_path, typed=f"{later} for 2h\n1\n/agora planned\nwait 3d\n")

    methods = re.findall("→ Agora  (PUT|DELETE) ", done.stdout)
    assert (0, "", ["PUT", "DELETE"]) == (done.returncode, done.stderr, methods)
    assert "1 plan, soonest first" in flat(done.stdout)
    assert "This plan was due" in flat(done.stdout)


def test_forms_are_filled_in_by_a_line(tmp_path: Path) -> None:
    """
    A form is shown with how to fill it in; names are pasted, complaints are shown, a file does as well.
    """
    (tmp_path / "names.csv").write_text("stream\ncam-3\n")
    lines = ["/record on live eu", "paste ..", "sam: paste x", "paste cam-1, cam-2", "paste", "/record on live eu",
             "file nowhere.csv", "file names.csv", "streams"]  # fmt: skip

    done = trial(cwd=tmp_path, typed="\n".join(lines))

    assert (0, "") == (done.returncode, done.stderr)
    _, form, bad, foreign, pasted, nothing, _, missing, _, streams = done.stdout.split("otto #live-ops> ")[:10]
    assert "A form opens: Which streams?" in form
    assert "`paste cam-1, cam-2`" in form
    assert "The form says: Line 1: `..` can't be the name" in bad
    assert "There is no form to fill in" in foreign
    assert "2 of 2 done" in flat(pasted)
    assert "There is no form to fill in" in nothing
    assert "There is no text in nowhere.csv" in missing
    assert all(f"cam-{number}: not live, waits to be recorded in eu" in streams for number in (1, 2, 3))
