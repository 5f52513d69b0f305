"""Waits on this machine for a browser that comes back from the authorize page.

It speaks as much HTTP as that needs: one request a connection. What has another ``state`` than ours is no answer to
what was asked; it is refused, and the waiting goes on, so that nobody who merely finds the port can end it.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import socket
from collections.abc import AsyncGenerator
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct

from vklive.errors import ConfigError

MAX_REQUEST_SIZE = 16_384
"""Bytes of a request up to its empty line. Browsers send many headers, and a long code may come."""

REQUEST_TIMEOUT = 10.0
"""Seconds for a request and its answer: browsers open connections before they need them."""

MAX_FIELDS = 32

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Redirected(Struct, frozen=True, kw_only=True):
    """What the browser has brought back; either a code or an error.

    Attributes:
        code: to be exchanged for tokens.
        error: why there is none.
        description: the authorize page's words for it.
    """

    code: str = ""
    error: str = ""
    description: str = ""

    def __repr__(self) -> str:
        return f"Redirected(error={self.error!r})"


class RedirectListener:
    """Waits for one browser.

    Args:
        redirect_uri: where it comes to, an address of this machine with a port.
        state: what it has to bring back.

    Raises:
        ConfigError: it is no such address.
    """

    def __init__(self, redirect_uri: str, *, state: str) -> None:
        hint = "write http://127.0.0.1:PORT/, as it is registered for the application"
        try:
            parts = urlsplit(redirect_uri)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise ConfigError("--redirect-uri", "it is no address", hint=hint) from None
        if parts.scheme != "http" or host not in _LOOPBACK or not port:
            raise ConfigError("--redirect-uri", "it is not an http address of this machine with a port", hint=hint)
        self._host = host
        self._port = port
        self._path = parts.path or "/"
        self._state = state
        self._came: asyncio.Future[Redirected] | None = None

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncGenerator[asyncio.Future[Redirected]]:
        """Listen as long as the block lasts; gives what will have come.

        Raises:
            ConfigError: when the port cannot be had.
        """
        self._came = asyncio.get_running_loop().create_future()
        try:
            server = await asyncio.start_server(self._serve, self._host, self._port, limit=MAX_REQUEST_SIZE)
        except (OSError, socket.gaierror) as error:
            problem = error.strerror or str(error)
            where = f"{self._host}:{self._port}"
            raise ConfigError("--redirect-uri", f"cannot listen on {where}: {problem}", hint="is it in use?") from error
        async with server:
            yield self._came

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came: Redirected | None = None
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT):
                try:
                    head = await reader.readuntil(b"\r\n\r\n")
                    came, answer = self._answer(head)
                except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                    answer = _page(HTTPStatus.BAD_REQUEST, "That was no request of a browser.")
                writer.write(answer)
                await writer.drain()
        except (TimeoutError, ConnectionError):
            pass  # nobody is there to be told
        finally:
            writer.close()
            # When the browser has its page: soon after this, the program ends.
            with contextlib.suppress(TimeoutError, ConnectionError):
                async with asyncio.timeout(REQUEST_TIMEOUT):
                    await writer.wait_closed()
            if came is not None and self._came is not None and not self._came.done():
                self._came.set_result(came)

    def _answer(self, head: bytes) -> tuple[Redirected | None, bytes]:
        method, _, rest = head.partition(b"\r\n")[0].decode("latin-1").partition(" ")
        target = rest.rpartition(" ")[0]
        path, _, query = target.partition("?")
        if method != "GET" or path != self._path:
            return None, _page(HTTPStatus.NOT_FOUND, "Here is nothing.")
        try:
            pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_FIELDS)
        except ValueError:
            pairs = []
        said = dict(pairs)
        is_ours = hmac.compare_digest(said.get("state", "").encode(), self._state.encode())
        if len(said) < len(pairs) or not is_ours or not (said.get("code") or said.get("error")):
            return None, _page(HTTPStatus.BAD_REQUEST, "This does not belong to the login that is under way.")
        if error := said.get("error"):
            description = said.get("error_description", "")
            return Redirected(error=error, description=description), _page(
                HTTPStatus.OK, "The login has ended without access. You can close this page."
            )
        return Redirected(code=said["code"]), _page(
            HTTPStatus.OK, "That was all here: go back to the terminal. You can close this page."
        )


def _page(status: HTTPStatus, words: str) -> bytes:
    # Nothing of the request is on the page, so nothing in it needs to be escaped.
    body = (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>vklive</title>"
        "<meta name='viewport' content='width=device-width'><meta name='color-scheme' content='light dark'></head>"
        f"<body><main><h1>vklive</h1><p>{words}</p></main></body></html>\n"
    ).encode()
    lines = (
        f"HTTP/1.1 {status.value} {status.phrase}",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'",
        "Referrer-Policy: no-referrer",
        "Connection: close",
        "\r\n",
    )
    return "\r\n".join(lines).encode("latin-1") + body
