"""Streamers who send their viewers to another channel.

Source: one consumer of the WebSocket; the WebHook for the channel that sends is ``raid_start``, with a similar body.
"""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from vklive.events.base import ChannelEventData, EventData
from vklive.events.certainty import Certainty, Delivery
from vklive.events.registry import register
from vklive.events.users import User


class RaidChannel(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The channel that the viewers come from; `url` is its slug."""

    url: str = ""


class RaidSource(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Where the viewers come from."""

    owner: User = User()
    channel: RaidChannel = RaidChannel()


class Raid(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A raid.

    Attributes:
        raiders_count: how many viewers come; 0 when not told.
        started_at: unix seconds; 0 when not told.
    """

    source: RaidSource
    raiders_count: int = 0
    started_at: int = 0


@register
class RaidIncome(EventData, frozen=True, kw_only=True):
    """Another streamer's viewers arrive. Topic ``info``.

    Probable: one consumer. Source: vk.md 4.1.5.
    """

    event_type: ClassVar[str] = "channel_raid_income"
    topics: ClassVar[tuple[str, ...]] = ("info",)
    certainty: ClassVar[Certainty] = Certainty.PROBABLE
    heard_in: ClassVar[tuple[Delivery, ...]] = (Delivery.WEBSOCKET,)

    raid: Raid


@register
class RaidStarted(ChannelEventData, frozen=True, kw_only=True):
    """The channel sends its viewers to another one: told where they come from. Topic ``info``.

    Inferred: the shape is that of the WebHook of this name; nobody has shown it over the WebSocket.
    Source: vk.md 4.2.
    """

    event_type: ClassVar[str] = "raid_start"
    topics: ClassVar[tuple[str, ...]] = ("info",)
    certainty: ClassVar[Certainty] = Certainty.INFERRED
    heard_in: ClassVar[tuple[Delivery, ...]] = (Delivery.WEBHOOK,)

    raid: Raid
