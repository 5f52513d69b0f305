"""A whole server with a channel whose rewards are wanted, and those who call it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2

from vklive.clock import SystemClock
from vklive.devapi.scopes import Scope
from vklive.server.app import Server
from vklive.server.settings import PubSubSettings, Settings
from vklive.server.store import Store

SEED = """
users = [
    { id = 1, nick = "owner" },
    { id = 2, nick = "another owner" },
    { id = 11, nick = "viewer", nick_color = 5, avatar_url = "https://a.example/viewer.png" },
    { id = 12, nick = "second viewer" },
    { id = 14, nick = "moderator" },
    { id = 15, nick = "banned" },
]
applications = [{ id = 7, client_id = "bot", client_secret = "secret", access_tokens = ["application"] }]
memberships = [
    { channel = 42, user = 14, role = "moderator" },
    { channel = 42, user = 15, banned = true },
]
rewards = [
    { id = "water", channel = 42, name = "Water", price = 50 },
    { id = "song", channel = 42, name = "Song", price = 10, is_message_required = true },
    { id = "old", channel = 42, name = "Old", price = 5, is_disabled = true },
    { id = "foreign", channel = 43, name = "Foreign", price = 1 },
]
balances = [
    { channel = 42, user = 11, amount = 100 },
    { channel = 42, user = 12, amount = 1000 },
    { channel = 42, user = 15, amount = 1000 },
]

[[channels]]
id = 42
url = "streamer"
owner = 1
point = { name = "drops", small_url = "s.png", medium_url = "m.png", large_url = "l.png" }
[[channels]]
id = 43
url = "elsewhere"
owner = 2
[[channels]]
id = 44
url = "gone"
owner = 1
banned = true
"""

IDS = {"owner": 1, "another owner": 2, "viewer": 11, "second viewer": 12, "moderator": 14, "banned": 15}


class Caller:
    """Somebody who calls the methods of channel points in one channel."""

    def __init__(self, http: httpx2.AsyncClient, token: str, channel_url: str = "streamer") -> None:
        self.http = http
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._channel_url = channel_url

    async def get(self, path: str = "", **params: Any) -> httpx2.Response:
        params = {"channel_url": self._channel_url} | params
        return await self.http.get(f"/v1/channel_point{path}", params=params, headers=self.headers)

    async def post(self, path: str, body: Any = None, **params: Any) -> httpx2.Response:
        params = {"channel_url": self._channel_url} | params
        content = {} if body is None else {"json": body}
        return await self.http.post(f"/v1/channel_point{path}", params=params, headers=self.headers, **content)


class World:
    """A server, and who calls it: everybody with all scopes."""

    def __init__(self, server: Server, store: Store, http: httpx2.AsyncClient) -> None:
        self.server = server
        self.store = store
        self.http = http

    async def token(self, who: str, scopes: Collection[Scope] = tuple(Scope)) -> str:
        return await self.store.issue_access_token(user_id=IDS[who], scopes=scopes)

    async def caller(self, who: str, scopes: Collection[Scope] = tuple(Scope), **at: str) -> Caller:
        return Caller(self.http, await self.token(who, scopes), **at)


@asynccontextmanager
async def world_on(database_url: str, folder: Path) -> AsyncIterator[World]:
    (folder / "seed.toml").write_text(SEED)
    settings = Settings(
        port=0,
        database_url=database_url,
        seed=str(folder / "seed.toml"),
        # The first ping comes at a random time, and would now and then be among what a test reads.
        pubsub=PubSubSettings(ping_interval=86_400.0),
    )
    async with (
        Server(settings) as server,
        Store(database_url, clock=SystemClock()) as store,
        httpx2.AsyncClient(base_url=server.url, trust_env=False) as http,
    ):
        yield World(server, store, http)
