"""Requests of a foreign platform, which repeats them when it does not know whether they have arrived.

The key of a request and its answer are written down in the transaction of what was asked: either both are there or
neither, after whatever crash. The same request with the same key is answered the same, and nothing is done. A request
that was refused has done nothing, and its key is free.

A crash between the end of the transaction and the publication leaves something that was done and not told over the
WebSocket; the repetition does not tell it either, see `vklive.server.platform.acting`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from msgspec import Struct

from vklive.devapi.errors import ApiError
from vklive.server.platform.acting import Act, Acting
from vklive.server.refusal import RefusalError
from vklive.server.store import requests

KEPT_FOR = timedelta(hours=24)
"""For how long a key is remembered at least. Whoever repeats a request does so within minutes."""

MAX_KEY_LENGTH = 255
"""Characters of a key."""


class PlatformRequest(Struct, frozen=True, kw_only=True):
    """What was asked.

    Attributes:
        key_hash: of the key that the platform gave the request.
        request_hash: of everything else of it.
    """

    key_hash: str
    request_hash: str


async def carry_out(acting: Acting, request: PlatformRequest | None, work: Callable[[Act], Awaitable[str]]) -> str:
    """Do something once.

    Args:
        acting: begins the act.
        request: what was asked; `None` when it has no key, and is done each time.
        work: does it, and says what to answer.

    Returns:
        The answer of `work`, or what it answered the first time.

    Raises:
        RefusalError: `work` refuses, or the key came with another request before.
    """
    async with acting() as act:
        if request is None:
            return await work(act)
        known = await requests.claim(
            act.session, key_hash=request.key_hash, request_hash=request.request_hash, now=act.now
        )
        if known is not None:
            if known.request_hash != request.request_hash:
                raise RefusalError(
                    ApiError.UNPROCESSABLE_ENTITY, "The idempotency key was used before, with another request"
                )
            return known.answer
        answer = await work(act)
        await requests.answered(act.session, key_hash=request.key_hash, answer=answer)
        return answer


async def forget_old(acting: Acting) -> None:
    """Forget the keys that are older than `KEPT_FOR`."""
    async with acting() as act:
        await requests.forget(act.session, before=act.now - KEPT_FOR)
