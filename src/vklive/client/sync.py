"""The client for programs without asyncio: the same names, and a loop that nobody sees.

The loop runs in one background thread, which begins with ``with`` and ends with it.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from types import TracebackType
from typing import Self, TypedDict, Unpack

from vklive.client.backoff import Backoff
from vklive.client.client import Client
from vklive.client.credentials import TokenSource
from vklive.client.health import Health
from vklive.client.http import HttpTransport
from vklive.client.loop_thread import LoopThread
from vklive.client.queue import Overflow
from vklive.client.stats import Stats
from vklive.client.stream import Stream
from vklive.client.sync_api import SyncDevApi
from vklive.client.transport import Transport
from vklive.clock import Clock
from vklive.devapi.topics import Topic
from vklive.events import Event


class ClientSettings(TypedDict, total=False):
    """The settings of `vklive.Client`, which describes them."""

    access_token: str | None
    client_id: str | None
    client_secret: str | None
    credentials: TokenSource | None
    api_url: str
    ws_url: str
    origin: str
    proxy: str | None
    queue_limit: int
    overflow: Overflow
    timeout: float
    patience: float
    transport: Transport | None
    http: HttpTransport | None
    backoff: Backoff | None
    ws_channels: int
    watchdog: bool
    clock: Clock | None


class SyncStream:
    """The events of one channel, see `vklive.Stream`. A context manager and an iterator."""

    def __init__(self, stream: Stream, *, thread: LoopThread) -> None:
        self._stream = stream
        self._thread = thread

    @property
    def dropped(self) -> int:
        """How many events were dropped because they were not taken fast enough."""
        return self._stream.dropped

    def __enter__(self) -> Self:
        self._thread.call(self._stream.__aenter__())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread.is_running:
            self._thread.call(self._stream.__aexit__(kind, error, trace))
        # Else the client was closed first, and its streams with it.

    def close(self) -> None:
        """Listen no more. What has arrived can still be taken while the client is open. May be called again."""
        if self._thread.is_running:
            self._thread.call(self._close())
        # Else the client was closed first, and its streams with it.

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Event:
        event = self._thread.call(self._next())
        if event is None:
            raise StopIteration
        return event

    async def _close(self) -> None:
        self._stream.close()

    async def _next(self) -> Event | None:
        # StopAsyncIteration does not travel through a future.
        try:
            return await anext(self._stream)
        except StopAsyncIteration:
            return None


class SyncClient:
    """Listens to channels, for programs without asyncio.

    ::

        with vklive.SyncClient(access_token=token) as client, client.listen("streamer") as stream:
            for event in stream:
                ...

    Not to be used inside a running event loop: there, `vklive.Client` is at home. Its methods may be called from one
    thread at a time.

    Args:
        settings: those of `vklive.Client`.

    Attributes:
        api: all methods of the DevAPI, see `vklive.client.devapi.DevApi`: they are plain functions here, and lists that
            come by pages are plain iterators.
    """

    def __init__(self, **settings: Unpack[ClientSettings]) -> None:
        self._client = Client(**settings)
        self._thread = LoopThread()
        self.api = SyncDevApi(self._client.api, thread=self._thread)

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            self._thread.call(self._client.__aenter__())
        except BaseException:
            self._thread.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self, *, drain: float = 0.0) -> int:
        """Close all streams, the connection and the thread, see `vklive.Client.close`. May be called again."""
        if not self._thread.is_running:
            return 0
        try:
            return self._thread.call(self._client.close(drain=drain))
        finally:
            self._thread.stop()

    def health(self) -> Health:
        """See `vklive.Client.health`."""
        return self._thread.call(self._health())

    def stats(self) -> Stats:
        """See `vklive.Client.stats`."""
        return self._thread.call(self._stats())

    def listen(
        self,
        channel_url: str,
        *,
        topics: Collection[Topic | str] | None = None,
        refill: bool = True,
        resume: str | Path | None = None,
    ) -> SyncStream:
        """The events of a channel, see `vklive.Client.listen`."""
        stream = self._client.listen(channel_url, topics=topics, refill=refill, resume=resume)
        return SyncStream(stream, thread=self._thread)

    async def _health(self) -> Health:
        return self._client.health()

    async def _stats(self) -> Stats:
        return self._client.stats()
