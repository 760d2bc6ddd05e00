"""Requests for a role: made of a refusal, asked of people who can give it, answered once."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, cast

from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter

from bot.access.decide import Resource
from bot.access.grants import Grant
from bot.access.helpers import Lack
from bot.access.roles import Role
from bot.store import Store

OPEN_FOR: Final = timedelta(days=1)  # then it lapses
KEPT: Final = timedelta(days=7)  # so that a late press is explained
ASKING_FOR: Final = timedelta(seconds=30)  # longer than writing to a few people takes
TELLING_FOR: Final = timedelta(minutes=2)  # the same while Slack is busy; then somebody else takes it on

MOST_OPEN: Final = 1000  # looked at in one go


class Yes(StrEnum):
    """For how long a role is given; `NO` is not at all."""

    HOUR = "hour"
    DAY = "day"
    NO = "no"


LASTING: Final = {Yes.HOUR: timedelta(hours=1), Yes.DAY: timedelta(days=1)}


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Request(_Value):
    """
    What somebody was refused, and may ask for.

    Attributes:
        command: The command's name.
        args: Its arguments as JSON values, as far as they were given.
        line: As typed.
        reason: Why it was refused.
    """

    id: str
    person: str
    team: str
    channel: str
    command: str
    args: dict[str, Any]
    line: str
    reason: str
    role: Role
    entry: str
    region: str | None
    changes: bool

    @property
    def lack(self) -> Lack:
        """What is asked for."""
        return Lack(self.person, self.role, Resource(self.entry, self.region), self.changes)

    def grant(self, answer: Answer) -> Grant:
        """What is given with *answer*."""
        until = answer.at + LASTING[answer.says]
        return self.lack.grant(by=answer.by, at=answer.at, until=until, operation=self.id)


class Answer(_Value):
    """What somebody answered."""

    by: str
    says: Yes
    at: AwareDatetime


class Letter(_Value):
    """Where somebody was asked."""

    person: str
    channel: str
    ts: str


class Known(_Value):
    """
    A request as it is now.

    Attributes:
        asked: When people were asked; None: they were not.
        letters: Who was asked, and where.
        answer: The one that counts.
        done: People were told of it, or that there is none.
    """

    request: Request
    asked: AwareDatetime | None = None
    letters: tuple[Letter, ...] = ()
    answer: Answer | None = None
    done: bool = False

    def lapsed(self, now: datetime) -> bool:
        """Whether it is too late to answer."""
        return self.answer is None and self.asked is not None and now - self.asked > OPEN_FOR


class Requests:
    """All requests, in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def keep(self, request: Request) -> None:
        """Keep what may be asked for; most never is."""
        await self._store.do("HSET", self._key(request.id), "request", request.model_dump_json())
        await self._store.do("EXPIRE", self._key(request.id), int(OPEN_FOR.total_seconds()))

    async def load(self, request_id: str) -> Known | None:
        """The request as it is now; None if there never was one, or it is too old."""
        kept = cast("dict[str, str]", await self._store.do("HGETALL", self._key(request_id)))
        if "request" not in kept:
            return None
        return Known(
            request=Request.model_validate_json(kept["request"]),
            asked=datetime.fromisoformat(kept["asked"]) if "asked" in kept else None,
            letters=_LETTERS.validate_json(kept.get("letters", "[]")),
            answer=Answer.model_validate_json(kept["answer"]) if "answer" in kept else None,
            done="done" in kept,
        )

    async def open_like(self, request: Request, now: datetime) -> Known | None:
        """A request of the same person for the same, that waits for its answer; None: *request* is that from now on."""
        key = self._store.key("request", "open", request.person, request.lack.words)
        first = await self._store.do("GET", key)
        known = await self.load(first) if isinstance(first, str) and first != request.id else None
        if known and known.asked and known.answer is None and not known.lapsed(now):
            return known
        await self._store.do("SET", key, request.id, "EX", int(OPEN_FOR.total_seconds()))
        return None

    async def begin(self, request: Request) -> bool:
        """Whether people may be asked now; False: somebody is at it, for this request or another for the same."""
        return await self._take(self._asking(request), ASKING_FOR)

    async def asked(self, request: Request, letters: tuple[Letter, ...], at: datetime) -> None:
        """People were asked, or none of them; that is the end of what `begin` began."""
        if letters:
            told = ("asked", at.isoformat(), "letters", _LETTERS.dump_json(letters).decode())
            await self._store.do("HSET", self._key(request.id), *told)
            await self._store.do("EXPIRE", self._key(request.id), int(KEPT.total_seconds()))
            await self._store.do("ZADD", self._open, at.timestamp(), request.id)
        await self._store.do("DEL", self._asking(request))

    async def answer(self, request: Request, answer: Answer) -> Answer:
        """Answer it; gives the answer that counts, which is the first."""
        key = self._key(request.id)
        await self._store.do("HSETNX", key, "answer", answer.model_dump_json())
        return Answer.model_validate_json(str(await self._store.do("HGET", key, "answer")))

    async def begin_telling(self, request: Request) -> bool:
        """Whether people are to be told of the answer; False: somebody is at it."""
        return await self._take(self._store.key("request", "telling", request.id), TELLING_FOR)

    async def done(self, request: Request) -> None:
        """People were told of the answer, or that there is none."""
        await self._store.do("HSET", self._key(request.id), "done", 1)
        await self.forget(request.id)

    async def open(self) -> tuple[str, ...]:
        """Those that people were asked and not told of yet, the oldest first."""
        found = await self._store.do("ZRANGE", self._open, 0, MOST_OPEN - 1)
        return tuple(map(str, found)) if isinstance(found, list) else ()

    async def forget(self, request_id: str) -> None:
        """There is nothing left to do for it."""
        await self._store.do("ZREM", self._open, request_id)

    async def reopen(self, request: Request) -> None:
        """Take back an answer that could not be carried out."""
        await self._store.do("HDEL", self._key(request.id), "answer")

    @property
    def _open(self) -> str:
        return self._store.key("requests", "open")

    async def _take(self, key: str, lasting: timedelta) -> bool:
        ms = int(lasting.total_seconds() * 1000)
        return bool(await self._store.do("SET", key, "", "NX", "PX", ms))

    def _key(self, request_id: str) -> str:
        return self._store.key("request", request_id)

    def _asking(self, request: Request) -> str:
        return self._store.key("request", "asking", request.person, request.lack.words)


_LETTERS: Final = TypeAdapter(tuple[Letter, ...])
