"""Which ws channels this node needs, and the broker's subscriptions that follow from it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from vklive.server.broker.base import Broker


class _Carried:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.now = False
        self.waiting = 0


class Interest:
    """Keeps what the broker carries equal to what is needed, whichever way both change meanwhile.

    For each ws channel one call of the broker is under way at a time, and each begins by looking at what is needed by
    then: a subscription that is dropped and needed again is neither lost nor made twice.

    Args:
        broker: what carries.
        is_needed: whether anybody here is subscribed to a ws channel at this moment.
    """

    def __init__(self, broker: Broker, *, is_needed: Callable[[str], bool]) -> None:
        self._broker = broker
        self._is_needed = is_needed
        self._carried: dict[str, _Carried] = {}

    def __len__(self) -> int:
        return len(self._carried)

    async def need(self, ws_channel: str) -> None:
        """Somebody has subscribed here; returns once the broker carries the ws channel.

        Raises:
            Exception: whatever the broker raises; the ws channel is not carried then, and may be needed again.
        """
        carried = self._carried.setdefault(ws_channel, _Carried())
        if not carried.now or carried.lock.locked():
            await self._settle(ws_channel, carried)

    async def drop(self, ws_channel: str) -> None:
        """Somebody has left here, perhaps the last one."""
        carried = self._carried.get(ws_channel)
        if carried is not None:
            await self._settle(ws_channel, carried)

    async def _settle(self, ws_channel: str, carried: _Carried) -> None:
        carried.waiting += 1
        try:
            async with carried.lock:
                is_needed = self._is_needed(ws_channel)
                if is_needed and not carried.now:
                    await self._broker.subscribe(ws_channel)
                    carried.now = True
                elif not is_needed and carried.now:
                    # Whatever becomes of this call, nobody may count on the subscription any more.
                    carried.now = False
                    await self._broker.unsubscribe(ws_channel)
        finally:
            carried.waiting -= 1
            if not (carried.waiting or carried.now):
                self._carried.pop(ws_channel, None)
