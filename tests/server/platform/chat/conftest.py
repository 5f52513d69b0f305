"""A small world on both databases, and what is heard of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from msgspec import Struct
from sqlalchemy import delete

from vklive.devapi.models import ChatMessageToSend, PartToSend
from vklive.protocol.messages import Publication
from vklive.server.directory import User
from vklive.server.platform.acting import ChannelFacts
from vklive.server.platform.chat.bot import say_as_bot
from vklive.server.platform.chat.history import take_message_back
from vklive.server.platform.platform import Platform
from vklive.server.settings import DevApiSettings, TokenSettings
from vklive.server.store import Store, parse_seed
from vklive.server.store.tables import Table
from vklive.server.tokens import Issuer, TokenKeys
from vklive.testing.clock import VirtualClock

USERS = {"owner": 1, "stranger": 11, "follower": 12, "subscriber": 13, "moderator": 14, "banned": 15}

WORLD = """
[[channels]]
id = 42
url = "streamer"
owner = 1
live = true
[[channels]]
id = 43
url = "elsewhere"
owner = 14
[[memberships]]
channel = 42
user = 12
since = 2026-01-01T00:00:00Z
[[memberships]]
channel = 42
user = 13
role = "paid_subscriber"
[[memberships]]
channel = 42
user = 14
role = "moderator"
[[memberships]]
channel = 42
user = 15
role = "moderator"
banned = true
[[smiles]]
id = "s-1"
name = "peepo"
animated = true
small_url = "https://img.example/s.png"
""" + "".join(f'[[users]]\nid = {number}\nnick = "{nick}"\n' for nick, number in USERS.items())

CHANNEL = ChannelFacts(id=42, url="streamer", owner_id=1)
STREAM = "stream-42"


class World(Struct, frozen=True):
    """What tests act in.

    Attributes:
        heard: what was published, by ws channel.
        connected: who is subscribed, by ws channel.
    """

    store: Store
    platform: Platform
    clock: VirtualClock
    heard: list[tuple[str, dict[str, Any]]]
    connected: dict[str, list[str]]

    async def send(
        self,
        who: str,
        message: str | Sequence[PartToSend] = "hello",
        *,
        channel_url: str = "streamer",
        stream_id: str = STREAM,
    ) -> None:
        user = User(id=USERS[who], nick=who)
        await self.platform.chat.sending.send(user, channel_url, stream_id, ChatMessageToSend.of(message))

    async def say_as_bot(self, text: str) -> None:
        await self.platform.chat.archive.settled()
        async with self.platform.acting() as act:
            await say_as_bot(act, CHANNEL, text)

    async def take_back(self, number: int, channel: ChannelFacts = CHANNEL) -> None:
        await self.platform.chat.archive.settled()
        async with self.platform.acting() as act:
            await take_message_back(act, channel, number)

    async def seed(self, toml: str) -> None:
        await self.store.plant(parse_seed(toml.encode(), origin="a test"))

    async def settings(self, toml: str) -> None:
        """Let these be the settings of the chat of the channel."""
        await self.seed(f'[[channels]]\nid = 42\nurl = "streamer"\nowner = 1\nlive = true\nchat = {{ {toml} }}\n')

    def publish(self, ws_channel: str, payload: object) -> None:
        """Somebody else publishes."""
        data = payload if isinstance(payload, bytes) else msgspec.json.encode(payload)
        self.platform.chat.take(ws_channel, Publication(data=msgspec.Raw(data)))

    async def told(self, who: str = "stranger", *, limit: int = 200) -> list[dict[str, Any]]:
        user = User(id=USERS[who], nick=who)
        answer = await self.platform.chat.history.messages(user, "streamer", limit=limit)
        return [msgspec.json.decode(message) for message in answer.chat_messages]

    async def ids(self, who: str = "stranger", *, limit: int = 200) -> list[int]:
        return [message["id"] for message in await self.told(who, limit=limit)]


@pytest.fixture(scope="session")
def one_postgresql_url(new_postgresql_database) -> str:
    """A database for all tests of chats, which leave nothing in it: it takes a second to make one."""
    url: str = new_postgresql_database()
    return url


@pytest.fixture(params=["sqlite_url", "one_postgresql_url"], ids=["sqlite", "postgresql"])
def database_url(request) -> str:
    url: str = request.getfixturevalue(request.param)
    return url


@pytest_asyncio.fixture
async def world(database_url, clock):
    heard: list[tuple[str, dict[str, Any]]] = []
    connected: dict[str, list[str]] = {}
    tokens = TokenSettings(secret="the secret of the tokens in these tests")

    async def publish(ws_channel: str, publication: Publication) -> None:
        platform.chat.take(ws_channel, publication)
        heard.append((ws_channel, msgspec.json.decode(publication.data)))

    async with Store(database_url, clock=clock) as store:
        platform = Platform(
            store,
            Issuer(TokenKeys.from_settings(tokens), tokens, clock=clock),
            publish=publish,
            settings=DevApiSettings(),
            listeners=lambda ws_channel: connected.get(ws_channel, []),
        )
        made = World(store, platform, clock, heard, connected)
        await made.seed(WORLD)
        yield made
        await platform.chat.stop()
        async with store.database.writing() as session:
            for table in reversed(Table.metadata.sorted_tables):
                await session.execute(delete(table))


@pytest.fixture
def says():
    """A payload that says something."""
    return lambda number, **more: {
        "type": "channel_chat_message_send",
        "data": {"chat_message": {"id": number, "parts": [], **more}},
    }


@pytest.fixture
def takes_back():
    return lambda number: {"type": "channel_chat_message_delete", "data": {"chat_message": {"id": number}}}
