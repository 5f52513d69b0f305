"""One act: what is told of it, to whom, and in which order."""

from __future__ import annotations

import pytest
from msgspec import Raw

from vklive.devapi.topics import Topic
from vklive.events import Follow, FollowCreated, UnknownEvent, User
from vklive.server.platform.acting import Acting, ChannelFacts
from vklive.server.store.tables import UserRow

PLACE = ChannelFacts(id=42, url="streamer", owner_id=1)
FOLLOWED = FollowCreated(follow=Follow(follower=User(id=11)))


async def test_what_is_heard_ends_after_the_transaction_and_before_anything_is_told(world):
    happened: list[str] = []

    async def publish(*_: object) -> None:
        happened.append(f"told, with {len(await world.rows(UserRow, id=99))} user")

    async def deafen(*_: object) -> None:
        happened.append("deafened")

    async with Acting(world.store.database, publish, deafen=deafen)() as act:
        act.announce(PLACE, FOLLOWED)
        act.deafen(PLACE, 11)
        act.session.add(UserRow(id=99, nick="new"))
        assert happened == []

    assert happened == ["deafened", "deafened", "told, with 1 user"]


async def test_an_act_that_fails_ends_nothing_and_tells_nothing(small_world):
    with pytest.raises(KeyError):
        async with small_world.acting() as act:
            act.announce(PLACE, FOLLOWED)
            act.deafen(PLACE, 11)
            raise KeyError
    assert small_world.told == []
    assert small_world.deafened == []


async def test_where_nobody_hears_anything_nothing_is_ended(small_world):
    async def publish(*_: object) -> None:
        """Nobody is there."""

    async with Acting(small_world.store.database, publish)() as act:
        act.deafen(PLACE, 11)


async def test_outboxes_see_the_type_and_the_json_of_what_is_known_and_of_what_is_not(small_world):
    async with small_world.acting() as act:
        known = act.announce(PLACE, FOLLOWED)
        given = act.announce(PLACE, FOLLOWED, given=Raw(b'{"follow":{"follower":{"id":11}},"new":1}'))
        foreign = act.announce(
            PLACE, UnknownEvent(type="new", reason="", payload=Raw(b"")), given=Raw(b'{"a":1}'), topic=Topic.INFO
        )

    assert [each.type for each in (known, given, foreign)] == ["channel_follow_create"] * 2 + ["new"]
    assert [bytes(each.data) for each in (known, given, foreign)] == [
        b'{"follow":{"follower":{"id":11}}}',
        b'{"follow":{"follower":{"id":11}},"new":1}',
        b'{"a":1}',
    ]
    assert [ws_channel for ws_channel, _ in small_world.told] == ["api-channel-info:42"] * 3
