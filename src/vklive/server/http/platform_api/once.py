"""Carries out what a request asks for, once for each idempotency key."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
from litestar import Request

from vklive.devapi.models import Data
from vklive.server.platform.acting import Act, Acting
from vklive.server.platform.requests import PlatformRequest, carry_out

T = TypeVar("T")


class Once:
    """See the module.

    Args:
        acting: begins acts.
        settled: waits until what was published in chats is in the store.
    """

    def __init__(self, acting: Acting, *, settled: Callable[[], Awaitable[None]]) -> None:
        self._acting = acting
        self._settled = settled

    async def __call__(
        self,
        request: Request[None, None, Any],
        kind: type[T],
        work: Callable[[Act], Awaitable[T]],
        *,
        key: str | None,
        in_chat: bool = False,
    ) -> Data[T]:
        """Do it, or say what was answered when it was done.

        Args:
            request: what was asked: two are the same when method, path and body are, byte for byte.
            kind: what `work` gives.
            work: does it.
            key: what the caller calls the request; `None` when it may be done each time.
            in_chat: something may be said in a chat by it, or taken back there.

        Raises:
            RefusalError: `work` refuses, or the key came with another request before.
        """

        async def done(act: Act) -> str:
            return msgspec.json.encode(await work(act)).decode()

        if in_chat:
            # Not inside the act, which would keep the database from taking it.
            await self._settled()
        keyed = None if key is None else _keyed(key, request, await request.body())
        answer = await carry_out(self._acting, keyed, done)
        return Data(msgspec.json.decode(answer, type=kind))


def _keyed(key: str, request: Request[None, None, Any], body: bytes) -> PlatformRequest:
    asked = hashlib.sha256(f"{request.method} {request.url.path}\n".encode())
    asked.update(body)
    return PlatformRequest(
        key_hash=hashlib.sha256(key.encode()).hexdigest(),
        request_hash=asked.hexdigest(),
    )
