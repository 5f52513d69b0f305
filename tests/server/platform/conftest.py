"""A small world in a database of each kind, and what it tells."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from typing import Any

import pytest_asyncio
from sqlalchemy import select

from vklive.protocol.messages import Publication
from vklive.server.platform.acting import Acting
from vklive.server.store import Store, parse_seed
from vklive.server.store.tables import MembershipRow, Table
from vklive.server.targets import Target
from vklive.testing.clock import VirtualClock

SEED = """
[[users]]
id = 1
nick = "owner"
nick_color = 3
[[users]]
id = 2
nick = "another owner"
[[users]]
id = 11
nick = "viewer"
nick_color = 5
avatar_url = "https://img.example/11.png"
[[users]]
id = 12
nick = "follower"
[[users]]
id = 13
nick = "donator"
[[users]]
id = 14
nick = "moderator"

[[channels]]
id = 42
url = "streamer"
owner = 1
[[channels]]
id = 43
url = "elsewhere"
owner = 2
[[channels]]
id = 44
url = "gone"
owner = 2
banned = true

[[memberships]]
channel = 42
user = 12
[[memberships]]
channel = 42
user = 14
role = "moderator"
"""


class World:
    """A store, acts in it, and everything that they tell, in its order.

    Attributes:
        told: the ws channel and the event of every publication.
        deafened: the user and the ws channel of every subscription that was ended.
    """

    def __init__(self, database_url: str) -> None:
        self.clock = VirtualClock()
        self.store = Store(database_url, clock=self.clock)
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.deafened: list[tuple[str, str]] = []
        self.acting = Acting(self.store.database, self._publish, deafen=self._deafen)

    @property
    def now(self) -> int:
        return int(self.clock.wall())

    def types(self) -> list[str]:
        """What was told since the last call, without the data."""
        types = [event["type"] for _, event in self.told]
        self.told.clear()
        return types

    async def plant(self) -> None:
        await self.store.plant(parse_seed(SEED.encode(), origin="the world of these tests"))

    async def do(self, work, *args: Any, **kwargs: Any) -> Any:
        """One act."""
        async with self.acting() as act:
            return await work(act, *args, **kwargs)

    async def rows(self, table: type[Table], **which: Any) -> list[Any]:
        async with self.store.database.reading() as session:
            return list(await session.scalars(select(table).filter_by(**which)))

    async def member(self, user_id: int, channel_id: int = 42) -> tuple[str, bool, int | None] | None:
        """Role, ban, and since when somebody follows."""
        found = await self.rows(MembershipRow, user_id=user_id, channel_id=channel_id)
        if not found:
            return None
        since = None if found[0].since is None else int(found[0].since.timestamp())
        return found[0].role.value, found[0].banned, since

    async def _publish(self, ws_channel: str, publication: Publication) -> None:
        self.told.append((ws_channel, json.loads(bytes(publication.data))))

    async def _deafen(self, target: Target, ws_channel: str) -> None:
        self.deafened.append((target.user, ws_channel))


@asynccontextmanager
async def world_in(database_url: str):
    world = World(database_url)
    async with world.store:
        await world.plant()
        yield world


@pytest_asyncio.fixture
async def world(database_url):
    async with world_in(database_url) as world:
        yield world


@pytest_asyncio.fixture
async def small_world():
    """For what does not depend on the kind of the database."""
    async with world_in("sqlite+aiosqlite:///:memory:") as world:
        yield world
