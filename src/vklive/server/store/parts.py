"""What the parts of messages name: users and smiles."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from vklive.server.names import MAX_ID
from vklive.server.store.tables import SmileRow, UserRow


async def nicks(session: AsyncSession, user_ids: Collection[int]) -> Mapping[int, str]:
    """The nicks of users, by id. Whom there is not is left out."""
    # A database cannot be asked about numbers that are too large for it.
    known = [number for number in user_ids if 1 <= number <= MAX_ID]
    if not known:
        return {}
    query = select(UserRow.id, UserRow.nick).where(UserRow.id.in_(known))
    return dict((await session.execute(query)).all())


async def smiles(session: AsyncSession, ids: Collection[str]) -> Mapping[str, SmileRow]:
    """Smiles, by id. What there is not is left out."""
    # A database of text takes no NUL, so no smile has one.
    known = [id_ for id_ in ids if "\0" not in id_]
    if not known:
        return {}
    return {row.id: row for row in await session.scalars(select(SmileRow).where(SmileRow.id.in_(known)))}
