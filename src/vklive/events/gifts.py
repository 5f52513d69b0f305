"""Subscriptions that are given to others.

Source: the DevAPI's WebHooks, written down twice by one author who contradicts himself: for a gift that is given, one
place has it under ``gift_subscription``, another under ``subscription``. Both are read.
"""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from vklive.events.base import ChannelEventData
from vklive.events.certainty import Certainty, Delivery
from vklive.events.registry import register
from vklive.events.subscriptions import SubscriptionLevel
from vklive.events.users import User


class GiftSubscription(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Subscriptions as a gift. Times are unix seconds, 0 when not told.

    Attributes:
        is_anonymous: whether the donator does not want to be named.
        donator: who gives; `None` when anonymous.
        subscriber: who is given one; told when it is given.
        count: how many were bought.
        amount: what was paid.
    """

    is_anonymous: bool = False
    donator: User | None = None
    subscriber: User | None = None
    level: SubscriptionLevel = SubscriptionLevel()
    count: int = 0
    amount: int = 0
    bought_at: int = 0
    given_at: int = 0
    started_at: int = 0
    ended_at: int = 0


@register
class GiftSubscriptionsBought(ChannelEventData, frozen=True, kw_only=True):
    """Somebody has bought subscriptions for others. Topic ``info``.

    Inferred: the shape is that of the WebHook of this name; nobody has shown it over the WebSocket.
    Source: vk.md 4.2.
    """

    event_type: ClassVar[str] = "channel_subscription_gift_buy"
    topics: ClassVar[tuple[str, ...]] = ("info",)
    certainty: ClassVar[Certainty] = Certainty.INFERRED
    heard_in: ClassVar[tuple[Delivery, ...]] = (Delivery.WEBHOOK,)

    gift_subscription: GiftSubscription


@register
class GiftSubscriptionGiven(ChannelEventData, frozen=True, kw_only=True):
    """Somebody was given a subscription. Topic ``info``. `gift` has it, under whichever name it came.

    Inferred: the shape is that of the WebHook of this name, whose two descriptions contradict each other.
    Source: vk.md 4.2.
    """

    event_type: ClassVar[str] = "channel_subscription_gift_give"
    topics: ClassVar[tuple[str, ...]] = ("info",)
    certainty: ClassVar[Certainty] = Certainty.INFERRED
    heard_in: ClassVar[tuple[Delivery, ...]] = (Delivery.WEBHOOK,)

    gift_subscription: GiftSubscription | None = None
    subscription: GiftSubscription | None = None

    def __post_init__(self) -> None:
        if self.gift_subscription is None and self.subscription is None:
            raise ValueError("neither gift_subscription nor subscription is there")

    @property
    def gift(self) -> GiftSubscription:
        """The gift."""
        found = self.gift_subscription or self.subscription
        assert found is not None  # noqa: S101 - the constructor saw to it; this is for the type checkers
        return found
