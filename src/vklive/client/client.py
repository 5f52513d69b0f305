"""The public face of the client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from pathlib import Path
from types import TracebackType
from typing import Self

from vklive._version import __version__
from vklive.client.backoff import Backoff
from vklive.client.channel_name import slug_meant
from vklive.client.connections import DEFAULT_WS_CHANNELS, Connections
from vklive.client.credentials import AccessToken, AppCredentials, RenewableTokenSource, TokenSource
from vklive.client.devapi import DEFAULT_API_URL, DEFAULT_PATIENCE, DevApi
from vklive.client.health import Health, health_of
from vklive.client.http import HttpTransport, Httpx2Transport
from vklive.client.picows_transport import PicowsTransport
from vklive.client.queue import DEFAULT_LIMIT, EventQueue, Overflow
from vklive.client.resume import Progress
from vklive.client.stats import Stats, stats_of
from vklive.client.stream import Stream
from vklive.client.supervisor import MAX_ATTEMPTS_AT_ONCE, Supervisor
from vklive.client.suspension import Suspension
from vklive.client.transport import Transport
from vklive.client.watchdog import Blockages, Watchdog
from vklive.clock import Clock, SystemClock
from vklive.devapi.topics import Topic
from vklive.errors import ConfigError

DEFAULT_WS_URL = "wss://pubsub-dev.live.vkvideo.ru/connection/websocket?format=json&cf_protocol_version=v2"


class Client:
    """Listens to channels of VK Video Live.

    ::

        async with vklive.Client(access_token=token) as client:
            async with client.listen("streamer", topics={"chat"}) as stream:
                async for event in stream:
                    ...

    The streams of a client share one connection, or as few as the server allows: the first is made when the first of
    them begins, and all are kept until the client is closed. The constructor does no I/O and needs no event loop.

    Args:
        access_token: of a user or an application; or
        client_id: of an application, together with
        client_secret: its secret; or
        credentials: anything else that gives credentials. Exactly one of the three ways is to be chosen.
        api_url: where the DevAPI is; by default the real one.
        ws_url: where the pub/sub is; by default the real one.
        origin: the ``Origin`` header of the handshake; the real service asks programs for none.
        queue_limit: how many events a stream holds for a program that is busy.
        overflow: what happens to one more, see `vklive.Overflow`.
        timeout: seconds for each request, for the handshake and for each command.
        patience: seconds in which a call of `api` that came too soon is made again, see `DevApi`.
        proxy: a proxy for both HTTP and the WebSocket, ``http://``, ``socks5://`` or ``socks5h://``, with user and
            password or without. `None`: what ``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY`` and ``NO_PROXY`` of the
            environment say. Empty: none. Of no use to a `transport` or `http` of one's own.
        transport: opens WebSockets; by default with picows.
        http: makes requests; by default with httpx2. It is closed with the client.
        backoff: how long to wait between attempts; by default 0.5 to 20 seconds, longer each time.
        ws_channels: how many ws channels one connection takes; for more, more connections are made. By default what
            Centrifugo allows by default; a server that allows fewer is noticed.
        watchdog: whether to watch, in a thread, for calls that hold up the event loop; each is logged with its stack.
        clock: the wall clock that events are stamped with.

    Attributes:
        api: all methods of the DevAPI. To be used before `listen`, beside it and in handlers, with the client open.

    Raises:
        ConfigError: when not exactly one way to say who one is was chosen, or `proxy` is none.
    """

    def __init__(  # noqa: PLR0913 - keyword-only settings, each with a default
        self,
        *,
        access_token: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        credentials: TokenSource | None = None,
        api_url: str = DEFAULT_API_URL,
        ws_url: str = DEFAULT_WS_URL,
        origin: str = "",
        queue_limit: int = DEFAULT_LIMIT,
        overflow: Overflow = Overflow.DROP_OLDEST,
        timeout: float = 5.0,
        patience: float = DEFAULT_PATIENCE,
        proxy: str | None = None,
        transport: Transport | None = None,
        http: HttpTransport | None = None,
        backoff: Backoff | None = None,
        ws_channels: int = DEFAULT_WS_CHANNELS,
        watchdog: bool = True,
        clock: Clock | None = None,
    ) -> None:
        self._http = http or Httpx2Transport(proxy=proxy)
        self._clock = clock or SystemClock()
        self._queue_limit = queue_limit
        self._overflow = overflow
        who = _credentials(access_token, client_id, client_secret, credentials)

        def api_with(patience: float) -> DevApi:
            return DevApi(who, base_url=api_url, http=self._http, timeout=timeout, patience=patience, clock=self._clock)

        self.api = api_with(patience)
        # A connection waits in a way of its own, and tells of it in the stream.
        self._listening_api = api_with(0.0)
        headers = {"User-Agent": f"vklive/{__version__}"}
        self._transport = transport or PicowsTransport(proxy=proxy)
        self._ws_url = ws_url
        self._headers = headers | ({"Origin": origin} if origin else {})
        self._timeout = timeout
        self._backoff = backoff or Backoff()
        self._turns = asyncio.Semaphore(MAX_ATTEMPTS_AT_ONCE)
        self._watchdog = Watchdog(Suspension(self._resumed)) if watchdog else None
        self._connections = Connections(self._supervisor, ws_channels=ws_channels)

    async def __aenter__(self) -> Self:
        self._connections.start()
        if self._watchdog is not None:
            self._watchdog.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self, *, drain: float = 0.0) -> int:
        """Close all streams and the connections. Nothing is left behind. May be called again.

        Args:
            drain: seconds that programs have to take what has arrived before: their iterations go on until it is
                taken, and end then. Not to be waited for in the very loop that takes it.

        Returns:
            How many events were not taken. They can still be.
        """
        try:
            return await self._connections.stop(drain=drain)
        finally:
            if self._watchdog is not None:
                self._watchdog.stop()
            if isinstance(self.api.credentials, RenewableTokenSource):
                await self.api.credentials.close()
            await self._http.close()

    def listen(
        self,
        channel_url: str,
        *,
        topics: Collection[Topic | str] | None = None,
        refill: bool = True,
        resume: str | Path | None = None,
    ) -> Stream:
        """The events of a channel.

        Args:
            channel_url: the channel's slug, or its address.
            topics: which of its ws channels, see `vklive.Topic`; `None` for all. One that this user may not hear is
                told by a `vklive.events.NoAccess` in the stream.
            refill: whether to ask the API, after a gap in the chat, for the messages that were missed. They come after
                a `vklive.events.Refilled`, in order, and before what was said later.
            resume: a file of this stream's own, in which it is kept how far the program has come. After a restart what
                the server still has comes first, once; where it keeps no history there is a gap, which is refilled in
                the chat. An event is done with when the next one is asked for. `None`: every start is anew.

        Returns:
            A stream, to be used with ``async with`` and ``async for``.

        Raises:
            ConfigError: when the channel or a topic is none, or there are no topics.
        """
        slug = slug_meant(channel_url)
        if topics is not None and not topics:
            raise ConfigError("topics", "none was chosen", hint="leave them out for all")
        return Stream(
            self._connections,
            slug,
            topics=list(Topic) if topics is None else [_topic(topic) for topic in topics],
            queue=EventQueue(limit=self._queue_limit, overflow=self._overflow),
            clock=self._clock,
            refill=refill,
            timeout=self._timeout,
            progress=None if resume is None else Progress(Path(resume), channel_url=slug),
        )

    def _resumed(self, slept: float) -> None:
        for supervisor in self._connections:
            supervisor.resumed(slept)

    def health(self) -> Health:
        """Whether everything that is wanted can be heard, from what has happened. To be called in the event loop."""
        return health_of((each.evidence for each in self._connections), now=asyncio.get_running_loop().time())

    def stats(self) -> Stats:
        """What was counted so far. To be called in the event loop."""
        connections = list(self._connections)
        return stats_of(
            [each.evidence for each in connections],
            [stream for each in connections for stream in each.streams],
            Blockages() if self._watchdog is None else self._watchdog.blockages,
            now=asyncio.get_running_loop().time(),
        )

    def _supervisor(self, *, full: Callable[[Stream], bool]) -> Supervisor:
        return Supervisor(
            self._listening_api,
            transport=self._transport,
            ws_url=self._ws_url,
            headers=self._headers,
            timeout=self._timeout,
            backoff=self._backoff.fresh(),
            clock=self._clock,
            turns=self._turns,
            full=full,
        )


def _credentials(
    access_token: str | None, client_id: str | None, client_secret: str | None, credentials: TokenSource | None
) -> TokenSource:
    ways: list[TokenSource] = []
    if access_token is not None:
        ways.append(AccessToken(access_token))
    if client_id is not None and client_secret is not None:
        ways.append(AppCredentials(client_id, client_secret))
    if credentials is not None:
        ways.append(credentials)
    if len(ways) != 1 or (client_id is None) != (client_secret is None):
        raise ConfigError(
            "credentials",
            "not exactly one way was chosen",
            hint="access_token, client_id and client_secret, or credentials",
        )
    return ways[0]


def _topic(topic: Topic | str) -> Topic:
    try:
        return Topic(topic)
    except ValueError:
        raise ConfigError("topics", f"{topic!r} is no topic", hint=f"one of {', '.join(Topic)}") from None
