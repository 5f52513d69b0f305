"""What a foreign platform has asked for, by the keys that its requests came with."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from vklive.server.store.tables import PlatformRequestRow


async def claim(session: AsyncSession, *, key_hash: str, request_hash: str, now: datetime) -> PlatformRequestRow | None:
    """Take a key for the request that is carried out in this transaction.

    Whoever else takes the same key meanwhile waits for the end of that transaction.

    Returns:
        The request that has the key already; `None` when this one has it now.
    """
    try:
        async with session.begin_nested():
            session.add(PlatformRequestRow(key_hash=key_hash, request_hash=request_hash, answer="", created_at=now))
    except IntegrityError:
        # On PostgreSQL it is the other transaction's end that tells: what it has written is there to be read.
        return await session.get_one(PlatformRequestRow, key_hash, populate_existing=True)
    return None


async def answered(session: AsyncSession, *, key_hash: str, answer: str) -> None:
    """Write down what was answered to the request of a key that was claimed in this transaction."""
    row = await session.get_one(PlatformRequestRow, key_hash)
    row.answer = answer


async def forget(session: AsyncSession, *, before: datetime) -> None:
    """Forget the requests that came before a moment."""
    await session.execute(delete(PlatformRequestRow).where(PlatformRequestRow.created_at < before))
