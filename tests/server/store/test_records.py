"""Recorded streams in the database, on SQLite and on a real PostgreSQL alike."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest_asyncio

from vklive.server.store import Store, parse_seed, records

SEED = """
[[users]]
id = 1
nick = "owner"
[[channels]]
id = 42
url = "streamer"
owner = 1
[[channels]]
id = 43
url = "elsewhere"
owner = 1
[[stream_records]]
id = "old"
channel = 42
stream_started_at = 2026-01-01T00:00:00Z
duration = 60
[[stream_records]]
id = "new"
channel = 42
stream_started_at = 2026-02-01T00:00:00Z
created_at = 2026-02-03T00:00:00Z
[[stream_records]]
id = "another old"
channel = 42
stream_started_at = 2026-01-01T00:00:30Z
duration = 30
[[stream_records]]
id = "elsewhere"
channel = 43
stream_started_at = 2026-03-01T00:00:00Z
"""


@pytest_asyncio.fixture
async def store(database_url, clock):
    async with Store(database_url, clock=clock) as opened:
        await opened.plant(parse_seed(SEED.encode(), origin="test.toml"))
        yield opened


async def ids(store, *, offset: int = 0, limit: int = 10) -> list[str]:
    async with store.database.reading() as session:
        return [row.id for row in await records.records_of(session, 42, offset=offset, limit=limit)]


async def test_the_newest_record_of_a_channel_comes_first(store):
    assert await ids(store) == ["new", "another old", "old"]
    assert await ids(store, offset=1, limit=1) == ["another old"]
    assert await ids(store, offset=3) == []


async def test_a_record_that_does_not_say_so_was_there_when_its_stream_ended(store):
    async with store.database.reading() as session:
        found = await records.record(session, "old")

        assert found is not None
        assert found.created_at == datetime(2026, 1, 1, 0, 1, tzinfo=UTC)
        assert await records.record(session, "none") is None
