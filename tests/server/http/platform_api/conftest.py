"""Whole servers with a platform behind them, and what it calls them with."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from vklive.server.app import Server
from vklive.server.settings import PubSubSettings, Settings, TokenSettings

KEY = "the key of the platform in these tests"
SEED = """
[[users]]
id = 1
nick = "owner"
access_tokens = ["owner"]
[[users]]
id = 2
nick = "another owner"
access_tokens = ["another owner"]
[[users]]
id = 11
nick = "viewer"
access_tokens = ["viewer"]
[[users]]
id = 12
nick = "friend"
access_tokens = ["friend"]
[[users]]
id = 13
nick = "subscriber"
access_tokens = ["subscriber"]

[[applications]]
id = 7
client_id = "bot"
client_secret = "secret of the bot"
access_tokens = ["application"]

[[channels]]
id = 42
url = "streamer"
owner = 1
[[channels]]
id = 43
url = "elsewhere"
owner = 2

[[memberships]]
channel = 42
user = 13
role = "paid_subscriber"
"""

LEVEL = {"id": "tin", "name": "Tin", "price": 100}

METHODS: dict[str, dict[str, Any]] = {
    "followers/add": {"user_id": 11},
    "followers/remove": {"user_id": 11},
    "subscriptions/create": {"user_id": 11, "level": LEVEL, "amount": 100, "days_duration": 30},
    "subscriptions/renew": {"user_id": 11, "amount": 100, "days_duration": 30},
    "subscriptions/change": {"user_id": 11, "level": LEVEL | {"id": "gold"}, "amount": 300},
    "subscriptions/end": {"user_id": 11},
    "gifts/buy": {"donator_id": 12, "count": 5, "level": LEVEL, "amount": 500},
    "gifts/give": {"donator_id": 12, "user_id": 11, "level": LEVEL, "days_duration": 30},
    "moderators/add": {"user_id": 12},
    "moderators/remove": {"user_id": 12},
    "bans/add": {"user_id": 12},
    "bans/remove": {"user_id": 12},
    "streams/start": {
        "slot_id": 0,
        "title": "Hello",
        "category": {"id": "go", "title": "Go", "type": "game", "cover_url": ""},
        "slot_url": "",
        "video_id": "",
        "preview_url": "",
        "limited": False,
    },
    "streams/pause": {"slot_id": 0},
    "streams/resume": {"slot_id": 0},
    "streams/change": {"slot_id": 0, "title": "Hello again", "category": {"id": "go"}},
    "streams/count": {"slot_id": 0, "viewers": 5, "views": 50},
    "streams/stop": {"slot_id": 0},
    "raids/start": {"target_url": "elsewhere", "raiders_count": 5},
    "messages/delete": {"id": 5},
    "points/grant": {"user_id": 11, "amount": 100},
}
"""Every method with a body that fits. In this order, each can be done after those before it."""

EVENT = {"channel_url": "streamer", "type": "reaction", "data": {"type": "heart"}, "topic": "info"}


class Platform:
    """Calls a server."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self.http = http

    async def call(self, path: str, body: Any, *, key: str | None = None) -> httpx2.Response:
        """One call: of `METHODS` in the channel ``streamer``, or of another address."""
        headers = {"X-API-Key": KEY} | ({} if key is None else {"Idempotency-Key": key})
        where = f"channels/streamer/{path}" if path in METHODS else path
        return await self.http.post(f"/platform/v1/{where}", json=body, headers=headers)

    async def does(self, path: str, body: Any, *, key: str | None = None) -> Any:
        """One that ends well: what is under ``data``."""
        answer = await self.call(path, body, key=key)
        assert answer.status_code == 200, answer.text
        assert list(answer.json()) == ["data"]
        return answer.json()["data"]


@asynccontextmanager
async def server_on(database_url: str, folder: Any, *, api_key: str = KEY):
    seed = folder / "seed.toml"
    seed.write_text(SEED)
    settings = Settings(
        port=0,
        database_url=database_url,
        seed=str(seed),
        api_key=api_key,
        tokens=TokenSettings(secret="the secret of the tokens in these tests"),
        # The first ping comes at a random time, and would now and then be among what a test reads.
        pubsub=PubSubSettings(ping_interval=86_400.0),
    )
    async with Server(settings) as server:
        yield server


@asynccontextmanager
async def platform_of(server: Server):
    async with httpx2.AsyncClient(base_url=server.url, trust_env=False) as http:
        yield Platform(http)


@pytest_asyncio.fixture
async def server(tmp_path):
    async with server_on("sqlite+aiosqlite:///:memory:", tmp_path) as running:
        yield running


@pytest_asyncio.fixture
async def platform(server):
    async with platform_of(server) as calls:
        yield calls


@pytest.fixture
def api_key() -> str:
    return KEY
