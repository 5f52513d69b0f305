"""Streams that are on."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from vklive.server.store.tables import StreamRow


async def running(session: AsyncSession, *, channel_id: int) -> Sequence[StreamRow]:
    """The streams of a channel that are on, by slot; the channel is to be held."""
    query = (
        select(StreamRow)
        .where(StreamRow.channel_id == channel_id, StreamRow.ended_at.is_(None))
        .order_by(StreamRow.slot_id, StreamRow.started_at)
    )
    return (await session.scalars(query)).all()
