"""Who follows a channel.

Sources: the DevAPI's WebHook of the same name, and one consumer of the WebSocket.
"""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from vklive.events.base import ChannelEventData
from vklive.events.certainty import Certainty, Delivery
from vklive.events.registry import register
from vklive.events.users import User


class Follow(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """That somebody follows.

    Attributes:
        started_at: unix seconds; 0 when not told.
        ended_at: unix seconds; 0 while it lasts.
    """

    follower: User
    started_at: int = 0
    ended_at: int = 0


@register
class FollowCreated(ChannelEventData, frozen=True, kw_only=True):
    """Somebody began to follow the channel. Topic ``info``.

    Probable: one consumer over the WebSocket, and the WebHook has the same name and shape.
    Source: vk.md 4.1.4 and 4.2.
    """

    event_type: ClassVar[str] = "channel_follow_create"
    topics: ClassVar[tuple[str, ...]] = ("info",)
    certainty: ClassVar[Certainty] = Certainty.PROBABLE
    heard_in: ClassVar[tuple[Delivery, ...]] = (Delivery.WEBSOCKET, Delivery.WEBHOOK)

    follow: Follow


@register
class FollowDeleted(ChannelEventData, frozen=True, kw_only=True):
    """Somebody follows the channel no more. Topic ``info``.

    Inferred: the shape is that of the WebHook of this name; nobody has shown it over the WebSocket.
    Source: vk.md 4.2.
    """

    event_type: ClassVar[str] = "channel_follow_delete"
    topics: ClassVar[tuple[str, ...]] = ("info",)
    certainty: ClassVar[Certainty] = Certainty.INFERRED
    heard_in: ClassVar[tuple[Delivery, ...]] = (Delivery.WEBHOOK,)

    follow: Follow
