"""One demo from beginning to end.

The server is started, the consumers listen, the platform plays its recording, a connection is cut, and all go home.
"""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path

import httpx2

from vklive import Client
from vklive.cli.demo.cast import CONSUMERS, GUEST, SUBSCRIBER, Cast, read_cast
from vklive.cli.demo.consumer import Consumer
from vklive.cli.demo.platform import Platform
from vklive.cli.demo.relay import Relay
from vklive.cli.demo.report import Report
from vklive.cli.demo.screen import Screen
from vklive.cli.demo.script import play, read_script
from vklive.cli.demo.steps import Step
from vklive.cli.demo.watched_http import WatchedHttp
from vklive.client.http import Httpx2Transport
from vklive.clock import Clock, SystemClock
from vklive.devapi.topics import Topic
from vklive.errors import TransportError
from vklive.server.app import Server
from vklive.server.settings import Settings, TokenSettings

CUT_AFTER = 0.45
"""Which share of the demo has passed when the connection of the subscriber is cut."""

READY_WITHIN = 15.0
"""Seconds in which the consumers must have taken their first four steps; it takes less than one."""

LAST_ARRIVALS = 0.3
"""Seconds in which the last events may still arrive."""

_OPEN_TOPICS = (Topic.CHAT, Topic.INFO, Topic.CHANNEL_POINTS)
_WITH_LIMITED = (*_OPEN_TOPICS, Topic.LIMITED_CHAT)
_LIMITED_CHANNEL = "tihiy_terminal"


class Performance:
    """One demo.

    Args:
        screen: where it is shown.
        seconds: how long the platform plays.
        clock: the clocks.

    Attributes:
        report: what came of it so far.
    """

    def __init__(self, screen: Screen, *, seconds: float, clock: Clock | None = None) -> None:
        self.report = Report(CONSUMERS)
        self._screen = screen
        self._seconds = seconds
        self._clock = clock or SystemClock()

    async def run(self) -> None:
        """Run it. May be cancelled at any time; all that was started is stopped.

        Raises:
            VkliveError: something did not work as it should.
        """
        with tempfile.TemporaryDirectory(prefix="vklive-demo-", ignore_cleanup_errors=True) as folder:
            cast = read_cast()
            settings = Settings(
                port=0,
                database_url=f"sqlite+aiosqlite:///{Path(folder, 'demo.sqlite3').as_posix()}",
                api_key=secrets.token_urlsafe(),
                tokens=TokenSettings(secret=secrets.token_urlsafe()),
            )
            access_tokens = await cast.prepare(settings.database_url, clock=self._clock)
            async with Server(settings) as server, Relay(settings.host, port=server.port) as relay:
                self._screen.say(f"The server is at {server.url}, with a database that is gone afterwards.")
                self._screen.say(
                    f"Two programs listen: the {SUBSCRIBER} to three channels, the {GUEST} to {_LIMITED_CHANNEL}, "
                    "whose limited chat is for paid subscribers."
                )
                await self._play(cast, server, relay, access_tokens)

    async def _play(self, cast: Cast, server: Server, relay: Relay, access_tokens: Mapping[str, str]) -> None:
        cuttable_url = server.ws_url.replace(f":{server.port}/", f":{relay.port}/")
        consumers = [
            self._consumer(
                SUBSCRIBER,
                {url: _WITH_LIMITED if url == _LIMITED_CHANNEL else _OPEN_TOPICS for url in cast.channel_urls},
                access_token=access_tokens[SUBSCRIBER],
                api_url=server.url,
                ws_url=cuttable_url,
            ),
            self._consumer(
                GUEST,
                {_LIMITED_CHANNEL: _WITH_LIMITED},
                access_token=access_tokens[GUEST],
                api_url=server.url,
                ws_url=server.ws_url,
            ),
        ]
        async with asyncio.TaskGroup() as listening:
            running = [listening.create_task(consumer.run()) for consumer in consumers]
            await _all_ready(consumers)
            self._screen.say(f"Both listen. The platform publishes for {self._seconds:g} s.")
            async with asyncio.TaskGroup() as playing:
                playing.create_task(self._publish(cast, server))
                playing.create_task(self._cut(relay))
            await asyncio.sleep(LAST_ARRIVALS)
            for task in running:
                task.cancel()

    def _consumer(
        self, name: str, topics: Mapping[str, Collection[Topic]], *, access_token: str, api_url: str, ws_url: str
    ) -> Consumer:
        def seen(step: Step, detail: str) -> None:
            self._screen.step(name, step, detail)

        client = Client(
            access_token=access_token, api_url=api_url, ws_url=ws_url, http=WatchedHttp(_loopback_http(), seen=seen)
        )
        return Consumer(name, client=client, topics=topics, screen=self._screen, report=self.report, clock=self._clock)

    async def _publish(self, cast: Cast, server: Server) -> None:
        http = _loopback_http()
        try:
            platform = Platform(
                http, url=server.url, api_key=server.settings.api_key, clock=self._clock, report=self.report
            )
            lines = play(read_script(), seconds=self._seconds)
            await platform.perform(lines, ws_channel_of=cast.ws_channel)
        finally:
            await http.close()

    async def _cut(self, relay: Relay) -> None:
        await asyncio.sleep(self._seconds * CUT_AFTER)
        self._screen.say(f"The TCP connection of the {SUBSCRIBER} is cut. It must come back by itself.")
        relay.cut()
        await asyncio.sleep(self._seconds * (1 - CUT_AFTER))


def _loopback_http() -> Httpx2Transport:
    """HTTP on this machine: a proxy that the environment names would be in the way."""
    return Httpx2Transport(httpx2.AsyncClient(trust_env=False))


async def _all_ready(consumers: Collection[Consumer]) -> None:
    try:
        async with asyncio.timeout(READY_WITHIN):
            for consumer in consumers:
                await consumer.ready.wait()
    except TimeoutError:
        raise TransportError(f"after {READY_WITHIN:g} s not every consumer was subscribed") from None
