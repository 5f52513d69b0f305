"""Moderators and bans: what they leave of what somebody was."""

from __future__ import annotations

import pytest

from vklive.events import SubscriptionLevel
from vklive.server.platform.follows import follow, unfollow
from vklive.server.platform.moderation import appoint, ban, dismiss, unban
from vklive.server.platform.subscriptions import subscribe
from vklive.server.refusal import RefusalError

LIMITED = [("11", "api-channel-limited-chat:42"), ("11", "api-channel-limited-chat:42#11")]


async def subscribed(world, user_id: int) -> None:
    await world.do(subscribe, "streamer", user_id, level=SubscriptionLevel(id="a"), amount=0, days=30)


async def nothing(world) -> None:
    pass


async def follower(world) -> None:
    await world.do(follow, "streamer", 11)


async def subscriber(world) -> None:
    await subscribed(world, 11)


@pytest.mark.parametrize(("before", "role"), [(nothing, None), (follower, "follower"), (subscriber, "paid_subscriber")])
async def test_a_moderator_is_afterwards_what_they_were_before(world, before, role):
    await before(world)
    was = await world.member(11)
    assert (None if was is None else was[0]) == role

    assert (await world.do(appoint, "streamer", 11)).role == "moderator"
    assert (await world.do(appoint, "streamer", 11)).role == "moderator"
    assert world.deafened == []
    assert (await world.do(dismiss, "streamer", 11)).role == (role or "")

    assert await world.member(11) == was
    assert world.deafened == ([] if role == "paid_subscriber" else LIMITED)


@pytest.mark.parametrize("before", [nothing, follower, subscriber])
async def test_a_ban_ends_what_is_heard_and_leaves_what_somebody_was(world, before):
    await before(world)
    was = await world.member(11)

    assert (await world.do(ban, "streamer", 11)).banned
    assert world.deafened == LIMITED
    await world.do(ban, "streamer", 11)
    member = await world.member(11)
    assert member is not None
    assert member[1]

    assert not (await world.do(unban, "streamer", 11)).banned
    assert await world.member(11) == was


async def test_a_follower_of_old_is_one_again_after_a_ban(world):
    await world.do(ban, "streamer", 12)
    await world.do(unban, "streamer", 12)

    assert await world.member(12) == ("follower", False, world.now)


async def test_who_unfollows_during_a_ban_is_nothing_after_it(world):
    await world.do(follow, "streamer", 11)
    await world.do(ban, "streamer", 11)
    await world.do(unfollow, "streamer", 11)
    await world.do(unban, "streamer", 11)

    member = await world.member(11)
    assert member is None or member[0] == "follower"


async def test_a_banned_moderator_is_banned_and_one_again_afterwards(world):
    await world.do(ban, "streamer", 14)
    assert await world.member(14) == ("moderator", True, None)
    with pytest.raises(RefusalError, match="forbidden"):
        await world.do(appoint, "streamer", 14)

    await world.do(unban, "streamer", 14)
    assert await world.member(14) == ("moderator", False, None)


@pytest.mark.parametrize("work", [dismiss, unban])
async def test_what_is_not_so_is_not_changed(world, work):
    assert (await world.do(work, "streamer", 11)).role == ""
    assert (await world.do(work, "streamer", 12)).role == "follower"
    assert await world.member(11) is None
    assert await world.member(12) == ("follower", False, None)
    assert world.deafened == []


@pytest.mark.parametrize("work", [appoint, dismiss, ban, unban])
async def test_the_owner_is_neither_moderator_nor_banned(world, work):
    with pytest.raises(RefusalError, match="unprocessable_entity"):
        await world.do(work, "streamer", 1)
