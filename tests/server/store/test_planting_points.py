"""The rewards and balances of a seed, on both kinds of database."""

from __future__ import annotations

import pytest
import pytest_asyncio

from vklive.errors import ConfigError
from vklive.server.store import Store, parse_seed
from vklive.server.store import points as stored
from vklive.server.store.channels import find_channel

SEED = """
users = [{ id = 1, nick = "owner" }, { id = 7, nick = "Anna" }]
rewards = [
    { id = "water", channel = 42, name = "Water", price = 50, description = "drink", background_color = 3 },
    { id = "song", channel = 42, name = "Song", price = 10, max_uses_count = 0, is_disabled = true },
]
balances = [{ channel = 42, user = 7, amount = 100 }]

[[channels]]
id = 42
url = "streamer"
owner = 1
point = { name = "drops", small_url = "s.png", medium_url = "m.png", large_url = "l.png" }
"""


@pytest_asyncio.fixture
async def store(database_url, clock):
    async with Store(database_url, clock=clock) as opened:
        await plant(opened, SEED)
        yield opened


async def plant(store: Store, seed: str) -> None:
    await store.plant(parse_seed(seed.encode(), origin="seed"))


async def test_rewards_balances_and_points_are_as_the_seed_says(store):
    async with store.database.reading() as session:
        song, water = await stored.rewards(session, 42)
        channel = await find_channel(session, 42)
        amount = await stored.balance(session, channel_id=42, user_id=7)
    assert channel is not None

    assert (song.id, song.price, song.max_uses_count, song.is_disabled) == ("song", 10, None, True)
    assert (water.name, water.price, water.description, water.background_color) == ("Water", 50, "drink", 3)
    assert not water.is_disabled
    assert (channel.point_name, channel.point_small_url, channel.point_large_url) == ("drops", "s.png", "l.png")
    assert amount == 100


async def test_planting_again_changes_rewards_gives_no_points_back_and_brings_nothing_back(store):
    async with store.database.writing() as session:
        await stored.add_points(session, -30, channel_id=42, user_id=7)
        song, water = await stored.rewards(session, 42)
        song.deleted_at, water.is_disabled = store.database.now(), True

    await plant(store, SEED.replace("price = 50", "price = 60"))

    async with store.database.reading() as session:
        (water,) = await stored.rewards(session, 42)
        assert (water.price, water.is_disabled) == (60, True)
        assert await stored.reward(session, "song", channel_id=42) is None
        assert await stored.balance(session, channel_id=42, user_id=7) == 70


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rewards = [{ id = 'r', channel = 42, name = 'r', price = 0 }]", "rewards[0].price"),
        ("rewards = [{ id = 'r', channel = 42, name = '', price = 1 }]", "rewards[0].name"),
        ("rewards = [{ id = 'r', channel = 42, name = 'r', price = 1, prize = 2 }]", "prize"),
        ("balances = [{ channel = 42, user = 7, amount = -1 }]", "balances[0].amount"),
        (
            "balances = [{ channel = 42, user = 7, amount = 1 }, { channel = 42, user = 7, amount = 2 }]",
            "balance of channel and user (42, 7) is there 2 times",
        ),
        (
            "rewards = [" + 2 * "{ id = 'r', channel = 1, name = 'r', price = 1 }," + "]",
            "reward id r is there 2 times",
        ),
    ],
)
def test_what_is_wrong_is_named(text, said):
    with pytest.raises(ConfigError) as caught:
        parse_seed(text.encode(), origin="seed")

    assert said in str(caught.value)
