"""Sockets without a network, and clients at their other ends: in virtual time, cut wherever a test likes."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

from uvicorn.config import Config
from uvicorn.server import ServerState
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.uri import parse_uri

from vklive.protocol import protobuf
from vklive.server.edge.handshake import Origins
from vklive.server.edge.websocket import WebSocketEdge
from vklive.server.node import Node

NOTHING_OF_UVICORN = cast("Config", None)


class MemorySocket(asyncio.Transport):
    """The server's end of a connection."""

    def __init__(self, protocol: asyncio.Protocol, gives: Callable[[bytes], None]) -> None:
        super().__init__()
        self._protocol = protocol
        self._gives = gives
        self._closing = False
        self._reading = True
        self._waiting: list[bytes] = []
        protocol.connection_made(self)

    def feed(self, data: bytes) -> None:
        """Bytes arrive from the client."""
        if self._reading and not self._closing:
            self._protocol.data_received(data)
        else:
            self._waiting.append(data)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self._closing, "written after the end"
        self._gives(bytes(data))

    def close(self) -> None:
        if not self._closing:
            self._closing = True
            asyncio.get_running_loop().call_soon(self._protocol.connection_lost, None)

    abort = close

    def is_closing(self) -> bool:
        return self._closing

    def get_write_buffer_size(self) -> int:
        return 0

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        pass

    def pause_reading(self) -> None:
        self._reading = False

    def resume_reading(self) -> None:
        self._reading = True
        waiting, self._waiting = self._waiting, []
        for data in waiting:
            self.feed(data)


class Guest:
    """A client that says whatever a test wants.

    Attributes:
        heard: the replies and pushes, as JSON has them; of Protobuf the ids alone.
        close_code: how the server has ended it; None when it has not.
    """

    def __init__(self, node: Node, *, binary: bool, max_message_size: int) -> None:
        self.heard: list[dict[str, Any]] = []
        self.close_code: int | None = None
        self._binary = binary
        query = "?format=protobuf" if binary else ""
        self._websocket = ClientProtocol(parse_uri(f"ws://localhost/connection/websocket{query}"), max_size=None)
        edge = WebSocketEdge(
            node,
            Origins(()),
            max_message_size,
            config=NOTHING_OF_UVICORN,
            server_state=ServerState(),
            app_state={},
        )
        self.socket = MemorySocket(edge, self._hear)
        self._websocket.send_request(self._websocket.connect())
        self._send()

    def say(self, message: bytes, *, fragments: Sequence[int] = (), chunks: Sequence[int] = ()) -> None:
        """Send one message.

        Args:
            message: what.
            fragments: where the message is cut into frames.
            chunks: where the bytes of these frames are cut on their way.
        """
        for number, (part, is_last) in enumerate(_cut(message, fragments)):
            if number:
                self._websocket.send_continuation(part, is_last)
            elif self._binary:
                self._websocket.send_binary(part, is_last)
            else:
                self._websocket.send_text(part, is_last)
        self._send(chunks)

    def drop(self) -> None:
        """Be gone."""
        self.socket.close()

    def _send(self, chunks: Sequence[int] = ()) -> None:
        for part, _ in _cut(b"".join(self._websocket.data_to_send()), chunks):
            self.socket.feed(part)

    def _hear(self, data: bytes) -> None:
        self._websocket.receive_data(data)
        for event in self._websocket.events_received():
            if isinstance(event, Response):
                assert event.status_code == 101
            elif isinstance(event, Frame):
                self._take(event)

    def _take(self, frame: Frame) -> None:
        if frame.opcode is Opcode.CLOSE:
            assert self._websocket.close_rcvd is not None
            self.close_code = self._websocket.close_rcvd.code
        elif self._binary:
            replies = protobuf.decode_replies(bytes(frame.data))
            self.heard += [{"id": reply.id} for reply in replies if reply.push is None]
        else:
            self.heard += [json.loads(line) for line in bytes(frame.data).split(b"\n")]


def _cut(data: bytes, places: Iterable[int]) -> list[tuple[bytes, bool]]:
    """The pieces, each with whether it is the last."""
    edges = [0, *sorted({place for place in places if 0 < place < len(data)}), len(data)]
    return [(data[begin:end], end == len(data)) for begin, end in itertools.pairwise(edges)]
