"""Recorded streams in the database."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from vklive.server.store.tables import StreamRecordRow


async def record(session: AsyncSession, record_id: str) -> StreamRecordRow | None:
    """A recorded stream."""
    return await session.get(StreamRecordRow, record_id)


async def records_of(session: AsyncSession, channel_id: int, *, offset: int, limit: int) -> Sequence[StreamRecordRow]:
    """The recorded streams of a channel, the newest first, then by id."""
    query = (
        select(StreamRecordRow)
        .where(StreamRecordRow.channel_id == channel_id)
        .order_by(StreamRecordRow.created_at.desc(), StreamRecordRow.id)
        .offset(offset)
        .limit(limit)
    )
    return (await session.scalars(query)).all()
