"""The server as a whole: wiring, start and stop. What it does is done elsewhere."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from litestar import Litestar

from vklive.clock import Clock, SystemClock
from vklive.server.access import vk_namespaces
from vklive.server.admission import Admission
from vklive.server.edge.front import Front
from vklive.server.http.devapi import CORS, devapi
from vklive.server.http.errors import (
    exception_handlers,  # pyright: ignore[reportUnknownVariableType] (Litestar: Response[Any])
)
from vklive.server.http.health import health_route
from vklive.server.http.metrics import metrics_route
from vklive.server.http.oauth import AUTHORIZE, oauth_endpoints
from vklive.server.http.openapi import PATH as DOCS_PATH
from vklive.server.http.openapi import openapi_config
from vklive.server.http.platform_api import platform_api
from vklive.server.http.server_api import server_api_router
from vklive.server.http.shapes import StructShapes
from vklive.server.listening import Listener
from vklive.server.namespaces import Namespace, Namespaces
from vklive.server.node import Phase
from vklive.server.oauth.oauth import OAuth
from vklive.server.platform.platform import Platform
from vklive.server.platform.webhooks.outbox import WebhookOutbox
from vklive.server.platform.webhooks.sender import WebhookSender
from vklive.server.pubsub import PubSub
from vklive.server.settings import Settings, TokenSettings
from vklive.server.signals import until_told_to_stop
from vklive.server.store import Store, read_seed
from vklive.server.tasks import Tasks
from vklive.server.tokens import Issuer, TokenKeys, Verifier


class Server:
    """A whole server: DevAPI, pub/sub and server API on one port.

    Use it with ``async with``, or let `serve` run it until a signal comes. It is used once.

    Args:
        settings: see `vklive.server.settings`.
        namespaces: what may be done in which ws channels; by default those of VK Video Live, and those of the settings.
        clock: the clocks; the monotonic one must be that of the event loop.

    Attributes:
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
        self._clock = clock or SystemClock()
        self._tasks = Tasks()
        self._store = Store(settings.database_url, clock=self._clock)
        self._namespaces = namespaces
        self._keys = TokenKeys.from_settings(settings.tokens)
        self._token_settings = settings.tokens
        self._issuer = Issuer(self._keys, settings.tokens, clock=self._clock)
        self._pubsub = PubSub(
            self._admission(settings, self._keys),
            settings=settings.pubsub,
            transports=settings.transports,
            clock=self._clock,
            tasks=self._tasks,
        )
        self.node = self._pubsub.node
        self._webhooks = WebhookSender(self._store.database, settings.webhooks, tasks=self._tasks)
        self._platform = platform = Platform(
            self._store,
            self._issuer,
            publish=self.node.publish,
            deafen=self.node.deafen,
            settings=settings.devapi,
            listeners=self.node.listeners,
            tasks=self._tasks,
            outboxes=[WebhookOutbox(self._webhooks.wake)],
        )
        self.node.on_publication = platform.chat.take
        self._oauth = OAuth(self._store, settings.oauth, clock=self._clock)
        metrics = [metrics_route(self.node, settings.metrics)] if settings.metrics.enabled else []
        self._app = Litestar(
            route_handlers=[
                devapi(platform),
                platform_api(
                    platform.acting,
                    key=settings.api_key,
                    is_open=lambda: self.node.phase is Phase.RUNNING,
                    settled=platform.chat.archive.settled,
                ),
                server_api_router(self.node, key=settings.api_key, name=self._name_of_node),
                health_route("/health"),
                *metrics,
            ],
            cors_config=CORS,
            openapi_config=openapi_config(),
            plugins=[StructShapes()],
            exception_handlers=exception_handlers,
            # Who runs the server says how it logs.
            logging_config=None,
        )
        self._listener = Listener(
            self._pubsub.front(Front(oauth_endpoints(self._oauth), self._app)),
            host=settings.host,
            port=settings.port,
            edge=self._pubsub.edge(),
            tasks=self._tasks,
            shutdown_timeout=settings.shutdown_timeout,
            drain=self.node.drain,
        )

    @property
    def port(self) -> int:
        """Where it listens; known once it has started, also when the setting is 0."""
        return self._listener.port

    @property
    def url(self) -> str:
        """Where HTTP is spoken, without a slash at the end."""
        return f"http://{self._listener.authority}"

    @property
    def ws_url(self) -> str:
        """Where the pub/sub is."""
        return f"ws://{self._listener.authority}{self.settings.transports.websocket_path}"

    def places(self) -> Iterator[tuple[str, str]]:
        """Everything that can be reached, by a name for people, and its address."""
        yield "DevAPI", f"{self.url}/v1"
        yield from self._listener.ways_in(self.settings.transports)
        yield "HTTP API", f"{self.url}/api"
        yield "OAuth", self.url + AUTHORIZE
        if self.settings.metrics.enabled:
            yield "metrics", self.url + self.settings.metrics.path
        yield "docs", self.url + DOCS_PATH

    def openapi(self) -> dict[str, object]:
        """The OpenAPI document of the DevAPI, as it is served. The server need not run."""
        document: dict[str, object] = self._app.openapi_schema.to_schema()
        return document

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as started:
            await started.enter_async_context(self._store)
            # Before the database is closed: a task that asked it then would open it again, and nobody would close that.
            started.push_async_callback(self._tasks.stop)
            if self.settings.seed:
                await self._store.plant(read_seed(Path(self.settings.seed)))
            self._platform.chat.start()
            started.push_async_callback(self._platform.chat.stop)
            self._tasks.start(self._webhooks.run(), name="WebHooks")
            await self.node.start()
            started.push_async_callback(self.node.stop)
            self._platform.upkeep.start(self._tasks)
            started.push_async_callback(self._platform.upkeep.stop)
            self._oauth.upkeep.start(self._tasks)
            started.push_async_callback(self._oauth.upkeep.stop)
            await started.enter_async_context(self._listener)
            self._started = started.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Send every client away with 3001, after all that was published before, and stop within `shutdown_timeout`."""
        await self._started.aclose()

    async def serve(
        self, *, read_again: Callable[[], Settings] | None = None, ready: Callable[[], None] = lambda: None
    ) -> None:
        """Run until SIGTERM or SIGINT, then stop. To be called inside ``async with``.

        Args:
            read_again: gives the settings as they are now, at each SIGHUP: see `reload`.
            ready: called as soon as signals are heard.
        """
        await until_told_to_stop(reload=None if read_again is None else lambda: self.reload(read_again()), ready=ready)

    def reload(self, settings: Settings) -> None:
        """Take over other namespaces, keys of tokens and limits of clients. Connections that stand stay.

        Tokens are signed and checked with the new keys at once, so that those signed before are good for nothing; a
        random secret stays as long as none is set. The database, addresses, transports and the key of the server API
        stay as they are until the next start.

        Raises:
            ConfigError: the settings are wrong; nothing has changed then.
        """
        keys = self._keys_of(settings.tokens)
        admission = self._admission(settings, keys)
        self._issuer.take(keys, settings.tokens)
        self._pubsub.reload(admission, settings.pubsub)
        self._keys, self._token_settings = keys, settings.tokens

    def _keys_of(self, settings: TokenSettings) -> TokenKeys:
        now, then = settings, self._token_settings
        is_random = now.algorithm.startswith("HS") and not now.secret and not then.secret
        return self._keys if is_random and now.algorithm == then.algorithm else TokenKeys.from_settings(settings)

    def _admission(self, settings: Settings, keys: TokenKeys) -> Admission:
        namespaces = self._namespaces
        if namespaces is None:
            namespaces = with_those_of_vk(settings.namespaces)
        return Admission(Namespaces(namespaces), Verifier(keys.verifying), settings.pubsub)

    def _name_of_node(self) -> str:
        return f"{socket.gethostname()}_{self.port}"


def with_those_of_vk(configured: Sequence[Namespace]) -> Sequence[Namespace]:
    """The namespaces of VK's ws channels, and those that are configured; of two with one name the configured one."""
    names = {namespace.name for namespace in configured}
    return [*(namespace for namespace in vk_namespaces() if namespace.name not in names), *configured]
