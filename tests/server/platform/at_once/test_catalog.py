"""The catalogue asks as much of the database for many channels as for one."""

from __future__ import annotations

import pytest

from vklive.server.directory import User
from vklive.server.store.catalog import Wanted

VIEWER = User(id=8, nick="viewer")


@pytest.mark.parametrize(("limit", "shown"), [(1, 1), (2, 2), (200, 3)])
async def test_a_part_of_the_catalogue_takes_four_statements(platform, statements, limit, shown):
    page = await platform.catalog.online_channels(VIEWER, Wanted(), offset=0, limit=limit)

    assert len(page.data.channels) == shown
    # Which streams; then channels, streams and followers, as for every look at channels.
    assert len(statements) == 4


async def test_a_channel_takes_three_statements_and_its_stream_one_more(platform, statements):
    await platform.channels.one(VIEWER, "streamer")
    assert len(statements) == 3

    statements.clear()
    await platform.streams.one(VIEWER, "on")
    assert len(statements) == 4


async def test_nothing_on_is_one_statement(platform, statements):
    page = await platform.catalog.online_channels(VIEWER, Wanted(category_id="chess"), offset=0, limit=200)

    assert (page.data.channels, len(statements)) == ([], 1)
