"""One HTTP request and the answer to it, over ASGI: as much of HTTP as the streams need."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from http import HTTPStatus
from typing import cast
from urllib.parse import parse_qs

Scope = MutableMapping[str, object]
Event = MutableMapping[str, object]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
"""An ASGI application."""

Header = tuple[bytes, bytes]

SOCKET = "vklive.socket"
"""The extension of ASGI by which `vklive.server.edge.http` gives the socket of a request."""

BODY_TIMEOUT = 10.0
"""Seconds in which the body of a request must be here: as many as a client has to connect."""

_DISCARDED = 16
"""How many times the limit of a body is read, and thrown away, so that a client that sends first and reads then learns
that it was too long."""


class RefusedError(Exception):
    """A request is answered with an error.

    Attributes:
        status: of the answer.
        problem: its text; says what would be right.
    """

    def __init__(self, status: HTTPStatus, problem: str) -> None:
        super().__init__(f"{status.value}: {problem}")
        self.status = status
        self.problem = problem


class LeftError(Exception):
    """The client is gone before it was answered."""


class Exchange:
    """A request and its answer.

    Args:
        scope, receive, send: as ASGI has them.

    Attributes:
        method: in capitals.
        path: without the query.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.method = cast("str", scope["method"])
        self.path = cast("str", scope["path"])
        self._scope = scope
        self._receive = receive
        self._send = send

    @property
    def socket(self) -> asyncio.Transport:
        """Where the answer is written to."""
        extensions = cast("dict[str, dict[str, asyncio.Transport]]", self._scope["extensions"])
        return extensions[SOCKET]["transport"]

    def header(self, name: bytes) -> str:
        """The value of a header, the name of which is in lower case; empty when it is not there."""
        headers = cast("Iterable[Header]", self._scope["headers"])
        return next((value.decode("latin-1") for other, value in headers if other == name), "")

    def parameter(self, name: str) -> str:
        """The first value of a parameter of the query; empty when it is not there."""
        query = cast("bytes", self._scope["query_string"]).decode("latin-1")
        return parse_qs(query).get(name, [""])[0]

    async def body(self, *, limit: int) -> bytes:
        """What the client sends.

        Args:
            limit: bytes that it may have.

        Raises:
            RefusedError: it is longer, or did not come in `BODY_TIMEOUT`.
            LeftError: the client is gone.
        """
        try:
            async with asyncio.timeout(BODY_TIMEOUT):
                return await self._read_body(limit)
        except TimeoutError:
            problem = f"the body did not come in {BODY_TIMEOUT:g} s"
            raise RefusedError(HTTPStatus.REQUEST_TIMEOUT, problem) from None

    async def _read_body(self, limit: int) -> bytes:
        body, size, more = bytearray(), 0, True
        while more and size <= limit * _DISCARDED:
            event = await self._receive()
            if event["type"] == "http.disconnect":
                raise LeftError
            part = cast("bytes", event.get("body", b""))
            size += len(part)
            if size <= limit:
                body += part
            more = bool(event.get("more_body"))
        if size > limit:
            raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {limit} bytes")
        return bytes(body)

    async def answer(self, status: HTTPStatus, text: str = "", *, headers: Sequence[Header] = ()) -> None:
        """Answer at once. A client whose request was not read to its end must come again with another socket."""
        body = f"{text}\n".encode() if text else b""
        about: list[Header] = [*headers]
        if status is not HTTPStatus.NO_CONTENT:
            about.append((b"content-length", str(len(body)).encode()))
        if body:
            about.append((b"content-type", b"text/plain; charset=utf-8"))
        if status in {HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.REQUEST_TIMEOUT}:
            about.append((b"connection", b"close"))
        await self.begin(headers=about, status=status)
        await self._send({"type": "http.response.body", "body": body, "more_body": False})

    async def begin(self, *, headers: Sequence[Header], status: HTTPStatus = HTTPStatus.OK) -> None:
        """Begin an answer, of which parts follow."""
        await self._send({"type": "http.response.start", "status": status.value, "headers": list(headers)})

    async def write(self, part: bytes) -> None:
        """Send a part, as soon as the socket takes something."""
        await self._send({"type": "http.response.body", "body": part, "more_body": True})

    async def end(self) -> None:
        """End the answer, as soon as the socket takes something."""
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def left(self) -> None:
        """Return when the client is gone, or has the whole answer."""
        while (await self._receive())["type"] != "http.disconnect":
            pass
