"""The server as a whole: wiring, start and stop. What it does is done elsewhere."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import signal
import socket
from collections.abc import Generator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import uvicorn
from litestar import Litestar

from vklive.clock import Clock, SystemClock
from vklive.errors import ConfigError
from vklive.server.access import vk_namespaces
from vklive.server.admission import Admission
from vklive.server.broker.memory import MemoryBroker
from vklive.server.edge.handshake import PATH, Origins
from vklive.server.edge.websocket import WebSocketEdge
from vklive.server.http.devapi_routes import CORS, devapi_router
from vklive.server.http.errors import (
    exception_handlers,  # pyright: ignore[reportUnknownVariableType] (Litestar: Response[Any])
)
from vklive.server.http.health import health
from vklive.server.http.openapi import openapi_config
from vklive.server.http.server_api import server_api_router
from vklive.server.namespaces import Namespace, Namespaces
from vklive.server.node import Node
from vklive.server.presence.memory import MemoryPresence
from vklive.server.settings import Settings
from vklive.server.store import Store, read_seed
from vklive.server.tasks import Tasks
from vklive.server.tokens import Issuer, TokenKeys, Verifier

_log = logging.getLogger("vklive.server")

BACKLOG = 2048
"""Connections that may wait to be accepted; the kernel may allow fewer."""


class Server:
    """A whole server: DevAPI, pub/sub and server API on one port.

    Use it with ``async with``, or let `serve` run it until a signal comes. It is used once.

    Args:
        settings: see `vklive.server.settings`.
        namespaces: what may be done in which ws channels; by default those of VK Video Live.
        clock: the clocks; the monotonic one must be that of the event loop.

    Attributes:
        port: where it listens; known once it has started, also when the setting is 0.
        node: the pub/sub.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        namespaces: Sequence[Namespace] | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.settings = settings
        self.port = settings.port
        self._clock = clock or SystemClock()
        self._tasks = Tasks()
        self._store = Store(settings.database_url, clock=self._clock)
        keys = TokenKeys.from_settings(settings.tokens)
        known = Namespaces(vk_namespaces() if namespaces is None else namespaces)
        self.node = Node(
            Admission(known, Verifier(keys.verifying), settings.pubsub),
            settings=settings.pubsub,
            broker=MemoryBroker(clock=self._clock, history_meta_ttl=settings.pubsub.history_meta_ttl),
            presence=MemoryPresence(),
            clock=self._clock,
            tasks=self._tasks,
        )
        self._app = Litestar(
            route_handlers=[
                devapi_router(self._store, Issuer(keys, settings.tokens, clock=self._clock), settings.devapi),
                server_api_router(self.node, key=settings.api_key, name=self._name_of_node),
                health,
            ],
            cors_config=CORS,
            openapi_config=openapi_config(),
            exception_handlers=exception_handlers,
            # Who runs the server says how it logs.
            logging_config=None,
        )

    @property
    def url(self) -> str:
        """Where HTTP is spoken, without a slash at the end."""
        return f"http://{_authority(self.settings.host, self.port)}"

    @property
    def ws_url(self) -> str:
        """Where the pub/sub is."""
        return f"ws://{_authority(self.settings.host, self.port)}{PATH}"

    def _name_of_node(self) -> str:
        return f"{socket.gethostname()}_{self.port}"

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as started:
            listener = started.enter_context(_listen(self.settings.host, self.settings.port))
            self.port = listener.getsockname()[1]
            started.push_async_callback(self._tasks.stop)
            await started.enter_async_context(self._store)
            if self.settings.seed:
                await self._store.plant(read_seed(Path(self.settings.seed)))
            await self.node.start()
            started.push_async_callback(self.node.stop)
            http = _Uvicorn(self._uvicorn_config(), self.node)
            serving = self._tasks.start(http.serve(sockets=[listener]), name="http server")
            started.push_async_callback(self._end_of, http, serving)
            await http.ready.wait()
            self._started = started.pop_all()
        _log.info("listening at %s", self.url)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Send every client away with 3001, after all that was published before, and stop within `shutdown_timeout`."""
        await self._started.aclose()

    async def serve(self) -> None:
        """Run until SIGTERM or SIGINT, then stop. To be called inside ``async with``."""
        asked = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, asked.set)
        try:
            await asked.wait()
            _log.info("stopping")
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)

    async def _end_of(self, http: _Uvicorn, serving: asyncio.Task[None]) -> None:
        http.should_exit = True
        await serving

    def _uvicorn_config(self) -> uvicorn.Config:
        edge = functools.partial(
            WebSocketEdge,
            self.node,
            Origins(self.settings.pubsub.allowed_origins),
            self.settings.pubsub.message_size_limit,
        )
        return uvicorn.Config(
            self._app,
            # uvicorn calls it like a class; that it is given three things more does not show.
            ws=cast("type[asyncio.Protocol]", edge),
            lifespan="on",
            # Addresses may carry keys (`?api_key=`), so requests are not logged with theirs.
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=max(1, int(self.settings.shutdown_timeout * _SHARE_FOR_CLIENTS)),
        )


_SHARE_FOR_CLIENTS = 0.8
"""Of the time for stopping; the rest is for the database and the broker."""


class _Uvicorn(uvicorn.Server):
    """uvicorn, which leaves signals to whoever runs the server, and lets the pub/sub say goodbye first."""

    def __init__(self, config: uvicorn.Config, node: Node) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self._node = node

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._node.drain()
        await super().shutdown(sockets)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise ConfigError(
            "host, port", f"cannot listen at {_authority(host, port)}: {error.strerror}", hint="is it in use?"
        ) from error
    # asyncio sends without delay (TCP_NODELAY) only through sockets that are said to be TCP, and by default none is.
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=listener.detach())


def _authority(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
