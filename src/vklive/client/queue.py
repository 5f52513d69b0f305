"""The queue between the connection and the program: bounded, with a policy that has a name.

What happens to the connection (`vklive.events.lifecycle`) passes through the same queue, at its place. It neither
counts nor is dropped: such events are few, and a program must not miss them. Only of one that takes nothing for hours,
while the connection comes and goes, the oldest of them are dropped, whatever the policy, and that is told where they
were.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from enum import StrEnum
from itertools import islice

from msgspec import structs

from vklive.errors import LocalProtocolError, QueueOverflowError
from vklive.events import Dropped, Event

_log = logging.getLogger("vklive.client.queue")

DEFAULT_LIMIT = 1024
"""Events; at a busy chat's hundred a second, ten seconds of looking away."""

CONNECTION_LIMIT = 1024
"""Events of the connection. A reconnect of a stream with all eight topics gives about twenty."""


class Overflow(StrEnum):
    """What happens to an event that finds the queue full."""

    DROP_OLDEST = "drop_oldest"
    """It takes the place of the oldest one: for widgets, which show what is now."""
    DROP_NEWEST = "drop_newest"
    """It is dropped: for programs that finish what they have begun."""
    BLOCK = "block"
    """It waits, and so does everything behind it, for all streams of the client. Meanwhile the connection is read on,
    and the server's pings are answered, until thousands of events are held (see `vklive.client.backlog`). Who makes
    it wait for longer is disconnected by the server, 8 s after a ping by default; then there is a gap, which is told.
    """
    DISCONNECT = "disconnect"
    """The stream ends with `QueueOverflowError`: for programs that would rather stop than miss something."""


class EventQueue:
    """Events of one stream, in order.

    Args:
        limit: how many events of the channel it holds.
        overflow: what happens to one more.

    Attributes:
        dropped: how many events were dropped so far.
    """

    def __init__(self, *, limit: int = DEFAULT_LIMIT, overflow: Overflow = Overflow.DROP_OLDEST) -> None:
        if limit < 1:
            raise ValueError(f"a queue holds at least one event, not {limit}")
        self.limit = limit
        self.overflow = overflow
        self.dropped = 0
        self._events: deque[Event] = deque()
        self._depth = 0
        self._arrived = asyncio.Event()
        self._taken = asyncio.Event()
        self._closed = False
        self._error: Exception | None = None
        # Dropped, and not told yet.
        self._owed: Event | None = None
        self._owed_count = 0

    @property
    def depth(self) -> int:
        """How many events of the channel wait to be taken."""
        return self._depth

    @property
    def must_wait(self) -> bool:
        """Whether there is no room and the policy is to wait for it."""
        return self._depth >= self.limit and self.overflow is Overflow.BLOCK and not self._closed

    async def room(self) -> None:
        """Wait for room, if the policy is to. After `close` there is always some: what is added is nobody's."""
        while self.must_wait:
            self._taken.clear()
            await self._taken.wait()

    async def emptied(self) -> None:
        """Wait until everything was taken."""
        while self._events or self._owed is not None:
            self._taken.clear()
            await self._taken.wait()

    def put_now(self, event: Event) -> None:
        """Add an event; after `close`, it is nobody's and dropped.

        Raises:
            LocalProtocolError: when the policy is to wait and there is no room.
        """
        if self._closed:
            return
        if event.raw and self._depth >= self.limit and not self._make_room(event):
            return
        if self.overflow is Overflow.DROP_NEWEST and self._owed is not None:
            self._append_of_connection(self._told())
        if event.raw:
            self._events.append(event)
            self._depth += 1
        else:
            self._append_of_connection(event)
        self._arrived.set()

    def put_late(self, event: Event) -> None:
        """Add an event that was heard long ago and can wait no longer, also when the policy is to wait for room.

        To be used for a number that is bounded elsewhere.
        """
        if not self._closed and self.must_wait:
            self._events.append(event)
            self._depth += 1
            self._arrived.set()
        else:
            self.put_now(event)

    async def get(self) -> Event:
        """The next event. Can be cancelled without loss.

        Raises:
            StopAsyncIteration: after `close`, when all events were taken.
            Exception: the error that it was closed with.
        """
        while not self._events and self._owed is None:
            if self._closed:
                if self._error is not None:
                    raise self._error
                raise StopAsyncIteration
            self._arrived.clear()
            await self._arrived.wait()
        self._taken.set()
        if self._owed is not None and (self.overflow is Overflow.DROP_OLDEST or not self._events):
            return self._told()
        event = self._events.popleft()
        if event.raw:
            self._depth -= 1
        return event

    def close(self, error: Exception | None = None) -> None:
        """Nothing more comes. What is there can still be taken; then `error` is raised, or the end is reached."""
        if not self._closed:
            self._closed = True
            self._error = error
            self._arrived.set()
            self._taken.set()

    def _told(self) -> Event:
        """What was dropped, as an event at the place of the hole."""
        assert self._owed is not None  # noqa: S101 - asked by both callers
        event = self._hole(self._owed, self._owed_count)
        self._owed, self._owed_count = None, 0
        return event

    def _hole(self, event: Event, count: int) -> Event:
        data = Dropped(count=count, policy=self.overflow.value)
        return structs.replace(event, type=data.event_type, data=data, topic="", ws_channel="", position=None, raw=b"")

    def _append_of_connection(self, event: Event) -> None:
        if len(self._events) - self._depth >= CONNECTION_LIMIT:
            self._merge_oldest()
        self._events.append(event)

    def _merge_oldest(self) -> None:
        """Make one hole of the two oldest events of the connection, which may be holes already."""
        first, second = islice((at for at, waiting in enumerate(self._events) if not waiting.raw), 2)
        counts = [_dropped_in(self._events[at]) for at in (first, second)]
        if not any(counts):
            _log.warning("nobody takes the events of %r; the oldest are dropped", self._events[first].channel_url)
        self.dropped += counts.count(0)
        self._events[first] = self._hole(self._events[first], sum(count or 1 for count in counts))
        del self._events[second]

    def _drop(self, event: Event) -> None:
        if self._owed is None:
            _log.warning(
                "events of %r come faster than they are taken: %d wait, and others are dropped (%s)",
                event.channel_url,
                self._depth,
                self.overflow.value,
            )
            self._owed = event
        self._owed_count += 1
        self.dropped += 1

    def _make_room(self, event: Event) -> bool:
        """Whether the event may be added after all."""
        match self.overflow:
            case Overflow.BLOCK:
                raise LocalProtocolError("the queue is full and its policy is to wait: wait for `room`")
            case Overflow.DISCONNECT:
                self.close(QueueOverflowError(self.limit))
                return False
            case Overflow.DROP_NEWEST:
                self._drop(event)
                return False
            case Overflow.DROP_OLDEST:
                oldest = next(index for index, waiting in enumerate(self._events) if waiting.raw)
                self._drop(self._events[oldest])
                del self._events[oldest]
                self._depth -= 1
                return True


def _dropped_in(event: Event) -> int:
    return event.data.count if isinstance(event.data, Dropped) else 0
