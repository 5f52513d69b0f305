"""The broker of a single process: a publication is delivered before `publish` returns."""

from __future__ import annotations

import asyncio
import heapq

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


class _Kept:
    """A stream and when it expires: first what it keeps, later itself."""

    def __init__(self) -> None:
        self.stream = Stream()
        self.empty_at = float("inf")
        self.forget_at = float("inf")


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
        self._streams: dict[str, _Kept] = {}
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
        kept = self._stream(ws_channel)
        numbered = kept.stream.add(publication, size=retention.size)
        self._expire(ws_channel, kept, ttl=retention.ttl)
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
        kept = self._stream(ws_channel)
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

    def _stream(self, ws_channel: str) -> _Kept:
        """The stream of a ws channel as it is now; its use renews it."""
        now = self._clock.monotonic()
        kept = self._streams.get(ws_channel)
        if kept is None or kept.forget_at <= now:
            kept = self._streams[ws_channel] = _Kept()
            heapq.heappush(self._due, (now + self._meta_ttl, ws_channel))
        if kept.empty_at <= now:
            kept.stream.clear()
            kept.empty_at = float("inf")
        kept.forget_at = now + self._meta_ttl
        return kept

    def _expire(self, ws_channel: str, kept: _Kept, *, ttl: float) -> None:
        due = self._clock.monotonic() + ttl
        if kept.empty_at == float("inf"):
            # One entry a stream: when it comes up early, because more was published, it is put back.
            heapq.heappush(self._due, (due, ws_channel))
        kept.empty_at = due

    def _sweep(self) -> None:
        self._sweeper = asyncio.get_running_loop().call_later(SWEEP_INTERVAL, self._sweep)
        now = self._clock.monotonic()
        while self._due and self._due[0][0] <= now:
            _, ws_channel = heapq.heappop(self._due)
            kept = self._streams.get(ws_channel)
            if kept is None:
                continue
            if kept.forget_at <= now:
                del self._streams[ws_channel]
                continue
            if kept.empty_at <= now:
                kept.stream.clear()
                kept.empty_at = float("inf")
            heapq.heappush(self._due, (min(kept.empty_at, kept.forget_at), ws_channel))
