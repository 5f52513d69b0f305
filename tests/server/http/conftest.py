"""A whole server on loopback with a small world in it, and what its inhabitants call it with."""

from __future__ import annotations

import base64

import httpx2
import pytest
import pytest_asyncio

from vklive.server.app import Server
from vklive.server.settings import DevApiSettings, PubSubSettings, Settings, TokenSettings

WORLD = """
[[users]]
id = 1
nick = "owner"
is_verified_streamer = true
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
nick = "follower"
access_tokens = ["follower"]
[[users]]
id = 13
nick = "subscriber"
access_tokens = ["subscriber"]
[[users]]
id = 14
nick = "moderator"
access_tokens = ["moderator"]
[[users]]
id = 15
nick = "banned"
access_tokens = ["banned"]

[[applications]]
id = 7
client_id = "bot"
client_secret = "secret of the bot"
access_tokens = ["application"]

[[channels]]
id = 42
url = "streamer"
owner = 1
description = "talks"
live = true
stream = { title = "Hello", viewers = 5, started_at = 2026-01-01T00:00:00Z }
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
user = 13
role = "paid_subscriber"
[[memberships]]
channel = 42
user = 14
role = "moderator"
[[memberships]]
channel = 42
user = 15
role = "paid_subscriber"
banned = true
"""


# One server for a module: the tests only ask, and change nothing in it.


@pytest.fixture(scope="module")
def settings(tmp_path_factory) -> Settings:
    folder = tmp_path_factory.mktemp("world")
    (folder / "seed.toml").write_text(WORLD)
    return Settings(
        port=0,
        database_url=f"sqlite+aiosqlite:///{folder / 'vklive.sqlite3'}",
        seed=str(folder / "seed.toml"),
        tokens=TokenSettings(secret="the secret of the tokens in these tests", connection_ttl=600.0),
        devapi=DevApiSettings(max_subscription_tokens=10),
        # The first ping comes at a random time, and would now and then be among what a test reads.
        pubsub=PubSubSettings(ping_interval=86_400.0),
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(settings):
    async with Server(settings) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def http(server):
    async with httpx2.AsyncClient(base_url=server.url, trust_env=False) as client:
        yield client


@pytest.fixture
def bearer():
    return lambda token: {"Authorization": f"Bearer {token}"}


@pytest.fixture
def basic():
    return lambda name, secret: {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}
