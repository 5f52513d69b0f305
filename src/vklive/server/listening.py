"""One port, on which HTTP is spoken and WebSockets are opened: uvicorn, with the pub/sub's own protocol class."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import socket
from collections.abc import Callable, Generator, Iterator
from types import TracebackType
from typing import Any, Self, cast

import uvicorn

from vklive.errors import ConfigError
from vklive.server.edge.http import HttpProtocol
from vklive.server.settings import TransportSettings
from vklive.server.tasks import Tasks

_log = logging.getLogger("vklive.server")

BACKLOG = 2048
"""Connections that may wait to be accepted; the kernel may allow fewer."""

_SHARE_FOR_CLIENTS = 0.8
"""Of the time for stopping; the rest is for the database and the broker."""


class Listener:
    """Serves an application on one port, from entering to leaving ``async with``.

    Args:
        app: an ASGI application.
        host: where; empty: on all addresses.
        port: on which port; 0 takes a free one.
        edge: what takes sockets of which a WebSocket is to be made; like a class, it is called for each.
        tasks: where it runs.
        shutdown_timeout: seconds that stopping may take.
        drain: called when it is to stop, before it does.

    Attributes:
        port: on which it listens; known once it has started, also when it was to be any.
    """

    def __init__(
        self,
        app: Callable[..., Any],
        *,
        host: str,
        port: int,
        edge: functools.partial[asyncio.Protocol] | None,
        tasks: Tasks,
        shutdown_timeout: float,
        drain: Callable[[], None],
    ) -> None:
        self.port = port
        self._host = host
        self._tasks = tasks
        self._drain = drain
        self._config = uvicorn.Config(
            app,
            http=HttpProtocol,
            # uvicorn calls it like a class; that it is given three things more does not show.
            ws="none" if edge is None else cast("type[asyncio.Protocol]", edge),
            lifespan="on",
            # Addresses may carry keys (`?api_key=`), so requests are not logged with theirs.
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=max(1, int(shutdown_timeout * _SHARE_FOR_CLIENTS)),
        )

    @property
    def authority(self) -> str:
        """Host and port, as they stand in an address."""
        return _authority(self._host or "0.0.0.0", self.port)  # noqa: S104 - it says where it listens

    def ways_in(self, transports: TransportSettings) -> Iterator[tuple[str, str]]:
        """By which ways clients come here, each with its address; that by WebSocket is called the pub/sub itself."""
        for name, path in transports.offered():
            scheme = "ws" if name.endswith("websocket") else "http"
            yield "pub/sub" if name == "websocket" else name, f"{scheme}://{self.authority}{path}"

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as started:
            bound = started.enter_context(_listen(self._host, self.port))
            self.port = bound.getsockname()[1]
            http = _Uvicorn(self._config, self._drain)
            serving = self._tasks.start(http.serve(sockets=[bound]), name="http server")
            started.push_async_callback(self._end_of, http, serving)
            await http.ready.wait()
            self._started = started.pop_all()
        _log.info("listening at %s", self.authority)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._started.aclose()

    async def _end_of(self, http: _Uvicorn, serving: asyncio.Task[None]) -> None:
        http.should_exit = True
        await serving


class _Uvicorn(uvicorn.Server):
    """uvicorn, which leaves signals to whoever runs the server, and lets the pub/sub say goodbye first."""

    def __init__(self, config: uvicorn.Config, drain: Callable[[], None]) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self._drain = drain

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._drain()
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
