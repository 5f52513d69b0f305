"""The pub/sub of one process: its connections, its hub, its broker and its presence."""

from __future__ import annotations

import logging
import random
import uuid
from collections.abc import Callable, Collection, Iterator
from enum import Enum

from msgspec import Raw

from vklive.clock import Clock
from vklive.protocol.closing import Close
from vklive.protocol.codes import DisconnectCode, ErrorCode
from vklive.protocol.medium import Medium
from vklive.protocol.messages import ClientInfo, Publication
from vklive.protocol.position import Position
from vklive.protocol.server import ServerConnection
from vklive.protocol.timing import Timing
from vklive.server.admission import Admission
from vklive.server.broker.base import Broker, History, Range, Retention
from vklive.server.connection import Connection, Outlet
from vklive.server.counts import Counts
from vklive.server.deafened import Deafened
from vklive.server.entrance import Entrance
from vklive.server.errors import NodeError
from vklive.server.hub import Hub
from vklive.server.membership import Membership
from vklive.server.namespaces import Namespace, Namespaces
from vklive.server.presence.base import Presence, PresenceStats
from vklive.server.settings import PubSubSettings
from vklive.server.targets import Target
from vklive.server.tasks import Tasks
from vklive.server.terms import terms_of
from vklive.server.tokens import SubscriptionGrant
from vklive.server.turn import Turn

_log = logging.getLogger("vklive.server.node")


class Phase(Enum):
    """Where a node stands."""

    NEW = "new"
    RUNNING = "running"
    DRAINING = "draining"
    """Nothing new is accepted; what was accepted goes out."""


class Node:
    """Everything that connections share.

    Args:
        admission: who gets in, and what may be done in which ws channels.
        settings: times and limits.
        broker: carries publications and keeps their history.
        presence: keeps who is there.
        clock: the clocks; the monotonic one must be that of the event loop.
        tasks: where tasks are started.
        ping_phase: where in its first interval the first ping of the next connection falls, from 0 to 1; random, so
            that the pings of many connections do not coincide.
    """

    def __init__(
        self,
        admission: Admission,
        *,
        settings: PubSubSettings,
        broker: Broker,
        presence: Presence,
        clock: Clock,
        tasks: Tasks,
        ping_phase: Callable[[], float] = random.random,
    ) -> None:
        self.admission = admission
        self.clock = clock
        self.tasks = tasks
        self.turn = Turn()
        self.counts = Counts()
        self.hub = Hub(self.counts)
        self.deafened = Deafened()
        self.id = str(uuid.uuid4())
        self.phase = Phase.NEW
        self.membership = Membership(
            self.hub,
            broker=broker,
            presence=presence,
            retention_of=self._retention_of,
            recovery_limit=settings.recovery_max_publication_limit,
            counts=self.counts,
        )
        self._entrance = Entrance(
            limit=settings.connection_limit, rate=settings.connection_rate_limit, now=clock.monotonic()
        )
        self._settings = settings
        self._timing = timing_of(settings)
        self._broker = broker
        self._presence = presence
        self._ping_phase = ping_phase
        self._connections: dict[Connection, None] = {}
        self._by_user: dict[str, dict[Connection, None]] = {}
        self._started_at = 0.0
        self.on_publication: Callable[[str, Publication], None] | None = None
        """Is told of everything that is published here, before those who listen are."""

    # What it is like.

    @property
    def namespaces(self) -> Namespaces:
        """What may be done in which ws channels."""
        return self.admission.namespaces

    @property
    def connections(self) -> int:
        """How many clients are connected or connecting."""
        return len(self._connections)

    @property
    def users(self) -> int:
        """How many different users are connected; those without a name are one."""
        return len(self._by_user)

    @property
    def uptime(self) -> float:
        """Seconds since the start."""
        return self.clock.monotonic() - self._started_at

    @property
    def queue_max_size(self) -> int:
        """Bytes that a client may leave untaken before it is closed as slow."""
        return self._settings.queue_max_size

    @property
    def channel_limit(self) -> int:
        """How many ws channels one connection may hold."""
        return self._settings.channel_limit

    @property
    def position_check_delay(self) -> float:
        """Seconds after which a position is compared with the broker's again."""
        return self._settings.position_check_delay

    def history_limit(self, asked: int) -> int:
        """How many publications a client that asks for some number of them is given at most."""
        most = self._settings.history_max_publication_limit
        return min(asked, most) if asked >= 0 else most

    # Start and stop.

    async def start(self) -> None:
        """Begin to carry publications."""
        self._started_at = self.clock.monotonic()
        await self._broker.start(self.hub)
        self.phase = Phase.RUNNING

    def reload(self, admission: Admission, settings: PubSubSettings) -> None:
        """Take other rules. Connections that stand keep the times that they have, everything else holds at once."""
        self.admission = admission
        self._settings = settings
        self._timing = timing_of(settings)
        self.membership.recovery_limit = settings.recovery_max_publication_limit
        self._entrance.limit, self._entrance.rate = settings.connection_limit, settings.connection_rate_limit

    def drain(self) -> None:
        """Accept nothing new, and send every client away with 3001, after all that was published before."""
        self.phase = Phase.DRAINING
        for connection in list(self._connections):
            connection.close(DisconnectCode.SHUTDOWN, detail="the server stops")

    async def stop(self) -> None:
        """End; call `drain` before."""
        await self._broker.stop()

    # Connections come and go.

    def refusal(self) -> str | None:
        """Why one more client may not come now; `None` when it may. Ask once for each, before it is let in."""
        if self._entrance.is_too_fast(self.clock.monotonic()):
            return f"more than {self._entrance.rate} clients come in a second (connection_rate_limit)"
        if self._entrance.is_full(self.connections):
            self.counts.turned_away += 1
            return f"{self._entrance.limit} clients are connected, and no more may be (connection_limit)"
        return None

    def open(self, outlet: Outlet, medium: Medium) -> Connection:
        """A client has come."""
        self.counts.traffic[medium.name].connects += 1
        machine = ServerConnection(
            self._timing,
            client_id=str(uuid.uuid4()),
            now=self.clock.monotonic(),
            medium=medium,
            session=str(uuid.uuid4()) if medium.has_session else "",
            node=self.id,
            ping_phase=self._ping_phase(),
        )
        connection = Connection(self, machine, outlet)
        self._connections[connection] = None
        if self.phase is not Phase.RUNNING:
            connection.close(DisconnectCode.SHUTDOWN, detail="the server stops")
        return connection

    def entered(self, connection: Connection) -> None:
        """A client has said who it is."""
        self.counts.actions["add_client"] += 1
        of_user = self._by_user.setdefault(connection.machine.user, {})
        of_user[connection] = None
        settings = self._settings
        alone = settings.user_subscribe_to_personal and settings.user_personal_single_connection
        if connection.machine.user and alone:
            for other in list(of_user):
                if other is not connection:
                    other.close(DisconnectCode.CONNECTION_LIMIT, detail="the same user has connected anew")

    def forget(self, connection: Connection) -> bool:
        """A client has left; returns whether it was here."""
        if connection not in self._connections:
            return False
        del self._connections[connection]
        user = connection.machine.user
        of_user = self._by_user.get(user)
        if of_user is not None and connection in of_user:
            self.counts.actions["remove_client"] += 1
            del of_user[connection]
            if not of_user:
                del self._by_user[user]
        return True

    def listeners(self, ws_channel: str) -> Iterator[str]:
        """The users who are subscribed here, in the order in which they came; once for each of their connections."""
        for subscriber in self.hub.subscribers(ws_channel):
            if isinstance(subscriber, Connection):
                yield subscriber.machine.user

    def connections_of(self, user: str) -> int:
        """How many connections a user has."""
        return len(self._by_user.get(user, ()))

    # What can be done in ws channels. The server API and, after `Admission.call`, clients may.

    async def publish(self, ws_channel: str, publication: Publication, *, skip_history: bool = False) -> Position:
        """Publish. When this returns, every subscriber of this node has it in its queue.

        Args:
            ws_channel: where.
            publication: what.
            skip_history: it is for those who are there now, and is not kept.

        Raises:
            NodeError: the ws channel is unknown.
        """
        namespace = self._namespace(ws_channel)
        self.counts.sent["publication"] += 1
        if self.on_publication is not None:
            self.on_publication(ws_channel, publication)
        return await self._broker.publish(
            ws_channel, publication, retention=None if skip_history else namespace.retention
        )

    async def history(self, ws_channel: str, *, limit: int, since: Position | None, reverse: bool) -> History:
        """What was said.

        Args:
            ws_channel: where.
            limit: how many publications at most; 0 for none but the position, -1 for all.
            since: after which, or before which in reverse.
            reverse: the last one comes first.

        Raises:
            NodeError: the ws channel is unknown or keeps no history, or `since` is not in it.
        """
        retention = self._kept(ws_channel)
        if reverse and since is not None and not since.offset:
            raise NodeError(ErrorCode.BAD_REQUEST, "there is nothing before the offset 0")
        wanted = Range(limit=limit, since=since, reverse=reverse)
        self.counts.actions["history"] += 1
        history = await self._broker.history(ws_channel, wanted, retention=retention)
        if since is not None and since.epoch not in {"", history.top.epoch}:
            raise NodeError(ErrorCode.UNRECOVERABLE_POSITION, "the epoch is not that of the history")
        return history

    async def remove_history(self, ws_channel: str) -> None:
        """Forget what was said; positions stay what they are.

        Raises:
            NodeError: the ws channel is unknown or keeps no history.
        """
        self._kept(ws_channel)
        self.counts.actions["history_remove"] += 1
        await self._broker.remove_history(ws_channel)

    async def members(self, ws_channel: str) -> dict[str, ClientInfo]:
        """Who is subscribed, by client id.

        Raises:
            NodeError: the ws channel is unknown or keeps no presence.
        """
        self._watched(ws_channel)
        self.counts.actions["presence"] += 1
        return await self._presence.members(ws_channel)

    async def presence_stats(self, ws_channel: str) -> PresenceStats:
        """How many are subscribed.

        Raises:
            NodeError: the ws channel is unknown or keeps no presence.
        """
        self._watched(ws_channel)
        self.counts.actions["presence_stats"] += 1
        return await self._presence.stats(ws_channel)

    # What can be done with the connections of a user. The server API may.

    async def subscribe(
        self,
        target: Target,
        ws_channel: str,
        *,
        grant: SubscriptionGrant,
        expire_at: int = 0,
        since: Position | None = None,
    ) -> None:
        """Subscribe them; each is told with a push.

        Args:
            target: which.
            ws_channel: to what.
            grant: with which info, data and options.
            expire_at: when it ends, as unix time in seconds; 0 for never.
            since: where they are to continue.

        Raises:
            NodeError: the ws channel is unknown, or `expire_at` has passed.
        """
        namespace = self._namespace(ws_channel)
        ttl = self._ttl(expire_at)
        terms = terms_of(namespace, override=grant.override, ttl=ttl, info=grant.info, data=grant.data, by_server=True)
        for connection in self._of(target):
            await connection.subscribe(ws_channel, terms, since=since)

    async def unsubscribe(self, target: Target, ws_channel: str) -> None:
        """End their subscriptions; each is told with a push."""
        if ws_channel:
            self._namespace(ws_channel)
        for connection in self._of(target):
            connection.unsubscribe(ws_channel)

    async def deafen(self, target: Target, ws_channel: str) -> None:
        """End their subscriptions as `unsubscribe` does, but tell nothing to those who have none.

        The subscription tokens that they have are good no more, see `vklive.server.deafened`.
        """
        self.deafened.add(target.user, ws_channel, now=self.clock.wall())
        for connection in self._of(target):
            if ws_channel in connection.machine.subscriptions:
                connection.unsubscribe(ws_channel)

    async def disconnect(self, target: Target, *, code: int, reason: str, keep: Collection[str] = ()) -> None:
        """Close them, except those whose client ids are to be kept."""
        for connection in self._of(target):
            if connection.machine.client_id not in keep:
                connection.close_as(Close(code=code, reason=reason, detail="by the server API"))

    async def refresh(
        self, target: Target, *, expired: bool = False, expire_at: int = 0, info: Raw | None = None
    ) -> None:
        """Change for how long they are good and what others are told about them; or end them with 3005."""
        ttl = self._ttl(expire_at)
        for connection in self._of(target):
            if expired:
                connection.close(DisconnectCode.CONNECTION_EXPIRED, detail="by the server API")
            else:
                connection.refresh(ttl=ttl, info=info)

    # Inside.

    def _of(self, target: Target) -> Iterator[Connection]:
        for connection in list(self._by_user.get(target.user, ())):
            machine = connection.machine
            if target.fits(client=machine.client_id, session=machine.session):
                yield connection

    def _ttl(self, expire_at: int) -> int | None:
        if not expire_at:
            return None
        ttl = expire_at - int(self.clock.wall())
        if ttl <= 0:
            raise NodeError(ErrorCode.EXPIRED, "expire_at has passed")
        return ttl

    def _namespace(self, ws_channel: str) -> Namespace:
        namespace = self.namespaces.of(ws_channel)
        if namespace is None:
            raise NodeError(ErrorCode.UNKNOWN_CHANNEL, f"the namespace of {ws_channel!r} is not configured")
        return namespace

    def _kept(self, ws_channel: str) -> Retention:
        retention = self._namespace(ws_channel).retention
        if retention is None:
            raise NodeError(ErrorCode.NOT_AVAILABLE, f"the namespace of {ws_channel!r} keeps no history")
        return retention

    def _watched(self, ws_channel: str) -> None:
        if not self._namespace(ws_channel).presence:
            raise NodeError(ErrorCode.NOT_AVAILABLE, f"the namespace of {ws_channel!r} keeps no presence")

    def _retention_of(self, ws_channel: str) -> Retention | None:
        namespace = self.namespaces.of(ws_channel)
        return None if namespace is None else namespace.retention


def timing_of(settings: PubSubSettings) -> Timing:
    """The times and limits of a connection, as they are set."""
    return Timing(**{name: getattr(settings, name) for name in Timing.__struct_fields__ if hasattr(settings, name)})
