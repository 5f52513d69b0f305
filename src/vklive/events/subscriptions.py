"""Who subscribes to a channel for money.

Source: the DevAPI's WebHooks, whose types one author wrote down in 2024. That the WebSocket tells of them under the
same names is an inference.
"""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from vklive.events.base import ChannelEventData
from vklive.events.certainty import Certainty, Delivery
from vklive.events.registry import register
from vklive.events.users import User


class SubscriptionLevel(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What is subscribed to; `price` is in roubles a month as far as is known."""

    id: str = ""
    name: str = ""
    price: int = 0


class Subscription(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A subscription. Times are unix seconds, 0 when not told.

    Attributes:
        amount: what was paid.
        days_duration: for how many days.
        kind: ``first_subscription``, ``upgrade_from_follow`` or ``subscription_recovery``; empty when not told.
        previous_level: what it was before; told with a change only.
    """

    subscriber: User = User()
    level: SubscriptionLevel = SubscriptionLevel()
    amount: int = 0
    days_duration: int = 0
    kind: str = ""
    previous_level: SubscriptionLevel | None = None
    started_at: int = 0
    renewed_at: int = 0
    changed_at: int = 0
    ended_at: int = 0


@register
class SubscriptionCreated(ChannelEventData, frozen=True, kw_only=True):
    """Somebody subscribes. Topic ``info``.

    Inferred: the shape is that of the WebHook of this name; nobody has shown it over the WebSocket.
    Source: vk.md 4.2.
    """

    event_type: ClassVar[str] = "channel_subscription_create"
    topics: ClassVar[tuple[str, ...]] = ("info",)
    certainty: ClassVar[Certainty] = Certainty.INFERRED
    heard_in: ClassVar[tuple[Delivery, ...]] = (Delivery.WEBHOOK,)

    subscription: Subscription


@register
class SubscriptionRenewed(ChannelEventData, frozen=True, kw_only=True):
    """Somebody goes on to subscribe; `renewed_at` says since when. Topic ``info``.

    Inferred: the shape is that of the WebHook of this name; nobody has shown it over the WebSocket.
    Source: vk.md 4.2.
    """

    event_type: ClassVar[str] = "channel_subscription_renew"
    topics: ClassVar[tuple[str, ...]] = ("info",)
    certainty: ClassVar[Certainty] = Certainty.INFERRED
    heard_in: ClassVar[tuple[Delivery, ...]] = (Delivery.WEBHOOK,)

    subscription: Subscription


@register
class SubscriptionChanged(ChannelEventData, frozen=True, kw_only=True):
    """Somebody subscribes to another level; `previous_level` says which it was. Topic ``info``.

    Inferred: the shape is that of the WebHook of this name; nobody has shown it over the WebSocket.
    Source: vk.md 4.2.
    """

    event_type: ClassVar[str] = "channel_subscription_change"
    topics: ClassVar[tuple[str, ...]] = ("info",)
    certainty: ClassVar[Certainty] = Certainty.INFERRED
    heard_in: ClassVar[tuple[Delivery, ...]] = (Delivery.WEBHOOK,)

    subscription: Subscription


@register
class SubscriptionDeleted(ChannelEventData, frozen=True, kw_only=True):
    """A subscription has ended. Topic ``info``.

    Inferred: the shape is that of the WebHook of this name; nobody has shown it over the WebSocket.
    Source: vk.md 4.2.
    """

    event_type: ClassVar[str] = "channel_subscription_delete"
    topics: ClassVar[tuple[str, ...]] = ("info",)
    certainty: ClassVar[Certainty] = Certainty.INFERRED
    heard_in: ClassVar[tuple[Delivery, ...]] = (Delivery.WEBHOOK,)

    subscription: Subscription
