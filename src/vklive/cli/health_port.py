"""The port of ``vklive listen --health-port``: whether it hears what it should, for whoever runs it.

``GET /health`` answers 200 or 503 with the reason, ``/stats`` the numbers, ``/metrics`` the same for Prometheus. It
speaks HTTP/1.1 with one request a connection, which is all that a probe needs.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from http import HTTPStatus

import msgspec

from vklive.client import Client
from vklive.errors import ConfigError, MissingExtraError

MAX_REQUEST_SIZE = 8192
"""Bytes of a request up to its empty line."""

REQUEST_TIMEOUT = 5.0
"""Seconds for a request and its answer."""

_JSON = "application/json"
_METHODS = ("GET", "HEAD")


class HealthPort:
    """Answers requests about a client.

    Args:
        client: whom to ask.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    @contextlib.asynccontextmanager
    async def open(self, host: str, port: int) -> AsyncGenerator[int]:
        """Listen as long as the block lasts; gives the port, which is a free one when it was 0.

        Raises:
            ConfigError: when the port cannot be had.
        """
        try:
            server = await asyncio.start_server(self._serve, host, port, limit=MAX_REQUEST_SIZE)
        except OSError as error:
            problem = error.strerror or str(error)
            raise ConfigError("--health-port", f"cannot listen on {host}:{port}: {problem}") from error
        async with server:
            yield server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT):
                try:
                    head = await reader.readuntil(b"\r\n\r\n")
                    writer.write(self._answer(head))
                except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                    writer.write(_response(HTTPStatus.BAD_REQUEST, b"", _JSON))
                await writer.drain()
        except (TimeoutError, ConnectionError):
            pass  # nobody is there to be told
        finally:
            writer.close()

    def _answer(self, head: bytes) -> bytes:
        method, _, rest = head.partition(b"\r\n")[0].decode("latin-1").partition(" ")
        path, _, version = rest.rpartition(" ")
        if not version.startswith("HTTP/1."):
            return _response(HTTPStatus.BAD_REQUEST, b"", _JSON)
        if method not in _METHODS:
            return _response(HTTPStatus.METHOD_NOT_ALLOWED, b"", _JSON)
        status, body, content_type = self._page(path.partition("?")[0])
        return _response(status, body, content_type, with_body=method == "GET")

    def _page(self, path: str) -> tuple[HTTPStatus, bytes, str]:
        match path:
            case "/health":
                health = self._client.health()
                status = HTTPStatus.OK if health.ok else HTTPStatus.SERVICE_UNAVAILABLE
                return status, msgspec.json.encode(health), _JSON
            case "/stats":
                return HTTPStatus.OK, msgspec.json.encode(self._client.stats()), _JSON
            case "/metrics":
                return self._metrics()
            case _:
                return HTTPStatus.NOT_FOUND, b'{"pages":["/health","/stats","/metrics"]}', _JSON

    def _metrics(self) -> tuple[HTTPStatus, bytes, str]:
        try:
            from vklive.client.metrics import CONTENT_TYPE, exposition  # noqa: PLC0415 - it needs an extra
        except ModuleNotFoundError:
            missing = MissingExtraError("what tells metrics to Prometheus", extra="prometheus")
            return HTTPStatus.NOT_IMPLEMENTED, str(missing).encode(), "text/plain; charset=utf-8"
        return HTTPStatus.OK, exposition(stats=self._client.stats, health=self._client.health), CONTENT_TYPE


def _response(status: HTTPStatus, body: bytes, content_type: str, *, with_body: bool = True) -> bytes:
    lines = (
        f"HTTP/1.1 {status.value} {status.phrase}",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "Connection: close",
        "\r\n",
    )
    return "\r\n".join(lines).encode("latin-1") + (body if with_body else b"")
