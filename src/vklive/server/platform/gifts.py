"""Subscriptions that are given to others (vk.md 4.2).

How many of those that somebody has bought are left is known to the platform that sells them, and not here.
"""

from __future__ import annotations

from vklive.devapi.errors import ApiError
from vklive.events import GiftSubscription, GiftSubscriptionGiven, GiftSubscriptionsBought, SubscriptionLevel, User
from vklive.server.platform.acting import Act
from vklive.server.platform.chat.bot import alert_subscription
from vklive.server.platform.places import facts, person, place, shown
from vklive.server.platform.subscriptions import begin, end_of
from vklive.server.platform.times import unix
from vklive.server.refusal import RefusalError


async def buy(
    act: Act, channel_url: str, donator_id: int | None, *, count: int, level: SubscriptionLevel, amount: int
) -> GiftSubscription:
    """Somebody buys subscriptions for others.

    Args:
        act: what is being done.
        channel_url: to whose channel.
        donator_id: who pays; `None` for somebody who does not want to be named.
        count: how many.
        level: to what.
        amount: what was paid.
    """
    channel = await place(act, channel_url)
    told = GiftSubscription(
        is_anonymous=donator_id is None,
        donator=await _donator(act, donator_id),
        level=level,
        count=count,
        amount=amount,
        bought_at=unix(act.now),
    )
    act.announce(facts(channel), GiftSubscriptionsBought(gift_subscription=told))
    return told


async def give(
    act: Act, channel_url: str, donator_id: int | None, user_id: int, *, level: SubscriptionLevel, days: int
) -> GiftSubscription:
    """Somebody is given a subscription. That it has begun is told by this event alone.

    To be done last in an act, since the bot of the chat may have something to say about it.

    Args:
        act: what is being done.
        channel_url: to whose channel.
        donator_id: who gives; `None` for somebody who does not want to be named.
        user_id: to whom.
        level: to what.
        days: for how long; 0 for ever.
    """
    channel = await place(act, channel_url)
    if donator_id == user_id:
        raise RefusalError(ApiError.UNPROCESSABLE_ENTITY, "Nobody gives a subscription to themselves")
    donator = await _donator(act, donator_id)
    user, row = await begin(act, channel, user_id, level=level, amount=0, days=days)
    told = GiftSubscription(
        is_anonymous=donator_id is None,
        donator=donator,
        subscriber=shown(user),
        level=level,
        given_at=unix(act.now),
        started_at=unix(act.now),
        ended_at=unix(end_of(row)),
    )
    act.announce(facts(channel), GiftSubscriptionGiven(gift_subscription=told))
    await alert_subscription(act, facts(channel), user_id=user.id, nick=user.nick)
    return told


async def _donator(act: Act, donator_id: int | None) -> User | None:
    return None if donator_id is None else shown(await person(act, donator_id))
