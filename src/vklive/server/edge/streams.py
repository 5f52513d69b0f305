"""The addresses at which clients hear us over HTTP: an answer that goes on, as events or as lines.

Source: `centrifuge` v0.28.2, handler_sse.go and handler_http_stream.go; Centrifugo v4.1.5, internal/unisse and
internal/unihttpstream; centrifugo.md 8.6 and 8.7.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Generator
from contextlib import contextmanager
from http import HTTPStatus

from vklive.errors import RemoteProtocolError
from vklive.protocol import json
from vklive.protocol.codes import DisconnectCode
from vklive.protocol.formats import JSON, PROTOBUF, UNI_JSON
from vklive.protocol.medium import Medium
from vklive.protocol.messages import ConnectRequest
from vklive.server.connection import Connection
from vklive.server.edge.emulation import Session, Sessions
from vklive.server.edge.endpoint import PROTOBUF_CONTENT, Endpoint
from vklive.server.edge.exchange import Exchange, Header, RefusedError
from vklive.server.edge.framing import EVENTS, LENGTHS, LINES, Framing
from vklive.server.edge.handshake import Origins, problem_with_version
from vklive.server.edge.stream import WRITE_TIMEOUT, Stream, WriteTimeoutError
from vklive.server.node import Node

FIRST_WORDS = "cf_connect"
"""The parameter that holds what a client says first: browsers cannot ask for events with a body."""

_HEADERS: list[Header] = [
    (b"x-accel-buffering", b"no"),
    (b"connection", b"keep-alive"),
    (b"cache-control", b"private, no-cache, no-store, must-revalidate, max-age=0"),
    (b"pragma", b"no-cache"),
    (b"expire", b"0"),
]


class _Streaming(Endpoint):
    """An address at which a client is told things for as long as it stays.

    Args:
        node: the pub/sub behind it.
        origins: which web pages may read what it answers.
        events: the answer is made of events, and not of lines.
        limit: bytes of what a client says first.
    """

    def __init__(self, node: Node, origins: Origins, *, events: bool, limit: int) -> None:
        super().__init__(origins, methods={"GET", "POST"} if events else {"OPTIONS", "POST"})
        self._node = node
        self._events = events
        self._limit = limit

    async def _serve(self, exchange: Exchange, about: list[Header]) -> None:
        if (why := self._node.refusal()) is not None:
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, why)
        words = await self._first_words(exchange)
        await self._stream(exchange, about, words)

    async def _first_words(self, exchange: Exchange) -> bytes:
        if exchange.method == "POST":
            return await exchange.body(limit=self._limit)
        words = exchange.parameter(FIRST_WORDS).encode()
        if len(words) > self._limit:
            raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"{FIRST_WORDS} has more than {self._limit} bytes")
        return words

    @abstractmethod
    async def _stream(self, exchange: Exchange, about: list[Header], words: bytes) -> None:
        """Begin with what the client has said, and go on until one of the two has had enough."""

    async def _begin(self, exchange: Exchange, about: list[Header], *, binary: bool) -> Stream:
        framing: Framing
        if self._events:
            framing, kind = EVENTS, b"text/event-stream; charset=utf-8"
        elif binary:
            framing, kind = LENGTHS, PROTOBUF_CONTENT.encode()
        else:
            # What Centrifugo's HTTP library makes of lines that look like text.
            framing, kind = LINES, b"text/plain; charset=utf-8"
        await exchange.begin(headers=[*about, *_HEADERS, (b"content-type", kind)])
        if self._events:
            # So that browsers and proxies see that something comes.
            await exchange.write(b"\r\n")
        return Stream(exchange, framing)

    async def _go_on(self, exchange: Exchange, stream: Stream, connection: Connection) -> None:
        """Write what there is for the client until the end, which is noticed on both sides."""
        client_id = connection.machine.client_id
        watch = self._node.tasks.start(_watch(exchange, connection), name=f"wait for {client_id} to leave")
        try:
            await stream.pump()
        except WriteTimeoutError:
            connection.close(DisconnectCode.WRITE_ERROR, detail=f"it took nothing for {WRITE_TIMEOUT:g} s")
        finally:
            connection.vanished()
        # A client that was cut off is gone as soon as its socket is.
        await asyncio.wait([watch])


async def _watch(exchange: Exchange, connection: Connection) -> None:
    await exchange.left()
    connection.vanished()


class EmulatedStreaming(_Streaming):
    """For clients that also speak, by `vklive.server.edge.emulation`.

    They begin with commands; Protobuf is spoken by those who ask for lines with the content type of binary data.

    Args:
        node, origins, events, limit: see above.
        sessions: where clients are found when they have more to say.
    """

    def __init__(self, node: Node, origins: Origins, sessions: Sessions, *, events: bool, limit: int) -> None:
        super().__init__(node, origins, events=events, limit=limit)
        self._sessions = sessions

    async def _stream(self, exchange: Exchange, about: list[Header], words: bytes) -> None:
        if exchange.method == "GET" and not words:
            raise RefusedError(HTTPStatus.BAD_REQUEST, f"{FIRST_WORDS} must hold a connect command")
        binary = not self._events and exchange.header(b"content-type") == PROTOBUF_CONTENT
        medium = Medium(
            name="sse" if self._events else "http_stream",
            format=PROTOBUF if binary else JSON,
            emulated=True,
            tells_disconnect=True,
        )
        stream = await self._begin(exchange, about, binary=binary)
        connection = self._node.open(stream, medium)
        with self._session(connection, stream):
            connection.received(words)
            await self._go_on(exchange, stream, connection)

    @contextmanager
    def _session(self, connection: Connection, stream: Stream) -> Generator[None]:
        session_id = connection.machine.session
        self._sessions.add(session_id, Session(connection, stream))
        try:
            yield
        finally:
            self._sessions.remove(session_id)


class UnidirectionalStreaming(_Streaming):
    """For clients that only listen: they say who they are, and get pushes without anything around them."""

    async def _stream(self, exchange: Exchange, about: list[Header], words: bytes) -> None:
        request = self._read(exchange, words)
        medium = Medium(
            name="uni_sse" if self._events else "uni_http_stream",
            format=UNI_JSON,
            unidirectional=True,
            tells_disconnect=True,
        )
        stream = await self._begin(exchange, about, binary=False)
        connection = self._node.open(stream, medium)
        connection.connect(request)
        await self._go_on(exchange, stream, connection)

    def _read(self, exchange: Exchange, words: bytes) -> ConnectRequest:
        if (problem := problem_with_version(exchange.parameter("cf_protocol_version"))) is not None:
            raise RefusedError(HTTPStatus.BAD_REQUEST, problem)
        if exchange.method == "GET" and not words:
            return ConnectRequest()
        try:
            return json.decode_connect_request(words)
        except RemoteProtocolError as error:
            raise RefusedError(HTTPStatus.BAD_REQUEST, error.problem) from None
