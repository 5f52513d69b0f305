"""The transport over picows, the fastest WebSocket client that asyncio has."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections import deque
from collections.abc import Mapping
from urllib.parse import urlsplit

from picows import (
    WSCloseCode,
    WSFrame,
    WSHandshakeError,
    WSListener,
    WSMsgType,
    WSTransport,
    ws_connect,  # pyright: ignore[reportUnknownVariableType] (picows: untyped **kwargs)
)

from vklive.errors import ConnectError, ConnectionLostError

MAX_MESSAGE_SIZE = 16 * 1024 * 1024
"""Bytes of one message; a larger one ends the connection. Recovered history may make a frame of several MiB."""

MAX_WAITING_MESSAGES = 4096
"""Messages that may wait to be taken before nothing more is read from the socket."""

CLOSE_TIMEOUT = 2.0
"""Seconds that the server is given to answer a close frame."""

_VANISHED = 1006


class PicowsTransport:
    """Opens WebSockets.

    Args:
        ssl_context: for ``wss``; by default one that trusts what the system trusts.
        max_message_size: bytes of one message at most.
    """

    def __init__(self, *, ssl_context: ssl.SSLContext | None = None, max_message_size: int = MAX_MESSAGE_SIZE) -> None:
        self._ssl_context = ssl_context
        self._max_message_size = max_message_size

    async def open(self, url: str, *, headers: Mapping[str, str], timeout: float) -> PicowsLink:  # noqa: ASYNC109 - see Transport
        """See `vklive.client.transport.Transport`."""
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        secure = parts.scheme == "wss"
        context = (self._ssl_context or ssl.create_default_context()) if secure else None
        sockets: list[socket.socket] = []
        try:
            async with asyncio.timeout(timeout):
                sockets.append(await _connect(parts.hostname or "", parts.port or (443 if secure else 80)))
                _, listener = await ws_connect(
                    lambda: PicowsLink(self._max_message_size),
                    url,
                    socket_factory=lambda _: sockets[0],
                    websocket_handshake_timeout=None,
                    max_frame_size=self._max_message_size,
                    extra_headers=dict(headers),
                    max_redirects=0,
                    ssl_context=context,
                )
        except BaseException as error:
            await _hang_up(sockets)
            if (told := _classified(error, host, timeout)) is None:
                raise
            raise told from error
        assert isinstance(listener, PicowsLink)  # noqa: S101 - it is what the factory above makes
        return listener


async def _connect(host: str, port: int) -> socket.socket:
    """A TCP connection to the first address of the host that takes one."""
    loop = asyncio.get_running_loop()
    failure: OSError | None = None
    for family, kind, protocol, _, address in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        attempt = socket.socket(family, kind, protocol)
        attempt.setblocking(False)
        try:
            await loop.sock_connect(attempt, address)
        except OSError as error:
            attempt.close()
            failure = error
        except BaseException:
            attempt.close()
            raise
        else:
            return attempt
    raise failure or OSError("the host has no address")


async def _hang_up(sockets: list[socket.socket]) -> None:
    """Close what a failed attempt has left open.

    picows keeps the connection of a handshake that is given up. Its end, seen from the socket, makes it let go.
    """
    for each in sockets:
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        for _ in range(_TURNS_TO_LET_GO):
            await asyncio.sleep(0)
        each.close()


_TURNS_TO_LET_GO = 3


def _classified(error: BaseException, host: str, timeout: float) -> ConnectError | None:
    """The error of this package that tells what happened; `None` for what has nothing to do with a connection."""
    match error:
        case TimeoutError():
            return ConnectError(host, phase="timeout", problem=f"no answer within {timeout:g} s")
        case WSHandshakeError(response=response):
            status = None if response is None else int(response.status)
            problem = f"the server answered {status}" if status else "the server does not speak WebSocket"
            return ConnectError(host, phase="handshake", problem=problem)
        case ssl.SSLCertVerificationError(verify_message=message):
            problem = f"its certificate cannot be trusted: {message}"
            return ConnectError(host, phase="tls", problem=problem, permanent=True)
        case ssl.SSLError(reason=reason):
            return ConnectError(host, phase="tls", problem=reason or "TLS failed")
        case socket.gaierror(strerror=text):
            return ConnectError(host, phase="dns", problem=text or "no such host")
        case OSError(strerror=text):
            return ConnectError(host, phase="tcp", problem=text or str(error))
        case _:
            return None


class PicowsLink(WSListener):
    """One open WebSocket. picows calls the methods that begin with ``on_``."""

    def __init__(self, max_message_size: int) -> None:
        self._max_message_size = max_message_size
        self._transport: WSTransport | None = None
        self._fragments: list[bytes] = []
        self._size = 0
        self._waiting: deque[bytes] = deque()
        self._arrived = asyncio.Event()
        self._paused = False
        self._end: ConnectionLostError | None = None
        self._close_frame: ConnectionLostError | None = None

    # What picows calls.

    def on_ws_connected(self, transport: WSTransport) -> None:
        """The handshake is done."""
        self._transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """A frame has come."""
        if self._close_frame is not None:
            return  # what follows in the same buffer belongs to a connection that is over
        match frame.msg_type:
            case WSMsgType.TEXT | WSMsgType.BINARY | WSMsgType.CONTINUATION:
                self._take(frame.get_payload_as_bytes(), last=frame.fin)
            case WSMsgType.CLOSE:
                self._close_frame = _close_frame(frame.get_payload_as_bytes())
                transport.send_close(WSCloseCode.OK)
                transport.disconnect()
            case _:
                pass  # picows answers pings by itself

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """The socket is closed."""
        del transport
        self._end = self._close_frame or ConnectionLostError(_VANISHED)
        self._arrived.set()

    # What the client calls (`Link`).

    def send(self, message: bytes) -> None:
        """See `vklive.client.transport.Link`."""
        if self._transport is not None and self._end is None:
            self._transport.send(WSMsgType.TEXT, message)

    async def receive(self) -> list[bytes]:
        """See `vklive.client.transport.Link`."""
        while not self._waiting:
            if self._end is not None:
                raise self._end
            self._arrived.clear()
            await self._arrived.wait()
        messages = list(self._waiting)
        self._waiting.clear()
        if self._paused and self._transport is not None and self._end is None:
            self._paused = False
            self._transport.underlying_transport.resume_reading()
        return messages

    async def close(self) -> None:
        """See `vklive.client.transport.Link`."""
        if self._transport is None or self._end is not None:
            return
        self._transport.send_close(WSCloseCode.OK)
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT):
                await self._transport.wait_disconnected()
        except TimeoutError:
            self.abort()

    def abort(self) -> None:
        """See `vklive.client.transport.Link`."""
        if self._transport is not None:
            self._transport.disconnect(graceful=False)

    # Inside.

    def _take(self, payload: bytes, *, last: bool) -> None:
        self._size += len(payload)
        if self._size > self._max_message_size:
            self._close_frame = ConnectionLostError(1009, f"a message of over {self._max_message_size} bytes")
            self.abort()
            return
        self._fragments.append(payload)
        if not last:
            return
        message = self._fragments[0] if len(self._fragments) == 1 else b"".join(self._fragments)
        self._fragments.clear()
        self._size = 0
        self._waiting.append(message)
        self._arrived.set()
        if len(self._waiting) >= MAX_WAITING_MESSAGES and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.underlying_transport.pause_reading()


def _close_frame(payload: bytes) -> ConnectionLostError:
    """What a close frame says. Read here, as codes of Centrifugo are none of those that picows has names for."""
    if len(payload) < 2:  # noqa: PLR2004 - the two bytes of a code
        return ConnectionLostError(1005)
    return ConnectionLostError(int.from_bytes(payload[:2], "big"), payload[2:].decode("utf-8", "replace"))
