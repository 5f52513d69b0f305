"""The roles of channels in the database, on SQLite and on a real PostgreSQL alike."""

from __future__ import annotations

import pytest_asyncio

from vklive.server.store import Store, parse_seed, roles

SEED = """
[[users]]
id = 1
nick = "owner"
[[users]]
id = 8
nick = "viewer"
[[channels]]
id = 42
url = "streamer"
owner = 1
[[channels]]
id = 43
url = "elsewhere"
owner = 1
[[channel_roles]]
id = "vip"
channel = 42
name = "VIP"
small_url = "https://example/vip.png"
users = [8]
[[channel_roles]]
id = "artist"
channel = 42
[[channel_roles]]
id = "foreign"
channel = 43
users = [8]
"""


@pytest_asyncio.fixture
async def store(database_url, clock):
    async with Store(database_url, clock=clock) as opened:
        await opened.plant(parse_seed(SEED.encode(), origin="test.toml"))
        yield opened


async def of_user(store, channel_id: int, user_id: int = 8) -> list[str]:
    async with store.database.reading() as session:
        return [row.id for row in await roles.roles_of_user(session, channel_id, user_id)]


async def test_the_roles_of_a_channel_and_of_a_user_in_it(store):
    async with store.database.reading() as session:
        assert [row.id for row in await roles.roles_of_channel(session, 42)] == ["artist", "vip"]
        assert await roles.is_user(session, 8)
        assert not await roles.is_user(session, 9)
    assert await of_user(store, 42) == ["vip"]
    assert await of_user(store, 43) == ["foreign"]
    assert await of_user(store, 42, 1) == []


async def test_what_is_given_replaces_what_there_was_in_this_channel_only(store):
    for given in (["artist"], ["artist", "vip"], [], ["vip"]):
        async with store.database.writing() as session:
            await roles.give(session, 42, 8, given)

        assert await of_user(store, 42) == given
        assert await of_user(store, 43) == ["foreign"]


async def test_planting_again_takes_no_role_away(store):
    async with store.database.writing() as session:
        await roles.give(session, 42, 8, ["artist"])

    await store.plant(parse_seed(SEED.encode(), origin="test.toml"))

    assert await of_user(store, 42) == ["artist", "vip"]
