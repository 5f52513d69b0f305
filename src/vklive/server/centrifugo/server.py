"""The pub/sub alone, as a `centrifugo` process would be: without DevAPI and without a store."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Self

from litestar import Litestar, Router
from litestar.handlers import HTTPRouteHandler

from vklive.clock import Clock, SystemClock
from vklive.server.admission import Admission
from vklive.server.centrifugo.configuration import PubSubConfiguration
from vklive.server.http.health import health_route
from vklive.server.http.metrics import metrics_route
from vklive.server.http.server_api import server_api_router
from vklive.server.listening import Listener
from vklive.server.pubsub import PubSub
from vklive.server.signals import until_told_to_stop
from vklive.server.tasks import Tasks


class PubSubServer:
    """A pub/sub server. Use it with ``async with``; it is used once.

    Args:
        configuration: what it is like.
        clock: the clocks; the monotonic one must be that of the event loop.

    Attributes:
        configuration: as it was at the start.
        node: the pub/sub.
    """

    def __init__(self, configuration: PubSubConfiguration, *, clock: Clock | None = None) -> None:
        self.configuration = configuration
        self._clock = clock or SystemClock()
        self._tasks = Tasks()
        self._pubsub = PubSub(
            self._admission(configuration),
            settings=configuration.pubsub,
            transports=configuration.transports,
            clock=self._clock,
            tasks=self._tasks,
        )
        self.node = self._pubsub.node
        public = configuration.host, configuration.port
        internal = configuration.internal_host or configuration.host, configuration.internal_port or configuration.port
        inside = internal != public
        self._public = self._listener(self._routes(public=True, internal=not inside), public, with_clients=True)
        self._internal = (
            self._listener(self._routes(public=False, internal=True), internal, with_clients=False) if inside else None
        )

    @property
    def port(self) -> int:
        """Where it listens; known once it has started, also when the setting is 0."""
        return self._public.port

    @property
    def url(self) -> str:
        """Where HTTP is spoken, without a slash at the end."""
        return f"http://{self._public.authority}"

    @property
    def ws_url(self) -> str:
        """Where clients come by WebSocket, if that is offered."""
        return f"ws://{self._public.authority}{self.configuration.transports.websocket_path}"

    @property
    def internal_url(self) -> str:
        """Where the server API, health and metrics are."""
        return self.url if self._internal is None else f"http://{self._internal.authority}"

    def places(self) -> Iterator[tuple[str, str]]:
        """Everything that can be reached, by a name for people, and its address."""
        configuration = self.configuration
        yield from self._public.ways_in(configuration.transports)
        if not configuration.api.disabled:
            yield "HTTP API", (self.url if configuration.api.external else self.internal_url) + configuration.api.path
        if configuration.health:
            yield "health", self.internal_url + configuration.health_path
        if configuration.metrics.enabled:
            yield "metrics", self.internal_url + configuration.metrics.path

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as started:
            started.push_async_callback(self._tasks.stop)
            await self.node.start()
            started.push_async_callback(self.node.stop)
            if self._internal is not None:
                await started.enter_async_context(self._internal)
            await started.enter_async_context(self._public)
            self._started = started.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Send every client away with 3001, after all that was published before, and stop in time."""
        await self._started.aclose()

    async def serve(
        self, *, read_again: Callable[[], PubSubConfiguration] | None = None, ready: Callable[[], None] = lambda: None
    ) -> None:
        """Run until SIGTERM or SIGINT. To be called inside ``async with``.

        Args:
            read_again: gives the configuration as it is now, at each SIGHUP: see `reload`.
            ready: called as soon as signals are heard.
        """
        await until_told_to_stop(reload=None if read_again is None else lambda: self.reload(read_again()), ready=ready)

    def reload(self, configuration: PubSubConfiguration) -> None:
        """Take over other namespaces, keys of tokens and limits of clients. Connections that stand stay.

        Addresses, transports and the key of the server API stay as they are until the next start.

        Raises:
            ConfigError: the configuration is wrong; nothing has changed then.
        """
        self._pubsub.reload(self._admission(configuration), configuration.pubsub)

    def _admission(self, configuration: PubSubConfiguration) -> Admission:
        verifier = configuration.tokens.verifier(clock=self._clock)
        return Admission(configuration.known_namespaces(), verifier, configuration.pubsub)

    def _routes(self, *, public: bool, internal: bool) -> Sequence[HTTPRouteHandler | Router]:
        configuration = self.configuration
        routes: list[HTTPRouteHandler | Router] = []
        api = configuration.api
        if not api.disabled and (internal or (public and api.external)):
            routes.append(
                server_api_router(self.node, key=api.key, insecure=api.insecure, prefix=api.path, name=self._name)
            )
        if internal and configuration.health:
            routes.append(health_route(configuration.health_path))
        if internal and configuration.metrics.enabled:
            routes.append(metrics_route(self.node, configuration.metrics))
        return routes

    def _listener(
        self, routes: Sequence[HTTPRouteHandler | Router], place: tuple[str, int], *, with_clients: bool
    ) -> Listener:
        app = Litestar(route_handlers=routes, openapi_config=None, logging_config=None)
        return Listener(
            self._pubsub.front(app) if with_clients else app,
            host=place[0],
            port=place[1],
            edge=self._pubsub.edge() if with_clients else None,
            tasks=self._tasks,
            shutdown_timeout=self.configuration.shutdown_timeout,
            drain=self.node.drain,
        )

    def _name(self) -> str:
        return self.configuration.name or f"{socket.gethostname()}_{self.port}"
