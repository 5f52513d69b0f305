"""Subscriptions: kinds, roles, renewals, and their end."""

from __future__ import annotations

import pytest

from vklive.events import SubscriptionLevel
from vklive.server.platform.follows import follow, unfollow
from vklive.server.platform.gifts import give
from vklive.server.platform.moderation import ban
from vklive.server.platform.subscriptions import (
    BATCH,
    MAX_DAYS,
    Kind,
    change,
    end,
    end_run_out,
    kind_of,
    renew,
    subscribe,
)
from vklive.server.refusal import RefusalError
from vklive.server.store.seed import parse_seed
from vklive.server.store.tables import ChatSettingsRow, SubscriptionRow

GOLD = SubscriptionLevel(id="gold", name="Gold", price=300)
TIN = SubscriptionLevel(id="tin", name="Tin", price=100)
DAY = 86_400


async def subscribed(world, user_id: int = 11, *, days: int = 30, channel_url: str = "streamer"):
    return await world.do(subscribe, channel_url, user_id, level=TIN, amount=100, days=days)


@pytest.mark.parametrize(
    ("had_one", "is_follower", "kind"),
    [
        (False, False, Kind.FIRST),
        (False, True, Kind.UPGRADE),
        (True, False, Kind.RECOVERY),
        (True, True, Kind.RECOVERY),
    ],
)
def test_the_kind_follows_from_what_somebody_was(had_one, is_follower, kind):
    assert kind_of(had_one=had_one, is_follower=is_follower) is kind


async def test_somebody_subscribes_and_the_channel_is_told(world):
    await subscribed(world)

    assert await world.member(11) == ("paid_subscriber", False, world.now)
    (told,) = world.told
    assert told[0] == "api-channel-info:42"
    assert told[1] == {
        "type": "channel_subscription_create",
        "data": {
            "subscription": {
                "subscriber": {
                    "id": 11,
                    "nick": "viewer",
                    "nick_color": 5,
                    "avatar_url": "https://img.example/11.png",
                },
                "level": {"id": "tin", "name": "Tin", "price": 100},
                "amount": 100,
                "days_duration": 30,
                "kind": "first_subscription",
                "started_at": world.now,
            }
        },
    }


async def test_who_followed_upgrades_and_who_comes_back_recovers(world):
    assert (await subscribed(world, 12)).kind == "upgrade_from_follow"
    await world.do(end, "streamer", 12)
    assert await world.member(12) == ("follower", False, world.now)
    assert (await subscribed(world, 12)).kind == "subscription_recovery"
    assert world.types() == [
        "channel_subscription_create",
        "channel_subscription_delete",
        "channel_subscription_create",
    ]
    assert world.deafened == [("12", "api-channel-limited-chat:42"), ("12", "api-channel-limited-chat:42#12")]


async def test_a_moderator_who_subscribes_stays_a_moderator_and_goes_on_hearing(world):
    await subscribed(world, 14)
    assert await world.member(14) == ("moderator", False, None)
    await world.do(end, "streamer", 14)
    assert await world.member(14) == ("moderator", False, None)
    assert world.deafened == []


async def test_who_unfollows_while_subscribing_is_nothing_afterwards(world):
    await subscribed(world)
    await world.do(unfollow, "streamer", 11)
    assert await world.member(11) == ("paid_subscriber", False, None)
    await world.do(end, "streamer", 11)
    assert await world.member(11) is None


async def test_the_end_tells_the_whole_of_it(world):
    began = world.now
    await subscribed(world)
    world.types()
    world.clock.advance(5 * DAY)
    told = await world.do(end, "streamer", 11)
    assert (told.started_at, told.ended_at, told.level) == (began, began + 5 * DAY, TIN)
    with pytest.raises(RefusalError, match="unprocessable_entity"):
        await world.do(end, "streamer", 11)


async def test_another_level_is_told_with_the_one_before(world):
    await subscribed(world)
    world.types()
    world.clock.advance(60)
    told = await world.do(change, "streamer", 11, level=GOLD, amount=None)
    assert (told.level, told.previous_level, told.amount, told.changed_at) == (GOLD, TIN, 100, world.now)
    assert (await world.rows(SubscriptionRow))[0].level_id == "gold"
    assert world.types() == ["channel_subscription_change"]

    with pytest.raises(RefusalError, match="unprocessable_entity"):
        await world.do(change, "streamer", 11, level=GOLD, amount=300)
    assert (await world.do(change, "streamer", 11, level=TIN, amount=50)).amount == 50


async def test_renewed_days_begin_when_those_that_were_paid_are_over(world):
    began = world.now
    await subscribed(world, days=30)
    world.clock.advance(10 * DAY)

    assert (await world.do(renew, "streamer", 11, amount=90, days=10)).renewed_at == began + 30 * DAY
    assert (await world.do(renew, "streamer", 11, amount=90, days=5)).renewed_at == began + 40 * DAY
    world.types()
    world.clock.advance(35 * DAY - 1)
    await end_run_out(world.acting)
    assert world.told == []
    world.clock.advance(1)
    await end_run_out(world.acting)
    assert world.types() == ["channel_subscription_delete"]


async def test_one_of_no_days_never_runs_out_and_can_be_given_an_end(world):
    await subscribed(world, days=0)
    world.clock.advance(MAX_DAYS * DAY)
    world.types()
    await end_run_out(world.acting)
    assert world.told == []
    await world.do(renew, "streamer", 11, amount=0, days=1)
    world.clock.advance(DAY)
    await end_run_out(world.acting)
    assert world.types() == ["channel_subscription_renew", "channel_subscription_delete"]


async def test_nobody_pays_for_ever_ahead(world):
    await subscribed(world, days=MAX_DAYS)
    with pytest.raises(RefusalError, match="ahead"):
        await world.do(renew, "streamer", 11, amount=0, days=1)
    assert (await world.rows(SubscriptionRow))[0].renewed_at is None


async def test_those_that_run_out_end_however_many_they_are_and_the_others_stay(world):
    many = range(1000, 1000 + BATCH + 1)
    users = "\n".join(f'[[users]]\nid = {each}\nnick = "u"' for each in many)
    await world.store.plant(parse_seed(users.encode(), origin="many"))
    for user_id in many:
        await subscribed(world, user_id, days=1)
    await subscribed(world, 11, days=2)
    world.types()
    world.clock.advance(DAY)

    await end_run_out(world.acting)

    assert world.types() == ["channel_subscription_delete"] * len(many)
    assert [row.user_id for row in await world.rows(SubscriptionRow, ended_at=None)] == [11]


async def test_an_end_of_some_moments_after_the_run_out_was_seen_is_no_second_one(world):
    """Another node may end what this one has just found."""
    await subscribed(world, days=1)
    world.clock.advance(DAY)
    world.types()
    await end_run_out(world.acting)
    await end_run_out(world.acting)
    assert world.types() == ["channel_subscription_delete"]


@pytest.mark.parametrize(
    ("channel_url", "user_id", "error"),
    [
        ("nobody", 11, "channel_not_found"),
        ("gone", 11, "channel_banned"),
        ("streamer", 999, "not_found"),
        ("streamer", 1, "unprocessable_entity"),
    ],
)
async def test_what_there_is_not_is_refused(world, channel_url, user_id, error):
    for work, how in (
        (subscribe, {"level": TIN, "amount": 1, "days": 1}),
        (renew, {"amount": 1, "days": 1}),
        (change, {"level": TIN, "amount": 1}),
        (end, {}),
    ):
        with pytest.raises(RefusalError, match=f"^{error}:"):
            await world.do(work, channel_url, user_id, **how)
    assert world.told == []


async def test_nobody_subscribes_twice_or_banned_or_renews_what_there_is_not(world):
    await subscribed(world)
    with pytest.raises(RefusalError, match="renew or change"):
        await subscribed(world)
    await world.do(ban, "streamer", 12)
    with pytest.raises(RefusalError, match="forbidden"):
        await subscribed(world, 12)
    await world.do(follow, "streamer", 13)
    with pytest.raises(RefusalError, match="no subscription"):
        await world.do(renew, "streamer", 13, amount=1, days=1)
    # In another channel it is another subscription.
    await subscribed(world, channel_url="elsewhere")


async def test_the_bot_of_the_chat_says_so_when_it_is_to(world):
    async with world.store.database.writing() as session:
        session.add(ChatSettingsRow(channel_id=42, subscription_alert=True))

    await subscribed(world)
    await world.do(give, "streamer", None, 12, level=TIN, days=1)
    await world.do(renew, "streamer", 11, amount=0, days=1)

    assert world.types() == [
        "channel_subscription_create",
        "channel_chat_message_send",
        "channel_subscription_gift_give",
        "channel_chat_message_send",
        "channel_subscription_renew",
    ]
