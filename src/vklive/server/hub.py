"""Who is subscribed to what on this node, and the one encoding of each push."""

from __future__ import annotations

from typing import Protocol

from vklive.protocol.messages import ClientInfo, Join, Leave, Publication, Push
from vklive.protocol.position import Position
from vklive.protocol.pushed import Pushed
from vklive.server.counts import Counts


class Subscriber(Protocol):
    """Somebody who takes pushes of ws channels. Must neither block nor change the hub."""

    def deliver(self, ws_channel: str, pushed: Pushed) -> None:
        """Take a publication."""
        ...

    def deliver_other(self, ws_channel: str, pushed: Pushed) -> None:
        """Take news of another subscriber."""
        ...


class Hub:
    """Subscribers by ws channel.

    A push is encoded once for each format, and all subscribers are given the same bytes: whoever frames them can
    tell by identity that the frame is the same too.

    Args:
        counts: where subscriptions, and what the broker gives, are counted.
    """

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        # A dict is a set that keeps the order of joining.
        self._subscribers: dict[str, dict[Subscriber, None]] = {}
        self.subscriptions = 0

    @property
    def channels(self) -> int:
        """How many ws channels have a subscriber."""
        return len(self._subscribers)

    def counts(self) -> dict[str, int]:
        """The ws channels that have a subscriber, with how many."""
        return {channel: len(subscribers) for channel, subscribers in self._subscribers.items()}

    def has(self, ws_channel: str) -> bool:
        """Whether anybody is subscribed."""
        return ws_channel in self._subscribers

    def subscribers(self, ws_channel: str) -> tuple[Subscriber, ...]:
        """Who is subscribed, in the order of joining."""
        return tuple(self._subscribers.get(ws_channel, ()))

    def add(self, ws_channel: str, subscriber: Subscriber) -> bool:
        """Add a subscriber; returns whether it was not there before."""
        subscribers = self._subscribers.setdefault(ws_channel, {})
        if subscriber in subscribers:
            return False
        subscribers[subscriber] = None
        self.subscriptions += 1
        self._counts.actions["add_subscription"] += 1
        return True

    def remove(self, ws_channel: str, subscriber: Subscriber) -> bool:
        """Remove a subscriber; returns whether it was the last one of the ws channel."""
        subscribers = self._subscribers.get(ws_channel)
        if subscribers is None or subscriber not in subscribers:
            return False
        del subscribers[subscriber]
        self.subscriptions -= 1
        self._counts.actions["remove_subscription"] += 1
        if subscribers:
            return False
        del self._subscribers[ws_channel]
        return True

    # What the broker calls (`Listener`).

    def publication(self, ws_channel: str, publication: Publication, position: Position) -> None:
        """Give a publication to all subscribers of the ws channel."""
        self._counts.received["publication"] += 1
        subscribers = self._subscribers.get(ws_channel)
        if subscribers:
            pushed = Pushed(Push(channel=ws_channel, pub=publication), epoch=position.epoch)
            for subscriber in subscribers:
                subscriber.deliver(ws_channel, pushed)

    def join(self, ws_channel: str, info: ClientInfo) -> None:
        """Tell those who want to know that somebody has come."""
        self._counts.received["join"] += 1
        self._tell(ws_channel, Push(channel=ws_channel, join=Join(info=info)))

    def leave(self, ws_channel: str, info: ClientInfo) -> None:
        """Tell those who want to know that somebody has gone."""
        self._counts.received["leave"] += 1
        self._tell(ws_channel, Push(channel=ws_channel, leave=Leave(info=info)))

    def _tell(self, ws_channel: str, push: Push) -> None:
        subscribers = self._subscribers.get(ws_channel)
        if subscribers:
            pushed = Pushed(push)
            for subscriber in subscribers:
                subscriber.deliver_other(ws_channel, pushed)
