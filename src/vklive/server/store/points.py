"""Channel points in the database: what somebody has, the rewards of a channel, and the demands for them.

Whoever changes something holds the rows that the decision depends on, in the order of
`vklive.server.store.database.Database.writing`. A user's row stands for their points in all channels, also in those
where they have none yet and there is no row to hold; the row of a channel stands for how many rewards it has.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from vklive.devapi.models import DemandStatus, RewardBody
from vklive.server.store.tables import BalanceRow, DemandRow, RewardRow, UserRow

MAX_REWARD_ID = 64
"""Characters in the id of a reward."""


class Uses(Struct, frozen=True, kw_only=True):
    """How a reward was used: by demands that were not rejected.

    Attributes:
        count: how often.
        by_user: how often by the one user who was asked about.
        last_at: when last, aware, UTC; `None` for never.
    """

    count: int = 0
    by_user: int = 0
    last_at: datetime | None = None


# What somebody has.


async def balance(session: AsyncSession, *, channel_id: int, user_id: int) -> int:
    """The points of a user in a channel."""
    row = await session.get(BalanceRow, (user_id, channel_id))
    return 0 if row is None else row.amount


async def add_points(session: AsyncSession, amount: int, *, channel_id: int, user_id: int) -> int:
    """Change the points of a user who is held, and say how many there are then. `amount` may be negative.

    Raises:
        sqlalchemy.exc.IntegrityError: when it is written, there would be less than nothing.
    """
    row = await session.get(BalanceRow, (user_id, channel_id))
    if row is None:
        row = BalanceRow(user_id=user_id, channel_id=channel_id, amount=0)
        session.add(row)
    row.amount += amount
    return row.amount


async def pending_points(session: AsyncSession, *, channel_id: int, user_id: int) -> int:
    """What a user has paid for demands that are not settled, and would get back if they were rejected."""
    query = select(func.coalesce(func.sum(DemandRow.price), 0)).where(
        DemandRow.channel_id == channel_id,
        DemandRow.user_id == user_id,
        DemandRow.status == DemandStatus.PENDING,
    )
    return int(await session.scalar(query) or 0)


# Rewards.


async def rewards(session: AsyncSession, channel_id: int) -> Sequence[RewardRow]:
    """The rewards of a channel that are not deleted: the cheapest first, then by name."""
    query = (
        select(RewardRow)
        .where(RewardRow.channel_id == channel_id, RewardRow.deleted_at.is_(None))
        .order_by(RewardRow.price, RewardRow.name, RewardRow.id)
    )
    return (await session.scalars(query)).all()


async def count_rewards(session: AsyncSession, channel_id: int) -> int:
    """How many rewards of a channel are not deleted."""
    query = select(func.count()).where(RewardRow.channel_id == channel_id, RewardRow.deleted_at.is_(None))
    return await session.scalar(query) or 0


async def reward(session: AsyncSession, reward_id: str, *, channel_id: int, hold: bool = False) -> RewardRow | None:
    """A reward of a channel that is not deleted.

    Args:
        session: where.
        reward_id: whatever somebody calls a reward.
        channel_id: of which channel it has to be.
        hold: let nobody else demand or change it until the transaction ends.
    """
    # A database of text takes no NUL, so no reward has one.
    if not reward_id or len(reward_id) > MAX_REWARD_ID or "\0" in reward_id:
        return None
    query = select(RewardRow).where(
        RewardRow.id == reward_id, RewardRow.channel_id == channel_id, RewardRow.deleted_at.is_(None)
    )
    row: RewardRow | None = await session.scalar(query.with_for_update(key_share=True) if hold else query)
    return row


def write_reward(row: RewardRow, body: RewardBody) -> None:
    """Let a reward be as `body` says."""
    row.name = body.name
    row.description = body.description
    row.price = body.price
    row.background_color = body.background_color
    row.is_message_required = body.is_message_required
    row.max_uses_count = body.max_uses_count or None
    row.max_uses_count_per_user = body.max_uses_count_per_user or None
    row.repair_timeout = body.repair_timeout
    if body.is_disabled is not None:
        row.is_disabled = body.is_disabled


async def uses(session: AsyncSession, reward_id: str, *, user_id: int) -> Uses:
    """How a reward was used, by all and by one user."""
    query = select(
        func.count(),
        func.count().filter(DemandRow.user_id == user_id),
        func.max(DemandRow.created_at),
    ).where(DemandRow.reward_id == reward_id, DemandRow.status != DemandStatus.REJECTED)
    count, by_user, last_at = (await session.execute(query)).one()
    return Uses(count=count, by_user=by_user, last_at=last_at)


async def has_pending_demands(session: AsyncSession, reward_id: str) -> bool:
    """Whether a demand for the reward is not settled."""
    query = select(DemandRow.id).where(DemandRow.reward_id == reward_id, DemandRow.status == DemandStatus.PENDING)
    return await session.scalar(query.limit(1)) is not None


# Demands.


async def demands(
    session: AsyncSession, channel_id: int, *, reward_id: str | None, offset: int, limit: int
) -> Sequence[tuple[DemandRow, UserRow]]:
    """Demands in a channel and who made them, the newest first.

    Args:
        session: where.
        channel_id: in which channel.
        reward_id: for which reward alone, which may be deleted; `None` for any.
        offset: how many of the newest are left out.
        limit: how many at most.
    """
    query = (
        select(DemandRow, UserRow)
        .join(UserRow, DemandRow.user_id == UserRow.id)
        .where(DemandRow.channel_id == channel_id)
        .order_by(DemandRow.id.desc())
        .offset(offset)
        .limit(limit)
    )
    if reward_id is not None:
        if len(reward_id) > MAX_REWARD_ID or "\0" in reward_id:
            return []
        query = query.where(DemandRow.reward_id == reward_id)
    return [(demand, user) for demand, user in await session.execute(query)]


async def hold_demands(session: AsyncSession, ids: Collection[int], *, channel_id: int) -> Sequence[DemandRow]:
    """The demands of these ids in a channel, which nobody else can settle until the transaction ends."""
    query = (
        select(DemandRow)
        .where(DemandRow.id.in_(ids), DemandRow.channel_id == channel_id)
        .order_by(DemandRow.id)
        .with_for_update()
    )
    return (await session.scalars(query)).all()
