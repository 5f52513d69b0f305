"""A WebSocket without a socket, that can be made as bad as a network: both ends, and the faults in between."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from vklive.errors import ConnectionLostError
from vklive.protocol.closing import Close
from vklive.protocol.json import join
from vklive.server.connection import Connection
from vklive.server.turn import Frames

T = TypeVar("T")

ABNORMAL = 1006
"""The close code of a connection that ended without one."""


class _Way(Generic[T]):
    """One direction: what is put in comes out later, in order."""

    def __init__(self, arrive: Callable[[T], None]) -> None:
        self.delay = 0.0
        self._arrive = arrive
        self._waiting: deque[T] = deque()
        self._free_at = 0.0

    def put(self, item: T) -> None:
        loop = asyncio.get_running_loop()
        if not self.delay and not self._waiting and self._free_at <= loop.time():
            self._arrive(item)
            return
        self._free_at = max(self._free_at, loop.time() + self.delay)
        self._waiting.append(item)
        loop.call_at(self._free_at, self._next)

    def hold(self, seconds: float) -> None:
        self._free_at = max(self._free_at, asyncio.get_running_loop().time() + seconds)

    def clear(self) -> None:
        self._waiting.clear()

    def _next(self) -> None:
        # Timers of the same moment come in any order; what waits longest is due first all the same.
        if self._waiting:
            self._arrive(self._waiting.popleft())


class Wire:
    """One connection: the link of a client and the outlet of the server at once.

    Messages arrive in order, each way, as long as nothing is done to it.

    Args:
        through: what becomes of a message on its way to the client: itself, nothing, or several.

    Attributes:
        connection: the server's end.
        silent: nothing arrives any more, either way, and nobody is told: a dead network, or a black hole.
    """

    def __init__(self, through: Callable[[bytes], list[bytes]] = lambda message: [message]) -> None:
        self.connection: Connection | None = None
        self.silent = False
        self._through = through
        self._up: _Way[bytes] = _Way(self._at_server)
        self._down: _Way[bytes | Close] = _Way(self._at_client)
        self._inbox: list[bytes] = []
        self._arrived = asyncio.Event()
        self._end: ConnectionLostError | None = None

    @property
    def is_open(self) -> bool:
        """Whether its end has not come yet, as far as the client knows."""
        return self._end is None

    # The client's end: a `vklive.client.transport.Link`.

    def send(self, message: bytes) -> None:
        """Towards the server."""
        if self.is_open and not self.silent:
            self._up.put(message)

    async def receive(self) -> list[bytes]:
        """What has arrived.

        Raises:
            ConnectionLostError: it is over.
        """
        while not self._inbox:
            if self._end is not None:
                raise self._end
            self._arrived.clear()
            await self._arrived.wait()
        messages, self._inbox = self._inbox, []
        return messages

    async def close(self) -> None:
        """The client hangs up."""
        self.cut()

    def abort(self) -> None:
        """The same, at once."""
        self.cut()

    # The server's end.

    def write(self, messages: list[bytes], frames: Frames) -> None:  # noqa: ARG002 - see Outlet: here, all frames are alike
        """Towards the client."""
        arriving = [each for message in messages for each in self._through(message)]
        if arriving and self.is_open and not self.silent:
            self._down.put(join(arriving))

    def close_from_server(self, close: Close) -> None:
        """The server hangs up, behind all that it has said."""
        if not self.silent:
            self._down.put(close)

    # What a network does.

    def cut(self) -> None:
        """It is gone for both ends at once, and what is under way with it."""
        self._up.clear()
        self._down.clear()
        if self.connection is not None:
            self.connection.vanished()
        self._over(ConnectionLostError(ABNORMAL))

    def stall(self, seconds: float) -> None:
        """Nothing arrives for so long, either way; then everything."""
        self._up.hold(seconds)
        self._down.hold(seconds)

    def delay(self, seconds: float) -> None:
        """Each message takes so long from now on, either way."""
        self._up.delay = self._down.delay = seconds

    def _at_server(self, message: bytes) -> None:
        if self.is_open and self.connection is not None:
            self.connection.received(message)

    def _at_client(self, item: bytes | Close) -> None:
        if isinstance(item, Close):
            self._over(ConnectionLostError(int(item.code or ABNORMAL), item.reason))
        elif self.is_open:
            self._inbox.append(item)
            self._arrived.set()

    def _over(self, error: ConnectionLostError) -> None:
        if self._end is None:
            self._end = error
            self._arrived.set()


class Outlet:
    """A wire as the server sees it, where `close` means another thing; see `vklive.server.connection`."""

    def __init__(self, wire: Wire) -> None:
        self.write, self.close = wire.write, wire.close_from_server

    def backlog(self) -> int:
        """Bytes that wait: none, for a wire takes everything."""
        return 0

    def pause(self) -> None:
        """Read no more for now; nothing comes by itself."""

    def resume(self) -> None:
        """Read again."""
