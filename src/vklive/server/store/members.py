"""People, and what they are to a channel."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from vklive.server.store.tables import MembershipRow, UserRow


async def user(session: AsyncSession, user_id: int) -> UserRow | None:
    """A person."""
    return await session.get(UserRow, user_id)


async def hold_membership(session: AsyncSession, *, channel_id: int, user_id: int) -> MembershipRow | None:
    """What a user is to a channel; whoever else wants to hold that waits until the transaction ends."""
    key = {"user_id": user_id, "channel_id": channel_id}
    return await session.get(MembershipRow, key, with_for_update=True)
