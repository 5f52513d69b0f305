"""The client for programs without asyncio: the same names, and a loop that nobody sees.

The loop runs in one background thread, which begins with ``with`` and ends with it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Collection, Coroutine
from types import TracebackType
from typing import Any, Self, TypedDict, TypeVar, Unpack

from vklive.client.backoff import Backoff
from vklive.client.client import Client
from vklive.client.credentials import TokenSource
from vklive.client.http import HttpTransport
from vklive.client.queue import Overflow
from vklive.client.stream import Stream
from vklive.client.transport import Transport
from vklive.clock import Clock
from vklive.devapi.topics import Topic
from vklive.errors import LocalProtocolError
from vklive.events import Event

_T = TypeVar("_T")


class ClientSettings(TypedDict, total=False):
    """The settings of `vklive.Client`, which describes them."""

    access_token: str | None
    client_id: str | None
    client_secret: str | None
    credentials: TokenSource | None
    api_url: str
    ws_url: str
    origin: str
    queue_limit: int
    overflow: Overflow
    timeout: float
    transport: Transport | None
    http: HttpTransport | None
    backoff: Backoff | None
    clock: Clock | None


class SyncStream:
    """The events of one channel, see `vklive.Stream`. A context manager and an iterator."""

    def __init__(
        self, stream: Stream, *, call: Callable[[Coroutine[Any, Any, Any]], Any], is_open: Callable[[], bool]
    ) -> None:
        self._stream = stream
        self._call = call
        self._is_open = is_open

    def __enter__(self) -> Self:
        self._call(self._stream.__aenter__())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_open():
            self._call(self._stream.__aexit__(kind, error, trace))
        # Else the client was closed first, and its streams with it.

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Event:
        event: Event | None = self._call(self._next())
        if event is None:
            raise StopIteration
        return event

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
    """

    def __init__(self, **settings: Unpack[ClientSettings]) -> None:
        self._client = Client(**settings)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        started: threading.Event = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._turn, args=(self._loop, started), name="vklive", daemon=True)
        self._thread.start()
        started.wait()
        self._call(self._client.__aenter__())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all streams, the connection and the thread. May be called again."""
        loop, thread = self._loop, self._thread
        if loop is None or thread is None:
            return
        try:
            self._call(self._client.close())
            # Names of hosts are looked up in threads of the loop's own.
            self._call(loop.shutdown_default_executor())
        finally:
            self._loop = self._thread = None
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    def listen(self, channel_url: str, *, topics: Collection[Topic | str] | None = None) -> SyncStream:
        """The events of a channel, see `vklive.Client.listen`."""
        stream = self._client.listen(channel_url, topics=topics)
        return SyncStream(stream, call=self._call, is_open=lambda: self._loop is not None)

    @staticmethod
    def _turn(loop: asyncio.AbstractEventLoop, started: threading.Event) -> None:
        asyncio.set_event_loop(loop)
        loop.call_soon(started.set)
        loop.run_forever()

    def _call(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Do something in the loop and wait for it; a Ctrl-C here cancels it there."""
        if self._loop is None:
            work.close()
            raise LocalProtocolError("the client is not open: use it with `with`")
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise
