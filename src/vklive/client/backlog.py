"""What has arrived and waits behind a queue that is full and whose policy is to wait (`vklive.Overflow.BLOCK`).

While a program takes its time the connection is read on: a ping that waits behind events could not be answered, and the
server would hang up. So events are held here, in order, up to a limit; only beyond it nothing is read any more.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime

from vklive.protocol.client_events import ClientEvent, Published

MAX_HELD_EVENTS = 4096
"""Events of one connection; at a busy chat's hundred a second, forty seconds."""

MAX_HELD_SIZE = 4 * 1024 * 1024
"""Bytes of their payloads. What one reading of the socket gave may come on top."""


class Backlog:
    """Events that wait, in order.

    Args:
        handle: takes one event and when it was read, and waits until there is room for it.
        start_job: starts what handles them, one after the other.
    """

    def __init__(
        self,
        handle: Callable[[ClientEvent, datetime], Awaitable[None]],
        *,
        start_job: Callable[[Callable[[], Coroutine[None, None, None]]], None],
    ) -> None:
        self._handle = handle
        self._start_job = start_job
        self._events: deque[tuple[ClientEvent, datetime]] = deque()
        self._size = 0
        self._handled = asyncio.Event()

    def __bool__(self) -> bool:
        return bool(self._events)

    @property
    def is_full(self) -> bool:
        """Whether nothing more should be read for now."""
        return len(self._events) >= MAX_HELD_EVENTS or self._size >= MAX_HELD_SIZE

    def add(self, event: ClientEvent, read_at: datetime) -> None:
        """Hold an event until those before it are handled."""
        self._events.append((event, read_at))
        self._size += _size_of(event)
        if len(self._events) == 1:
            self._start_job(self._handle_all)

    async def room(self) -> None:
        """Wait until more may be read."""
        while self.is_full:
            self._handled.clear()
            await self._handled.wait()

    async def empty(self) -> None:
        """Wait until everything is handled."""
        while self._events:
            self._handled.clear()
            await self._handled.wait()

    async def _handle_all(self) -> None:
        try:
            while self._events:
                # It stays in its place meanwhile, so that nothing overtakes it.
                await self._handle(*self._events[0])
                event, _ = self._events.popleft()
                self._size -= _size_of(event)
                self._handled.set()
        finally:
            # Only a failure leaves any. It ends the session, and that is not to wait for what nobody handles.
            self._events.clear()
            self._size = 0
            self._handled.set()


def _size_of(event: ClientEvent) -> int:
    return memoryview(event.data).nbytes if isinstance(event, Published) else 0
