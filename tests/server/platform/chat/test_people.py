"""Who is in a chat, and who somebody is there."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import update
from tests.server.platform.chat.conftest import USERS

from vklive.devapi.errors import ApiError
from vklive.server.directory import Application, User
from vklive.server.platform.chat.people import RECENTLY
from vklive.server.refusal import RefusalError
from vklive.server.store.tables import ChannelRoleRow, GivenRoleRow, UserRow
from vklive.testing.clock import EPOCH

CHAT, LIMITED = "api-channel-chat:42", "api-channel-limited-chat:42"
BOT = Application(id=7, name="bot")


async def nicks(world, *, limit: int = 200, viewer=BOT) -> list[str]:
    return [one.nick for one in (await world.platform.chat.people.members(viewer, "streamer", limit=limit)).users]


async def test_those_who_wrote_come_first_then_those_who_are_connected(world, says):
    world.connected[CHAT] = ["11", "", "app-7", "12", "12", "999", "9" * 30, "14"]
    await world.send("owner")
    await world.send("moderator")
    world.publish(f"{CHAT}#11", says(100, author={"id": 13}))
    assert await nicks(world) == ["moderator", "owner", "stranger", "follower"]
    assert await nicks(world, limit=3) == ["moderator", "owner", "stranger"]
    users = (await world.platform.chat.people.members(BOT, "streamer", limit=2)).users
    assert [(one.is_owner, one.is_moderator) for one in users] == [(False, True), (True, False)]
    world.clock.advance(RECENTLY + 1)
    assert await nicks(world) == ["stranger", "follower", "moderator"]


async def test_who_is_in_a_limited_chat_is_told_to_those_who_may_hear_it(world, says):
    world.connected[CHAT], world.connected[LIMITED] = ["11"], ["13"]
    world.publish(LIMITED, says(1, author={"id": 14}))
    for viewer in (BOT, User(id=12, nick="follower"), User(id=15, nick="banned")):
        assert await nicks(world, viewer=viewer) == ["stranger"]
    assert await nicks(world, viewer=User(id=13, nick="subscriber")) == ["moderator", "stranger", "subscriber"]


async def test_somebody_is_told_of_in_full(world, says):
    async with world.store.database.writing() as session:
        session.add(ChannelRoleRow(id="vip", channel_id=42, name="VIP"))
        await session.flush()
        session.add(GivenRoleRow(role_id="vip", user_id=14))
        await session.execute(update(UserRow).where(UserRow.id == 14).values(nick_color=5))
    await world.send("moderator")
    await world.send("moderator")
    world.publish("api-channel-chat:43", says(1, author={"id": 14}))
    member = msgspec.to_builtins(await world.platform.chat.people.member("streamer", 14))
    assert member == {
        "user": {
            "id": 14,
            "nick": "moderator",
            "nick_color": 5,
            "avatar_url": "",
            "is_owner": False,
            "is_moderator": True,
            "badges": [],
            "roles": [{"id": "vip", "name": "VIP", "small_url": "", "medium_url": "", "large_url": ""}],
            "registered_at": int(EPOCH),
        },
        "statistics": {
            "chat_messages_count": 2,
            "permanent_bans_count": 0,
            "temporary_bans_count": 0,
            "total_watched_time": 0,
        },
        "channel": {"status": "offline", "url": "elsewhere"},
    }


async def test_nobody_is_told_to_have_a_channel_that_is_banned(world):
    await world.seed('[[channels]]\nid = 43\nurl = "elsewhere"\nowner = 14\nbanned = true\n')
    assert (await world.platform.chat.people.member("streamer", 14)).channel is None


async def test_strangers_and_those_who_are_banned_are_told_of_and_nobody_else_is(world):
    people = world.platform.chat.people
    stranger = await people.member("streamer", USERS["stranger"])
    banned = await people.member("streamer", USERS["banned"])
    assert (stranger.channel, stranger.statistics.permanent_bans_count) == (None, 0)
    assert (banned.user.is_moderator, banned.statistics.permanent_bans_count) == (False, 1)
    owner = await people.member("streamer", 1)
    assert [badge.achievement_name for badge in owner.user.badges] == ["owner"]
    for nobody in (999, 0, -1, 2**63):
        with pytest.raises(RefusalError) as caught:
            await people.member("streamer", nobody)
        assert caught.value.error is ApiError.NOT_FOUND
