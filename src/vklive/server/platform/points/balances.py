"""What somebody has: the points of a user in a channel.

They come from the platform alone, by its server API, and are spent on rewards. The DevAPI has no method that gives
any, and how VK gives them (for watching, following, raids) is no part of it.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from vklive.devapi.errors import ApiError
from vklive.devapi.models import ChannelPoints, Point, PointBalance
from vklive.server.directory import ChannelRecord, User
from vklive.server.platform.acting import Acting
from vklive.server.platform.channels import Channels
from vklive.server.platform.points.rules import check_grant
from vklive.server.refusal import RefusalError
from vklive.server.store import points as store
from vklive.server.store.database import Database
from vklive.server.store.tables import UserRow


class Balances:
    """Who has how much. What it does not do is raised as a `RefusalError`.

    Args:
        channels: finds channels.
        database: asks it.
        acting: changes it.
    """

    def __init__(self, channels: Channels, database: Database, acting: Acting) -> None:
        self._channels = channels
        self._database = database
        self._acting = acting

    async def of(self, user: User, channel_url: str) -> ChannelPoints:
        """What a user has in a channel, and what its points are called. The owner has no end of them."""
        channel = await self._channels.find(channel_url)
        async with self._database.reading() as session:
            balance = await balance_of(session, user.id, channel)
            row = await store.channel(session, channel.id)
        point = Point()
        if row is not None:
            point = Point(
                name=row.point_name,
                small_url=row.point_small_url,
                medium_url=row.point_medium_url,
                large_url=row.point_large_url,
            )
        return ChannelPoints(balance=balance, point=point)

    async def grant(self, channel_url: str, *, user_id: int, amount: int) -> int:
        """Give a user points in a channel, and say how many there are then.

        Who does not follow the channel can have some, and so can who is banned, to spend them later.

        Args:
            channel_url: where.
            user_id: to whom.
            amount: how many, from 1 on; with it, nobody may have more than `vklive.devapi.models.points.MAX_POINTS`.
        """
        channel = await self._channels.find(channel_url)
        async with self._acting() as act:
            return await grant(act.session, channel_id=channel.id, user_id=user_id, amount=amount)


async def balance_of(session: AsyncSession, user_id: int, channel: ChannelRecord) -> PointBalance:
    """What a user has in a channel."""
    amount = await store.balance(session, channel_id=channel.id, user_id=user_id)
    return PointBalance(amount=amount, is_infinite=user_id == channel.owner.id)


async def hold_user(session: AsyncSession, user_id: int) -> UserRow:
    """Let nobody else change a user's points until the transaction ends.

    Raises:
        RefusalError: there is no such user.
    """
    held = await store.hold_users(session, [user_id])
    if user_id not in held:
        raise RefusalError(ApiError.NOT_FOUND, f"There is no user {user_id}")
    return held[user_id]


async def grant(session: AsyncSession, *, channel_id: int, user_id: int, amount: int) -> int:
    """What `Balances.grant` does, inside a transaction that does more."""
    await hold_user(session, user_id)
    check_grant(
        amount,
        balance=await store.balance(session, channel_id=channel_id, user_id=user_id),
        pending=await store.pending_points(session, channel_id=channel_id, user_id=user_id),
    )
    return await store.add_points(session, amount, channel_id=channel_id, user_id=user_id)
