"""What the DevAPI and the events say of rewards and demands, from what the database has."""

from __future__ import annotations

import msgspec
from msgspec import Raw, structs

from vklive.devapi.models import Demand, DemandStatus, Reward, RewardId, UserData
from vklive.events import DemandedReward, Part, RewardDemand
from vklive.server.platform.places import shown
from vklive.server.platform.times import unix
from vklive.server.store.tables import DemandRow, RewardRow, UserRow


def reward(row: RewardRow) -> Reward:
    """A reward; viewers are told as much as the owner."""
    return Reward(
        id=row.id,
        name=row.name,
        description=row.description,
        price=row.price,
        background_color=row.background_color,
        is_message_required=row.is_message_required,
        max_uses_count=row.max_uses_count,
        max_uses_count_per_user=row.max_uses_count_per_user,
        repair_timeout=row.repair_timeout,
        is_disabled=row.is_disabled,
    )


def demand(row: DemandRow, user: UserRow) -> Demand:
    """A demand in a list. Of the reward only the id is told, as VK does it."""
    return Demand(
        id=row.id,
        user=UserData(id=user.id, nick=user.nick, nick_color=user.nick_color, avatar_url=user.avatar_url),
        reward=RewardId(id=row.reward_id),
        status=DemandStatus(row.status),
        message_parts=msgspec.json.decode(row.message, type=list[Raw]),
        created_at=unix(row.created_at),
    )


def new_demand(row: DemandRow, user: UserRow, wanted: RewardRow) -> tuple[RewardDemand, RewardDemand]:
    """A demand when it is made: over the WebSocket, and by WebHooks, which tell name and price too (vk.md 4.2)."""
    in_full = RewardDemand(
        id=row.id,
        user=shown(user),
        reward=DemandedReward(id=wanted.id, name=wanted.name, price=wanted.price),
        status=row.status,
        message_parts=tuple(msgspec.json.decode(row.message, type=list[Part])),
        created_at=unix(row.created_at),
    )
    return structs.replace(in_full, reward=DemandedReward(id=wanted.id)), in_full
