"""What happens with channel points.

Sources: the DevAPI's WebHook format and two consumers of the WebSocket; no copy of the documentation has it.
"""

from __future__ import annotations

from typing import ClassVar

from msgspec import UNSET, Struct, UnsetType

from vklive.events.base import ChannelEventData
from vklive.events.certainty import Certainty, Delivery
from vklive.events.markup import html_of
from vklive.events.parts import Part, Text, plain_text
from vklive.events.registry import register
from vklive.events.users import User


class DemandedReward(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Which reward is asked for.

    Attributes:
        id: a UUID. Over the WebSocket usually all there is: names and prices are in the list of the rewards.
        price: in channel points; 0 when not told.
    """

    id: str = ""
    name: str = ""
    price: int = 0


class RewardDemand(Struct, frozen=True, kw_only=True, gc=False):
    """A viewer's wish to have a reward for channel points.

    All fields are told, also empty ones: VK sends ``"message_parts":[]``, and a consumer reads it without asking
    whether it is there.

    Attributes:
        id: number of the demand.
        user: who asks.
        status: ``pending``, ``approved`` or ``rejected``.
        message_parts: what the viewer wrote with it; empty when the reward wants no message.
        message: the same as plain text, as one consumer expects it; unset when it is not told, and never written then.
        created_at: unix seconds, as on the wire; 0 when not told.
    """

    id: int
    user: User = User()
    reward: DemandedReward = DemandedReward()
    status: str = ""
    message_parts: tuple[Part, ...] = ()
    message: str | UnsetType = UNSET
    created_at: int = 0

    @property
    def text(self) -> str:
        """What the viewer wrote, as plain text; see `vklive.events.parts.plain_text`."""
        return plain_text(self._said)

    @property
    def html(self) -> str:
        """The same as HTML that is safe to put into a page, see `vklive.events.markup.html_of`."""
        return html_of(self._said)

    @property
    def _said(self) -> tuple[Part, ...]:
        if self.message_parts or not self.message:
            return self.message_parts
        return (Part(text=Text(content=self.message)),)


@register
class RewardDemandCreated(ChannelEventData, frozen=True, kw_only=True):
    """A viewer asks for a reward. Topic ``private_channel_points``; perhaps ``channel_points`` as well.

    Certain by type and core fields: a capture of real traffic, a shipped consumer, and the same type in WebHooks.
    Whether it is heard on ``channel_points`` too is not. Source: vk.md 4.1.3 and 4.2.
    """

    event_type: ClassVar[str] = "channel_points_reward_demand_create"
    topics: ClassVar[tuple[str, ...]] = ("private_channel_points", "channel_points")
    certainty: ClassVar[Certainty] = Certainty.CERTAIN
    heard_in: ClassVar[tuple[Delivery, ...]] = (Delivery.WEBSOCKET, Delivery.WEBHOOK)

    demand: RewardDemand
