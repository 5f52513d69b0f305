"""Who has signed in, in which browser. Each function runs in the transaction of its caller."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from vklive.server.names import MAX_ID
from vklive.server.store.hashing import hash_of
from vklive.server.store.tables import SignInRow, UserRow

MAX_DIGITS = len(str(MAX_ID))
"""Digits of an id. Python reads no number of thousands of them."""


def plain(name: str) -> str:
    """A name without what makes no other of it: white space around it, and zeros before an id."""
    name = name.strip()
    return name.lstrip("0") if name.isascii() and name.isdigit() else name


async def user_named(session: AsyncSession, name: str) -> UserRow | None:
    """Whoever signs in by this name: an id, or a nick that no other user with a password has."""
    number = plain(name)
    if number.isascii() and number.isdigit() and len(number) <= MAX_DIGITS and int(number) <= MAX_ID:
        by_id = await session.get(UserRow, int(number))
        if by_id is not None and by_id.password_hash:
            return by_id
    if "\0" in name:
        return None
    found = (
        await session.scalars(select(UserRow).where(UserRow.nick == name, UserRow.password_hash != "").limit(2))
    ).all()
    return found[0] if len(found) == 1 else None


async def add_sign_in(session: AsyncSession, cookie: str, *, user_id: int, expires_at: datetime) -> None:
    """Somebody has signed in."""
    session.add(SignInRow(cookie_hash=hash_of(cookie), user_id=user_id, expires_at=expires_at))


async def signed_in(session: AsyncSession, cookie: str, *, now: datetime) -> UserRow | None:
    """Whose browser has this cookie."""
    row: UserRow | None = await session.scalar(
        select(UserRow)
        .join(SignInRow, SignInRow.user_id == UserRow.id)
        .where(SignInRow.cookie_hash == hash_of(cookie), SignInRow.expires_at > now)
    )
    return row


async def end_sign_in(session: AsyncSession, cookie: str) -> None:
    """The cookie is nobody's from now on."""
    await session.execute(delete(SignInRow).where(SignInRow.cookie_hash == hash_of(cookie)))
