"""The pub/sub with all the ways that lead to it; `app` and `centrifugo.server` are the servers that have it."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import cast

from vklive.clock import Clock
from vklive.server.admission import Admission
from vklive.server.broker.memory import MemoryBroker
from vklive.server.edge.compression import Compression
from vklive.server.edge.exchange import App
from vklive.server.edge.front import Front, stream_endpoints
from vklive.server.edge.handshake import Origins, Paths
from vklive.server.edge.websocket import WebSocketEdge
from vklive.server.node import Node
from vklive.server.presence.memory import MemoryPresence
from vklive.server.settings import PubSubSettings, TransportSettings
from vklive.server.tasks import Tasks


class PubSub:
    """A node and its transports.

    Args:
        admission: who gets in, and what may be done in which ws channels.
        settings: times and limits.
        transports: by which ways clients come.
        clock: the clocks; the monotonic one must be that of the event loop.
        tasks: where tasks are started.
    """

    def __init__(
        self,
        admission: Admission,
        *,
        settings: PubSubSettings,
        transports: TransportSettings,
        clock: Clock,
        tasks: Tasks,
    ) -> None:
        self.node = Node(
            admission,
            settings=settings,
            broker=MemoryBroker(clock=clock, history_meta_ttl=settings.history_meta_ttl),
            presence=MemoryPresence(),
            clock=clock,
            tasks=tasks,
        )
        self._settings = settings
        self._transports = transports

    def front(self, rest: Callable[..., Awaitable[None]]) -> App:
        """What answers HTTP: clients that come by it, and `rest` for all else."""
        endpoints = stream_endpoints(
            self.node,
            Origins(self._settings.allowed_origins),
            self._transports,
            limit=self._settings.message_size_limit,
        )
        return Front(endpoints, rest)

    def edge(self) -> functools.partial[asyncio.Protocol] | None:
        """What takes sockets of which a WebSocket is to be made; `None` when that is not offered."""
        ways = self._transports
        paths = Paths(
            bidirectional=ways.websocket_path if ways.websocket else "",
            unidirectional=ways.uni_websocket_path if ways.uni_websocket else "",
        )
        if not str(paths):
            return None
        edge = functools.partial(
            WebSocketEdge,
            self.node,
            Origins(self._settings.allowed_origins),
            self._settings.message_size_limit,
            paths=paths,
            compression=self._compression(),
        )
        return cast("functools.partial[asyncio.Protocol]", edge)

    def _compression(self) -> Compression | None:
        ways = self._transports
        if not ways.websocket_compression:
            return None
        return Compression(level=ways.websocket_compression_level, min_size=ways.websocket_compression_min_size)

    def reload(self, admission: Admission, settings: PubSubSettings) -> None:
        """Take other rules, for all that happens from now on."""
        self.node.reload(admission, settings)
