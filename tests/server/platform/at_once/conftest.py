"""A small world on a database of each kind, in which much is asked and done at once."""

from __future__ import annotations

import asyncio

import pytest
import pytest_asyncio
from sqlalchemy import event

from vklive.server.platform.platform import Platform
from vklive.server.settings import DevApiSettings, TokenSettings
from vklive.server.store import Store, parse_seed
from vklive.server.tokens import Issuer, TokenKeys

AT_ONCE = 5
"""How many do something at the same time."""

SEED = """
[[users]]
id = 1
nick = "owner"
[[users]]
id = 8
nick = "viewer"

[[categories]]
id = "chess"
title = "Chess"

[[channels]]
id = 42
url = "streamer"
owner = 1
live = true
stream = { id = "on", title = "Hello", viewers = 1 }
[[channels]]
id = 43
url = "second"
owner = 1
live = true
stream = { id = "on too", viewers = 2 }
[[channels]]
id = 44
url = "third"
owner = 1
live = true

[[channel_roles]]
id = "vip"
channel = 42
[[channel_roles]]
id = "artist"
channel = 42
"""


@pytest_asyncio.fixture
async def store(database_url, clock):
    async with Store(database_url, clock=clock) as opened:
        await opened.plant(parse_seed(SEED.encode(), origin="test.toml"))
        # So many connections are open then: what is asked at once is done at once, and not when one is there.
        await asyncio.gather(*(opened.memberships(8, [42]) for _ in range(AT_ONCE)))
        yield opened


@pytest.fixture
def told() -> list[tuple[str, bytes]]:
    """What was told: the ws channel, and the JSON."""
    return []


@pytest.fixture
def platform(store, clock, told) -> Platform:
    async def publish(ws_channel: str, publication) -> None:
        told.append((ws_channel, bytes(publication.data)))

    tokens = TokenSettings(secret="the secret of the tokens in these tests")
    issuer = Issuer(TokenKeys.from_settings(tokens), tokens, clock=clock)
    return Platform(store, issuer, publish=publish, settings=DevApiSettings())


@pytest.fixture
def statements(store):
    """What the database was asked, from when this is asked for on; beginnings and ends of transactions do not count."""
    asked: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        if statement.startswith("SELECT"):
            asked.append(statement)

    engine = store.database._engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)
