"""Roles that are given at once, on both databases."""

from __future__ import annotations

import asyncio

from vklive.server.directory import User

OWNER = User(id=1, nick="owner")


async def test_of_lists_that_are_given_at_once_one_is_there_as_a_whole(platform):
    lists = [["vip"], ["artist"], ["vip", "artist"], ["artist", "vip"], ["vip"]]

    await asyncio.gather(*(platform.roles.give(OWNER, "streamer", 8, given) for given in lists))

    found = [role.id for role in (await platform.roles.of_user(OWNER, "streamer", 8)).roles]
    assert sorted(found) in [sorted(given) for given in lists]
