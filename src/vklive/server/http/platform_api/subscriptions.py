"""Paid subscriptions, also those that are given to others."""

from __future__ import annotations

from typing import Annotated

from litestar import post
from litestar.params import BodyKwarg
from litestar.status_codes import HTTP_200_OK
from msgspec import Meta

from vklive.devapi.models import Data
from vklive.events import GiftSubscription, Subscription, SubscriptionLevel
from vklive.server.http.platform_api.describing import (
    Amount,
    Body,
    ChannelUrl,
    Days,
    Id,
    IdempotencyKey,
    Methods,
    PlatformApiRequest,
    Text,
    Whom,
    errors,
)
from vklive.server.names import MAX_ID
from vklive.server.platform import gifts, subscriptions


class LevelBody(Body):
    """What is subscribed to."""

    id: Text
    name: Text = ""
    price: Amount = 0

    def level(self) -> SubscriptionLevel:
        """The same, as events tell of it."""
        return SubscriptionLevel(id=self.id, name=self.name, price=self.price)


class SubscribeBody(Whom):
    """A subscription. `days_duration` 0 is for ever."""

    level: LevelBody
    amount: Amount = 0
    days_duration: Days = 30


class RenewBody(Whom):
    """How a subscription goes on. `days_duration` 0 is for ever."""

    amount: Amount = 0
    days_duration: Days = 30


class ChangeBody(Whom):
    """To which level a subscription changes; without `amount`, what was paid stays."""

    level: LevelBody
    amount: Amount | None = None


class BuyBody(Body):
    """What is bought for others; without `donator_id` it is anonymous."""

    count: Annotated[int, Meta(ge=1, le=MAX_ID)]
    level: LevelBody
    donator_id: Id | None = None
    amount: Amount = 0


class GiveBody(Whom):
    """What is given to whom; without `donator_id` it is anonymous."""

    level: LevelBody
    donator_id: Id | None = None
    days_duration: Days = 30


@post(
    "/subscriptions/create",
    summary="A user subscribes",
    description="Tells `channel_subscription_create`. The user is a paid subscriber and follows then.",
    responses=errors(),
    status_code=HTTP_200_OK,
)
async def subscribe(
    request: PlatformApiRequest,
    methods: Methods,
    channel_url: ChannelUrl,
    data: Annotated[SubscribeBody, BodyKwarg(description="The subscription")],
    key: IdempotencyKey = None,
) -> Data[Subscription]:
    """``POST /platform/v1/channels/{channel_url}/subscriptions/create``."""
    return await methods(
        request,
        Subscription,
        lambda act: subscriptions.subscribe(
            act, channel_url, data.user_id, level=data.level.level(), amount=data.amount, days=data.days_duration
        ),
        key=key,
        in_chat=True,
    )


@post(
    "/subscriptions/renew",
    summary="A subscription goes on",
    description="Tells `channel_subscription_renew`. The days begin when those are over that were paid before.",
    responses=errors(),
    status_code=HTTP_200_OK,
)
async def renew(
    request: PlatformApiRequest,
    methods: Methods,
    channel_url: ChannelUrl,
    data: Annotated[RenewBody, BodyKwarg(description="How")],
    key: IdempotencyKey = None,
) -> Data[Subscription]:
    """``POST /platform/v1/channels/{channel_url}/subscriptions/renew``."""
    return await methods(
        request,
        Subscription,
        lambda act: subscriptions.renew(act, channel_url, data.user_id, amount=data.amount, days=data.days_duration),
        key=key,
    )


@post(
    "/subscriptions/change",
    summary="A subscription is to another level",
    description="Tells `channel_subscription_change`.",
    responses=errors(),
    status_code=HTTP_200_OK,
)
async def change(
    request: PlatformApiRequest,
    methods: Methods,
    channel_url: ChannelUrl,
    data: Annotated[ChangeBody, BodyKwarg(description="The level")],
    key: IdempotencyKey = None,
) -> Data[Subscription]:
    """``POST /platform/v1/channels/{channel_url}/subscriptions/change``."""
    return await methods(
        request,
        Subscription,
        lambda act: subscriptions.change(act, channel_url, data.user_id, level=data.level.level(), amount=data.amount),
        key=key,
    )


@post(
    "/subscriptions/end",
    summary="A subscription ends",
    description="Tells `channel_subscription_delete`. The user is a follower then. One whose days are over ends "
    "by itself.",
    responses=errors(),
    status_code=HTTP_200_OK,
)
async def end(
    request: PlatformApiRequest,
    methods: Methods,
    channel_url: ChannelUrl,
    data: Annotated[Whom, BodyKwarg(description="Whose")],
    key: IdempotencyKey = None,
) -> Data[Subscription]:
    """``POST /platform/v1/channels/{channel_url}/subscriptions/end``."""
    return await methods(request, Subscription, lambda act: subscriptions.end(act, channel_url, data.user_id), key=key)


@post(
    "/gifts/buy",
    summary="A user buys subscriptions for others",
    description="Tells `channel_subscription_gift_buy`.",
    responses=errors(),
    status_code=HTTP_200_OK,
)
async def buy(
    request: PlatformApiRequest,
    methods: Methods,
    channel_url: ChannelUrl,
    data: Annotated[BuyBody, BodyKwarg(description="What")],
    key: IdempotencyKey = None,
) -> Data[GiftSubscription]:
    """``POST /platform/v1/channels/{channel_url}/gifts/buy``."""
    return await methods(
        request,
        GiftSubscription,
        lambda act: gifts.buy(
            act, channel_url, data.donator_id, count=data.count, level=data.level.level(), amount=data.amount
        ),
        key=key,
    )


@post(
    "/gifts/give",
    summary="A user is given a subscription",
    description="Tells `channel_subscription_gift_give`. It is a subscription like any other then.",
    responses=errors(),
    status_code=HTTP_200_OK,
)
async def give(
    request: PlatformApiRequest,
    methods: Methods,
    channel_url: ChannelUrl,
    data: Annotated[GiveBody, BodyKwarg(description="What, and to whom")],
    key: IdempotencyKey = None,
) -> Data[GiftSubscription]:
    """``POST /platform/v1/channels/{channel_url}/gifts/give``."""
    return await methods(
        request,
        GiftSubscription,
        lambda act: gifts.give(
            act, channel_url, data.donator_id, data.user_id, level=data.level.level(), days=data.days_duration
        ),
        key=key,
        in_chat=True,
    )


SUBSCRIPTIONS = (subscribe, renew, change, end, buy, give)
"""The methods."""
