"""What an operator is told of the tables: everything but secrets and their hashes."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from vklive.server.store.tables import (
    AccessTokenRow,
    ApplicationRow,
    ChannelRow,
    GrantRow,
    RefreshTokenRow,
    UserRow,
)

TOKEN_ID_LENGTH = 16
"""Digits of its hash by which a token is named: none of it can be told from them, and no two have the same."""


class UserEntry(Struct, frozen=True, kw_only=True):
    """A user; `has_password` says whether they can sign in."""

    id: int
    nick: str
    has_password: bool
    is_verified_streamer: bool


class ApplicationEntry(Struct, frozen=True, kw_only=True):
    """An application."""

    id: int
    client_id: str
    name: str
    description: str
    redirect_uris: tuple[str, ...]
    webhook_url: str
    webhook_events: tuple[str, ...]


class ChannelEntry(Struct, frozen=True, kw_only=True):
    """A channel."""

    id: int
    url: str
    owner: int
    nick: str
    status: str
    banned: bool


class TokenEntry(Struct, frozen=True, kw_only=True):
    """An access or refresh token.

    Attributes:
        id: the beginning of its hash.
        kind: ``access`` or ``refresh``.
        user: whose it is, or `None`.
        application: whose it is, or to which the user gave it; or `None`.
    """

    id: str
    kind: str
    user: int | None
    application: int | None
    scopes: tuple[str, ...]
    issued_at: datetime
    expires_at: datetime | None
    is_good: bool


class GrantEntry(Struct, frozen=True, kw_only=True):
    """What a user has allowed an application."""

    user: int
    application: int
    scopes: tuple[str, ...]
    webhooks: bool
    granted_at: datetime


def user_entry(row: UserRow) -> UserEntry:
    """A user."""
    return UserEntry(
        id=row.id,
        nick=row.nick,
        has_password=bool(row.password_hash),
        is_verified_streamer=row.is_verified_streamer,
    )


def application_entry(row: ApplicationRow) -> ApplicationEntry:
    """An application."""
    return ApplicationEntry(
        id=row.id,
        client_id=row.client_id,
        name=row.name,
        description=row.description,
        redirect_uris=tuple(row.redirect_uris.splitlines()),
        webhook_url=row.webhook_url,
        webhook_events=tuple(row.webhook_events.splitlines()),
    )


def channel_entry(row: ChannelRow) -> ChannelEntry:
    """A channel."""
    return ChannelEntry(id=row.id, url=row.url, owner=row.owner_id, nick=row.nick, status=row.status, banned=row.banned)


def token_entry(row: AccessTokenRow | RefreshTokenRow, *, now: datetime) -> TokenEntry:
    """A token, as it is at that time."""
    is_access = isinstance(row, AccessTokenRow)
    application = row.application_id
    if isinstance(row, AccessTokenRow) and application is None:
        application = row.issued_to
    is_used = isinstance(row, RefreshTokenRow) and row.used_at is not None
    has_ended = row.expires_at is not None and row.expires_at <= now
    return TokenEntry(
        id=row.token_hash[:TOKEN_ID_LENGTH],
        kind="access" if is_access else "refresh",
        user=row.user_id,
        application=application,
        scopes=tuple(row.scopes.split()),
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        is_good=row.revoked_at is None and not is_used and not has_ended,
    )


def grant_entry(row: GrantRow) -> GrantEntry:
    """A grant."""
    return GrantEntry(
        user=row.user_id,
        application=row.application_id,
        scopes=tuple(row.scopes.split()),
        webhooks=row.webhooks,
        granted_at=row.granted_at,
    )
