"""An application that is told by WebHooks, on a real socket, and a platform that tells it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

import msgspec
import pytest_asyncio
from sqlalchemy import insert, select

from vklive.client.webhooks import WebhookReceiver
from vklive.devapi.webhooks import WEBHOOK_TYPES, WebhookStatus
from vklive.events import EventData, Follow, FollowCreated, User
from vklive.protocol.messages import Publication
from vklive.server.platform.acting import Acting, ChannelFacts
from vklive.server.platform.webhooks.outbox import WebhookOutbox
from vklive.server.platform.webhooks.sender import WebhookSender
from vklive.server.settings import WebhookSettings
from vklive.server.store import Store, parse_seed
from vklive.server.store.tables import ApplicationRow, GrantRow, WebhookRow
from vklive.server.tasks import Tasks
from vklive.testing.clock import VirtualClock

KEY = "the-signature-key"
SEED = b"""
[[users]]
id = 1
nick = "owner"
[[users]]
id = 2
nick = "another owner"
[[applications]]
id = 7
client_id = "bot"
client_secret = "a secret"
[[applications]]
id = 8
client_id = "another"
client_secret = "a secret"
[[channels]]
id = 42
url = "streamer"
owner = 1
[[channels]]
id = 43
url = "elsewhere"
owner = 2
"""
STREAMER = ChannelFacts(id=42, url="streamer", owner_id=1)
ELSEWHERE = ChannelFacts(id=43, url="elsewhere", owner_id=2)

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


def follow(nick: str) -> FollowCreated:
    return FollowCreated(follow=Follow(follower=User(id=5, nick=nick)))


class Application:
    """Receives events as a program on vklive does, unless it is told to do otherwise.

    Attributes:
        heard: the nicks of followers that its handler was given.
        asked: how often it was sent something.
        instead: what it does with the next requests instead.
        status: what its handler says.
    """

    def __init__(self) -> None:
        self.port = 0
        self.heard: list[str] = []
        self.places: list[tuple[str, int, int]] = []
        self.asked: list[dict[str, Any]] = []
        self.instead: list[Answer] = []
        self.status: WebhookStatus | None = None
        self.news = asyncio.Event()
        self._receiver = WebhookReceiver(KEY, self._handle)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def _handle(self, event) -> WebhookStatus | None:
        self.heard.append(event.data.follow.follower.nick)
        self.places.append((event.channel_url, event.owner_id, event.user_id))
        return self.status

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
                body = await reader.readexactly(length)
                self.asked.append(msgspec.json.decode(parse_qs(body.decode())["event"][0]))
                if self.instead:
                    await self.instead.pop(0)(writer)
                else:
                    response = await self._receiver.receive(body)
                    writer.write(http(response.status, response.body))
                self.news.set()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def until(self, what: Callable[[], bool]) -> None:
        """Wait until something is so; it is looked at when something was received or settled."""
        async with asyncio.timeout(10):
            while not what():
                self.news.clear()
                await self.news.wait()


def http(status: int, body: bytes, *, headers: str = "") -> bytes:
    return f"HTTP/1.1 {status} X\r\ncontent-length: {len(body)}\r\n{headers}\r\n".encode() + body


class PlatformOfTests:
    """Tells of what happens, and sends it."""

    def __init__(self, store: Store, clock: VirtualClock, tasks: Tasks, application: Application) -> None:
        self.store = store
        self.clock = clock
        self.published: list[str] = []
        self.sender = WebhookSender(
            store.database,
            WebhookSettings(timeout=0.5, first_delay=10.0, max_delay=40.0, give_up_after=100.0, keep_settled=1000.0),
            tasks=tasks,
            draw=lambda: 1.0,
        )
        self.acting = Acting(store.database, self._publish, outboxes=[WebhookOutbox(self.sender.wake)])
        self._application = application

    async def _publish(self, ws_channel: str, _: Publication) -> None:
        self.published.append(ws_channel)

    async def happen(self, event: EventData, channel: ChannelFacts = STREAMER, **how: Any) -> None:
        async with self.acting() as act:
            act.announce(channel, event, **how)

    async def link(self, application: int = 7, user: int = 1, *, url: str | None = None, events=WEBHOOK_TYPES) -> None:
        async with self.store.database.writing() as session:
            row = await session.get_one(ApplicationRow, application)
            row.webhook_url = url or self._application.url
            row.webhook_key = KEY
            row.webhook_events = "\n".join(sorted(events))
            granted = {"user_id": user, "application_id": application, "webhooks": True}
            await session.execute(insert(GrantRow).values(granted_at=self.store.database.now(), **granted))

    async def rows(self) -> list[tuple[str, int, str]]:
        async with self.store.database.reading() as session:
            found = await session.scalars(select(WebhookRow).order_by(WebhookRow.id))
            return [(row.state, row.attempts, row.problem) for row in found]

    async def settled(self, *states: str) -> None:
        """Wait until the queue is in these states."""
        async with asyncio.timeout(10):
            while [row[0] for row in await self.rows()] != list(states):  # noqa: ASYNC110 - the database decides it
                await asyncio.sleep(0.01)

    async def tried(self, attempts: int) -> None:
        """Wait until the first event was tried so often, and what came of it is written down."""
        async with asyncio.timeout(10):
            while not ((row := (await self.rows())[0])[1] == attempts and row[2]):  # noqa: ASYNC110 - the database decides it
                await asyncio.sleep(0.01)

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.sender.wake()


@pytest_asyncio.fixture
async def application():
    application = Application()
    async with application.listening():
        yield application


@pytest_asyncio.fixture
async def platform(database_url, clock, application):
    tasks = Tasks()
    async with Store(database_url, clock=clock) as store:
        await store.plant(parse_seed(SEED, origin="test"))
        platform = PlatformOfTests(store, clock, tasks, application)
        sending = tasks.start(platform.sender.run(), name="WebHooks")
        yield platform
        assert not sending.done()
        await tasks.stop()
