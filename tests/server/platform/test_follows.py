"""Following: what it changes, what it tells, and when it does neither."""

from __future__ import annotations

import pytest

from vklive.server.platform.follows import follow, unfollow
from vklive.server.platform.moderation import ban
from vklive.server.refusal import RefusalError
from vklive.server.store.tables import ChatSettingsRow

VIEWER = {"id": 11, "nick": "viewer", "nick_color": 5, "avatar_url": "https://img.example/11.png"}
INFO = "api-channel-info:42"


async def test_somebody_follows_and_the_channel_is_told(world):
    answer = await world.do(follow, "https://live.vkvideo.ru/Streamer", 11)

    assert answer.started_at == world.now
    assert await world.member(11) == ("follower", False, world.now)
    event = {"type": "channel_follow_create", "data": {"follow": {"follower": VIEWER, "started_at": world.now}}}
    assert world.told == [(INFO, event)]


async def test_who_follows_already_goes_on_to_and_nothing_is_told(world):
    first = await world.do(follow, "streamer", 11)
    world.types()
    world.clock.advance(60)

    assert await world.do(follow, "streamer", 11) == first
    assert (await world.do(follow, "streamer", 12)).started_at == 0  # nobody knows since when
    assert world.told == []


async def test_a_moderator_who_follows_stays_a_moderator(world):
    await world.do(follow, "streamer", 14)
    assert await world.member(14) == ("moderator", False, world.now)

    await world.do(unfollow, "streamer", 14)
    assert await world.member(14) == ("moderator", False, None)
    assert world.types() == ["channel_follow_create", "channel_follow_delete"]


async def test_somebody_follows_no_more(world):
    began = world.now
    await world.do(follow, "streamer", 11)
    world.types()
    world.clock.advance(60)

    await world.do(unfollow, "streamer", 11)
    assert await world.member(11) is None
    told = {"follower": VIEWER, "started_at": began, "ended_at": began + 60}
    assert world.told == [(INFO, {"type": "channel_follow_delete", "data": {"follow": told}})]
    world.told.clear()

    assert (await world.do(unfollow, "streamer", 11)).ended_at == 0
    assert world.told == []


async def test_who_is_banned_does_not_follow(world):
    await world.do(ban, "streamer", 11)

    with pytest.raises(RefusalError, match="forbidden"):
        await world.do(follow, "streamer", 11)
    await world.do(unfollow, "streamer", 11)
    assert await world.member(11) == ("follower", True, None)
    assert world.told == []


@pytest.mark.parametrize(
    ("channel_url", "user_id", "error"),
    [
        ("nobody", 11, "channel_not_found"),
        ("", 11, "channel_not_found"),
        ("a\0b", 11, "channel_not_found"),
        ("gone", 11, "channel_banned"),
        ("streamer", 999, "not_found"),
    ],
)
@pytest.mark.parametrize("work", [follow, unfollow])
async def test_what_there_is_not_is_refused_and_changes_nothing(world, work, channel_url, user_id, error):
    with pytest.raises(RefusalError, match=f"^{error}:"):
        await world.do(work, channel_url, user_id)
    assert world.told == []


async def test_an_owner_does_not_follow_their_own_channel(world):
    with pytest.raises(RefusalError, match="unprocessable_entity"):
        await world.do(follow, "streamer", 1)
    await world.do(unfollow, "streamer", 1)
    assert world.told == []


async def test_the_bot_of_the_chat_says_so_when_it_is_to(world):
    async with world.store.database.writing() as session:
        session.add(ChatSettingsRow(channel_id=42, follow_alert=True))

    await world.do(follow, "streamer", 11)
    await world.do(follow, "streamer", 11)
    await world.do(unfollow, "streamer", 11)

    assert [event["type"] for _, event in world.told] == [
        "channel_follow_create",
        "channel_chat_message_send",
        "channel_follow_delete",
    ]
    assert world.told[1][0] == "api-channel-chat:42"
    assert world.told[1][1]["data"]["chat_message"]["parts"][0] == {"mention": {"id": 11, "nick": "viewer"}}
