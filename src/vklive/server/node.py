"""The pub/sub of one process: its connections, its hub and its broker."""

from __future__ import annotations

import logging
import random
import uuid
from collections.abc import Callable
from enum import Enum

from vklive.clock import Clock
from vklive.protocol.codes import DisconnectCode
from vklive.protocol.messages import Publication
from vklive.protocol.server import ServerConnection, Timing
from vklive.server.admission import Admission
from vklive.server.broker.base import Broker, Position
from vklive.server.connection import Connection, Outlet
from vklive.server.hub import Hub
from vklive.server.tasks import Tasks
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
        admission: who gets in.
        broker: carries publications.
        timing: times and limits of each connection.
        queue_max_size: bytes that a client may leave untaken before it is closed as slow.
        clock: the clocks; the monotonic one must be that of the event loop.
        tasks: where tasks are started.
        ping_phase: where in its first interval the first ping of the next connection falls, from 0 to 1; random, so
            that the pings of many connections do not coincide.
    """

    def __init__(
        self,
        admission: Admission,
        *,
        broker: Broker,
        timing: Timing,
        queue_max_size: int,
        clock: Clock,
        tasks: Tasks,
        ping_phase: Callable[[], float] = random.random,
    ) -> None:
        self.admission = admission
        self.queue_max_size = queue_max_size
        self.clock = clock
        self.tasks = tasks
        self.turn = Turn()
        self.hub = Hub()
        self.id = str(uuid.uuid4())
        self.phase = Phase.NEW
        self._broker = broker
        self._timing = timing
        self._ping_phase = ping_phase
        self._connections: dict[Connection, None] = {}
        self._started_at = 0.0

    @property
    def connections(self) -> int:
        """How many clients are connected or connecting."""
        return len(self._connections)

    @property
    def users(self) -> int:
        """How many different users they are."""
        return len({connection.machine.user for connection in self._connections})

    @property
    def uptime(self) -> float:
        """Seconds since the start."""
        return self.clock.monotonic() - self._started_at

    async def start(self) -> None:
        """Begin to carry publications."""
        self._started_at = self.clock.monotonic()
        await self._broker.start(self.hub.publish)
        self.phase = Phase.RUNNING

    def drain(self) -> None:
        """Accept nothing new, and send every client away with 3001, after all that was published before."""
        self.phase = Phase.DRAINING
        for connection in list(self._connections):
            connection.close(DisconnectCode.SHUTDOWN, detail="the server stops")

    async def stop(self) -> None:
        """End; call `drain` before."""
        await self._broker.stop()

    def open(self, outlet: Outlet) -> Connection:
        """A client has come."""
        machine = ServerConnection(
            self._timing,
            client_id=str(uuid.uuid4()),
            now=self.clock.monotonic(),
            ping_phase=self._ping_phase(),
        )
        connection = Connection(self, machine, outlet)
        self._connections[connection] = None
        if self.phase is not Phase.RUNNING:
            connection.close(DisconnectCode.SHUTDOWN, detail="the server stops")
        return connection

    def forget(self, connection: Connection) -> bool:
        """A client has left; returns whether it was here."""
        if connection not in self._connections:
            return False
        del self._connections[connection]
        return True

    async def publish(self, ws_channel: str, publication: Publication) -> Position:
        """Publish. When this returns, every subscriber of this node has it in its queue."""
        return await self._broker.publish(ws_channel, publication)

    async def join(self, ws_channel: str, connection: Connection) -> None:
        """Subscribe a connection: from the return on, it gets what is published."""
        if self.hub.add(ws_channel, connection):
            await self._broker.subscribe(ws_channel)

    def leave(self, ws_channel: str, connection: Connection) -> None:
        """Unsubscribe a connection."""
        if self.hub.remove(ws_channel, connection):
            self.tasks.start(self._broker.unsubscribe(ws_channel), name=f"unsubscribe {ws_channel}")
