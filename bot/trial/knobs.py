"""What the console can do to the world around the bot: trouble at Agora, streams, the clock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from bot.sandbox.agora import FAULTS
from bot.sandbox.agora_memory import EntryPoint
from bot.trial.world import World
from bot.wording import duration, plural

NUMBER = re.compile(r"\d{1,3}")
SPAN = re.compile(r"(\d{1,4})([smhd])")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class Puzzled(Exception):
    """The console can't do what was typed; says what to type."""


class Knobs:
    """Turns them; each one gives the words to show."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def fault(self, rest: str) -> str:
        """Make trouble, end it, or list what there is."""
        kind, _, times = rest.partition(" ")
        agora = self._world.agora
        if not kind:
            return _faults(", ".join(fault.name for fault in agora.faults))
        agora.clear_faults()
        if kind in {"off", "none"}:
            return "Agora works as it should again."
        times = {"once": "1", "": ""}.get(times.strip(), times.strip())
        if times and not NUMBER.fullmatch(times):
            raise Puzzled(f"How often? `fault {kind} 2` is for the next 2 calls, `fault {kind}` until `fault off`.")
        try:
            agora.fault(kind, times=int(times) if times else None)
        except ValueError as error:
            raise Puzzled(f"{error} `fault` alone says what each one does.") from error
        how = f"For the next {plural(int(times), 'call')}:" if times else "From now on, until `fault off`:"
        tries = plural(self._world.settings.agora_attempts, "time")
        return f"{how} Agora {FAULTS[kind.partition(':')[0]]}. The bot tries a call {tries} at most."

    async def streams(self, rest: str) -> str:
        """Say what is live, and what is recorded."""
        rows = []
        for name, entry in self._world.agora.entry_points.items():
            entry.settle(self._world.time.now())
            rows += [f"{name:<10}{row}" for row in self._rows(entry)] or [f"{name:<10}no stream is live"]
        return "At Agora now:\n" + "\n".join(rows)

    async def push(self, rest: str) -> str:
        """Let a stream go live."""
        entry, stream = self._stream(rest, "push")
        self._world.agora.push(entry, stream)
        return f"{stream} is live on {entry}."

    async def end(self, rest: str) -> str:
        """Let a stream end."""
        entry, stream = self._stream(rest, "end")
        if stream not in self._world.agora.entry_points[entry].streams:
            raise Puzzled(f"{stream} is not live on {entry}. `streams` says what is.")
        self._world.agora.stop_push(entry, stream)
        return f"{stream} has ended on {entry}."

    async def wait(self, rest: str) -> str:
        """Turn the clock on."""
        found = SPAN.fullmatch(rest.replace(" ", "").casefold())
        if not found or not int(found[1]):
            raise Puzzled("How long? Such as `wait 6m`: the clock goes on at once; 30s, 2h and 1d work too.")
        await self._world.turn(timedelta(**{UNITS[found[2]]: int(found[1])}))
        clock = f"It is {self._world.time.now():%H:%M:%S} UTC now."
        return f"{clock} What was planned for before is done, and questions that lapsed can't be confirmed."

    def _stream(self, rest: str, verb: str) -> tuple[str, str]:
        entry, _, stream = rest.partition(" ")
        known = self._world.agora.entry_points
        if entry not in known or not stream.strip():
            raise Puzzled(f"Which one? Type `{verb} ENTRY STREAM`; the entry points are {' and '.join(known)}.")
        return entry, stream.strip()

    def _rows(self, entry: EntryPoint) -> Iterator[str]:
        now = self._world.time.now()
        for stream in dict.fromkeys([*entry.streams, *(key[1] for key, task in entry.tasks.items() if task.open)]):
            since = entry.streams.get(stream)
            live = f"live for {duration(now - since)}" if since else "not live"
            tasks = [(region, task) for (region, name), task in entry.tasks.items() if name == stream and task.open]
            asked = [f"{'recorded' if since else 'waits to be recorded'} in {region}" for region, _ in tasks]
            yield f"{stream}: {', '.join([live, *asked])}"
        if entry.auto:
            yield "automatic recording is on"


def _faults(active: str) -> str:
    rows = [f"  {kind:<11}{meaning}" for kind, meaning in FAULTS.items()]
    now = f"On now: {active}." if active else "None is on now."
    return "\n".join(["`fault KIND` until `fault off`; `fault KIND 2` for the next 2 calls. Agora then", *rows, now])
