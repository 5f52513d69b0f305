"""The broker of a single process: a publication is delivered before `publish` returns."""

from __future__ import annotations

import asyncio
import heapq
from collections import OrderedDict

from vklive.clock import Clock
from vklive.errors import LocalProtocolError
from vklive.protocol.messages import ClientInfo, Publication
from vklive.protocol.position import Position
from vklive.server.broker.base import History, Listener, Range, Retention
from vklive.server.broker.stream import Stream

SWEEP_INTERVAL = 1.0
"""Seconds between two looks for histories that have expired."""

NOWHERE = Position()
"""The place of what is not kept."""

NEVER = float("inf")


class _Kept:
    """A stream, and what becomes of it in time.

    Attributes:
        stream: the history.
        empty_at: when its publications expire.
        forget_at: when its position does.
        look_at: when the sweep looks at it next; there is one entry for that among those that are due.
    """

    def __init__(self) -> None:
        self.stream = Stream()
        self.empty_at = NEVER
        self.forget_at = NEVER
        self.look_at = NEVER

    def expire(self, now: float) -> None:
        """Forget publications that have expired."""
        if self.empty_at <= now:
            self.stream.clear()
            self.empty_at = NEVER


class MemoryBroker:
    """Carries publications within this process, and keeps histories as long as it lives.

    Args:
        clock: tells when histories expire.
        history_meta_ttl: seconds in which the position of a ws channel is remembered when nobody uses it. 90 days, as
            long as a client may be away and still learn that it missed something.
    """

    def __init__(self, *, clock: Clock, history_meta_ttl: float = 7_776_000.0) -> None:
        self._clock = clock
        self._meta_ttl = history_meta_ttl
        self._listener: Listener | None = None
        # The one that was used longest ago comes first, and so does the one that is forgotten next.
        self._streams: OrderedDict[str, _Kept] = OrderedDict()
        self._due: list[tuple[float, str]] = []
        self._sweeper: asyncio.TimerHandle | None = None

    async def start(self, listener: Listener) -> None:
        """Begin to carry."""
        self._listener = listener
        self._sweep()

    async def stop(self) -> None:
        """End; nothing is under way at any time."""
        self._listener = None
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None

    async def subscribe(self, ws_channel: str) -> None:
        """Nothing to do: there is no other node."""

    async def unsubscribe(self, ws_channel: str) -> None:
        """Nothing to do: there is no other node."""

    async def publish(
        self, ws_channel: str, publication: Publication, *, retention: Retention | None = None
    ) -> Position:
        """Deliver at once."""
        listener = self._started()
        if retention is None:
            listener.publication(ws_channel, publication, NOWHERE)
            return NOWHERE
        now = self._clock.monotonic()
        kept = self._used(ws_channel, now)
        numbered = kept.stream.add(publication, size=retention.size)
        kept.empty_at = now + retention.ttl
        # One entry a stream, made anew when it comes up; only a shorter time than before needs another.
        if kept.empty_at < kept.look_at:
            self._look_later(ws_channel, kept)
        position = kept.stream.position
        listener.publication(ws_channel, numbered, position)
        return position

    async def publish_join(self, ws_channel: str, info: ClientInfo) -> None:
        """Tell at once."""
        self._started().join(ws_channel, info)

    async def publish_leave(self, ws_channel: str, info: ClientInfo) -> None:
        """Tell at once."""
        self._started().leave(ws_channel, info)

    async def history(self, ws_channel: str, wanted: Range, *, retention: Retention | None) -> History:  # noqa: ARG002 - of use to brokers that store
        """A part of what was published here."""
        kept = self._used(ws_channel, self._clock.monotonic())
        return History(publications=kept.stream.read(wanted), top=kept.stream.position)

    async def remove_history(self, ws_channel: str) -> None:
        """Forget what was published; the position stays."""
        kept = self._streams.get(ws_channel)
        if kept is not None:
            kept.stream.clear()

    def _started(self) -> Listener:
        if self._listener is None:
            raise LocalProtocolError("the broker is not started")
        return self._listener

    def _used(self, ws_channel: str, now: float) -> _Kept:
        """The stream of a ws channel as it is now; its use renews it."""
        kept = self._streams.get(ws_channel)
        if kept is None or kept.forget_at <= now:
            kept = self._streams[ws_channel] = _Kept()
        kept.expire(now)
        kept.forget_at = now + self._meta_ttl
        self._streams.move_to_end(ws_channel)
        return kept

    def _look_later(self, ws_channel: str, kept: _Kept) -> None:
        kept.look_at = kept.empty_at
        heapq.heappush(self._due, (kept.look_at, ws_channel))

    def _sweep(self) -> None:
        self._sweeper = asyncio.get_running_loop().call_later(SWEEP_INTERVAL, self._sweep)
        now = self._clock.monotonic()
        while self._due and self._due[0][0] <= now:
            due, ws_channel = heapq.heappop(self._due)
            kept = self._streams.get(ws_channel)
            if kept is None or kept.look_at != due:
                continue  # It is forgotten, or was looked at before.
            kept.look_at = NEVER
            kept.expire(now)
            if kept.empty_at < NEVER:
                self._look_later(ws_channel, kept)
        while self._streams and next(iter(self._streams.values())).forget_at <= now:
            self._streams.popitem(last=False)
