"""Raids: both channels hear of it, each in its own words."""

from __future__ import annotations

import asyncio

import pytest

from vklive.server.platform.raids import raid
from vklive.server.refusal import RefusalError


async def test_both_channels_are_told_where_the_viewers_come_from(world):
    await world.do(raid, "streamer", "https://live.vkvideo.ru/elsewhere", raiders_count=42)

    told = {
        "raid": {
            "source": {"owner": {"id": 1, "nick": "owner", "nick_color": 3}, "channel": {"url": "streamer"}},
            "raiders_count": 42,
            "started_at": world.now,
        }
    }
    assert world.told == [
        ("api-channel-info:42", {"type": "raid_start", "data": told}),
        ("api-channel-info:43", {"type": "channel_raid_income", "data": told}),
    ]


@pytest.mark.parametrize(
    ("source", "target", "error"),
    [
        ("streamer", "nobody", "channel_not_found"),
        ("nobody", "streamer", "channel_not_found"),
        ("streamer", "gone", "channel_banned"),
        ("gone", "streamer", "channel_banned"),
        ("streamer", "Streamer/", "unprocessable_entity"),
    ],
)
async def test_a_raid_from_or_to_nowhere_is_told_to_nobody(world, source, target, error):
    with pytest.raises(RefusalError, match=f"^{error}:"):
        await world.do(raid, source, target, raiders_count=1)
    assert world.told == []


async def test_two_channels_that_raid_each_other_do_not_wait_for_each_other(world):
    async with asyncio.timeout(20):
        for _ in range(10):
            await asyncio.gather(
                world.do(raid, "streamer", "elsewhere", raiders_count=1),
                world.do(raid, "elsewhere", "streamer", raiders_count=1),
            )
    assert len(world.told) == 40
