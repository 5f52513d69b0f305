"""People, and what they are to a channel."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from vklive.server.store.tables import MembershipRow, UserRow


async def user(session: AsyncSession, user_id: int) -> UserRow | None:
    """A person."""
    return await session.get(UserRow, user_id)


async def hold_users(session: AsyncSession, user_ids: Collection[int]) -> Mapping[int, UserRow]:
    """Let nobody else change what these users have, nor write in a chat as one of them, until the transaction ends.

    Unknown ones are left out.
    """
    # key_share: rows that refer to a user lock its key, and they are not to wait.
    query = select(UserRow).where(UserRow.id.in_(user_ids)).order_by(UserRow.id).with_for_update(key_share=True)
    return {row.id: row for row in await session.scalars(query)}


async def hold_user(session: AsyncSession, user_id: int) -> UserRow | None:
    """The same for one."""
    return (await hold_users(session, [user_id])).get(user_id)


async def hold_membership(session: AsyncSession, *, channel_id: int, user_id: int) -> MembershipRow | None:
    """What a user is to a channel; whoever else wants to hold that waits until the transaction ends."""
    key = {"user_id": user_id, "channel_id": channel_id}
    return await session.get(MembershipRow, key, with_for_update=True)
