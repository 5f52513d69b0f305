"""The transport over picows, the fastest WebSocket client that asyncio has."""

from __future__ import annotations

import asyncio
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
        context = self._ssl_context
        if context is None and parts.scheme == "wss":
            context = ssl.create_default_context()
        try:
            async with asyncio.timeout(timeout):
                _, listener = await ws_connect(
                    lambda: PicowsLink(self._max_message_size),
                    url,
                    ssl_context=context,
                    websocket_handshake_timeout=None,
                    max_frame_size=self._max_message_size,
                    extra_headers=dict(headers),
                    max_redirects=0,
                )
        except TimeoutError:
            raise ConnectError(host, phase="timeout", problem=f"no answer within {timeout:g} s") from None
        except WSHandshakeError as error:
            status = error.response.status if error.response is not None else None
            problem = (
                f"the server answered {int(status)}" if status is not None else "the server does not speak WebSocket"
            )
            raise ConnectError(host, phase="handshake", problem=problem) from error
        except ssl.SSLCertVerificationError as error:
            problem = f"its certificate cannot be trusted: {error.verify_message}"
            raise ConnectError(host, phase="tls", problem=problem, permanent=True) from error
        except ssl.SSLError as error:
            raise ConnectError(host, phase="tls", problem=error.reason or "TLS failed") from error
        except socket.gaierror as error:
            raise ConnectError(host, phase="dns", problem=error.strerror or "no such host") from error
        except OSError as error:
            raise ConnectError(host, phase="tcp", problem=error.strerror or str(error)) from error
        assert isinstance(listener, PicowsLink)  # noqa: S101 - it is what the factory above makes
        return listener


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
