"""Rows that hold still while something is done with them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from vklive.server.store.tables import ChannelRow, MembershipRow, UserRow


async def hold_channel(session: AsyncSession, slug: str) -> ChannelRow | None:
    """The channel of a slug. Whoever else wants to hold it waits until the transaction ends.

    Only those who hold it wait: others refer to the channel, and read it, as before.
    """
    # key_share: rows that refer to a channel lock its key, and they are not to wait.
    query = select(ChannelRow).where(ChannelRow.url == slug).with_for_update(key_share=True)
    return (await session.scalars(query)).one_or_none()


async def find_channel(session: AsyncSession, which: str | int) -> ChannelRow | None:
    """The channel of a slug or an id, which nobody holds for that."""
    query = select(ChannelRow).where(ChannelRow.url == which if isinstance(which, str) else ChannelRow.id == which)
    return (await session.scalars(query)).one_or_none()


async def user(session: AsyncSession, user_id: int) -> UserRow | None:
    """A person."""
    return await session.get(UserRow, user_id)


async def membership(session: AsyncSession, *, channel_id: int, user_id: int) -> MembershipRow | None:
    """What a user is to a channel, which is to be held."""
    key = {"user_id": user_id, "channel_id": channel_id}
    return await session.get(MembershipRow, key, with_for_update=True)
