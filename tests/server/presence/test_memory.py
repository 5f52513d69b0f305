"""Who is there, in a single process."""

from __future__ import annotations

import asyncio

from vklive.protocol.messages import ClientInfo
from vklive.server.presence.base import PresenceStats
from vklive.server.presence.memory import MemoryPresence

ANN = ClientInfo(user="ann", client="1")
BOB = ClientInfo(user="bob", client="2")


def test_who_was_added_is_there_until_removed():
    async def main():
        presence = MemoryPresence()
        await presence.add("news", "1", ANN)
        await presence.add("news", "2", BOB)
        await presence.add("other", "2", BOB)
        assert await presence.members("news") == {"1": ANN, "2": BOB}

        await presence.remove("news", "1")

        assert await presence.members("news") == {"2": BOB}
        assert await presence.members("other") == {"2": BOB}

    asyncio.run(main())


def test_where_nobody_is_there_is_nobody():
    async def main():
        presence = MemoryPresence()
        assert await presence.members("news") == {}
        assert await presence.stats("news") == PresenceStats(num_clients=0, num_users=0)

    asyncio.run(main())


def test_who_is_added_again_is_there_once_with_what_was_said_last():
    async def main():
        presence = MemoryPresence()
        await presence.add("news", "1", ANN)
        await presence.add("news", "1", BOB)
        assert await presence.members("news") == {"1": BOB}

    asyncio.run(main())


def test_connections_are_counted_and_different_users():
    async def main():
        presence = MemoryPresence()
        for client, user in (("1", "ann"), ("2", "ann"), ("3", "bob"), ("4", ""), ("5", "")):
            await presence.add("news", client, ClientInfo(user=user, client=client))
        assert await presence.stats("news") == PresenceStats(num_clients=5, num_users=3)

    asyncio.run(main())


def test_removing_who_is_not_there_changes_nothing():
    async def main():
        presence = MemoryPresence()
        await presence.remove("news", "1")
        await presence.add("news", "1", ANN)
        await presence.remove("news", "2")
        assert await presence.members("news") == {"1": ANN}

    asyncio.run(main())


def test_what_is_given_away_is_a_copy():
    async def main():
        presence = MemoryPresence()
        await presence.add("news", "1", ANN)
        (await presence.members("news")).clear()
        assert await presence.members("news") == {"1": ANN}

    asyncio.run(main())


def test_a_ws_channel_that_all_have_left_takes_no_memory():
    async def main():
        presence = MemoryPresence()
        await presence.add("news", "1", ANN)
        await presence.remove("news", "1")
        await presence.remove("never", "1")
        assert not presence._members

    asyncio.run(main())
