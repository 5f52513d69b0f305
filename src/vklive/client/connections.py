"""Few connections for many streams: each takes as many ws channels as the server allows for one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Protocol

from vklive.client.calls import Calls
from vklive.client.stream import Stream
from vklive.client.supervisor import Supervisor
from vklive.errors import LocalProtocolError

DEFAULT_WS_CHANNELS = 128
"""Ws channels of one connection: what Centrifugo allows by default (``client_channel_limit``)."""


class MakeSupervisor(Protocol):
    """Makes what keeps one more connection."""

    def __call__(self, *, full: Callable[[Stream], bool]) -> Supervisor:
        """`full` is told of a stream for which the server has no room on the connection."""
        ...


class Connections:
    """Gives each stream to a connection with room for it, and makes one more when there is none.

    A connection is kept until the client is closed, for streams that come later. When the server turns out to allow
    fewer ws channels than was thought, that is learned, and what found no room goes to another connection.

    Args:
        make: makes what keeps a connection.
        ws_channels: of one connection at most.
    """

    def __init__(self, make: MakeSupervisor, *, ws_channels: int = DEFAULT_WS_CHANNELS) -> None:
        self._make = make
        self._room = ws_channels
        self._supervisors: list[Supervisor] = []
        self._started = False

    def __iter__(self) -> Iterator[Supervisor]:
        return iter(self._supervisors)

    def start(self) -> None:
        """Begin; connections are made when streams want them.

        Raises:
            LocalProtocolError: when it has begun already.
        """
        if self._started:
            raise LocalProtocolError("the client is open already")
        self._started = True

    async def stop(self, *, drain: float = 0.0) -> int:
        """End: streams are closed, connections too, and nothing is left behind. May be called again.

        Args:
            drain: seconds that programs have to take what has arrived.

        Returns:
            How many events they have not taken.
        """
        self._started = False
        supervisors, self._supervisors = self._supervisors, []
        queues = [stream.queue for supervisor in supervisors for stream in supervisor.streams]
        await asyncio.gather(*(supervisor.stop() for supervisor in supervisors))
        if drain:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(drain):
                    for queue in queues:
                        await queue.emptied()
        return sum(queue.depth for queue in queues)

    def add(self, stream: Stream) -> None:
        """Feed a stream.

        Raises:
            LocalProtocolError: when the client is not open.
        """
        if not self._started:
            raise LocalProtocolError("the client is not open: use it with `async with`")
        for supervisor in self._supervisors:
            if not supervisor.load or supervisor.load + stream.width <= self._room:
                supervisor.add(stream)
                return
        self._one_more().add(stream)

    def remove(self, stream: Stream) -> None:
        """Feed a stream no more."""
        for supervisor in self._supervisors:
            supervisor.remove(stream)

    def calls(self, stream: Stream) -> Calls | None:
        """Those of the connection that feeds a stream; `None` when there is none now."""
        return next((one.calls for one in self._supervisors if stream in one.streams), None)

    def _one_more(self) -> Supervisor:
        def full(stream: Stream) -> bool:
            if supervisor.load <= stream.width:
                return False  # it is alone there, and would not find more room elsewhere
            supervisor.remove(stream)
            self._room = min(self._room, max(1, supervisor.load))
            self.add(stream)
            return True

        supervisor = self._make(full=full)
        supervisor.start()
        self._supervisors.append(supervisor)
        return supervisor
