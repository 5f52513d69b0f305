"""Which ws channels this node needs, and the broker's subscriptions that follow from it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from enum import Enum

from vklive.server.broker.base import Broker


class _State(Enum):
    ABSENT = "absent"
    CARRIED = "carried"
    UNSURE = "unsure"
    """A subscription failed or was given up; it may stand all the same."""


class _Subscription:
    """What is known of the broker's subscription to one ws channel."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.state = _State.ABSENT
        self.waiting = 0
        self.failures = 0
        self.failure: Exception | None = None

    def stands(self) -> bool:
        """Whether the broker carries the ws channel. Asked again after whatever takes time: it may have changed."""
        return self.state is _State.CARRIED


class Interest:
    """Keeps what the broker carries equal to what is needed, whichever way both change meanwhile.

    For each ws channel one call of the broker is under way at a time, and each begins by looking at what is needed by
    then: a subscription that is dropped and needed again is neither lost nor made twice. Whoever has added or taken
    away a need must say so with `need` or `drop` afterwards.

    Args:
        broker: what carries.
        is_needed: whether anybody here is subscribed to a ws channel at this moment.
    """

    def __init__(self, broker: Broker, *, is_needed: Callable[[str], bool]) -> None:
        self._broker = broker
        self._is_needed = is_needed
        self._subscriptions: dict[str, _Subscription] = {}

    def __len__(self) -> int:
        """How many ws channels the broker carries, or is asked about."""
        return len(self._subscriptions)

    async def need(self, ws_channel: str) -> None:
        """Somebody has subscribed here; returns once the broker carries the ws channel.

        Raises:
            Exception: whatever the broker raises, to all who waited for the same call of it. The ws channel may be
                needed again; whoever does not want that has to take the need away and `drop` it.
        """
        subscription = self._subscriptions.get(ws_channel)
        if subscription is None:
            subscription = self._subscriptions[ws_channel] = _Subscription()
        if subscription.stands():
            return
        failures = subscription.failures
        async with self._turn_at(ws_channel, subscription):
            if subscription.stands() or not self._is_needed(ws_channel):
                return
            if subscription.failure is not None and subscription.failures != failures:
                raise subscription.failure
            subscription.state = _State.UNSURE
            try:
                await self._broker.subscribe(ws_channel)
            except Exception as error:
                subscription.failures += 1
                subscription.failure = error
                raise
            subscription.state = _State.CARRIED

    async def drop(self, ws_channel: str) -> None:
        """Somebody has left here, perhaps the last one.

        Raises:
            Exception: whatever the broker raises. It may go on to carry the ws channel; nobody is given what comes.
        """
        subscription = self._subscriptions.get(ws_channel)
        if subscription is None:
            return
        async with self._turn_at(ws_channel, subscription):
            if subscription.state is not _State.ABSENT and not self._is_needed(ws_channel):
                # Whatever becomes of this call, nobody may count on the subscription any more.
                subscription.state = _State.ABSENT
                await self._broker.unsubscribe(ws_channel)

    @contextlib.asynccontextmanager
    async def _turn_at(self, ws_channel: str, subscription: _Subscription) -> AsyncGenerator[None]:
        subscription.waiting += 1
        try:
            async with subscription.lock:
                yield
        finally:
            subscription.waiting -= 1
            if not subscription.waiting and subscription.state is _State.ABSENT:
                del self._subscriptions[ws_channel]
