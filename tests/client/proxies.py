"""Proxies that forward for real, HTTP and SOCKS5, and remember what they were asked for."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import struct
from typing import Self
from urllib.parse import urlsplit


class _Proxy:
    """A server on a free port.

    Attributes:
        port: where it is.
        asked: ``host:port`` of everything that it was asked to reach.
    """

    def __init__(self, *, user: str = "", password: str = "") -> None:
        self.port = 0
        self.asked: list[str] = []
        self._user, self._password = user, password
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._serve(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise NotImplementedError

    async def _reach(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self.asked.append(f"{host}:{port}")
        # Whatever is asked for is on this machine.
        return await asyncio.open_connection("127.0.0.1", port)


class SilentProxy(_Proxy):
    """Takes connections, and says nothing."""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()


class RudeProxy(_Proxy):
    """Hangs up at once."""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()


class HttpProxy(_Proxy):
    """An HTTP proxy."""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        request, *headers = head.split("\r\n")
        method, target, version = request.split(" ")
        wanted = "Basic " + base64.b64encode(f"{self._user}:{self._password}".encode()).decode()
        given = dict(line.lower().split(": ", 1) for line in headers if ": " in line).get("proxy-authorization", "")
        if self._user and given != wanted.lower():
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        if method == "CONNECT":
            host, _, port = target.rpartition(":")
            other, back = await self._reach(host, int(port))
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            parts = urlsplit(target)
            other, back = await self._reach(parts.hostname or "", parts.port or 80)
            kept = [line for line in headers if not line.lower().startswith("proxy-")]
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            back.write("\r\n".join([f"{method} {path} {version}", *kept]).encode("latin-1"))
        await _join(reader, writer, other, back)


class SocksProxy(_Proxy):
    """A SOCKS5 proxy (RFC 1928), with user and password (RFC 1929) if it was given some."""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, count = await reader.readexactly(2)
        methods = await reader.readexactly(count)
        method = 2 if self._user else 0
        if method not in methods:
            writer.write(b"\x05\xff")
            return
        writer.write(bytes([5, method]))
        if self._user:
            _, length = await reader.readexactly(2)
            user = await reader.readexactly(length)
            password = await reader.readexactly((await reader.readexactly(1))[0])
            known = (user.decode(), password.decode()) == (self._user, self._password)
            writer.write(b"\x01\x00" if known else b"\x01\x01")
            if not known:
                return
        _, _, _, kind = await reader.readexactly(4)
        match kind:
            case 1:
                host = ".".join(str(part) for part in await reader.readexactly(4))
            case 3:
                host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
            case _:
                return
        (port,) = struct.unpack(">H", await reader.readexactly(2))
        try:
            other, back = await self._reach(host, port)
        except OSError:
            writer.write(b"\x05\x05\x00\x01" + bytes(6))
            return
        writer.write(b"\x05\x00\x00\x01" + bytes(6))
        await _join(reader, writer, other, back)


async def _join(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, other: asyncio.StreamReader, back: asyncio.StreamWriter
) -> None:
    async def copy(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            to.write(data)
            await to.drain()
        to.close()

    try:
        await asyncio.gather(copy(reader, back), copy(other, writer))
    finally:
        back.close()
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await back.wait_closed()
