"""Whom a ws channel is heard for, on one connection."""

from __future__ import annotations

from vklive.client.stream import Stream
from vklive.client.subscriptions import Subscription


class Routes:
    """The streams behind each ws channel: several may listen to the same, and it is subscribed once."""

    def __init__(self) -> None:
        self._by_name: dict[str, list[tuple[Stream, Subscription]]] = {}

    def of(self, ws_channel: str) -> list[tuple[Stream, Subscription]]:
        """Whom it is heard for; a copy, as telling a stream something may take it away."""
        return list(self._by_name.get(ws_channel, ()))

    def add(self, stream: Stream) -> None:
        """Everything that a stream wants is heard for it."""
        for subscription in stream.subscriptions:
            self._by_name.setdefault(subscription.ws_channel, []).append((stream, subscription))

    def remove(self, stream: Stream) -> list[str]:
        """Nothing is heard for a stream any more; returns the ws channels that are heard for nobody now."""
        idle: list[str] = []
        # Only where it can be: a connection may have thousands.
        for ws_channel in {subscription.ws_channel for subscription in stream.subscriptions}:
            if (routes := self._by_name.get(ws_channel)) is None:
                continue
            routes[:] = [route for route in routes if route[0] is not stream]
            if not routes:
                del self._by_name[ws_channel]
                idle.append(ws_channel)
        return idle

    def forget(self, ws_channel: str) -> None:
        """Nobody hears it on this connection any more."""
        self._by_name.pop(ws_channel, None)

    def interrupt(self, reason: str) -> None:
        """The connection is over, for all of them."""
        for routes in self._by_name.values():
            for _, subscription in routes:
                subscription.interrupt(reason)
