"""Channels and streams in the database, on SQLite and on a real PostgreSQL alike."""

from __future__ import annotations

import pytest_asyncio

from vklive.server.store import Store, channels, parse_seed
from vklive.server.store.tables import ChannelRow, StreamRow

SEED = """
[[users]]
id = 1
nick = "owner"
[[users]]
id = 2
nick = "viewer"
[[channels]]
id = 50
url = "later"
owner = 1
[[channels]]
id = 42
url = "first"
owner = 1
[[channels]]
id = 43
url = "banned"
owner = 1
banned = true
"""


@pytest_asyncio.fixture
async def store(database_url, clock):
    async with Store(database_url, clock=clock) as opened:
        await opened.plant(parse_seed(SEED.encode(), origin="test.toml"))
        async with opened.database.writing() as session:
            now = opened.database.now()
            session.add_all(
                [
                    StreamRow(id="second", channel_id=42, started_at=now, slot_id=2, slot_url="two"),
                    StreamRow(id="main", channel_id=42, started_at=now, slot_id=1, slot_url="one"),
                    StreamRow(id="over", channel_id=42, started_at=now, ended_at=now, slot_id=0, slot_url="old"),
                ]
            )
        yield opened


async def test_the_channels_of_an_owner_are_told_the_oldest_first_and_those_that_are_banned_not(store):
    async with store.database.reading() as session:
        assert await channels.urls_of_owner(session, 1, limit=10) == ["first", "later"]
        assert await channels.urls_of_owner(session, 1, limit=1) == ["first"]
        assert await channels.urls_of_owner(session, 2, limit=10) == []


async def held(store, channel_id: int, slot_url: str) -> str | None:
    async with store.database.writing() as session:
        found = await channels.hold_stream_on(session, channel_id, slot_url=slot_url)
        return None if found is None else found.id


async def test_the_stream_that_is_on_in_a_slot_and_the_first_of_all(store):
    assert await held(store, 42, "") == "main"
    assert await held(store, 42, "two") == "second"
    assert await held(store, 42, "old") is None
    assert await held(store, 50, "") is None


async def test_a_slot_is_known_when_something_was_on_in_it(store):
    async with store.database.reading() as session:
        assert await channels.has_slot(session, 42, slot_url="old")
        assert await channels.has_slot(session, 42, slot_url="two")
        assert not await channels.has_slot(session, 42, slot_url="three")
        assert not await channels.has_slot(session, 50, slot_url="two")


async def test_a_stream_is_found_when_it_is_over_too(store):
    async with store.database.reading() as session:
        found = await channels.stream(session, "over")

        assert found is not None
        assert found.ended_at is not None
        assert await channels.stream(session, "nothing") is None


async def test_a_channel_is_held_as_it_is_and_what_is_changed_stays(store):
    async with store.database.writing() as session:
        assert await channels.hold_channel(session, 1) is None
        row = await channels.hold_channel(session, 42)
        assert row is not None
        row.stream_key = "key"

    # Planting again, as every start does, overwrites what the seed names and nothing else.
    await store.plant(parse_seed(SEED.encode(), origin="test.toml"))

    async with store.database.reading() as session:
        kept = await session.get(ChannelRow, 42)
        assert kept is not None
        assert kept.stream_key == "key"
