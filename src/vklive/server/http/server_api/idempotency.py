"""Publications that a caller repeats because it does not know whether the first try arrived.

Source: Centrifugo v5.2, publish and broadcast; decision 0014.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from vklive.clock import Clock
from vklive.protocol.position import Position

_log = logging.getLogger("vklive.server.api")

TTL = 300.0
"""Seconds for which a key is remembered; as long as in Centrifugo."""

MAX_KEYS = 200_000
"""How many keys are remembered, at less than a kilobyte each. Beyond it the oldest are forgotten before their time."""

Key: TypeAlias = tuple[str, str]
"""A ws channel, and what the caller calls the publication."""


class Idempotency:
    """Carries out a publication once for each key.

    A second call with a key gets the answer of the first, also while the first is still under way. One that failed may
    be tried again. What is remembered is remembered by this node and for as long as it lives.

    Args:
        clock: the monotonic one is looked at.
        max_keys: how many keys are remembered.
    """

    def __init__(self, clock: Clock, *, max_keys: int = MAX_KEYS) -> None:
        self._clock = clock
        self._max_keys = max_keys
        # In the order in which they are forgotten, as all live equally long.
        self._known: dict[Key, tuple[float, asyncio.Future[Position | None]]] = {}
        self._warned_until = 0.0

    async def once(self, key: Key, publish: Callable[[], Awaitable[Position]]) -> Position:
        """The answer of `publish`, or the one that it gave for this key before."""
        now = self._clock.monotonic()
        self._forget(now)
        while (known := self._known.get(key)) is not None:
            position = await asyncio.shield(known[1])
            if position is not None:
                return position
        answer: asyncio.Future[Position | None] = asyncio.get_running_loop().create_future()
        self._known[key] = (now + TTL, answer)
        try:
            position = await publish()
        except BaseException:
            del self._known[key]
            answer.set_result(None)
            raise
        answer.set_result(position)
        return position

    def _forget(self, now: float) -> None:
        while self._known:
            key, (end, answer) = next(iter(self._known.items()))
            is_full = len(self._known) >= self._max_keys
            if not answer.done() or (end > now and not is_full):
                return
            if end > now:
                self._warn(now, end)
            del self._known[key]

    def _warn(self, now: float, end: float) -> None:
        if now >= self._warned_until:
            self._warned_until = now + TTL
            kept = TTL - (end - now)
            _log.warning("more than %d idempotency keys: they are remembered for %.0f s only", self._max_keys, kept)
