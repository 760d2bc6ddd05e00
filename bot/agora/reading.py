"""Reading the body of an answer, no further than it is worth."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from typing import Final

import httpx

from bot.agora.calls import Call
from bot.agora.errors import AnswerTooLarge, UnreadableAnswer

LARGEST_ANSWER_BYTES: Final = 1024 * 1024
# Of an answer that is no success, only the words at its start are used.
LARGEST_REFUSAL_BYTES: Final = 16 * 1024
LONGEST_REFUSAL: Final = timedelta(seconds=1)


async def body_of(call: Call, response: httpx.Response, request_id: str) -> bytes:
    """
    Read the body of a success; of a change nothing, since its answer says nothing that is documented.

    Raises:
        AnswerTooLarge: It is over 1 MiB; the rest is not read.
        UnreadableAnswer: It is compressed, which was not asked for.
    """
    if call.changes:
        # Success whatever is in there. Without a body, reading to the end lets the connection be used again.
        return await response.aread() if response.headers.get("Content-Length") == "0" else b""
    if _is_packed(response):
        raise UnreadableAnswer(call, status=response.status_code, request_id=request_id)
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > LARGEST_ANSWER_BYTES:
            raise AnswerTooLarge(call, status=response.status_code, request_id=request_id)
    return bytes(body)


async def beginning_of(response: httpx.Response) -> bytes:
    """Read the start of a refusal; what can't be had is left out, since the status says enough."""
    body = bytearray()
    if _is_packed(response):
        return b""
    with contextlib.suppress(TimeoutError, httpx.TransportError):
        async with asyncio.timeout(LONGEST_REFUSAL.total_seconds()):
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > LARGEST_REFUSAL_BYTES:
                    break
    return bytes(body[:LARGEST_REFUSAL_BYTES])


def _is_packed(response: httpx.Response) -> bool:
    """Whether the answer is compressed although that was not asked for: a small one could grow past any limit."""
    return response.headers.get("Content-Encoding", "identity").strip().lower() not in {"identity", ""}
