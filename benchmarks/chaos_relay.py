"""A network that can be made bad in every way that TCP has: a relay in front of a server."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"
CHUNK = 65_536
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class _Link:
    """One connection: both ends, and which ways are dead."""

    def __init__(self, near: asyncio.StreamWriter, far: asyncio.StreamWriter) -> None:
        self.near, self.far = near, far
        self.dead: set[asyncio.StreamWriter] = set()

    def reset(self) -> None:
        for end in (self.near, self.far):
            found: socket.socket | None = end.get_extra_info("socket")
            if found is not None:
                with contextlib.suppress(OSError):
                    found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            end.transport.abort()


class ChaosRelay:
    """Carries the bytes of any number of connections to one port of this machine. Use it with ``async with``.

    Args:
        target: the port of the server.

    Attributes:
        port: where it listens.
        delay: seconds that each chunk is held, both ways.
        is_mute: whether new connections are taken and nothing is carried.
    """

    def __init__(self, target: int) -> None:
        self.port = 0
        self.delay = 0.0
        self.is_mute = False
        self._target = target
        self._server: asyncio.Server | None = None
        self._links: set[_Link] = set()
        self._tasks: set[asyncio.Task[object]] = set()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # What is done to it.

    async def open(self) -> None:
        """Listen, at the same port as before."""
        self._server = await asyncio.start_server(self._carry, HOST, self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Listen no more: whoever connects is refused. What is connected stays."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def cut(self) -> None:
        """Reset all connections, without a word to either end."""
        for link in self._links:
            link.reset()

    def half_close(self) -> None:
        """Tell the clients that the server has nothing more to say. The other way stays open."""
        for link in self._links:
            with contextlib.suppress(OSError):
                link.near.write_eof()
            link.dead.add(link.near)

    def deafen(self) -> None:
        """Nothing of the server arrives any more on what is connected; the server still hears."""
        for link in self._links:
            link.dead.add(link.near)

    def black_hole(self) -> None:
        """Nothing arrives any more, either way, on what is connected; nobody is told."""
        for link in self._links:
            link.dead |= {link.near, link.far}

    # How it carries.

    async def _carry(self, reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        ends = [near]
        try:
            if self.is_mute:
                await reader.read()
                return
            far_reader, far = await asyncio.open_connection(HOST, self._target)
            ends.append(far)
            link = _Link(near, far)
            self._links.add(link)
            try:
                async with asyncio.TaskGroup() as both_ways:
                    both_ways.create_task(self._pump(reader, far, link))
                    both_ways.create_task(self._pump(far_reader, near, link))
            finally:
                self._links.discard(link)
        except* OSError:
            pass  # an end is gone, or was never there: so must be the other
        finally:
            for end in ends:
                end.transport.abort()
            for end in ends:
                with contextlib.suppress(OSError, asyncio.CancelledError):
                    await end.wait_closed()
            self._tasks.discard(task)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, link: _Link) -> None:
        """Carry bytes one way, until there are no more."""
        while chunk := await reader.read(CHUNK):
            if self.delay:
                await asyncio.sleep(self.delay)
            if writer in link.dead:
                continue
            writer.write(chunk)
            await writer.drain()
        if writer not in link.dead and writer.can_write_eof():
            writer.write_eof()
