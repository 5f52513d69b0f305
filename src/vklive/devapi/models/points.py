"""Channel points, rewards, and the demands for them (vk.md 2.10; known from five consumers).

The limits are of consumers too, where one of them is known ([C1]), and otherwise vklive's own.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Raw, field

from vklive.devapi.models.base import TEXT, Model
from vklive.devapi.models.chat import ChatMessageToSend
from vklive.devapi.models.user import UserData
from vklive.events.liberal import read_part
from vklive.events.parts import Part, plain_text

MAX_REWARD_NAME = 50
"""Characters ([C1])."""

MAX_REWARD_DESCRIPTION = 200
"""Characters ([C1])."""

MAX_REPAIR_TIMEOUT = 7 * 24 * 3600
"""Seconds ([C1])."""

MAX_POINTS = 2**53 - 1
"""Points that anything costs and that anybody has in a channel: the largest number that JavaScript reads exactly."""

MAX_USES = 2**53 - 1
"""Uses that a reward can be limited to, for the same reason."""

MAX_DEMANDS = 100
"""Demands that are settled in one call: larger batches were seen to fail."""

MAX_DEMAND_ID = 2**63 - 1
"""What a database calls BIGINT."""

RewardName = Annotated[str, Meta(min_length=1, max_length=MAX_REWARD_NAME, pattern=TEXT)]
RewardDescription = Annotated[str, Meta(max_length=MAX_REWARD_DESCRIPTION, pattern=TEXT)]
Price = Annotated[int, Meta(ge=1, le=MAX_POINTS)]
Color = Annotated[int, Meta(ge=0, le=15)]
UseLimit = Annotated[int, Meta(ge=0, le=MAX_USES)]
RepairTimeout = Annotated[int, Meta(ge=0, le=MAX_REPAIR_TIMEOUT)]


class PointBalance(Model):
    """How many points somebody has; the owner of a channel has no end of them."""

    amount: int = 0
    is_infinite: bool = False


class Point(Model):
    """What the points of a channel are called and look like."""

    name: str = ""
    small_url: str = ""
    medium_url: str = ""
    large_url: str = ""


class ChannelPoints(Model):
    """Answer of ``GET /v1/channel_point``."""

    balance: PointBalance
    point: Point = field(default_factory=Point)


class RewardBody(Model, kw_only=True, omit_defaults=True):
    """A reward that is to be, or as it is to be. What is left out becomes its default, also when a reward is changed.

    Attributes:
        name: for people, 1 to `MAX_REWARD_NAME` characters.
        description: for people, up to `MAX_REWARD_DESCRIPTION` characters.
        price: in channel points, from 1 to `MAX_POINTS`.
        background_color: number of a colour, 0 to 15 (`vklive.events.NICK_COLORS`).
        is_message_required: whether whoever wants it has to write something.
        max_uses_count: how often it may be had; `None` for any number, and so is 0.
        max_uses_count_per_user: how often one user may have it; `None` for any number, and so is 0.
        repair_timeout: seconds between two uses, whoever they are of; 0 for none, at most `MAX_REPAIR_TIMEOUT`.
        is_disabled: whether nobody can have it now; `None` leaves that as it is, and a new one is enabled.
    """

    name: RewardName
    description: RewardDescription = ""
    price: Price
    background_color: Color = 0
    is_message_required: bool = False
    max_uses_count: UseLimit | None = None
    max_uses_count_per_user: UseLimit | None = None
    repair_timeout: RepairTimeout = 0
    is_disabled: bool | None = None


class Reward(Model):
    """A reward, see `RewardBody`; `id` is a UUID."""

    id: str
    name: str = ""
    description: str = ""
    price: int = 0
    background_color: int = 0
    is_message_required: bool = False
    max_uses_count: int | None = None
    max_uses_count_per_user: int | None = None
    repair_timeout: int = 0
    is_disabled: bool = False


class Rewards(Model):
    """Answer of ``GET /v1/channel_point/rewards`` and ``…/rewards/manage_info``."""

    rewards: list[Reward] = []


class RewardAnswer(Model):
    """Answer of ``GET /v1/channel_point/reward/manage_info``."""

    reward: Reward


class RewardRequest(Model):
    """Body of ``POST /v1/channel_point/reward/create`` and ``…/edit``."""

    reward: RewardBody


class RewardId(Model):
    """Which reward is meant."""

    id: str


class CreatedReward(Model):
    """Answer of ``POST /v1/channel_point/reward/create``."""

    reward: RewardId


class RewardActivation(Model, omit_defaults=True):
    """Which reward somebody wants, and what they write with it where that is required."""

    id: str
    message: ChatMessageToSend | None = None


class RewardActivateRequest(Model):
    """Body of ``POST /v1/channel_point/reward/activate``."""

    reward: RewardActivation


class DemandStatus(StrEnum):
    """What has become of a demand."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


class Demand(Model):
    """A viewer's wish to have a reward; `message_parts` are those of `vklive.events.parts`, as JSON."""

    id: int
    user: UserData
    reward: RewardId
    status: str = ""
    message_parts: list[Raw] = []
    created_at: int = 0

    @property
    def parts(self) -> tuple[Part, ...]:
        """What was written with it, typed; a part that cannot be read is kept as `vklive.events.UnknownPart`."""
        return tuple(map(read_part, self.message_parts))

    @property
    def text(self) -> str:
        """The same as plain text, see `vklive.events.plain_text`."""
        return plain_text(self.parts)


class Demands(Model):
    """Answer of ``GET /v1/channel_point/reward/demands``."""

    demands: list[Demand] = []


class DemandId(Model):
    """Which demand is meant."""

    id: Annotated[int, Meta(ge=1, le=MAX_DEMAND_ID)]


class DemandsRequest(Model):
    """Body of ``POST /v1/channel_point/reward/demand/accept`` and ``…/reject``."""

    demands: Annotated[list[DemandId], Meta(max_length=MAX_DEMANDS)]
