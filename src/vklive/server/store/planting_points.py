"""Writes the rewards and balances of a seed into the tables."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from vklive.server.store.points import write_reward
from vklive.server.store.seed import Seed
from vklive.server.store.tables import BalanceRow, RewardRow


async def plant_points(session: AsyncSession, seed: Seed, *, now: datetime) -> None:
    """Insert or overwrite the rewards, and insert the balances that are not there.

    A server that starts again with its seed must not give back what was spent, nor bring back what was deleted.

    Args:
        session: where to write; channels and users are there.
        seed: what to write.
        now: aware UTC; since when new rewards are there.
    """
    for reward in seed.rewards:
        row = await session.get(RewardRow, reward.id)
        if row is None:
            row = RewardRow(id=reward.id, is_disabled=False, created_at=now)
            session.add(row)
        row.channel_id = reward.channel
        write_reward(row, reward)
    for entry in seed.balances:
        if await session.get(BalanceRow, (entry.user, entry.channel)) is None:
            session.add(BalanceRow(user_id=entry.user, channel_id=entry.channel, amount=entry.amount))
