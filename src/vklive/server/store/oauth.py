"""Codes, tokens and grants in the tables. Each function runs in the transaction of its caller.

Whoever changes the tokens of a user for an application locks the grant between the two first, so on PostgreSQL, too,
they come one after the other: of two who use one code or one refresh token, one does so first, and the other is seen
to come second. Where there is no grant any more, nothing is given.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from vklive.server.store.hashing import hash_of, new_token
from vklive.server.store.tables import (
    AccessTokenRow,
    ApplicationRow,
    AuthorizationCodeRow,
    GrantRow,
    RefreshTokenRow,
    SignInRow,
)
from vklive.server.store.webhooks import unlink

USED_CODES_KEPT = timedelta(days=1)
"""For how long after its end a code is remembered, so that a second use of it still ends what came of the first."""


class Given(Struct, frozen=True, kw_only=True):
    """What a code or a refresh token stands for.

    Attributes:
        family: names all tokens that came of one decision of the user.
        scopes: as they are stored.
    """

    user_id: int
    application_id: int
    family: str
    scopes: str


async def application_of(session: AsyncSession, client_id: str) -> ApplicationRow | None:
    """The application of a client_id. No column of text takes a NUL, so no client_id has one."""
    if "\0" in client_id:
        return None
    row: ApplicationRow | None = await session.scalar(
        select(ApplicationRow).where(ApplicationRow.client_id == client_id)
    )
    return row


async def remember_grant(
    session: AsyncSession, *, user_id: int, application_id: int, scopes: frozenset[str], webhooks: bool | None
) -> GrantRow:
    """A user allows an application more; what they allowed before stays.

    Args:
        session: one that is `vklive.server.store.database.Database.alone`: two who insert the same are in trouble else.
        user_id: who allows it.
        application_id: to whom.
        scopes: what.
        webhooks: whether events may come by WebHook, too; `None` leaves that as it is.

    Returns:
        The grant; its `granted_at` is set by the caller.
    """
    grant = await _grant(session, user_id, application_id)
    if grant is None:
        grant = GrantRow(user_id=user_id, application_id=application_id, scopes="", webhooks=False)
        session.add(grant)
    grant.scopes = " ".join(sorted(scopes.union(grant.scopes.split())))
    if webhooks is not None:
        grant.webhooks = webhooks
    return grant


async def add_code(session: AsyncSession, given: Given, *, redirect_uri: str, expires_at: datetime) -> str:
    """A code that stands for it, to be shown once."""
    code = new_token()
    session.add(
        AuthorizationCodeRow(
            code_hash=hash_of(code),
            application_id=given.application_id,
            user_id=given.user_id,
            redirect_uri=redirect_uri,
            scopes=given.scopes,
            family=given.family,
            expires_at=expires_at,
        )
    )
    return code


async def use_code(
    session: AsyncSession, code: str, *, application_id: int, redirect_uri: str, now: datetime
) -> Given | None:
    """What a code stands for, once. A second use ends what came of the first (RFC 6749, 4.1.2)."""
    key = hash_of(code)
    row = await session.get(AuthorizationCodeRow, key)
    if row is None or (row.application_id, row.redirect_uri) != (application_id, redirect_uri):
        return None
    if await _grant(session, row.user_id, application_id) is None:
        return None
    # Once more, as it is now that nobody else can use it.
    row = await session.get(AuthorizationCodeRow, key, populate_existing=True)
    if row is None:
        return None
    if row.used_at is not None:
        await end_family(session, row.family, now=now)
        return None
    if row.expires_at <= now:
        return None
    row.used_at = now
    return _given(row)


async def use_refresh_token(session: AsyncSession, token: str, *, application_id: int, now: datetime) -> Given | None:
    """What a refresh token stands for, once. A second use ends its whole family: one of the two users stole it."""
    key = hash_of(token)
    row = await session.get(RefreshTokenRow, key)
    if row is None or row.application_id != application_id:
        return None
    if await _grant(session, row.user_id, application_id) is None:
        return None
    row = await session.get(RefreshTokenRow, key, populate_existing=True)
    if row is None:
        return None
    if row.used_at is not None:
        await end_family(session, row.family, now=now)
        return None
    if row.revoked_at is not None or row.expires_at <= now:
        return None
    row.used_at = now
    return _given(row)


async def add_refresh_token(session: AsyncSession, given: Given, *, now: datetime, ttl: float) -> str:
    """A refresh token, to be shown once."""
    token = new_token()
    session.add(
        RefreshTokenRow(
            token_hash=hash_of(token),
            application_id=given.application_id,
            user_id=given.user_id,
            scopes=given.scopes,
            family=given.family,
            issued_at=now,
            expires_at=now + timedelta(seconds=ttl),
        )
    )
    return token


async def add_access_token(session: AsyncSession, given: Given, *, now: datetime, ttl: float) -> str:
    """A user's access token, to be shown once."""
    token = new_token()
    session.add(
        AccessTokenRow(
            token_hash=hash_of(token),
            user_id=given.user_id,
            issued_to=given.application_id,
            family=given.family,
            scopes=given.scopes,
            issued_at=now,
            expires_at=now + timedelta(seconds=ttl),
        )
    )
    return token


async def revoke(session: AsyncSession, token: str, *, application_id: int, now: datetime) -> None:
    """End a token of an application's. A refresh token takes its family with it (RFC 7009, 2.1); others are alone."""
    hashed = hash_of(token)
    refresh_token = await session.get(RefreshTokenRow, hashed)
    if refresh_token is not None and refresh_token.application_id == application_id:
        await _grant(session, refresh_token.user_id, application_id)
        await end_family(session, refresh_token.family, now=now)
    await session.execute(
        update(AccessTokenRow)
        .where(
            AccessTokenRow.token_hash == hashed,
            or_(AccessTokenRow.issued_to == application_id, AccessTokenRow.application_id == application_id),
            AccessTokenRow.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )


async def end_family(session: AsyncSession, family: str, *, now: datetime) -> None:
    """End all tokens that came of one decision. The grant is locked already."""
    for table in (AccessTokenRow, RefreshTokenRow):
        await session.execute(
            update(table).where(table.family == family, table.revoked_at.is_(None)).values(revoked_at=now)
        )


async def end_grant(session: AsyncSession, *, user_id: int, application_id: int, now: datetime) -> bool:
    """Take back what a user has allowed an application, with all tokens; whether there was anything.

    What waits to be told the application by WebHooks about that user is told no more.
    """
    grant = await _grant(session, user_id, application_id)
    if grant is None:
        return False
    await unlink(session, application_id=application_id, user_id=user_id, problem="the grant was taken back")
    await session.delete(grant)
    await session.execute(
        delete(AuthorizationCodeRow).where(
            AuthorizationCodeRow.user_id == user_id, AuthorizationCodeRow.application_id == application_id
        )
    )
    await session.execute(
        delete(RefreshTokenRow).where(
            RefreshTokenRow.user_id == user_id, RefreshTokenRow.application_id == application_id
        )
    )
    await session.execute(
        update(AccessTokenRow)
        .where(
            AccessTokenRow.user_id == user_id,
            AccessTokenRow.issued_to == application_id,
            AccessTokenRow.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )
    return True


async def delete_ended(session: AsyncSession, *, now: datetime) -> None:
    """Forget what is good for nothing any more. An access token that was revoked is then one that never was."""
    ended = (
        delete(AuthorizationCodeRow).where(AuthorizationCodeRow.expires_at <= now - USED_CODES_KEPT),
        delete(RefreshTokenRow).where(RefreshTokenRow.expires_at <= now),
        delete(AccessTokenRow).where(or_(AccessTokenRow.expires_at <= now, AccessTokenRow.revoked_at <= now)),
        delete(SignInRow).where(SignInRow.expires_at <= now),
    )
    for each in ended:
        await session.execute(each)


def new_family() -> str:
    """A name for the tokens that come of one decision; as nobody may guess it, no two are the same."""
    return secrets.token_hex(16)


def _given(row: AuthorizationCodeRow | RefreshTokenRow) -> Given:
    return Given(user_id=row.user_id, application_id=row.application_id, family=row.family, scopes=row.scopes)


async def _grant(session: AsyncSession, user_id: int, application_id: int) -> GrantRow | None:
    """The grant, which holds still until the end of the transaction."""
    return await session.get(GrantRow, (user_id, application_id), with_for_update=True, populate_existing=True)
