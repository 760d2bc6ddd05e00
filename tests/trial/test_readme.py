"""The README's transcripts are what the console prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.test_readme import README
from tests.trial.test_console import flat, trial

BLOCKS = [block for block in re.findall(r"```text\n(.*?)```", README, re.DOTALL) if "#live-ops> " in block]
PROMPT = re.compile(r"^\w+ #live-ops> (.*)\n", re.MULTILINE)
# What is another in each run.
CHANGING = {
    r"\d{1,2} \w{3} \d{4} \d\d:\d\d UTC": "WHEN",
    r"`[0-9a-z]{4}-[0-9a-z]{4}`": "`ID`",
    r"`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`": "`REQUEST`",
    r"/projects/[^/]+/": "/projects/PROJECT/",
}


def plain(text: str) -> str:
    """Give the text without what is another in each run, and without its line breaks."""
    for pattern, word in CHANGING.items():
        text = re.sub(pattern, word, text)
    return flat(text)


def says(told: str, answer: str) -> bool:
    """Whether the answer is as it is told, in any order of messages; a line with `…` stands for what is cut."""
    pieces = [plain(piece) for piece in re.split(r"^…$|\n\n", told, flags=re.MULTILINE)]
    printed = plain(answer)
    whole = len(" ".join(filter(None, pieces))) == len(printed)
    return all(piece in printed for piece in pieces) and (whole or "\n…\n" in f"\n{told}\n")


@pytest.mark.parametrize("block", BLOCKS, ids=["what it is like", "who is refused can ask"])
def test_transcript_is_what_is_printed(tmp_path: Path, block: str) -> None:
    """
    What the README says is typed, typed at the console, is answered as the README says.
    """
    name = block.partition(" ")[0]
    typed, told = PROMPT.split(block)[1::2], PROMPT.split(block)[2::2]
    done = trial("--as", name, cwd=tmp_path, typed="\n".join(typed) + "\n", COLUMNS="100", AGORA_ATTEMPTS="3")
    answers = PROMPT.split(done.stdout)[2::2]

    assert (0, "") == (done.returncode, done.stderr)
    assert len(typed) >= 4
    lines = zip(typed, told, answers, strict=True)
    assert [] == [(line, answer) for line, one, answer in lines if not says(one, answer)]
