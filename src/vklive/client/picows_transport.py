"""The transport over picows, the fastest WebSocket client that asyncio has."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
import time
from collections.abc import Mapping

from picows import (
    WSHandshakeError,
    ws_connect,  # pyright: ignore[reportUnknownVariableType] (picows: untyped **kwargs)
)

from vklive.client.dialing import dial
from vklive.client.outgoing import Address, address_of, check_headers
from vklive.client.picows_link import PicowsLink
from vklive.client.proxy import dial_through, parse_proxy, proxy_of_environment
from vklive.client.retry_after import retry_after_of
from vklive.errors import ConnectError

_log = logging.getLogger("vklive.client.transport")

MAX_MESSAGE_SIZE = 16 * 1024 * 1024
"""Bytes of one message; a larger one ends the connection. Recovered history may make a frame of several MiB."""

_TURNS_TO_LET_GO = 100


class PicowsTransport:
    """Opens WebSockets. Neither picows' pings nor its redirects are used: health is the business of the client.

    Args:
        ssl_context: for ``wss``; by default one that trusts what the system trusts.
        max_message_size: bytes of one message at most.
        proxy: the address of a proxy; `None` for the one that the environment names, empty for none at all.

    Raises:
        ConfigError: `proxy` is none.
    """

    def __init__(
        self,
        *,
        ssl_context: ssl.SSLContext | None = None,
        max_message_size: int = MAX_MESSAGE_SIZE,
        proxy: str | None = None,
    ) -> None:
        self._proxy = parse_proxy(proxy) if proxy else None
        self._is_proxy_given = proxy is not None
        self._ssl_context = ssl_context
        self._max_message_size = max_message_size

    async def open(self, url: str, *, headers: Mapping[str, str], timeout: float) -> PicowsLink:  # noqa: ASYNC109 - see Transport
        """See `vklive.client.transport.Transport`."""
        address = address_of(url, plain="ws", secure="wss")
        host = address.shown
        check_headers(headers, host=host)
        context = self._context() if address.secure else None
        sockets: list[socket.socket] = []
        try:
            async with asyncio.timeout(timeout):
                sockets.append(await self._dial(address))
                _, listener = await ws_connect(
                    lambda: PicowsLink(self._max_message_size),
                    address.url,
                    socket_factory=lambda _: sockets[0],
                    websocket_handshake_timeout=None,
                    max_frame_size=self._max_message_size,
                    extra_headers=dict(headers),
                    max_redirects=0,
                    ssl_context=context,
                    logger_name=_log,
                    # It says less about a certificate that is refused, and logs failures that are ours to report.
                    use_aiofastnet=False,
                )
        except BaseException as error:
            await _hang_up(sockets)
            if (told := _classified(error, host, timeout)) is None:
                raise
            raise told from error
        if not isinstance(listener, PicowsLink):
            # picows makes a listener of an answer, and says nothing when there is none.
            raise ConnectError(host, phase="handshake", problem="the server closed the connection without an answer")
        return listener

    async def _dial(self, address: Address) -> socket.socket:
        proxy = self._proxy if self._is_proxy_given else proxy_of_environment(address.url)
        if proxy is None:
            return await dial(address.host, address.port)
        return await dial_through(proxy, address.host, address.port)

    def _context(self) -> ssl.SSLContext:
        # Once: it reads the system's certificates, which takes tens of milliseconds.
        self._ssl_context = self._ssl_context or ssl.create_default_context()
        return self._ssl_context


async def _hang_up(sockets: list[socket.socket]) -> None:
    """Close what a failed attempt has left open.

    picows keeps the connection of a handshake that is given up. Its end, seen from the socket, makes it let go.
    """
    for each in sockets:
        try:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            for _ in range(_TURNS_TO_LET_GO):
                if each.fileno() < 0:
                    break
                await asyncio.sleep(0)
        finally:
            each.close()


def _classified(error: BaseException, host: str, timeout: float) -> ConnectError | None:
    """The error of this package that tells what happened; `None` for what has nothing to do with a connection."""
    match error:
        case TimeoutError():
            return ConnectError(host, phase="timeout", problem=f"no answer within {timeout:g} s")
        case WSHandshakeError(response=response):
            status = None if response is None else int(response.status)
            problem = f"the server answered {status}" if status else "the server does not speak WebSocket"
            headers = {} if response is None else {name.lower(): value for name, value in response.headers.items()}
            wait = retry_after_of(headers, now=time.time())
            return ConnectError(host, phase="handshake", problem=problem, status=status, retry_after=wait)
        case ssl.SSLCertVerificationError(verify_message=message):
            problem = f"its certificate cannot be trusted: {message}"
            return ConnectError(host, phase="tls", problem=problem, permanent=True)
        case ssl.SSLError(reason=reason):
            return ConnectError(host, phase="tls", problem=reason or "TLS failed")
        case socket.gaierror(strerror=text):
            return ConnectError(host, phase="dns", problem=text or "no such host")
        case OSError(strerror=text):
            problem = text or str(error) or "the server closed the connection"
            return ConnectError(host, phase="tcp", problem=problem)
        case _:
            return None
