"""Paid subscriptions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, cast, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from vklive.server.store.tables import ChannelRow, SubscriptionRow

DAY = 24 * 60 * 60
"""Seconds."""


async def active(session: AsyncSession, *, channel_id: int, user_id: int) -> SubscriptionRow | None:
    """The subscription that a user has to a channel, which is to be held. There is at most one."""
    query = select(SubscriptionRow).where(
        SubscriptionRow.channel_id == channel_id,
        SubscriptionRow.user_id == user_id,
        SubscriptionRow.ended_at.is_(None),
    )
    return (await session.scalars(query)).one_or_none()


async def had_one(session: AsyncSession, *, channel_id: int, user_id: int) -> bool:
    """Whether a user has ever had a subscription to a channel."""
    query = select(SubscriptionRow.id).where(
        SubscriptionRow.channel_id == channel_id, SubscriptionRow.user_id == user_id
    )
    return (await session.scalars(query.limit(1))).first() is not None


async def run_out(session: AsyncSession, *, now: datetime, limit: int) -> Sequence[tuple[str, int]]:
    """Subscriptions whose days are over and that have not been ended: the slug of the channel, and the user.

    Those of channels that the platform has banned stand still.

    Args:
        session: where.
        now: aware, UTC.
        limit: how many at most, those that ran out first.
    """
    since = type_coerce(func.coalesce(SubscriptionRow.renewed_at, SubscriptionRow.started_at), BigInteger)
    end = since + cast(SubscriptionRow.days_duration, BigInteger) * DAY
    query = (
        select(ChannelRow.url, SubscriptionRow.user_id)
        .join(ChannelRow, ChannelRow.id == SubscriptionRow.channel_id)
        .where(
            SubscriptionRow.ended_at.is_(None),
            SubscriptionRow.days_duration > 0,
            end <= int(now.timestamp()),
            ChannelRow.banned.is_(False),
        )
        .order_by(end, SubscriptionRow.id)
        .limit(limit)
    )
    return [(url, user_id) for url, user_id in await session.execute(query)]
