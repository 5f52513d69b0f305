"""The roles that channels give, in the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from vklive.server.store.tables import ChannelRoleRow, GivenRoleRow, UserRow


async def roles_of_channel(session: AsyncSession, channel_id: int) -> Sequence[ChannelRoleRow]:
    """The roles that a channel has made up, by id."""
    query = select(ChannelRoleRow).where(ChannelRoleRow.channel_id == channel_id).order_by(ChannelRoleRow.id)
    return (await session.scalars(query)).all()


async def roles_of_user(session: AsyncSession, channel_id: int, user_id: int) -> Sequence[ChannelRoleRow]:
    """The roles of a channel that a user has, by id."""
    query = (
        select(ChannelRoleRow)
        .join(GivenRoleRow, GivenRoleRow.role_id == ChannelRoleRow.id)
        .where(ChannelRoleRow.channel_id == channel_id, GivenRoleRow.user_id == user_id)
        .order_by(ChannelRoleRow.id)
    )
    return (await session.scalars(query)).all()


async def is_user(session: AsyncSession, user_id: int) -> bool:
    """Whether there is such a user."""
    return await session.get(UserRow, user_id) is not None


async def give(session: AsyncSession, channel_id: int, user_id: int, role_ids: Collection[str]) -> None:
    """Let a user have exactly these roles of a channel, which are there. Roles of other channels stay as they are."""
    of_channel = select(ChannelRoleRow.id).where(ChannelRoleRow.channel_id == channel_id)
    await session.execute(
        delete(GivenRoleRow)
        .where(GivenRoleRow.user_id == user_id, GivenRoleRow.role_id.in_(of_channel))
        .execution_options(synchronize_session=False)
    )
    session.add_all(GivenRoleRow(role_id=id_, user_id=user_id) for id_ in role_ids)
