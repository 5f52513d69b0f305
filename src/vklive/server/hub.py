"""Who is subscribed to what on this node, and the one encoding of each publication."""

from __future__ import annotations

from typing import Protocol

from vklive.protocol.json import encode_reply
from vklive.protocol.messages import Publication, Push, Reply


class Subscriber(Protocol):
    """Somebody who takes pushes of ws channels."""

    def deliver(self, ws_channel: str, message: bytes) -> None:
        """Take an encoded push. Must neither block nor change the hub."""
        ...


class Hub:
    """Subscribers by ws channel.

    A publication is encoded once, and all subscribers are given the same bytes: whoever frames them can
    tell by identity that the frame is the same too.
    """

    def __init__(self) -> None:
        # A dict is a set that keeps the order of joining.
        self._subscribers: dict[str, dict[Subscriber, None]] = {}
        self.subscriptions = 0

    @property
    def channels(self) -> int:
        """How many ws channels have a subscriber."""
        return len(self._subscribers)

    def add(self, ws_channel: str, subscriber: Subscriber) -> bool:
        """Add a subscriber; returns whether it is the first one of the ws channel."""
        subscribers = self._subscribers.setdefault(ws_channel, {})
        if subscriber not in subscribers:
            subscribers[subscriber] = None
            self.subscriptions += 1
        return len(subscribers) == 1

    def remove(self, ws_channel: str, subscriber: Subscriber) -> bool:
        """Remove a subscriber; returns whether it was the last one of the ws channel."""
        subscribers = self._subscribers.get(ws_channel)
        if subscribers is None or subscriber not in subscribers:
            return False
        del subscribers[subscriber]
        self.subscriptions -= 1
        if subscribers:
            return False
        del self._subscribers[ws_channel]
        return True

    def publish(self, ws_channel: str, publication: Publication) -> None:
        """Give a publication to all subscribers of the ws channel."""
        subscribers = self._subscribers.get(ws_channel)
        if not subscribers:
            return
        message = encode_reply(Reply(push=Push(channel=ws_channel, pub=publication)))
        for subscriber in subscribers:
            subscriber.deliver(ws_channel, message)
