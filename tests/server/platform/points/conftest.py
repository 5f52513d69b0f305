"""The world of points on each kind of database."""

from __future__ import annotations

import pytest_asyncio
from tests.server.platform.points.world import WORLD, World

from vklive.server.store import Store, parse_seed


@pytest_asyncio.fixture
async def world(database_url, clock):
    async with Store(database_url, clock=clock) as store:
        await store.plant(parse_seed(WORLD.encode(), origin="world"))
        yield World(store)
