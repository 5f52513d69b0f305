"""A channel with rewards on a database, the services of its points, and what they tell."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from vklive.protocol.messages import Publication
from vklive.server.directory import User
from vklive.server.platform.acting import Acting, Announcement
from vklive.server.platform.channels import Channels
from vklive.server.platform.chat.archive import Archive
from vklive.server.platform.points.balances import grant
from vklive.server.platform.points.points import Points
from vklive.server.store import Store
from vklive.server.tasks import Tasks

OWNER = User(id=1, nick="owner")
ANNA = User(id=7, nick="Анна", nick_color=3, avatar_url="https://a.example/anna.png")
BOB = User(id=8, nick="Bob")
BANNED = User(id=9, nick="banned")

WORLD = """
users = [
    { id = 1, nick = "owner" },
    { id = 7, nick = "Анна", nick_color = 3, avatar_url = "https://a.example/anna.png" },
    { id = 8, nick = "Bob" },
    { id = 9, nick = "banned" },
]
channels = [{ id = 42, url = "streamer", owner = 1 }, { id = 43, url = "elsewhere", owner = 1 }]
memberships = [{ channel = 42, user = 9, banned = true }]
rewards = [{ id = "water", channel = 42, name = "Drink water", price = 50 }]
balances = [{ channel = 42, user = 9, amount = 1000 }]
"""


class _Certain:
    """Keeps what is told for certain."""

    def __init__(self, told: list[Any]) -> None:
        self._told = told

    async def add(self, session: AsyncSession, announcement: Announcement, *, now: datetime) -> None:
        self._told.append(json.loads(bytes(announcement.certain_data)))

    def wake(self) -> None:
        pass


class World:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.told: list[tuple[str, Any]] = []
        self.certain: list[Any] = []
        self.acting = Acting(store.database, self._publish, outboxes=[_Certain(self.certain)])
        self.points = Points(Channels(store), store.database, self.acting, Archive(store.database, Tasks()))

    async def _publish(self, ws_channel: str, publication: Publication) -> None:
        self.told.append((ws_channel, json.loads(bytes(publication.data))))

    async def grant(self, channel_url: str, *, user_id: int, amount: int) -> int:
        async with self.acting() as act:
            return (await grant(act, channel_url, user_id, amount=amount)).amount

    async def balance(self, user: User) -> int:
        return (await self.points.balances.of(user, "streamer")).balance.amount

    async def statuses(self) -> list[tuple[int, str]]:
        page = await self.points.demands.page(OWNER, "streamer", limit=200)
        return [(demand.user.id, demand.status) for demand in page.data.demands]
