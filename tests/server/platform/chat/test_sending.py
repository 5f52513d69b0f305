"""Writing in a chat, on both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import select, update

from vklive.devapi.errors import ApiError
from vklive.devapi.models import LinkToSend, MentionToSend, PartToSend, SmileToSend, TextToSend
from vklive.events import ChatMessageSent, decode_payload
from vklive.server.refusal import RefusalError
from vklive.server.store.tables import (
    ChannelRoleRow,
    ChatMessageRow,
    GivenRoleRow,
    StreamRow,
    SubscriptionRow,
)
from vklive.testing.clock import EPOCH

CHAT, LIMITED = "api-channel-chat:42", "api-channel-limited-chat:42"


async def refusal(world, who: str, message=("hello"), **more) -> ApiError:
    with pytest.raises(RefusalError) as caught:
        await world.send(who, message, **more)
    return caught.value.error


async def stored(world) -> list[ChatMessageRow]:
    async with world.store.database.reading() as session:
        return list(await session.scalars(select(ChatMessageRow).order_by(ChatMessageRow.id)))


async def test_a_message_is_told_stored_as_it_was_told_and_read_as_it_was_stored(world):
    await world.send(
        "stranger",
        [
            PartToSend(mention=MentionToSend(id=1)),
            PartToSend(text=TextToSend(content=", hi ")),
            PartToSend(smile=SmileToSend(id="s-1")),
            PartToSend(link=LinkToSend(url="https://example.org/")),
        ],
    )

    message = {
        "id": 1,
        "author": {
            "id": 11,
            "nick": "stranger",
            "nick_color": 0,
            "avatar_url": "",
            "is_owner": False,
            "is_moderator": False,
            "badges": [],
            "roles": [],
        },
        "created_at": int(EPOCH),
        "is_private": False,
        "parts": [
            {"mention": {"id": 1, "nick": "owner"}},
            {"text": {"content": ", hi "}},
            {
                "smile": {
                    "id": "s-1",
                    "name": "peepo",
                    "animated": True,
                    "small_url": "https://img.example/s.png",
                    "medium_url": "",
                    "large_url": "",
                }
            },
            {"link": {"content": "example.org", "url": "https://example.org/"}},
        ],
    }
    assert world.heard == [(CHAT, {"type": "channel_chat_message_send", "data": {"chat_message": message}})]
    (row,) = await stored(world)
    assert msgspec.json.decode(row.body) == message
    assert (row.channel_id, row.id, row.author_id, row.recipient_id, row.limited) == (42, 1, 11, None, False)
    assert await world.told() == [message]
    _, event = decode_payload(msgspec.json.encode(world.heard[0][1]))
    assert isinstance(event, ChatMessageSent)
    assert event.chat_message.text == "@owner, hi :peepo:example.org"


async def test_what_somebody_is_in_the_channel_is_told_with_their_message(world):
    now = world.store.database.now()
    async with world.store.database.writing() as session:
        session.add(SubscriptionRow(channel_id=42, user_id=14, level_id="2", started_at=now))
        # Of another channel, and one that has ended.
        session.add(SubscriptionRow(channel_id=43, user_id=12, level_id="3", started_at=now))
        session.add(SubscriptionRow(channel_id=42, user_id=12, level_id="3", started_at=now, ended_at=now))
        session.add(ChannelRoleRow(id="vip", channel_id=42, name="VIP", small_url="https://img.example/v.png"))
        session.add(ChannelRoleRow(id="other", channel_id=43, name="Other"))
        await session.flush()
        session.add(GivenRoleRow(role_id="vip", user_id=14))
        session.add(GivenRoleRow(role_id="other", user_id=14))
    for who in ("owner", "moderator", "subscriber", "follower"):
        await world.send(who)
    told = {message["author"]["nick"]: message["author"] for message in await world.told()}
    assert {
        nick: (author["is_owner"], author["is_moderator"], [badge["achievement_name"] for badge in author["badges"]])
        for nick, author in told.items()
    } == {
        "owner": (True, False, ["owner"]),
        "moderator": (False, True, ["subscription_02"]),
        "subscriber": (False, False, ["subscription_01"]),
        "follower": (False, False, []),
    }
    vip = {"id": "vip", "name": "VIP", "small_url": "https://img.example/v.png", "medium_url": "", "large_url": ""}
    assert [author["roles"] for author in told.values()] == [[], [vip], [], []]


async def test_nothing_is_stored_or_told_of_what_is_refused(world):
    unknown_smile = [PartToSend(smile=SmileToSend(id="s-2"))]
    unknown_user = [PartToSend(mention=MentionToSend(id=999))]
    assert await refusal(world, "stranger", " ") is ApiError.INVALID_PARAM
    assert await refusal(world, "stranger", "x" * 501) is ApiError.MESSAGE_TOO_LONG
    assert await refusal(world, "stranger", unknown_smile) is ApiError.INVALID_PARAM
    assert await refusal(world, "stranger", unknown_user) is ApiError.INVALID_PARAM
    assert await refusal(world, "stranger", stream_id="") is ApiError.MISSING_PARAM
    for stream_id in ("stream-43", "a\0b", "x" * 1000):
        assert await refusal(world, "stranger", stream_id=stream_id) is ApiError.INVALID_PARAM
    assert await refusal(world, "banned") is ApiError.FORBIDDEN
    assert (world.heard, await stored(world)) == ([], [])
    # What was refused has used up no number either.
    await world.send("stranger")
    assert await world.ids() == [1]


async def test_nobody_writes_in_the_chat_of_a_stream_that_is_over(world):
    async with world.store.database.writing() as session:
        await session.execute(update(StreamRow).values(ended_at=world.store.database.now()))
    assert await refusal(world, "owner") is ApiError.INVALID_PARAM


async def test_what_is_wrong_with_a_message_is_said_in_the_documented_order(world):
    await world.settings('allow_access = "subscribers", is_links_prohibited = true, any_message_timeout = 60')
    link = [PartToSend(link=LinkToSend(url="https://example.org/")), PartToSend(smile=SmileToSend(id="none"))]
    smile = [PartToSend(smile=SmileToSend(id="none"))]
    await world.send("follower", "first")
    assert await refusal(world, "banned", "x" * 501, stream_id="none") is ApiError.MESSAGE_TOO_LONG
    assert await refusal(world, "banned", stream_id="none") is ApiError.INVALID_PARAM
    assert await refusal(world, "stranger", smile) is ApiError.FORBIDDEN
    assert await refusal(world, "follower", link) is ApiError.FORBIDDEN
    assert await refusal(world, "follower", smile) is ApiError.INVALID_PARAM
    assert await refusal(world, "follower", "second") is ApiError.SEND_TOO_FAST


async def test_settings_hold_for_visitors_and_not_for_those_who_keep_order(world):
    await world.settings(
        'allow_access = "paid_subscribers", is_caps_prohibited = true, is_ru_en_numbers = true, '
        "any_message_timeout = 60, same_message_timeout = 600"
    )
    for who in ("owner", "moderator"):
        await world.send(who, "ГРОМКО!")
        await world.send(who, "ГРОМКО!")
    await world.send("subscriber", "ГРОМКО")
    assert await refusal(world, "subscriber", "что?") is ApiError.FORBIDDEN
    assert await refusal(world, "subscriber", "ещё") is ApiError.SEND_TOO_FAST
    world.clock.advance(60)
    assert await refusal(world, "subscriber", "громко ") is ApiError.SAME_MESSAGE
    await world.send("subscriber", "ещё")
    world.clock.advance(540)
    await world.send("subscriber", "громко")
    assert await refusal(world, "follower") is ApiError.FORBIDDEN
    texts = ["".join(part["text"]["content"] for part in message["parts"]) for message in await world.told()]
    assert texts == ["ГРОМКО!"] * 4 + ["громко", "ещё", "громко"]


async def test_a_follower_waits_as_long_as_the_settings_say(world):
    await world.settings('allow_access = "subscribers", allow_access_after = 600')
    since = world.store.database.now() - timedelta(seconds=599)
    await world.seed(f"[[memberships]]\nchannel = 42\nuser = 12\nsince = {since.isoformat()}\n")
    assert await refusal(world, "follower") is ApiError.FORBIDDEN
    world.clock.advance(1)
    await world.send("follower")


async def test_timeouts_are_those_of_one_chat(world):
    await world.settings("any_message_timeout = 60")
    await world.seed('[[channels]]\nid = 43\nurl = "elsewhere"\nowner = 14\nlive = true\n')
    await world.send("stranger")
    await world.send("follower")
    await world.send("stranger", channel_url="elsewhere", stream_id="stream-43")
    assert await refusal(world, "stranger") is ApiError.SEND_TOO_FAST


async def test_the_chat_of_a_limited_stream_is_written_and_heard_by_those_who_may_hear_it(world):
    async with world.store.database.writing() as session:
        await session.execute(update(StreamRow).values(limited=True))
    for who in ("owner", "moderator", "subscriber"):
        await world.send(who)
    for who in ("follower", "stranger", "banned"):
        assert await refusal(world, who) is ApiError.FORBIDDEN
    assert [name for name, _ in world.heard] == [LIMITED] * 3
    assert [row.limited for row in await stored(world)] == [True] * 3
    assert await world.told("subscriber") == []


async def test_of_many_messages_at_the_same_time_one_is_in_time(world):
    await world.settings("any_message_timeout = 1")
    results = await asyncio.gather(*(world.send("stranger", f"{n}") for n in range(8)), return_exceptions=True)
    refused = [one.error for one in results if isinstance(one, RefusalError)]
    assert (results.count(None), refused) == (1, [ApiError.SEND_TOO_FAST] * 7)
    assert await world.ids() == [1]


async def test_of_many_equal_messages_at_the_same_time_one_is_new(world):
    await world.settings("same_message_timeout = 60")
    results = await asyncio.gather(*(world.send("stranger") for _ in range(8)), return_exceptions=True)
    refused = [one.error for one in results if isinstance(one, RefusalError)]
    assert (results.count(None), refused) == (1, [ApiError.SAME_MESSAGE] * 7)


async def test_people_who_write_at_the_same_time_all_get_numbers_that_grow(world):
    people = ("owner", "moderator", "subscriber", "follower", "stranger")
    await asyncio.gather(*(world.send(who, f"{n}") for n in range(4) for who in people))
    assert await world.ids() == list(range(1, 21))
    assert sorted(payload["data"]["chat_message"]["id"] for _, payload in world.heard) == list(range(1, 21))


async def test_numbers_go_on_after_those_of_another_platform(world, says):
    world.publish(CHAT, says(700))
    world.publish(CHAT, says(2**40))
    await world.send("stranger")
    assert await world.ids() == [700, 701, 2**40]
    await world.send("stranger")
    assert await world.ids() == [700, 701, 702, 2**40]
