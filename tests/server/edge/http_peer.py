"""A client of HTTP/1.1 that sees every byte."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Self


class HttpPeer:
    """A request that was sent, and the answer as it comes.

    Attributes:
        status: of the answer.
        headers: as they came, names in lower case.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.status = 0
        self.headers: list[tuple[str, str]] = []
        self.writer = writer
        self._reader = reader
        self._said = b""

    @classmethod
    async def ask(
        cls, port: int, method: str, target: str, *, headers: Sequence[str] = (), body: bytes | None = None
    ) -> Self:
        """Connect, send a request, wait for the head of the answer."""
        peer = cls(*await asyncio.open_connection("127.0.0.1", port))
        peer.send_request(method, target, headers=headers, body=body)
        await peer.read_head()
        return peer

    def send_request(self, method: str, target: str, *, headers: Sequence[str] = (), body: bytes | None = None) -> None:
        """Send a request, whatever is still to be read."""
        lines = [f"{method} {target} HTTP/1.1", "Host: localhost", *headers]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        self.writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + (body or b""))

    async def read_head(self) -> None:
        """Wait for the head of the answer."""
        status, *headers = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()[:-1]
        self.status = int(status.split(" ")[1])
        self.headers = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in headers)]

    def header(self, name: str) -> str | None:
        """Its value; None when it is not there."""
        return dict(self.headers).get(name)

    async def text(self) -> bytes:
        """The whole body of an answer that ends."""
        if self.header("transfer-encoding") == "chunked":
            parts = []
            while part := await self.chunk():
                parts.append(part)
            return b"".join(parts)
        return await self._reader.readexactly(int(self.header("content-length") or 0))

    async def chunk(self) -> bytes:
        """The next chunk of an answer that goes on; empty at its end."""
        size = int(await self._reader.readuntil(b"\r\n"), 16)
        content = await self._reader.readexactly(size + 2)
        assert content[-2:] == b"\r\n"
        return content[:-2]

    async def until(self, mark: bytes) -> bytes:
        """What comes up to some bytes and with them, however it is cut into chunks; all that is left at the end."""
        while mark not in self._said:
            chunk = await self.chunk()
            if not chunk:
                said, self._said = self._said, b""
                return said
            self._said += chunk
        said, _, self._said = self._said.partition(mark)
        return said + mark

    async def is_closed(self) -> bool:
        """Whether the server ends the socket now, after what it has said."""
        return await self._reader.read() == b""

    def leave(self) -> None:
        """Be gone without a word."""
        self.writer.transport.abort()
