"""The way to a client that comes by HTTP: an answer that does not end, written as the client takes it."""

from __future__ import annotations

import asyncio
from enum import Enum

from vklive.protocol.closing import Close
from vklive.server.edge.exchange import Exchange
from vklive.server.edge.framing import Framing
from vklive.server.turn import Frames

WRITE_TIMEOUT = 10.0
"""Seconds in which the network must take a part of what waits for a client, or the client is cut off.

Centrifugo gives one second, which ends connections that a mobile network has merely paused."""

CLOSE_TIMEOUT = 5.0
"""Seconds that a client has to take what is still to be sent when its connection ends."""

PART = 16_384
"""Bytes that are given to the socket at once."""


class WriteTimeoutError(Exception):
    """The network has taken nothing for `WRITE_TIMEOUT`."""


class _State(Enum):
    OPEN = "open"
    ENDING = "ending"
    """Nothing more is taken; what waits goes out, then the answer ends."""
    CUT = "cut"
    """Nothing more goes out."""


class Stream:
    """The outlet of a connection (`vklive.server.connection.Outlet`), and the one who writes what it takes.

    What waits is bounded by the connection, which asks for `backlog` after each write. The socket has at most one part
    of it at a time, so that what it holds is counted too.

    Args:
        exchange: the request that is answered.
        framing: how messages are written.

    Attributes:
        listens: whether the connection takes frames now.
    """

    def __init__(self, exchange: Exchange, framing: Framing) -> None:
        self.listens = asyncio.Event()
        self.listens.set()
        self._exchange = exchange
        self._socket = exchange.socket
        self._framing = framing
        self._state = _State.OPEN
        self._waiting = bytearray()
        self._under_way = 0
        self._news = asyncio.Event()
        self._cutter: asyncio.TimerHandle | None = None

    # What the connection calls (`Outlet`).

    def write(self, messages: list[bytes], frames: Frames) -> None:
        """Send messages."""
        if self._state is _State.OPEN:
            self._waiting += frames.of(messages, self._framing)
            self._news.set()

    def close(self, close: Close) -> None:
        """End the answer after what was written, or, where that is not to be sent, cut the client off."""
        self.listens.set()
        if not close.flush:
            self._cut()
        elif self._state is _State.OPEN:
            self._state = _State.ENDING
            self._cutter = asyncio.get_running_loop().call_later(CLOSE_TIMEOUT, self._cut)
            self._news.set()

    def backlog(self) -> int:
        """Bytes that the network has not taken."""
        return len(self._waiting) + self._under_way + self._socket.get_write_buffer_size()

    def pause(self) -> None:
        """Give the connection no frames for now."""
        if self._state is _State.OPEN:
            self.listens.clear()

    def resume(self) -> None:
        """Give it frames again."""
        self.listens.set()

    # What the one who answers the request calls.

    async def pump(self) -> None:
        """Write until the connection has ended, or the client was cut off.

        Raises:
            WriteTimeoutError: the client takes nothing. It was cut off.
        """
        # The socket says that it is full as soon as it holds anything, and takes more when it holds nothing.
        self._socket.set_write_buffer_limits(0)
        try:
            while self._state is not _State.CUT:
                if self._waiting:
                    await self._write_part()
                elif self._state is _State.ENDING:
                    await self._exchange.end()
                    return
                else:
                    self._news.clear()
                    await self._news.wait()
        finally:
            if self._cutter is not None:
                self._cutter.cancel()
            self._socket.set_write_buffer_limits()

    async def _write_part(self) -> None:
        part = bytes(self._waiting[:PART])
        del self._waiting[:PART]
        self._under_way = len(part)
        try:
            async with asyncio.timeout(WRITE_TIMEOUT):
                await self._exchange.write(part)
        except TimeoutError:
            self._cut()
            raise WriteTimeoutError from None
        finally:
            self._under_way = 0

    def _cut(self) -> None:
        self._state = _State.CUT
        self._waiting.clear()
        self._socket.abort()
        self._news.set()
