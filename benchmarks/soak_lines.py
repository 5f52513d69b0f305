"""The ways of the soak's clients to the server: little more than sockets, so that they can be cut anywhere."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any, Protocol, Self

from websockets.asyncio.client import ClientConnection, connect

LIMIT = 1 << 20
"""Bytes of a line that is read."""


class Line(Protocol):
    """A connection to the server."""

    async def say(self, *commands: dict[str, Any]) -> None:
        """Send commands."""
        ...

    async def hear(self) -> list[dict[str, Any]]:
        """Wait for messages. Ends with an `EOFError` when no more will come."""
        ...

    async def close(self) -> None:
        """Go, politely."""
        ...

    def cut(self) -> None:
        """Be gone, without a goodbye."""
        ...


def lines(commands: tuple[dict[str, Any], ...]) -> str:
    """Commands as one frame."""
    return "\n".join(json.dumps(command, separators=(",", ":")) for command in commands)


class WebSocketLine:
    """A WebSocket."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    @classmethod
    async def begin(cls, port: int, *commands: dict[str, Any]) -> Self:
        """Connect, and send the first commands."""
        url = f"ws://127.0.0.1:{port}/connection/websocket"
        socket = await connect(url, proxy=None, compression=None, ping_interval=None, open_timeout=60, max_size=LIMIT)
        await socket.send(lines(commands))
        return cls(socket)

    async def say(self, *commands: dict[str, Any]) -> None:
        """Send commands."""
        await self._socket.send(lines(commands))

    async def hear(self) -> list[dict[str, Any]]:
        """Wait for messages."""
        frame = await self._socket.recv(decode=False)
        return [json.loads(line) for line in frame.split(b"\n")]

    async def close(self) -> None:
        """Go, politely."""
        await self._socket.close()

    def cut(self) -> None:
        """Be gone, without a goodbye."""
        self._socket.transport.abort()


class StreamLine:
    """A response that does not end; what is to be said goes in requests of its own."""

    path = "http_stream"

    def __init__(self, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._port = port
        self._reader = reader
        self._writer = writer
        self._rest = b""
        self._session = ""
        self._node = ""

    @classmethod
    async def begin(cls, port: int, *commands: dict[str, Any]) -> Self:
        """Connect, and send the first commands."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=LIMIT)
        writer.write(_post(f"/connection/{cls.path}", lines(commands).encode()))
        status = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1]
        if status != b"200":
            writer.transport.abort()
            raise EOFError(f"answered {status.decode()}")
        return cls(port, reader, writer)

    async def say(self, *commands: dict[str, Any]) -> None:
        """Send commands."""
        said = {"session": self._session, "node": self._node, "data": lines(commands)}
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(_post("/emulation", json.dumps(said).encode()))
            await reader.readuntil(b"\r\n\r\n")
        finally:
            writer.close()

    async def hear(self) -> list[dict[str, Any]]:
        """Wait for messages."""
        while True:
            size = int(await self._reader.readuntil(b"\r\n"), 16)
            chunk = await self._reader.readexactly(size + 2)
            if not size:
                raise EOFError("the server has ended the stream")
            *whole, self._rest = (self._rest + chunk[:-2]).split(b"\n")
            if messages := [json.loads(message) for message in self._messages(whole)]:
                for message in messages:
                    self._session = message.get("connect", {}).get("session") or self._session
                    self._node = message.get("connect", {}).get("node") or self._node
                return messages

    async def close(self) -> None:
        """Go, politely."""
        self._writer.close()

    def cut(self) -> None:
        """Be gone, without a goodbye."""
        self._writer.transport.abort()

    @staticmethod
    def _messages(found: list[bytes]) -> Iterator[bytes]:
        yield from filter(None, found)


class EventLine(StreamLine):
    """The same as Server-Sent Events."""

    path = "sse"

    @staticmethod
    def _messages(found: list[bytes]) -> Iterator[bytes]:
        for line in found:
            if line.startswith(b"data: "):
                yield line.removeprefix(b"data: ")


def _post(path: str, body: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json", f"Content-Length: {len(body)}"
    return "\r\n".join((*head, "", "")).encode() + body
