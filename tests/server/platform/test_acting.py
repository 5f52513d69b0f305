"""One act: what is told of it, to whom, and in which order."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from msgspec import Raw

from vklive.devapi.topics import Topic
from vklive.events import Follow, FollowCreated, UnknownEvent, User
from vklive.protocol.codes import ErrorCode
from vklive.protocol.messages import Publication
from vklive.server.errors import NodeError
from vklive.server.platform.acting import Acting, ChannelFacts
from vklive.server.store.chat import next_message_id
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


async def test_what_many_do_at_once_in_a_channel_is_told_in_the_order_in_which_it_was_done(world):
    told: list[int] = []

    async def publish(_: str, publication: Publication) -> None:
        told.append(msgspec.json.decode(publication.data)["data"]["follow"]["follower"]["id"])

    acting = Acting(world.store.database, publish)

    async def do() -> None:
        async with acting() as act:
            number = await next_message_id(act.session, PLACE.id)
            act.announce(PLACE, FollowCreated(follow=Follow(follower=User(id=number))))

    for _ in range(4):
        await asyncio.gather(*(do() for _ in range(25)))

    assert told == sorted(told)
    assert len(told) == 100


async def test_what_cannot_be_published_fails_nothing_that_is_done_already(world, caplog):
    told: list[str] = []
    woken: list[bool] = []

    class Outbox:
        async def add(self, *_: object, **__: object) -> None:
            """Write nothing down."""

        def wake(self) -> None:
            woken.append(True)

    async def publish(ws_channel: str, _: Publication) -> None:
        if ws_channel.endswith(":42"):
            raise NodeError(ErrorCode.UNKNOWN_CHANNEL, "there is no such namespace")
        told.append(ws_channel)

    async with Acting(world.store.database, publish, outboxes=[Outbox()])() as act:
        act.announce(PLACE, FOLLOWED)
        act.announce(ChannelFacts(id=43, url="elsewhere", owner_id=1), FOLLOWED)
        act.session.add(UserRow(id=99, nick="new"))

    assert told == ["api-channel-info:43"]
    assert woken == [True]
    assert len(await world.rows(UserRow, id=99)) == 1
    assert "channel_follow_create has happened, and could not be published" in caplog.text
