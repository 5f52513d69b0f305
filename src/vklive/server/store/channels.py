"""Channels and their streams in the database, where the directory's answers are not enough."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from vklive.server.store.tables import ChannelRow, StreamRow


async def hold_channel(session: AsyncSession, which: str | int) -> ChannelRow | None:
    """The channel of a slug or an id; whoever else wants to hold it waits until the transaction ends."""
    # key_share: rows that refer to a channel lock its key, and they are not to wait.
    return (await session.scalars(_channel(which).with_for_update(key_share=True))).one_or_none()


async def find_channel(session: AsyncSession, which: str | int) -> ChannelRow | None:
    """The channel of a slug or an id, which nobody holds for that."""
    return (await session.scalars(_channel(which))).one_or_none()


async def channel_owned_by(session: AsyncSession, user_id: int) -> ChannelRow | None:
    """The channel of a user that is not banned; of several the oldest."""
    query = select(ChannelRow).where(ChannelRow.owner_id == user_id, ChannelRow.banned.is_(False))
    return await session.scalar(query.order_by(ChannelRow.id).limit(1))


async def urls_of_owner(session: AsyncSession, user_id: int, *, limit: int) -> list[str]:
    """The slugs of the channels of a user that are not banned, the oldest channel first."""
    query = (
        select(ChannelRow.url)
        .where(ChannelRow.owner_id == user_id, ChannelRow.banned.is_(False))
        .order_by(ChannelRow.id)
        .limit(limit)
    )
    return list(await session.scalars(query))


async def stream(session: AsyncSession, stream_id: str) -> StreamRow | None:
    """A stream, whether it is on or has ended."""
    return await session.get(StreamRow, stream_id)


async def stream_that_is_on(session: AsyncSession, channel_id: int, stream_id: str | None = None) -> StreamRow | None:
    """A stream of a channel that is on: that one, or the first of all."""
    query = select(StreamRow).where(StreamRow.channel_id == channel_id, StreamRow.ended_at.is_(None))
    if stream_id is not None:
        query = query.where(StreamRow.id == stream_id)
    return await session.scalar(query.order_by(StreamRow.slot_id, StreamRow.id).limit(1))


async def hold_stream_on(session: AsyncSession, channel_id: int, *, slot_url: str) -> StreamRow | None:
    """The stream that is on in a slot of a channel, or the first one when `slot_url` is empty; it is held."""
    query = select(StreamRow).where(StreamRow.channel_id == channel_id, StreamRow.ended_at.is_(None))
    if slot_url:
        query = query.where(StreamRow.slot_url == slot_url)
    query = query.order_by(StreamRow.slot_id, StreamRow.id).limit(1).with_for_update()
    return (await session.scalars(query)).one_or_none()


async def has_slot(session: AsyncSession, channel_id: int, *, slot_url: str) -> bool:
    """Whether a channel has ever had a stream in this slot."""
    query = select(StreamRow.id).where(StreamRow.channel_id == channel_id, StreamRow.slot_url == slot_url).limit(1)
    return await session.scalar(query) is not None


def _channel(which: str | int) -> Select[ChannelRow]:
    return select(ChannelRow).where(ChannelRow.url == which if isinstance(which, str) else ChannelRow.id == which)
