"""All subscriptions of one connection."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vklive.protocol.position import Position
from vklive.protocol.pushed import Pushed
from vklive.protocol.subscription import Standing, Subscription, Terms


class Subscriptions:
    """Those that stand, and those that are being made.

    While one is being made, what comes in its ws channel is held: none of it is lost between the look at the history
    and the reply, and none of it comes before the reply.
    """

    def __init__(self) -> None:
        self._standing: dict[str, Subscription] = {}
        self._arriving: dict[str, list[Pushed]] = {}

    def __len__(self) -> int:
        return len(self._standing) + sum(channel not in self._standing for channel in self._arriving)

    def __contains__(self, channel: object) -> bool:
        return channel in self._standing or channel in self._arriving

    def __iter__(self) -> Iterator[tuple[str, Subscription]]:
        """Those that stand, by ws channel."""
        return iter(list(self._standing.items()))

    def get(self, channel: str) -> Subscription | None:
        """The one that stands in a ws channel."""
        return self._standing.get(channel)

    def arrive(self, channel: str) -> None:
        """One is being made."""
        self._arriving.setdefault(channel, [])

    def give_up(self, channel: str) -> None:
        """It was not made."""
        self._arriving.pop(channel, None)

    def hold(self, channel: str, pushed: Pushed) -> None:
        """Keep what comes for one that is being made; for another it is nothing."""
        held = self._arriving.get(channel)
        if held is not None:
            held.append(pushed)

    def begin(self, channel: str, terms: Terms, standing: Standing, *, now: float) -> Sequence[Pushed]:
        """It stands from now on; returns what was held and follows."""
        held = self._arriving.pop(channel, [])
        new = Subscription.of(terms, standing, now=now)
        old = self._standing.get(channel)
        if old is not None and old.terms.positioned:
            # New terms for one that stands: what it was given meanwhile counts.
            new.epoch, new.offset = old.epoch, old.offset
        self._standing[channel] = new
        if not terms.positioned:
            return held
        return [pushed for pushed in held if not pushed.offset or pushed.offset > standing.top.offset]

    def end(self, channel: str) -> Subscription | None:
        """It is over; returns it if it stood."""
        return self._standing.pop(channel, None)

    def expired(self, now: float, *, patience: float) -> list[tuple[str, Subscription]]:
        """Those whose token ran out more than `patience` seconds ago."""
        return [
            (channel, subscription)
            for channel, subscription in self._standing.items()
            if subscription.expires_at is not None and now > subscription.expires_at + patience
        ]

    def unchecked(self, now: float, *, age: float) -> list[tuple[str, Position]]:
        """Those whose position was compared `age` seconds ago or earlier, with it; they count as compared from now."""
        found: list[tuple[str, Position]] = []
        for channel, subscription in self._standing.items():
            if subscription.terms.positioned and now >= subscription.checked_at + age:
                subscription.checked_at = now
                found.append((channel, Position(subscription.epoch, subscription.offset)))
        return found
