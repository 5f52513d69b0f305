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
        self._under_way: dict[Key, asyncio.Future[None]] = {}
        # With the moment when it is forgotten; in the order of these moments, as all are remembered equally long.
        self._known: dict[Key, tuple[float, Position]] = {}
        self._warned_until = 0.0

    async def once(self, key: Key, publish: Callable[[], Awaitable[Position]]) -> Position:
        """The answer of `publish`, or the one that it gave for this key before."""
        self._forget(self._clock.monotonic())
        while (known := self._known.get(key)) is None and (under_way := self._under_way.get(key)) is not None:
            await asyncio.shield(under_way)
        if known is not None:
            return known[1]
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._under_way[key] = done
        try:
            position = await publish()
            self._known[key] = (self._clock.monotonic() + TTL, position)
        finally:
            del self._under_way[key]
            done.set_result(None)
        return position

    def _forget(self, now: float) -> None:
        while self._known:
            key, (end, _) = next(iter(self._known.items()))
            if end > now:
                if len(self._known) < self._max_keys:
                    return
                self._warn(now, end)
            del self._known[key]

    def _warn(self, now: float, end: float) -> None:
        if now >= self._warned_until:
            self._warned_until = now + TTL
            kept = TTL - (end - now)
            _log.warning("more than %d idempotency keys: they are remembered for %.0f s only", self._max_keys, kept)
