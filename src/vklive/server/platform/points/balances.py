"""What somebody has: the points of a user in a channel.

They come from the platform alone, by its server API, and are spent on rewards. The DevAPI has no method that gives
any, and how VK gives them (for watching, following, raids) is no part of it.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from vklive.devapi.models import ChannelPoints, Point, PointBalance
from vklive.server.directory import ChannelRecord, User
from vklive.server.platform.acting import Act
from vklive.server.platform.channels import Channels
from vklive.server.platform.places import held_person, seen
from vklive.server.platform.points.rules import check_grant
from vklive.server.store import points as store
from vklive.server.store.channels import find_channel
from vklive.server.store.database import Database


class Balances:
    """Who has how much. What it does not tell is raised as a `RefusalError`.

    Args:
        channels: finds channels.
        database: asks it.
    """

    def __init__(self, channels: Channels, database: Database) -> None:
        self._channels = channels
        self._database = database

    async def of(self, user: User, channel_url: str) -> ChannelPoints:
        """What a user has in a channel, and what its points are called. The owner has no end of them."""
        channel = await self._channels.find(channel_url)
        async with self._database.reading() as session:
            balance = await balance_of(session, user.id, channel)
            row = await find_channel(session, channel.id)
        point = Point()
        if row is not None:
            point = Point(
                name=row.point_name,
                small_url=row.point_small_url,
                medium_url=row.point_medium_url,
                large_url=row.point_large_url,
            )
        return ChannelPoints(balance=balance, point=point)


async def balance_of(session: AsyncSession, user_id: int, channel: ChannelRecord) -> PointBalance:
    """What a user has in a channel."""
    amount = await store.balance(session, channel_id=channel.id, user_id=user_id)
    return PointBalance(amount=amount, is_infinite=user_id == channel.owner.id)


async def grant(act: Act, channel_url: str, user_id: int, *, amount: int) -> PointBalance:
    """Give a user points in a channel, and say how many there are then.

    Who does not follow the channel can have some, and so can who is banned, to spend them later.

    Args:
        act: what is being done.
        channel_url: where.
        user_id: to whom.
        amount: how many, from 1 on; with it, nobody may have more than `vklive.devapi.models.points.MAX_POINTS`.
    """
    channel, user = await seen(act, channel_url), await held_person(act, user_id)
    check_grant(
        amount,
        balance=await store.balance(act.session, channel_id=channel.id, user_id=user.id),
        pending=await store.pending_points(act.session, channel_id=channel.id, user_id=user.id),
    )
    total = await store.add_points(act.session, amount, channel_id=channel.id, user_id=user.id)
    return PointBalance(amount=total, is_infinite=user.id == channel.owner_id)
