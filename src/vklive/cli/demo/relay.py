"""A piece of network that can be cut: a TCP relay between a consumer and the server.

What it cuts is real. Both ends see their connection reset, as when a router loses its table.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from types import TracebackType
from typing import Self

CHUNK = 65_536
"""Bytes that are carried at once."""

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Relay:
    """Carries the bytes of any number of connections to one address. Use it with ``async with``.

    Args:
        host: where to.
        port: where to.

    Attributes:
        port: where it listens, on the same host; known once it was entered.
    """

    def __init__(self, host: str, *, port: int) -> None:
        self.port = 0
        self._host = host
        self._target = port
        self._server: asyncio.Server | None = None
        self._links: dict[asyncio.Task[object], list[asyncio.StreamWriter]] = {}

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._carry, self._host, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._server is not None  # noqa: S101 - it was entered
        self._server.close()
        self.cut()
        await asyncio.gather(*self._links, return_exceptions=True)
        await self._server.wait_closed()

    def cut(self) -> int:
        """Reset all connections, without a word to either end. New ones are carried as before.

        Returns:
            How many there were.
        """
        for ends in self._links.values():
            for end in ends:
                _reset(end)
        return len(self._links)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until one of its ends is gone."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - asyncio runs this in one
        ends = self._links[task] = [writer]
        try:
            far_reader, far_writer = await asyncio.open_connection(self._host, self._target)
            ends.append(far_writer)
            async with asyncio.TaskGroup() as both_ways:
                both_ways.create_task(_pump(reader, far_writer))
                both_ways.create_task(_pump(far_reader, writer))
        except* OSError:
            pass  # an end is gone, or was never there: so must be the other
        finally:
            for end in ends:
                end.transport.abort()
            for end in ends:
                with contextlib.suppress(OSError):
                    await end.wait_closed()
            del self._links[task]


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry bytes one way until there are no more, then say so to the other end."""
    while chunk := await reader.read(CHUNK):
        writer.write(chunk)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


def _reset(writer: asyncio.StreamWriter) -> None:
    """End a connection with a reset instead of a goodbye."""
    connection: socket.socket | None = writer.get_extra_info("socket")
    if connection is not None:
        with contextlib.suppress(OSError):  # it may have been closed a moment ago
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    writer.transport.abort()
