"""What a streamer says of a stream, when two say it at once, on both databases."""

from __future__ import annotations

import asyncio

import msgspec

from vklive.devapi.models import CategoryChange, StreamChange
from vklive.server.directory import User
from vklive.server.store.tables import ChannelRow

OWNER = User(id=1, nick="owner")


async def test_all_who_ask_for_the_key_at_once_are_told_the_same_one(platform, store):
    found = await asyncio.gather(*(platform.streams.credentials(OWNER, "streamer") for _ in range(5)))

    keys = {each.token for each in found}
    assert len(keys) == 1
    async with store.database.reading() as session:
        row = await session.get(ChannelRow, 42)
        assert row is not None
        assert keys == {row.stream_key}


async def test_of_many_who_change_it_alike_at_once_one_is_told_of(platform, told):
    change = StreamChange(title="Another", category=CategoryChange(id="chess"))

    await asyncio.gather(*(platform.streams.edit(OWNER, "streamer", change) for _ in range(5)))

    ((ws_channel, payload),) = told
    assert ws_channel == "api-channel-info:42"
    assert msgspec.json.decode(payload)["data"]["stream"]["title"] == "Another"
