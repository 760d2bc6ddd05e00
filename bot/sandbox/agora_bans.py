"""
Banning streams, as Agora's API has it.

https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/stream-management
"""

from datetime import timedelta
from typing import Final

from bot.sandbox.agora_answers import Answer, RefusedError, done, found, rfc3339
from bot.sandbox.agora_bodies import BanBody, read_body
from bot.sandbox.agora_memory import Memory
from bot.sandbox.agora_routes import Request

BANNED_FOR: Final = timedelta(days=7)


def list_banned(memory: Memory, request: Request) -> Answer:
    """Answer with the streams that can't be pushed now."""
    request.takes_nothing()
    banned = request.entry(memory).banned(memory.clock())
    return found({"bannedStreamList": [{"name": name, "resumeTime": rfc3339(end)} for name, end in banned.items()]})


def ban(memory: Memory, request: Request) -> Answer:
    """Ban a stream, known or not."""
    request.takes_no_query()
    entry, now = request.entry(memory), memory.clock()
    body = read_body(BanBody, request.content_type, request.body)
    until = body.resume_time or now + BANNED_FOR
    if until <= now:
        raise RefusedError(400, "resumeTime has passed")
    entry.ban(request.name("stream_name"), until, now)
    return done()


def unban(memory: Memory, request: Request) -> Answer:
    """Lift a ban; 404 where there is none, where the documentation is silent."""
    request.takes_nothing()
    entry, stream = request.entry(memory), request.name("stream_name")
    if stream not in entry.banned(memory.clock()):
        raise RefusedError(404, "banned stream not found")
    del entry.bans[stream]
    return done()
