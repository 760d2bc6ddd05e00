"""So many minutes of chaos, then a table. Exit status 1 if an operation was lost, or done or told twice."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import shutil
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.chaos.asked import Told
from tests.chaos.counting import count
from tests.chaos.drill import Drill, opened
from tests.chaos.evidence import logged_errors, look, write_down
from tests.chaos.report import breaches, table

# What the promise is about. The other counts that should be 0 are shown, with all that was seen, to be looked at.
MUST_BE_NONE = {
    "lost",
    "told twice",
    "run twice at the same time",
    "audit records missing, or too many",
    "breaks in the chain of the audit trail",
}


def main() -> int:
    """Read the command line, and run."""
    parser = argparse.ArgumentParser(prog="run.py chaos", description=__doc__)
    parser.add_argument("--minutes", type=int, default=1, metavar="N", help="how many rounds of one minute (1)")
    parser.add_argument("--seed", default="", help="decides what people do and what goes wrong; else a new one")
    parser.add_argument("--keep", action="store_true", help="keep the logs though all is well")
    given = parser.parse_args()
    if given.minutes < 1:
        parser.error("--minutes takes a whole number of at least 1")
    folder = Path(tempfile.mkdtemp(prefix="agora-bot-chaos-"))
    good = False
    try:
        good = asyncio.run(run(folder, given.minutes, given.seed or secrets.token_hex(3)))
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("\nStopped; all processes are ended.")
        return 130
    finally:
        if good and not given.keep:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print(f"\nWhat the processes logged, and what went wrong when, is in {folder}")
    return 0 if good else 1


async def run(folder: Path, minutes: int, seed: str) -> bool:
    """Run the rounds, print the table, and say whether all is well."""
    if own := asyncio.current_task():  # as Ctrl-C does: nothing of it is left behind
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, own.cancel)
    print(f"Two `serve` and two `worker` on one Redis. Minutes: {minutes}. The same again: --seed {seed}", flush=True)
    async with opened(folder, seed) as drill:
        try:
            for number in range(1, minutes + 1):
                await drill.round(number)
            await drill.scene.fleet.stop()
            return await told(drill)
        finally:
            write_down(drill, folder)


async def told(drill: Drill) -> bool:
    """Print what came of it, and say whether all is well."""
    seen, kept = await look(drill)
    rows = count(seen)
    print(f"\nFaults: {_counts(drill.faults)}.")
    accepted = Counter(asked.kind for asked in seen.asked if asked.told is Told.ACCEPTED)
    print(f"Accepted: {_counts(accepted)}.")
    if errors := logged_errors(drill):
        print(f"Errors in the logs: {_counts(errors)}.")
    print(f"\n{table(rows)}", flush=True)
    broken = [row for row in rows if row.broken]
    if broken:
        print(breaches(broken, agora=drill.scene.agora, began=drill.began, kept=kept), flush=True)
    return not any(row.name in MUST_BE_NONE for row in broken)


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in counter.most_common()) or "none"


if __name__ == "__main__":
    sys.exit(main())
