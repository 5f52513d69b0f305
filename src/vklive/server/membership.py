"""What it takes to be subscribed: a place in the hub, a broker that carries the ws channel, presence, and a position.

Source: `centrifuge` v0.28.2, client.go (subscribeCmd, unsubscribe) and node.go.
"""

from __future__ import annotations

from collections.abc import Callable

from vklive.protocol.messages import ClientInfo
from vklive.protocol.position import Position
from vklive.protocol.subscription import BEGINNING, Standing, Terms, stand
from vklive.server.broker.base import Broker, History, Range, Retention
from vklive.server.broker.interest import Interest
from vklive.server.counts import Counts
from vklive.server.hub import Hub, Subscriber
from vklive.server.presence.base import Presence

ONLY_POSITION = Range()


class Membership:
    """Lets subscribers of this node join and leave ws channels.

    Args:
        hub: where they get what is published.
        broker: what carries it.
        presence: where those who are there are listed.
        retention_of: how long the history of a ws channel is kept; `None` for one that has none.
        recovery_limit: how many publications a subscriber can have missed and still recover.
        counts: where it is counted.
    """

    def __init__(
        self,
        hub: Hub,
        *,
        broker: Broker,
        presence: Presence,
        retention_of: Callable[[str], Retention | None],
        recovery_limit: int,
        counts: Counts,
    ) -> None:
        self._hub = hub
        self._broker = broker
        self._presence = presence
        self._interest = Interest(broker, is_needed=hub.has)
        self._retention_of = retention_of
        self._counts = counts
        self.recovery_limit = recovery_limit

    async def join(
        self, ws_channel: str, subscriber: Subscriber, *, info: ClientInfo, terms: Terms, since: Position | None
    ) -> Standing:
        """Subscribe: from the return on, the subscriber gets everything after the top that is returned.

        When this fails, the subscriber is where it was before.
        """
        is_new = self._hub.add(ws_channel, subscriber)
        try:
            await self._interest.need(ws_channel)
            if terms.presence:
                await self.stay(ws_channel, info)
            return await self._stand(ws_channel, terms, since)
        except BaseException:
            if is_new and self._hub.remove(ws_channel, subscriber):
                await self._interest.drop(ws_channel)
            raise

    async def announce(self, ws_channel: str, info: ClientInfo) -> None:
        """Tell the others that somebody has come; that one is told too."""
        self._counts.sent["join"] += 1
        await self._broker.publish_join(ws_channel, info)

    async def stay(self, ws_channel: str, info: ClientInfo) -> None:
        """Somebody is still there: said again and again, as a presence that nobody renews expires."""
        self._counts.actions["add_presence"] += 1
        await self._presence.add(ws_channel, info.client, info)

    async def leave(self, ws_channel: str, *, info: ClientInfo, terms: Terms, was_last: bool) -> None:
        """What follows after a subscriber was taken out of the hub.

        Args:
            ws_channel: which it has left.
            info: who it was.
            terms: on which it was subscribed.
            was_last: nobody else on this node is subscribed.
        """
        try:
            if terms.presence:
                self._counts.actions["remove_presence"] += 1
                await self._presence.remove(ws_channel, info.client)
            if terms.announced:
                self._counts.sent["leave"] += 1
                await self._broker.publish_leave(ws_channel, info)
        finally:
            if was_last:
                await self._interest.drop(ws_channel)

    async def top(self, ws_channel: str) -> Position:
        """The place of the last publication."""
        self._counts.actions["history_stream_top"] += 1
        return (await self._history(ws_channel, ONLY_POSITION)).top

    async def _stand(self, ws_channel: str, terms: Terms, since: Position | None) -> Standing:
        if not terms.positioned:
            return BEGINNING
        if since is None or not terms.recoverable:
            return Standing(top=await self.top(ws_channel))
        self._counts.actions["history_recover"] += 1
        history = await self._history(ws_channel, Range(limit=self.recovery_limit, since=since))
        standing = stand(since, kept=history.publications, top=history.top)
        self._counts.recovers[standing.missed is not None] += 1
        return standing

    async def _history(self, ws_channel: str, wanted: Range) -> History:
        self._counts.actions["history"] += 1
        return await self._broker.history(ws_channel, wanted, retention=self._retention_of(ws_channel))
