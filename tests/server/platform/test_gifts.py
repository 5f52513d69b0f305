"""Gifts: told with the donator or without, and a subscription like any other."""

from __future__ import annotations

import pytest

from vklive.events import SubscriptionLevel
from vklive.server.platform.gifts import buy, give
from vklive.server.platform.subscriptions import end_run_out
from vklive.server.refusal import RefusalError

TIN = SubscriptionLevel(id="tin", name="Tin", price=100)
LEVEL = {"id": "tin", "name": "Tin", "price": 100}
DONATOR = {"id": 13, "nick": "donator"}


async def test_what_is_bought_is_told(world):
    await world.do(buy, "streamer", 13, count=5, level=TIN, amount=500)

    gift = {"donator": DONATOR, "level": LEVEL, "count": 5, "amount": 500, "bought_at": world.now}
    event = {"type": "channel_subscription_gift_buy", "data": {"gift_subscription": gift}}
    assert world.told == [("api-channel-info:42", event)]


async def test_who_does_not_want_to_be_named_is_not(world):
    await world.do(buy, "streamer", None, count=5, level=TIN, amount=500)
    await world.do(give, "streamer", None, 11, level=TIN, days=1)

    for _, event in world.told:
        assert event["data"]["gift_subscription"]["is_anonymous"] is True
        assert "donator" not in event["data"]["gift_subscription"]


async def test_who_is_given_one_subscribes_until_its_days_are_over(world):
    await world.do(give, "streamer", 13, 12, level=TIN, days=1)

    (told,) = world.told
    gift = told[1]["data"]["gift_subscription"]
    assert told[1]["type"] == "channel_subscription_gift_give"
    assert (gift["donator"], gift["subscriber"]["id"], gift["level"]) == (DONATOR, 12, LEVEL)
    assert (gift["given_at"], gift["started_at"], gift["ended_at"]) == (world.now, world.now, world.now + 86_400)
    assert (await world.member(12))[0] == "paid_subscriber"
    world.types()
    world.clock.advance(86_400)
    await end_run_out(world.acting)
    assert world.types() == ["channel_subscription_delete"]
    assert (await world.member(12))[0] == "follower"


@pytest.mark.parametrize(
    ("donator", "user", "error"),
    [(999, 11, "not_found"), (13, 999, "not_found"), (13, 13, "unprocessable_entity"), (13, 1, "unprocessable_entity")],
)
async def test_a_gift_from_or_to_nobody_is_none(world, donator, user, error):
    with pytest.raises(RefusalError, match=f"^{error}:"):
        await world.do(give, "streamer", donator, user, level=TIN, days=1)
    assert world.told == []
    assert await world.member(user) is None


async def test_who_subscribes_already_is_given_no_second_one(world):
    await world.do(give, "streamer", 13, 11, level=TIN, days=1)
    world.types()
    with pytest.raises(RefusalError, match="already"):
        await world.do(give, "streamer", 13, 11, level=TIN, days=1)
    assert world.told == []
