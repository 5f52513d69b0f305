"""The WebSocket protocol class: bytes of one socket on one side, frames of one connection on the other.

It is given to uvicorn (``ws=``), which hands over a socket once an HTTP request asks for an upgrade. Handshake and
incoming frames are the business of websockets' sans-IO `ServerProtocol`; outgoing messages go around it, as their
frames are shared between connections (see `vklive.server.turn`).

At one path clients speak and listen; at the other they only listen: there the first message says who they are, the end
is told with a push and not with a close frame, and pings are those of the WebSocket protocol.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, cast

from uvicorn.config import Config
from uvicorn.server import ServerState
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from vklive.errors import RemoteProtocolError
from vklive.protocol import json
from vklive.protocol.closing import Close
from vklive.protocol.codes import DisconnectCode
from vklive.protocol.formats import UNI_JSON
from vklive.protocol.medium import Medium
from vklive.server.connection import Connection
from vklive.server.edge.compression import Compression
from vklive.server.edge.framing import BINARY, PUSHES, TEXT, Framing
from vklive.server.edge.handshake import PROTOBUF_SUBPROTOCOL, Origins, Paths, Rejection, examine, format_of
from vklive.server.edge.keepalive import Keepalive
from vklive.server.node import Node
from vklive.server.turn import Frames

_log = logging.getLogger("vklive.server.edge")

CLOSE_TIMEOUT = 5.0
"""Seconds that a client is given to answer a close frame before the socket is closed all the same."""

SUBPROTOCOLS = [Subprotocol("centrifuge-json"), Subprotocol(PROTOBUF_SUBPROTOCOL)]
"""The first of these that a client offers is agreed on."""

LISTENING = Medium(name="uni_websocket", format=UNI_JSON, unidirectional=True, tells_disconnect=True)
"""How clients come that only listen."""


class WebSocketEdge(asyncio.Protocol):
    """One socket.

    Args:
        node: the pub/sub behind it.
        origins: which web pages may connect.
        max_message_size: of what a client sends, in bytes; more closes the connection with 1009.
        paths: where.
        compression: for clients that want it; `None` for none.
        config, server_state, app_state: uvicorn's; of these only the set of open connections is of use here.
    """

    def __init__(
        self,
        node: Node,
        origins: Origins,
        max_message_size: int,
        *,
        paths: Paths = Paths(),  # noqa: B008 - it is immutable
        compression: Compression | None = None,
        config: Config,  # noqa: ARG002 - uvicorn passes it by name
        server_state: ServerState,
        app_state: dict[str, Any],  # noqa: ARG002 - uvicorn passes it by name
    ) -> None:
        self._node = node
        self._origins = origins
        self._paths = paths
        self._compression = compression
        # uvicorn's set is annotated with its own classes; what it needs of them is `shutdown`.
        self._open = cast("set[WebSocketEdge]", server_state.connections)
        self._socket: asyncio.Transport | None = None
        self._websocket = ServerProtocol(
            subprotocols=SUBPROTOCOLS,
            select_subprotocol=_choose,
            extensions=None if compression is None else compression.offer,
            max_size=max_message_size,
            logger=logging.getLogger("vklive.server.edge.websocket"),
        )
        self._fragments: list[bytes] = []
        self._framing: Framing = TEXT
        self._connection: Connection | None = None
        # What becomes of a message.
        self._take_message: Callable[[bytes], None] = _ignore
        self._keepalive: Keepalive | None = None
        self._closer: asyncio.TimerHandle | None = None

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is here; the request that asked for the upgrade follows."""
        self._socket = cast("asyncio.Transport", transport)
        self._open.add(self)

    def data_received(self, data: bytes) -> None:
        """Bytes from the client."""
        self._websocket.receive_data(data)
        self._take_events()

    def eof_received(self) -> None:
        """The client has sent its last byte."""
        self._websocket.receive_eof()
        self._take_events()
        # Returning nothing makes asyncio close the socket, after what was written.

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone."""
        del exc
        self._open.discard(self)
        if self._closer is not None:
            self._closer.cancel()
        if self._keepalive is not None:
            self._keepalive.stop()
        if self._connection is not None:
            self._connection.vanished()

    def shutdown(self) -> None:
        """The server stops (uvicorn calls this)."""
        if self._connection is not None:
            self._connection.close(DisconnectCode.SHUTDOWN, detail="the server stops")
        elif self._socket is not None:
            self._socket.close()

    # What the connection calls (`Outlet`).

    def write(self, messages: list[bytes], frames: Frames) -> None:
        """Send messages; the socket's own buffer is the queue."""
        if self._socket is not None and not self._socket.is_closing():
            self._socket.write(frames.of(messages, self._framing))

    def close(self, close: Close) -> None:
        """Say goodbye with the code, and close the socket when the client has answered or `CLOSE_TIMEOUT` is over.

        A client that only listens has been told, and has nothing to answer.
        """
        if self._socket is None or self._socket.is_closing():
            return
        if close.code is None or (not close.flush and self._keepalive is not None):
            self._socket.abort()
            return
        if self._keepalive is not None:
            self._socket.close()
            self._close_in_time(self._socket)
            return
        if self._websocket.close_sent is None:
            self._websocket.send_close(close.code, close.reason)
        self._send_what_is_due()
        self._close_in_time(self._socket)

    def backlog(self) -> int:
        """Bytes in the socket's buffer."""
        return 0 if self._socket is None else self._socket.get_write_buffer_size()

    def pause(self) -> None:
        """Read nothing more for now."""
        if self._socket is not None and not self._socket.is_closing():
            self._socket.pause_reading()

    def resume(self) -> None:
        """Read again."""
        if self._socket is not None and not self._socket.is_closing():
            self._socket.resume_reading()

    # Inside.

    def _take_events(self) -> None:
        for event in self._websocket.events_received():
            if isinstance(event, Request):
                self._shake_hands(event)
            elif isinstance(event, Frame):
                self._take_frame(event)
        self._send_what_is_due()

    def _shake_hands(self, request: Request) -> None:
        rejection = examine(request, self._origins, self._paths)
        if rejection is None and (why := self._node.refusal()) is not None:
            rejection = Rejection(HTTPStatus.SERVICE_UNAVAILABLE, why)
        response = self._websocket.accept(request) if rejection is None else self._reject(rejection)
        self._websocket.send_response(response)
        if response.status_code == 101:  # noqa: PLR2004 - switching protocols
            self._send_what_is_due()
            if request.path.partition("?")[0] == self._paths.unidirectional:
                self._let_listen()
            else:
                self._let_talk(request)

    def _let_talk(self, request: Request) -> None:
        form = format_of(request, self._websocket.subprotocol)
        compressed = self._compression and self._compression.framing(form, self._websocket.extensions)
        self._framing = compressed or (BINARY if form.binary else TEXT)
        self._connection = self._node.open(self, Medium(format=form))
        self._take_message = self._connection.received

    def _let_listen(self) -> None:
        self._framing = PUSHES
        self._connection = connection = self._node.open(self, LISTENING)
        self._keepalive = Keepalive(self._ping, connection.vanished)
        self._keepalive.start()

        def take_first(message: bytes) -> None:
            self._take_message = _ignore
            try:
                connection.connect(json.decode_connect_request(message))
            except RemoteProtocolError as error:
                connection.close(DisconnectCode.BAD_REQUEST, detail=error.problem)

        self._take_message = take_first

    def _ping(self) -> None:
        self._websocket.send_ping(b"")
        self._send_what_is_due()

    def _reject(self, rejection: Rejection) -> Response:
        _log.info("handshake refused with %s: %s", rejection.status.value, rejection.problem)
        return self._websocket.reject(rejection.status, rejection.problem + "\n")

    def _take_frame(self, frame: Frame) -> None:
        if frame.opcode is Opcode.PONG and self._keepalive is not None:
            self._keepalive.pong()
        elif frame.opcode in {Opcode.TEXT, Opcode.BINARY, Opcode.CONT}:
            self._fragments.append(bytes(frame.data))
            if frame.fin:
                message = b"".join(self._fragments)
                self._fragments.clear()
                self._take_message(message)

    def _send_what_is_due(self) -> None:
        """Write what the WebSocket protocol itself has to say: the handshake, pongs, the close frame."""
        if self._socket is None or self._socket.is_closing():
            return
        for data in self._websocket.data_to_send():
            if data:
                self._socket.write(data)
            elif self._websocket.close_sent is None or self._websocket.close_rcvd is not None:
                # The handshake was refused, or both sides have said goodbye.
                self._socket.close()
            else:
                # The client broke the rules and may still be sending. Closing now would reset the connection, and
                # the close frame that tells why could be lost: what comes is read and thrown away for a while.
                self._close_in_time(self._socket)
                if self._socket.can_write_eof():
                    self._socket.write_eof()

    def _close_in_time(self, socket: asyncio.Transport) -> None:
        if self._closer is None:
            self._closer = asyncio.get_running_loop().call_later(CLOSE_TIMEOUT, socket.abort)


def _ignore(message: bytes) -> None:
    """What nobody listens to."""


def _choose(protocol: ServerProtocol, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    """The subprotocol to speak. A client that offers only others is still let in, without one, as Centrifugo does."""
    del protocol
    return next((name for name in SUBPROTOCOLS if name in offered), None)
